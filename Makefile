# Every target works alone on a fresh machine: it makes the environment it needs.
PYTHON ?= python3
PROGRAM ?= parenting
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What a hub alone needs; an environment that has everything is used as it is.
HUB := $(if $(wildcard $(VENV)/.installed),$(VENV)/.installed,$(VENV)/.hub)
TESTS := $(BIN)/python -m pytest
# Never more than two at once: the tests that start hubs and browsers share the machine with them.
WORKERS := -n 2 --dist loadgroup
COMPILE = "$$UV" pip compile --quiet --no-config --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 $(UPGRADE)

.PHONY: sbom help install demo test test-at quick bench coverage check lint docs pictures messages format lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo     start a hub with an example program (PROGRAM=$(PROGRAM) PORT=$(PORT))"
	@echo "make test     everything: format, lint, types, rules of the house, all tests, in a real browser too"
	@echo "make quick    the fast tests"
	@echo "make test-at AT='2028-02-29 23:30' TESTED=tests/care   tests as if it were another moment"
	@echo "make check    format, lint, types, rules of the house"
	@echo "make bench    what things cost, as ratios"
	@echo "make coverage how often intervals miss the truth, by simulation (half an hour)"
	@echo "make docs     write the generated documentation again"
	@echo "make pictures take the documentation's pictures of the pages again"
	@echo "make messages bring the catalogs of translations up to date"
	@echo "make format   format the code, and mend what can be mended"
	@echo "make sbom     list the parts of others with their licences (CycloneDX)"
	@echo "make lock     pin the requirements again (UPGRADE=--upgrade for newer ones)"
	@echo "make clean    remove the environment and all caches"
	@echo
	@echo "Each installs what it needs into $(VENV) first. PYTHON=python3.12 chooses the interpreter."

install: $(STAMP)

$(STAMP): requirements/dev.txt requirements/uv.txt pyproject.toml scripts/install
	@PYTHON="$(PYTHON)" sh scripts/install "$(VENV)"
	@touch "$(STAMP)"

$(VENV)/.hub: requirements/runtime.txt requirements/uv.txt pyproject.toml scripts/install
	@PYTHON="$(PYTHON)" sh scripts/install "$(VENV)" requirements/runtime.txt
	@touch "$@"

demo: $(HUB)
	@$(BIN)/microcare demo --program "$(PROGRAM)" --port "$(PORT)"

lint: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/python -m mypy src tests bench scripts

check: lint
	@$(TESTS) tests/house

test: lint
	@$(TESTS) $(WORKERS) tests

# A suite that is green at noon must be green at night, on a Sunday, on 29 February and while the clocks change.
# Only the browser keeps the real clock.
test-at: $(STAMP)
	@sh scripts/at "$(AT)" $(TESTS) $(WORKERS) $(or $(TESTED),tests)

quick: $(STAMP)
	@MICROCARE_EXAMPLES=60 $(TESTS) $(WORKERS) --hypothesis-profile=quick -m "not slow and not browser and not reference" tests

bench: $(STAMP)
	@for b in $(filter-out bench/coverage.py,$(sort $(wildcard bench/[a-z]*.py))); do $(BIN)/python "$$b" || exit 1; echo; done

coverage: $(STAMP)
	@$(BIN)/python bench/coverage.py --write

docs: $(STAMP)
	@$(BIN)/python -m scripts.docs

pictures: $(STAMP)
	@MICROCARE_PICTURES=docs/images $(TESTS) -q tests/browser/test_week.py

messages: $(STAMP)
	@$(BIN)/python -m scripts.messages $(LANGUAGE)

format: $(STAMP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# The environment's own uv, or one on the path; pins that still fit are kept.
lock:
	@UV=$$(command -v "$(BIN)/uv" || command -v uv) || { echo "make lock needs uv." >&2; exit 1; }; \
	$(COMPILE) pyproject.toml requirements/build.in --extra gunicorn -o requirements/runtime.txt >/dev/null && \
	$(COMPILE) pyproject.toml --extra gunicorn --extra dev -o requirements/dev.txt >/dev/null && \
	echo uv | $(COMPILE) - -o requirements/uv.txt >/dev/null
	@ls -l requirements/*.txt

sbom: $(STAMP)
	@$(BIN)/python -m scripts.sbom

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .grimp_cache .hypothesis
