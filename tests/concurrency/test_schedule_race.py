"""Plans accepted at once, and beside quotes: one wins, nothing overlaps."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from apps.capacity import services as capacity
from apps.capacity.models import Reservation
from apps.kernel.errors import DomainError
from apps.scheduling import selectors, services
from apps.scheduling.models import JobOrder, Schedule, WorkRequest
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import capacity as calendars
from tests.factories import machines
from tests.factories import scheduling as make
from tests.factories.capacity import MONDAY_7, TWO_DAYS_ON

pytestmark = pytest.mark.usefixtures("committed")
ROUNDS = 6


def race(shop: EnterpriseRef, deeds: Sequence[Callable[[], object]]) -> Counter[str]:
    """Start all in the same moment; count wins, and refusals by their code."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        try:
            with context.enterprise(shop):
                connection.ensure_connection()
                start.wait(timeout=60)
                deed()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(len(deeds)) as threads:
        return Counter(threads.map(run, deeds))


def accepting(found: Schedule) -> Callable[[], object]:
    return lambda: services.accept_schedule(
        schedule_id=found.pk, version=found.version, by=SYSTEM, at=MONDAY_7
    )


def holding(machine_id: UUID) -> Callable[[], object]:
    return lambda: capacity.hold(
        machine_id=machine_id,
        minutes=60,
        not_before=MONDAY_7,
        expires_at=TWO_DAYS_ON,
        by=SYSTEM,
        at=MONDAY_7,
    )


def starting(job: JobOrder) -> Callable[[], object]:
    return lambda: services.move_job_order_state(
        job_order_id=job.pk, to="running", version=job.version, by=SYSTEM, at=MONDAY_7
    )


def cancelling(work: WorkRequest) -> Callable[[], object]:
    return lambda: services.cancel_work_request(
        work_request_id=work.pk, version=work.version, by=SYSTEM, at=MONDAY_7
    )


@pytest.fixture
def mills(north: EnterpriseRef) -> list[UUID]:
    with context.enterprise(north):
        calendars.early_shifts()
        return [machines.machine(code=f"Hurco{n:02}").pk for n in range(3)]


def overlaps() -> int:
    rows = Reservation.objects.filter(state__in=["held", "booked"])
    times = sorted((row.machine_id, row.start, row.finish) for row in rows)
    return sum(
        one[0] == two[0] and two[1] < one[2] for one, two in itertools.pairwise(times)
    )


def test_of_plans_accepted_at_once_one_wins(
    north: EnterpriseRef, mills: list[UUID]
) -> None:
    with context.enterprise(north):
        for _number in range(4):
            make.work_request(*mills)
        plans = [make.proposal() for _number in range(4)]

    ended = race(north, [accepting(plan) for plan in plans])

    assert ended == Counter({"won": 1, "schedule_outdated": 3})
    with context.enterprise(north):
        assert Schedule.objects.filter(state="accepted").count() == 1
        assert JobOrder.objects.filter(reservation__state="booked").count() == 4
        assert overlaps() == 0


def test_a_plan_and_holds_never_share_a_minute(
    north: EnterpriseRef, mills: list[UUID]
) -> None:
    """Either the holds come first and the plan is overtaken, or they go around it."""
    outcomes = set()
    for _round in range(ROUNDS):
        with context.enterprise(north):
            Reservation.objects.filter(state="held").update(state="released")
            make.work_request(*mills)
            plan = make.proposal()

        ended = race(
            north, [accepting(plan), *(holding(machine_id) for machine_id in mills)]
        )

        outcomes |= set(ended)
        assert ended["won"] in {3, 4}
        assert set(ended) <= {"won", "schedule_outdated"}
        with context.enterprise(north):
            assert overlaps() == 0
            planned = JobOrder.objects.filter(reservation__isnull=False)
            assert (
                planned.exists() == Schedule.objects.filter(state="accepted").exists()
            )
    assert "won" in outcomes


def test_work_that_is_begun_or_cancelled_beside_a_plan(
    north: EnterpriseRef, mills: list[UUID]
) -> None:
    """Nobody waits for each other in a circle, and what has begun is not moved."""
    for _round in range(ROUNDS):
        with context.enterprise(north):
            works = [make.work_request(*mills) for _number in range(2)]
            plan = make.proposal()
            job = make.only_job(works[0])

        ended = race(
            north,
            [accepting(plan), starting(job), cancelling(works[1]), accepting(plan)],
        )

        assert ended["won"] in {2, 3}
        assert set(ended) <= {"won", "schedule_outdated", "schedule_decided"}
        with context.enterprise(north):
            assert overlaps() == 0
            plan.refresh_from_db()
            job.refresh_from_db()
            assert job.state == "running"
            # Begun first, it has no place in a plan; else the plan had given it one.
            assert (job.reservation_id is not None) == (plan.state == "accepted")
            cancelled = JobOrder.objects.get(work_request=works[1])
            assert (cancelled.state, cancelled.reservation_id) == ("aborted", None)


def test_setup_times_set_at_once_are_those_of_one(
    north: EnterpriseRef, mills: list[UUID]
) -> None:
    def setting(minutes: int) -> Callable[[], object]:
        return lambda: services.set_setup_times(
            machine_id=mills[0],
            rows=[("shafts", "plates", minutes)],
            by=SYSTEM,
            at=MONDAY_7,
            instead_of=[],
        )

    ended = race(north, [setting(10), setting(20), setting(30)])

    assert ended == Counter({"won": 1, "setup_times_changed": 2})
    with context.enterprise(north):
        (row,) = selectors.setup_times(mills[0])
        assert row.minutes in {10, 20, 30}
