"""A kind of work for tests: it writes one notice and can be told to fail."""

from datetime import datetime, timedelta

from apps.kernel.errors import DomainError
from apps.notify import services as notify
from tenants import jobs
from tests.support.world import NOON

KIND = "tests.write_notice"


class Refused(DomainError):
    code = "refused_by_test"


@jobs.handler(KIND)
def write_notice(*, number: int, end: str = "well", **_: object) -> None:
    notify.notify(
        kind="test.happened",
        title=f"Notice {number}",
        body="",
        roles=("planner",),
        at=at_number(number),
    )
    if end == "refused":
        raise Refused("That cannot be.", remedy="Do something else.")
    if end == "broken":
        raise RuntimeError("broken")


@jobs.handler("tests.report", max_attempts=1)
def report(**_: object) -> None:
    jobs.report_progress(percent=40, note="nearly half")
    raise Refused("Stopped to show that progress stays.")


def at_number(number: int) -> datetime:
    return NOON + timedelta(minutes=number)
