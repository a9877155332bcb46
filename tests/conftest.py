"""What all tests share: options, markers, and the rule that nothing is left out silently."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import chromium
from tests.reference import REFERENCE

settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite what cases and journeys expect")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if chromium() is None:
        missing = pytest.mark.skip(reason="no Chromium was found (set CHROMIUM to its path)")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which tests were left out; in continuous integration that is a failure where it need not be."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [r for r in skipped if "browser" in r.keywords or "reference" in r.keywords]
    if left_out:
        terminalreporter.section("left out")
        for report in left_out:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            terminalreporter.write_line(f"{report.nodeid}: {reason}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not os.environ.get("CI") or hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    browser = any("browser" in r.keywords for r in skipped)
    reference = any("reference" in r.keywords for r in skipped) and Path(REFERENCE).is_dir()
    if (browser or reference) and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
