"""No text of an author, a researcher or a table is ever run as code."""

import pytest

from tests.house import running
from tests.house.test_house import PATHS


def test_no_text_is_run_as_code() -> None:
    assert [b for path, text in PATHS.items() for b in running.breaches(path, text)] == []


def test_the_formula_library_gets_no_texts() -> None:
    assert running.formula_breaches(PATHS["optimization/designs.py"]) == []


def test_the_exceptions_are_still_needed() -> None:
    used = {(path, name) for path, text in PATHS.items() for _, name, _ in running.uses(text)}
    assert set(running.ALLOWED) - used == set()


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("eval(text)", "evaluate(text)"),
        ("frame.query(text)", "frame[frame.x > 1]"),
        ("frame.eval(text)", "frame.x + 1"),
        ("from formulaic import Formula", "from microcare.optimization.formulas import parse"),
        ("def f():\n    import pickle", "import json"),
        ("yaml.load(text)", "yaml.safe_load(text)"),
        ("yaml.unsafe_load(text)", "yaml.parse(text)"),
        ("subprocess_of_ours(command, shell=True)", "subprocess_of_ours(command, shell=False)"),
        ("re.compile(text)", "re.compile('a+')"),
        ("re.search(f'{text}+', x)", "re.search(f'{re.escape(text)}+', x)"),
        ("re.match(pattern, x)", "re.match(PATTERN, x)"),
        ("from django.template import Template", "from django.template import loader"),
        ("np.load(path, allow_pickle=True)", "np.load(path)"),
        ("os.system(text)", "os.cpu_count()"),
    ],
)
def test_the_rule_can_fail(bad: str, good: str) -> None:
    assert running.breaches("optimization/x.py", bad)
    assert not running.breaches("optimization/x.py", good)


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("Formula(text)", "Formula([a, b])"),
        ("Formula(spec=text)", "Formula([_term(t) for t in terms])"),
        ("Factor(name)", "Factor(name, eval_method='lookup')"),
        ("Factor(name, eval_method='python')", "Factor('1', eval_method='literal')"),
        ("Factor(name, eval_method='literal')", "Factor(name, eval_method='lookup')"),
        ("Term(text)", "Term([Factor(name, eval_method='lookup') for name in term])"),
        ("model_matrix(text, frame)", "spec.get_model_matrix(frame)"),
    ],
)
def test_the_rule_on_formulas_can_fail(bad: str, good: str) -> None:
    assert running.formula_breaches(bad)
    assert not running.formula_breaches(good)
