"""Plans: proposed for what there is, put in force as a whole, or found overtaken."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from apps.capacity import selectors as capacity
from apps.capacity import services as reservations
from apps.capacity.models import Reservation
from apps.kernel.errors import DomainError, InvalidInput
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines import services as machine_services
from apps.scheduling import selectors, services
from apps.scheduling.models import JobOrder, Schedule, WorkRequest
from apps.scheduling.types import (
    Assumptions,
    JobOrderState,
    ScheduleObjective,
    ScheduleState,
    StepDraft,
    WhyKind,
    WorkRequestDraft,
)
from tenants import jobs
from tenants.types import SYSTEM
from tests.factories import capacity as calendars
from tests.factories import scheduling as make
from tests.factories.capacity import DAY, HOUR, MONDAY_7

pytestmark = pytest.mark.usefixtures("in_north")
WEEK_AHEAD = Period(MONDAY_7, MONDAY_7 + timedelta(days=7))


def step(title: str, *machine_ids: UUID, **facts: Any) -> StepDraft:
    """Describe a step of two hours after a setup of half an hour."""
    return make.step(
        *machine_ids,
        title=title,
        setup_minutes=facts.pop("setup", 30),
        run_minutes=facts.pop("run", 120),
        **facts,
    )


def draft(*steps: StepDraft, **facts: Any) -> WorkRequestDraft:
    """Describe work that is due on Wednesday."""
    return make.draft(*steps, **facts)


def work(*steps: StepDraft, **facts: Any) -> WorkRequest:
    """Say that it is to be done."""
    return services.add_work_request(
        draft=draft(*steps, **facts), by=SYSTEM, at=MONDAY_7
    )


def worked_out(found: Schedule) -> Schedule:
    """Let a worker do what is queued, and return the plan as it is then."""
    jobs.run_due()
    found.refresh_from_db()
    return found


def refuses(code: str) -> AbstractContextManager[object]:
    """Expect a refusal of this code."""
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def bars(schedule: Schedule) -> list[tuple[str, UUID, float, float]]:
    """Return title, machine, and first and last hour after Monday seven o'clock."""
    return [
        (
            bar.title,
            bar.machine_id,
            (bar.starts_at - MONDAY_7) / HOUR,
            (bar.finishes_at - MONDAY_7) / HOUR,
        )
        for bar in selectors.bars_of(schedule.pk)
    ]


