# Every target works alone on a fresh machine: it makes the environment it needs.
PYTHON ?= python3
PROGRAM ?= parenting
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTS := $(BIN)/python -m pytest

.PHONY: demo test quick bench check docs lock clean install format
.DEFAULT_GOAL := help

help:
	@echo "make demo    start a hub with an example program (PROGRAM=$(PROGRAM) PORT=$(PORT))"
	@echo "make test    everything: format, lint, types, rules of the house, all tests"
	@echo "make quick   the fast tests"
	@echo "make bench   what things cost, as ratios"
	@echo "make docs    write the generated documentation again"

install: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml scripts/install
	@PYTHON="$(PYTHON)" sh scripts/install "$(VENV)"
	@touch $(STAMP)

demo: $(STAMP)
	@$(BIN)/microcare demo --program $(PROGRAM) --port $(PORT)

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/python -m mypy src tests bench scripts
	@$(TESTS) tests/house

test: check
	@$(TESTS) -n 2 --dist loadgroup tests

quick: $(STAMP)
	@$(TESTS) -n 2 -m "not slow and not browser and not reference" tests

bench: $(STAMP)
	@for b in bench/expressions.py bench/step.py bench/preview.py bench/live.py; do $(BIN)/python $$b || exit 1; echo; done

docs: $(STAMP)
	@$(BIN)/python scripts/docs.py

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 pyproject.toml --extra gunicorn -o requirements/runtime.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 pyproject.toml --extra gunicorn --extra dev -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
