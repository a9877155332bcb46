"""Formulas: what is in the grammar means what it means elsewhere; everything else never reaches a library."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from formulaic import Formula as Elsewhere
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from microcare.optimization import designs, formulas
from microcare.optimization.refusal import Refusal

ROWS = 24
FRAME = pd.DataFrame(
    {
        "x": np.linspace(0.5, 4, ROWS),
        "z": np.cos(np.arange(ROWS)),
        "day": np.arange(ROWS) % 7,
        "late": np.arange(ROWS) % 2 == 0,
        "place": ["home", "work", "out"] * (ROWS // 3),
        "who": list("abcd") * (ROWS // 4),
    }
)

COMMANDS = (
    "np.os.system(x)", "np.sys.modules.get(x)", "x.to_csv(place)", "x.to_pickle(place)", "x.values.tofile(place)",
    "x.__class__.__mro__", "x.pipe(np.os.system)", "place.str.cat().__class__", "x.apply(exec)", "x.map(eval)", "x.agg(print)",
    "exec(place)", "eval(place)", "compile(place)", "open(place)", "print(x)", "globals()", "locals()", "vars()", "dir()",
    "__import__(os)", "__builtins__", "__builtins__.eval(place)", "getattr(x, name)", "setattr(x)", "type(x)", "id(x)", "help()",
    "breakpoint()", "input()", "exit()", "quit()", "np.load(place)", "np.save(place)", "np.fromfile(place)", "np.lib.npyio.os",
    "np.f2py.os.system(x)", "np.ctypeslib.load_library(x)", "np.testing.rundocs(x)", "np.log(x)", "np", "poly(x, 2)", "bs(x, df=4)",
    "cr(x)", "cc(x)", "hashed(x)", "lag(x)", "Q('x')", "contr.treatment", "Treatment(x)", "lambda: 0", "(lambda: 0)()", "[x]", "{x}",
    "[c for c in x]", "{1: 2}", "x if x else z", "x and z", "not x", "x == z", "x < z", "x := z", "x = z", "x; z", "x, z", "@x", "x @ z",
    "x % z", "x // z", "x | z", "x & z", "x << z", "`x`", "'x'", '"x"', "f'{x}'", "b'x'", "x[0]", "x[::1]", "x.y.z(1)", "x()", "x()()",
    "x.sum()", "x.mean", "x\\y", "x\x00y", "$x", "#x", "x # z", "x!z", "x?z", "%in%", "x %in% z", "...", ".", "x.", ".x", "0x1f", "1_000",
    "1j", "1e", "1e999", "9" * 400, "** x", "* x", ": x", "x x",
    "1 1", "x 1", "(", ")", "()", "(x", "x)", "((x)", "x + + )", "C()", "C(x + z)", "C(C(x))", "C(1)", "I(C(x))", "log(center(x))", "I()",
    "log()", "log(x, z)", "x ~ z", "~ ~ x", "x ~", "import os", "__import__('os').system('true')", "x\n__import__('os')", "\u202ex", "x\u2028y(",
)  # fmt: skip
PLACES = ("{}", "1 + {}", "x + {}", "{} + x", "x:{}", "({})", "I({})", "log({})", "C({})", "x * ({})", "center(x + {})")
INSIDE = ("0 * x", "2", "2 * x", "x / z", "x ** x", "x ** 0", "x ** 1.5", "x ** -1")
"""What is reckoned inside of I(), and no formula by itself."""
PLAIN = [
    "", "~", "~ 1", "x", "~x", "x + z", "x*z", "x:z", "x ** 1", "(x + z)**2", "(x + z + day)^2", "(x + z + day)**3", "x - 1", "0 + x", "x + 0",
    "-1 + x", "place", "place*x", "x:place", "C(day)", "C(day)*x", "x:C(day) + 0", "C(place):C(who)", "C(place)*C(who)", "late", "late*place",
    "I(x**2)", "I(x^2 + 1)".replace("^", "**"), "I(x - z - 1)", "I(x - (z - 1))", "I(-x)", "I(-x ** 2)", "I((-x) ** 2)", "I(x / (z + 2) * 3)",
    "I(2 ** -x)", "I(x ** 2 ** 0.5)", "I((x ** 2) ** 0.5)", "log(x)", "log(x + 1):z", "log2(x)*C(day)", "log10(x)", "exp(-z)", "center(x)",
    "scale(x):z", "center(x) + scale(z * 2)", "x + z - x", "x*z - x:z", "z:x + x:z", "x:x", "x:z:day", "x*z*day", "who:place - 1", "x + C(late)",
]  # fmt: skip


watched: list[str] | None = None


def _hook(event: str, arguments: object) -> None:
    if event == "compile" and isinstance(arguments, tuple) and arguments[0] == b"1":
        return  # the intercept, which is a number
    if watched is not None and event in ("exec", "compile", "open", "os.system", "subprocess.Popen", "import"):
        watched.append(f"{event}: {arguments!r:.200}")


sys.addaudithook(_hook)


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Fails where Python compiles or runs code, opens a file or starts a program."""
    global watched
    watched = []
    try:
        yield
        assert watched == []
    finally:
        watched = None


def _warm() -> None:
    """Whatever the libraries import when first used."""
    for formula in PLAIN:
        designs.design(FRAME, np.arange(ROWS), formula, "controls")


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_formula_is_refused_and_nothing_runs(command: str) -> None:
    _warm()
    with nothing_runs():
        for place in PLACES:
            with pytest.raises(Refusal) as said:
                designs.design(FRAME, np.arange(ROWS), place.format(command), "controls")
            assert len(str(said.value)) < 1500


