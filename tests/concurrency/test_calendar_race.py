"""Calendars that change beside others, and under a schedule that is worked out."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from uuid import UUID

import pytest
from django.db import connection, transaction

from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.models import CalendarRevision, Reservation
from apps.capacity.types import CalendarDraft, CalendarLevel, PlannedException
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.scheduling import selectors as plans
from apps.scheduling import services as scheduling
from apps.scheduling.models import JobOrder
from apps.scheduling.types import ScheduleState
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import capacity as calendars
from tests.factories import machines
from tests.factories import scheduling as make
from tests.factories.capacity import DAY, EARLY_SHIFTS, HOUR, MONDAY_7

pytestmark = pytest.mark.usefixtures("committed")
PLANNERS = 6
CLOSED = PlannedException(Period(MONDAY_7, MONDAY_7 + DAY), False, "Power cut")


def at_once(shop: EnterpriseRef, deeds: Sequence[Callable[[], object]]) -> Counter[str]:
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


@pytest.fixture
def mill(north: EnterpriseRef) -> UUID:
    with context.enterprise(north):
        calendars.early_shifts()
        return machines.machine(code="Hurco01").pk


def saying(level: CalendarLevel, percent: int, version: int | None) -> object:
    return services.replace_calendar(
        level=level,
        facts=CalendarDraft(EARLY_SHIFTS, efficiency_percent=percent),
        version=version,
        by=SYSTEM,
        at=MONDAY_7,
    )


def test_of_planners_who_saw_the_same_calendar_one_changes_it(
    north: EnterpriseRef, mill: UUID
) -> None:
    level = CalendarLevel(machine_id=mill)

    ended = at_once(
        north,
        [lambda n=n: saying(level, 50 + n, version=0) for n in range(PLANNERS)],
    )

    assert ended == Counter({"won": 1, "calendar_changed": PLANNERS - 1})
    with context.enterprise(north):
        assert capacity.calendar_link(level).version == 1
        assert CalendarRevision.objects.filter(calendar__machine_id=mill).count() == 2


def test_what_planners_say_at_once_is_said_in_turn_and_nothing_is_lost(
    north: EnterpriseRef, mill: UUID
) -> None:
    level = CalendarLevel(machine_id=mill)
    closing = [Period(MONDAY_7 + n * DAY, MONDAY_7 + n * DAY + HOUR) for n in range(6)]

    ended = at_once(
        north,
        [
            lambda period=period: services.add_exception(
                level=level, period=period, working=False, by=SYSTEM, at=MONDAY_7
            )
            for period in closing
        ],
    )

    assert ended == Counter({"won": 6})
    with context.enterprise(north):
        link = capacity.calendar_link(level)
        kept = [row.version for row in capacity.revisions_of(level)]
        assert (link.version, kept) == (6, [6, 5, 4, 3, 2, 1, 0])
        assert sorted(one.period for one in link.draft.exceptions) == closing


def test_undo_after_somebody_elses_change_is_refused(
    north: EnterpriseRef, mill: UUID
) -> None:
    """Both take the same change back: one does, and the other is told."""
    level = CalendarLevel(machine_id=mill)
    with context.enterprise(north):
        saying(level, 50, version=0)

    ended = at_once(
        north,
        [lambda: services.undo_calendar(level=level, version=1, by=SYSTEM, at=MONDAY_7)]
        * 2,
    )

    assert ended == Counter({"won": 1, "calendar_changed": 1})
    with context.enterprise(north):
        assert capacity.calendar_link(level).version == 2


def test_calendar_changed_under_a_running_schedule_keeps_it_from_being_accepted(
    north: EnterpriseRef, mill: UUID
) -> None:
    """The day that the plan uses is closed while the job that plans has not ended."""
    with context.enterprise(north):
        make.work_request(mill)
        asked = make.asked_schedule()
    is_worked_out, is_closed = Event(), Event()

    def run() -> None:
        """Work the schedule out as its job does: in one transaction to the end."""
        try:
            with context.enterprise(north), transaction.atomic():
                scheduling.run_schedule(schedule_id=asked.pk, at=MONDAY_7)
                is_worked_out.set()
                assert is_closed.wait(timeout=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(run)
        assert is_worked_out.wait(timeout=120)
        with context.enterprise(north):
            services.replace_calendar(
                level=CalendarLevel(machine_id=mill),
                facts=CalendarDraft(exceptions=(CLOSED,)),
                version=0,
                by=SYSTEM,
                at=MONDAY_7,
            )
        is_closed.set()
        running.result(timeout=60)

    with context.enterprise(north):
        proposed = plans.schedule(asked.pk)
        assert proposed.state == ScheduleState.PROPOSED
        with pytest.raises(scheduling.ScheduleOutdated) as refused:
            make.accepted(proposed)
        assert str(refused.value.detail) == (
            "This plan does not hold any more. Milling cannot be where it is proposed:"
            " a calendar or a reservation has changed since."
        )
        assert refused.value.remedy == "Have a new plan worked out."
        assert not Reservation.objects.exists()
        assert not JobOrder.objects.filter(reservation__isnull=False).exists()
        assert plans.schedule(asked.pk).state == ScheduleState.OUTDATED

        make.accepted(make.proposal())
        booked = JobOrder.objects.get().reservation
        assert booked is not None
        # The closed day is over on Tuesday at seven.
        assert booked.start == MONDAY_7 + timedelta(days=1)


def test_calendar_changed_as_a_plan_is_accepted_leaves_all_of_it_or_nothing(
    north: EnterpriseRef, mill: UUID
) -> None:
    for number in range(4):
        level = CalendarLevel(machine_id=mill)
        with context.enterprise(north):
            Reservation.objects.filter(state="booked").update(state="released")
            JobOrder.objects.update(reservation=None)
            services.replace_calendar(
                level=level,
                facts=CalendarDraft(),
                version=None,
                by=SYSTEM,
                at=MONDAY_7,
            )
            make.work_request(mill)
            plan = make.proposal()

        ended = at_once(
            north,
            [
                lambda: make.accepted(plan),  # noqa: B023  (done before the next turn)
                lambda: services.replace_calendar(
                    level=level,  # noqa: B023
                    facts=CalendarDraft(exceptions=(CLOSED,)),
                    version=None,
                    by=SYSTEM,
                    at=MONDAY_7,
                ),
            ],
        )

        with context.enterprise(north):
            is_accepted = plans.schedule(plan.pk).state == ScheduleState.ACCEPTED
            with_time = JobOrder.objects.filter(reservation__state="booked").count()
            assert with_time == (number + 1 if is_accepted else 0)
            assert ended["won"] == (2 if is_accepted else 1)
            assert set(ended) <= {"won", "schedule_outdated"}