class TestProposal:
    def test_puts_steps_one_after_another(self, hurco: UUID, mazak: UUID) -> None:
        work(step("Turn", mazak), step("Mill", hurco))

        found = make.proposal()

        assert found.state == ScheduleState.PROPOSED
        assert bars(found) == [
            ("Turn", mazak, 0.0, 2.5),
            ("Mill", hurco, 2.5, 5.0),
        ]
        assert found.figures["after"]["late_jobs"] == 0
        assert found.gap_percent == 0
        mill = selectors.bars_of(found.pk)[1].why
        assert mill is not None
        assert (mill.kind, mill.title) == (WhyKind.PREDECESSOR, "Turn")
        assert mill.until_at == MONDAY_7 + 2.5 * HOUR

    def test_keeps_to_shifts_and_reservations(self, hurco: UUID) -> None:
        calendars.booked(hurco, minutes=120, not_before=MONDAY_7)
        work(step("Mill", hurco, setup=0, run=6 * 60))

        found = make.proposal()

        # The booking lasts until nine; five hours until fourteen, one on Tuesday.
        assert bars(found) == [("Mill", hurco, 2.0, 24.0)]

    def test_takes_the_machine_that_is_free(self, hurco: UUID, mazak: UUID) -> None:
        calendars.booked(hurco, minutes=300)
        work(step("Mill", hurco, mazak))

        assert bars(make.proposal()) == [("Mill", mazak, 0.0, 2.5)]

    def test_books_nothing(self, hurco: UUID) -> None:
        work(step("Mill", hurco))

        make.proposal()

        assert not Reservation.objects.exists()

    def test_of_nothing_is_refused(self, hurco: UUID) -> None:
        with refuses("nothing_to_plan"):
            make.asked_schedule()

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"objective": "beauty"}, "objective"),
            ({"budget_seconds": 0}, "budget_seconds"),
            ({"budget_seconds": 601}, "budget_seconds"),
        ],
    )
    def test_that_cannot_be_meant_is_refused(
        self, hurco: UUID, facts: dict[str, object], field: str
    ) -> None:
        work(step("Mill", hurco))
        with pytest.raises(InvalidInput) as refused:
            make.asked_schedule(**facts)
        assert refused.value.field == field

    def test_is_worked_out_by_a_job(self, hurco: UUID) -> None:
        work(step("Mill", hurco))

        assert worked_out(make.asked_schedule()).state == ScheduleState.PROPOSED

    def test_that_cannot_be_worked_out_says_why(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        asked = make.asked_schedule()
        calendars.early_shifts(hurco, shifts=())

        found = worked_out(asked)

        assert found.state == ScheduleState.FAILED
        assert found.error

    def test_keeps_a_pin_and_the_frozen_time(self, hurco: UUID, mazak: UUID) -> None:
        work(step("Mill", hurco, mazak))
        job = JobOrder.objects.get()
        services.pin_job_order(
            job_order_id=job.pk,
            machine_id=mazak,
            start_at=MONDAY_7 + 3 * HOUR,
            version=job.version,
            by=SYSTEM,
            at=MONDAY_7,
        )

        found = make.proposal()

        assert bars(found) == [("Mill", mazak, 3.0, 5.5)]
        why = selectors.bars_of(found.pk)[0].why
        assert why is not None
        assert why.kind == WhyKind.PIN

    def test_starts_nothing_in_the_frozen_time(self, hurco: UUID) -> None:
        work(step("Mill", hurco))

        found = make.proposal(frozen_until_at=MONDAY_7 + DAY)

        assert bars(found) == [("Mill", hurco, 24.0, 26.5)]

    def test_sets_up_by_family(self, hurco: UUID) -> None:
        make.setup_time(hurco, from_family="steel", to_family="aluminum", minutes=90)
        work(
            step("Steel", hurco, setup=0, run=60, setup_family="steel"),
            step("Aluminum", hurco, setup=0, run=60, setup_family="aluminum"),
        )

        assert bars(make.proposal()) == [
            ("Steel", hurco, 0.0, 1.0),
            ("Aluminum", hurco, 1.0, 3.5),
        ]


class TestAccepting:
    def test_books_the_machine_time(self, hurco: UUID, mazak: UUID) -> None:
        work(step("Turn", mazak), step("Mill", hurco))
        found = make.accepted(make.proposal())

        assert found.state == ScheduleState.ACCEPTED
        plan = selectors.plan_in_force(
            machine_ids=[hurco, mazak], period=WEEK_AHEAD, at=MONDAY_7
        )
        assert [
            (row.machine_id, [bar.title for bar in row.bars]) for row in plan.rows
        ] == [(hurco, ["Mill"]), (mazak, ["Turn"])]
        assert plan.rows[0].bars[0].why is not None
        taken = {row.machine_id: row for row in Reservation.objects.all()}
        assert (taken[hurco].kind, taken[hurco].minutes) == ("work", 150)
        assert {job.reservation_id for job in JobOrder.objects.all()} == {
            row.pk for row in taken.values()
        }

    def test_moves_bookings_in_place(self, hurco: UUID) -> None:
        """Two that change places: neither is ever without its row."""
        first = work(
            step("First", hurco, setup=0, run=120),
            due_at=MONDAY_7 + 20 * DAY,
        )
        make.accepted(make.proposal())
        before = (
            first.job_orders.get().reservation_id
            or JobOrder.objects.get(work_request=first).reservation_id
        )
        work(
            step("Rush", hurco, setup=0, run=120),
            title="Rush",
            due_at=MONDAY_7 + 2 * HOUR,
            priority=9,
        )

        make.accepted(make.proposal())

        job = JobOrder.objects.get(work_request=first)
        assert job.reservation_id == before
        assert job.reservation is not None
        assert job.reservation.start == MONDAY_7 + 2 * HOUR
        assert Reservation.objects.count() == 2

    def test_of_one_outdates_the_others(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        one, two = make.proposal(), make.proposal()

        make.accepted(one)

        with refuses("schedule_outdated"):
            make.accepted(two)
        two.refresh_from_db()
        assert two.state == ScheduleState.OUTDATED

    def test_after_the_calendar_changed_is_refused(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        found = make.proposal()
        exception = calendars.early_shifts(hurco)
        reservations.add_exception(
            calendar_id=exception.pk,
            period=Period(MONDAY_7, MONDAY_7 + HOUR),
            working=False,
            by=SYSTEM,
            at=MONDAY_7,
        )

        with pytest.raises(services.ScheduleOutdated) as refused:
            make.accepted(found)

        assert "Mill" in str(refused.value)
        assert not Reservation.objects.exists()
        found.refresh_from_db()
        assert found.state == ScheduleState.OUTDATED
        assert "calendar" in found.error

    def test_after_its_time_was_taken_is_refused(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        found = make.proposal()
        calendars.held(hurco, minutes=60)

        with refuses("schedule_outdated"):
            make.accepted(found)

        assert Reservation.objects.count() == 1

    @pytest.mark.parametrize("state", ["in_maintenance", "retired"])
    def test_after_its_machine_left_service_is_refused(
        self, hurco: UUID, mazak: UUID, state: str
    ) -> None:
        work(step("Mill", hurco))
        work(step("Turn", mazak))
        found = make.proposal()
        known = machines.machine_detail(hurco).machine
        machine_services.change_state(
            machine_id=hurco, version=known.version, state=state, by=SYSTEM, at=MONDAY_7
        )

        with pytest.raises(services.ScheduleOutdated) as refused:
            make.accepted(found)

        assert "Mill has no machine in service" in str(refused.value)
        assert not Reservation.objects.exists()

    def test_after_the_work_changed_is_refused(self, hurco: UUID) -> None:
        made = work(step("Mill", hurco))
        found = make.proposal()
        services.cancel_work_request(
            work_request_id=made.pk, version=made.version, by=SYSTEM, at=MONDAY_7
        )

        with refuses("schedule_outdated"):
            make.accepted(found)

    def test_long_after_it_should_have_begun_is_refused(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        found = make.proposal()

        with refuses("schedule_outdated"):
            make.accepted(found, at=MONDAY_7 + 3 * HOUR)

    def test_is_done_once(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        found = make.accepted(make.proposal())

        with refuses("schedule_decided"):
            make.accepted(found)

    def test_or_rejecting(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        found = make.proposal()

        services.reject_schedule(
            schedule_id=found.pk, version=found.version, by=SYSTEM, at=MONDAY_7
        )

        with refuses("schedule_decided"):
            make.accepted(found)
        assert not Reservation.objects.exists()


class TestWhatIf:
    def test_supposes_that_a_machine_is_closed(self, hurco: UUID, mazak: UUID) -> None:
        work(step("Mill", hurco, mazak))
        closed = (hurco, Period(MONDAY_7, MONDAY_7 + 5 * DAY))

        found = make.proposal(what_if=Assumptions(closed=(closed,)))

        assert bars(found) == [("Mill", mazak, 0.0, 2.5)]

    def test_supposes_a_shift_and_work(self, hurco: UUID) -> None:
        saturday = MONDAY_7 + 5 * DAY
        rush = draft(
            step("Rush", hurco, setup=0, run=60), release_at=saturday, due_at=None
        )
        extra = (hurco, Period(saturday, saturday + 2 * HOUR))

        found = make.proposal(what_if=Assumptions(extra=(extra,), work=(rush,)))

        assert bars(found) == [("Rush", hurco, 120.0, 121.0)]

    def test_leaks_into_nothing(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        before = capacity.week_load(
            machine_ids=[hurco], from_monday=MONDAY_7.date(), weeks=2, at=MONDAY_7
        )
        rush = draft(step("Rush", hurco))

        found = services.preview_rush(draft=rush, by=SYSTEM, at=MONDAY_7)
        found = services.run_schedule(schedule_id=found.pk, at=MONDAY_7)

        assert selectors.rush_of(found.pk) == rush
        assert len(bars(found)) == 2
        assert not Reservation.objects.exists()
        assert (
            capacity.week_load(
                machine_ids=[hurco], from_monday=MONDAY_7.date(), weeks=2, at=MONDAY_7
            )
            == before
        )

    def test_is_never_put_in_force(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        closed = (hurco, Period(MONDAY_7, MONDAY_7 + HOUR))
        found = make.proposal(what_if=Assumptions(closed=(closed,)))

        with refuses("only_assumed"):
            make.accepted(found)
        with (
            pytest.raises(IntegrityError, match="what_if_never_accepted"),
            transaction.atomic(),
        ):
            Schedule.objects.filter(pk=found.pk).update(state=ScheduleState.ACCEPTED)


class TestStopping:
    def test_ends_with_the_best_so_far(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        asked = make.asked_schedule(budget_seconds=600)
        services.stop_schedule(schedule_id=asked.pk, by=SYSTEM, at=MONDAY_7)

        found = worked_out(asked)

        assert found.state == ScheduleState.PROPOSED

    def test_what_is_worked_out_is_refused(self, hurco: UUID) -> None:
        work(step("Mill", hurco))
        found = make.proposal()
        with refuses("schedule_decided"):
            services.stop_schedule(schedule_id=found.pk, by=SYSTEM, at=MONDAY_7)


class TestNeverWorse:
    def test_than_the_plan_in_force(self, hurco: UUID, mazak: UUID) -> None:
        for number in range(6):
            work(
                step("Turn", mazak, hurco, run=60 + 30 * number),
                step("Mill", hurco, run=90),
                title=f"Lot {number}",
                due_at=MONDAY_7 + (8 + 3 * number) * HOUR,
            )
        first = make.accepted(make.proposal())

        again = make.proposal(objective=ScheduleObjective.TARDINESS)

        before, after = again.figures["before"], again.figures["after"]
        assert (
            after["weighted_tardiness"],
            after["late_jobs"],
        ) <= (before["weighted_tardiness"], before["late_jobs"])
        assert before["late_jobs"] == first.figures["after"]["late_jobs"]


class TestStates:
    def test_are_gone_through_in_turn(self, hurco: UUID, mazak: UUID) -> None:
        work(step("Turn", mazak), step("Mill", hurco))
        make.accepted(make.proposal())
        turn, mill = JobOrder.objects.in_order()

        with refuses("job_order_cannot_move"):
            move(mill, JobOrderState.RUNNING)
        move(turn, JobOrderState.RUNNING)
        move(turn, JobOrderState.ENDED)
        move(mill, JobOrderState.RUNNING)
        assert [job.state for job in JobOrder.objects.in_order()] == [
            "ended",
            "running",
        ]

    def test_of_what_runs_keep_it_where_it_is(self, hurco: UUID) -> None:
        work(step("Mill", hurco, setup=0, run=120))
        make.accepted(make.proposal())
        move(JobOrder.objects.get(), JobOrderState.RUNNING)
        work(step("Next", hurco, setup=0, run=60), title="Next", priority=9)

        assert bars(make.proposal()) == [("Next", hurco, 2.0, 3.0)]


def move(job: JobOrder, to: JobOrderState) -> None:
    """Move a step to another state."""
    job.refresh_from_db()
    services.move_job_order_state(
        job_order_id=job.pk, to=to, version=job.version, by=SYSTEM, at=MONDAY_7
    )