@pytest.mark.parametrize("part", INSIDE)
def test_what_is_reckoned_stands_in_brackets_of_i(part: str) -> None:
    designs.design(FRAME, np.arange(ROWS), f"I({part})", "controls")
    for place in ("{}", "1 + {}", "x + {}", "{} + x", "x:{}", "({})"):
        with pytest.raises(Refusal):
            designs.design(FRAME, np.arange(ROWS), place.format(part), "controls")


def test_hundreds_of_hostile_formulas() -> None:
    assert len(COMMANDS) * len(PLACES) > 1000


@pytest.mark.parametrize("formula", PLAIN)
def test_a_formula_means_what_it_means_elsewhere(formula: str) -> None:
    ours = designs.design(FRAME, np.arange(ROWS), formula, "controls")
    text = formula.strip().removeprefix("~").strip() or "1"
    theirs = Elsewhere(text).get_model_matrix(FRAME, context={})
    assert ours.terms == tuple(designs.INTERCEPT if c == "Intercept" else c for c in theirs.columns)
    np.testing.assert_allclose(ours.matrix, np.asarray(theirs, dtype=float), rtol=1e-12, atol=1e-12)
    again = formulas.parse(formulas.parse(formula).text)
    assert (again.text, again.terms) == (formulas.parse(formula).text, formulas.parse(formula).terms)


def test_nothing_runs_where_a_formula_is_good() -> None:
    _warm()
    with nothing_runs():
        for formula in PLAIN:
            designs.design(FRAME, np.arange(ROWS), formula, "controls")


SUMS = some.recursive(
    some.sampled_from(["x", "z", "day", "C(place)"]),
    lambda inner: some.one_of(
        some.tuples(inner, some.sampled_from([" + ", " * ", ":", " - "]), inner).map("".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"({text})**2"),
    ),
    max_leaves=6,
)


@given(SUMS)
@settings(max_examples=150, deadline=None)
def test_any_formula_has_the_terms_that_it_has_elsewhere(formula: str) -> None:
    try:
        ours = formulas.parse(formula)
    except Refusal:
        assume(False)
        return
    theirs = [str(term) for term in Elsewhere(formula)]
    said = [":".join(term) or "1" for term in ours.terms]
    assert sorted(":".join(sorted(t.split(":"))) for t in said) == sorted(
        ":".join(sorted(t.split(":"))) for t in theirs
    )


@given(some.text(some.sampled_from("xyCIlog019.+-*:/^()~ _,'\"[]{}\\\n\x00é"), max_size=60))
@settings(max_examples=1500, deadline=None)
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        found = formulas.parse(text)
    except Refusal:
        return
    assert formulas.parse(found.text) == formulas.parse(found.text)
    assert formulas.parse(found.text).terms == found.terms


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("x" * 10_001, "10000 are read"),
        ("(" * 10_000, "nested more than 20"),
        ("I(" + "-" * 9_000 + "x)", "nested more than 20"),
        ("I(" + "(" * 4_000 + "x" + ")" * 4_000 + ")", "nested more than 20"),
        ("I(" + "+".join(["x"] * 4_000) + ")", "more than 100 names and numbers"),
        ("I(x" + "**x" * 2_000 + ")", "nested more than 20"),
        ("log(" * 1_500 + "x" + ")" * 1_500, "nested more than 20"),
        ("*".join(f"x{k}" for k in range(40)), "more than 500 terms"),
        ("(" + "+".join(f"x{k}" for k in range(40)) + ")**9", "more than 500 terms"),
        ("+".join(f"x{k}" for k in range(1_500)), "more than 500 terms"),
        ("((x+y)**9)**9" + "*(a+b+c+d+e+f+g)**9" * 9, "more than 500 terms"),
    ],
)
def test_a_formula_has_a_size(formula: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        formulas.parse(formula)


def test_a_category_of_thousands_of_levels_is_asked_about() -> None:
    frame = pd.DataFrame({"x": np.arange(3_000.0), "id": [f"p{k}" for k in range(3_000)]})
    for formula in ("id", "C(x)", "C(id):x"):
        with pytest.raises(Refusal, match="a category"):
            designs.design(frame, np.arange(3_000), formula, "controls")


def test_names_with_dots_are_columns_and_never_attributes() -> None:
    frame = FRAME.assign(**{"x.T": FRAME.x * 2, "steps.30min": FRAME.z})
    found = designs.design(frame, np.arange(ROWS), "x.T + log(x) + steps.30min + I(x.T * 2)", "controls")
    assert found.terms == ("(Intercept)", "x.T", "log(x)", "steps.30min", "I(x.T * 2)")
    np.testing.assert_allclose(found.matrix[:, 4], FRAME.x * 4)
    with pytest.raises(Refusal, match=r"no column x\.values"):
        designs.design(frame, np.arange(ROWS), "x.values", "controls")


def test_a_mean_is_that_of_the_rows_it_was_learned_from() -> None:
    found = designs.design(FRAME, np.arange(ROWS), "center(x) + scale(z)", "controls")
    np.testing.assert_allclose(found.at(FRAME.iloc[:3]), found.matrix[:3])


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("log(z)", "no finite number in row"),
        ("I(1 / day)", "no finite number in row 1"),
        ("I(place * 2)", "no number: 'home'"),
        ("when", "when is a time"),
        ("y ~ x", "the right side alone"),
        ("2 * x", r"I\(2 \* day\)"),
        ("poly(x)", "no function poly; a formula knows C, I, abs"),
    ],
)
def test_a_refusal_has_its_cure(formula: str, said: str) -> None:
    frame = FRAME.assign(when=pd.Timestamp("2026-01-01"), y=1.0)
    with pytest.raises(Refusal, match=said):
        designs.design(frame, np.arange(ROWS), formula, "controls")
