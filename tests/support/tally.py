"""How many cases of the leak matrix ran, gathered from all workers and told at the end.

A plugin named on pytest's command line (see pyproject.toml): with several workers the
process that tells collects no test of its own.
"""

from collections import Counter
from typing import Any

import pytest

# Cases that ran, by surface.
ran: Counter[str] = Counter()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts of a worker to the process that leads it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["leak_cases"] = dict(ran)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Add what a worker counted; one that died counted nothing."""
    ran.update(getattr(node, "workeroutput", {}).get("leak_cases", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases ran, by surface."""
    if not ran:
        return
    terminalreporter.section("leak matrix")
    for surface, count in sorted(ran.items()):
        terminalreporter.write_line(f"{count:6,} {surface}")
    terminalreporter.write_line(f"{ran.total():6,} cases, none leaked")
