"""What all tests share: options, markers, and the rule that nothing is left out silently."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import chromium
from tests.reference import REFERENCE

settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("default"), max_examples=15)
settings.load_profile("ci" if os.environ.get("CI") else "default")

NO_CHROMIUM = "no Chromium was found (set CHROMIUM to its path)"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update`, for a behavior that was changed on purpose."""
    parser.addoption("--update", action="store_true", help="rewrite what cases and journeys expect")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a browser, so that `-m "not browser"` surely leaves it out; skip it where there is none."""
    missing = chromium() is None
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if missing and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def _left_out(config: pytest.Config) -> list[tuple[str, str, str]]:
    """Skipped tests that want a browser or the reference data: (which of both, test, reason)."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    found = []
    for report in reporter.stats.get("skipped", []) if reporter is not None else []:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        # A file that skips itself has no keywords; a test may ask for reference data without its marker.
        marks = getattr(report, "keywords", {})
        if "browser" in marks or NO_CHROMIUM in reason:
            found.append(("browser", report.nodeid, reason))
        elif "reference" in marks or "reference data not found" in reason:
            found.append(("reference", report.nodeid, reason))
    return found


def _not_to_be_left_out(config: pytest.Config) -> list[str]:
    """Tests that continuous integration must run, and did not."""
    if not os.environ.get("CI"):
        return []
    return [test for kind, test, _ in _left_out(config) if kind == "browser" or REFERENCE.is_dir()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which tests were left out, and why."""
    left_out = _left_out(config)
    if left_out:
        terminalreporter.section("left out")
        for _, test, reason in left_out:
            terminalreporter.write_line(f"{test}: {reason.removeprefix('Skipped: ')}")
    wrong = _not_to_be_left_out(config)
    if wrong:
        terminalreporter.write_line(f"This run fails: with CI set, these {len(wrong)} may not be left out.", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In continuous integration, fail where a test was left out that need not be."""
    if exitstatus == pytest.ExitCode.OK and _not_to_be_left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
