"""What falls due at a moment is asked for by whoever knows the moment."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from apps.capacity import services as capacity
from apps.capacity.models import Reservation
from apps.capacity.types import ReservationState
from tenants import context, jobs
from tenants.jobs import upkeep
from tenants.models import Job
from tenants.types import EnterpriseRef, JobState
from tests.factories.capacity import early_shifts, held
from tests.factories.machines import machine
from tests.support.world import NOON

SWEEP = "capacity.sweep_lapsed"
AN_HOUR_AGO = datetime(2025, 3, 4, 11, 1, tzinfo=UTC)


def waiting(ref: EnterpriseRef, kind: str = SWEEP) -> list[datetime]:
    with context.jobs():
        return list(
            Job.objects.filter(enterprise_id=ref.id, kind=kind, state=JobState.QUEUED)
            .order_by("run_after")
            .values_list("run_after", flat=True)
        )


def a_hold() -> Reservation:
    mill = machine(code="Hurco04").pk
    early_shifts(mill)
    return held(mill)


def hour_of(ref: EnterpriseRef) -> datetime:
    return NOON.replace(hour=ref.id.int % upkeep.HOURS)


class TestEnqueueWhenDue:
    def test_comes_soon_after_and_once_for_all_causes(
        self, in_north: EnterpriseRef
    ) -> None:
        for seconds in (0, 1, 299):
            jobs.enqueue_when_due(SWEEP, due_at=NOON + timedelta(seconds=seconds))

        assert waiting(in_north) == [NOON + timedelta(minutes=5)]

    def test_comes_for_an_earlier_moment_too(self, in_north: EnterpriseRef) -> None:
        jobs.enqueue_when_due(SWEEP, due_at=NOON + timedelta(days=2))
        jobs.enqueue_when_due(SWEEP, due_at=NOON)

        assert waiting(in_north) == [
            NOON + timedelta(minutes=5),
            NOON + timedelta(days=2, minutes=5),
        ]

    def test_keeps_enterprises_apart(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        for ref in (north, south):
            with context.enterprise(ref):
                jobs.enqueue_when_due(SWEEP, due_at=NOON)

        assert waiting(north) == waiting(south) == [NOON + timedelta(minutes=5)]

    def test_is_one_statement(self, in_north: EnterpriseRef) -> None:
        with CaptureQueriesContext(connection) as asked:
            jobs.enqueue_when_due(SWEEP, due_at=NOON)

        assert [query["sql"].split()[0] for query in asked.captured_queries] == [
            "INSERT"
        ]

    def test_does_not_wait_for_another_cause(
        self, committed: None, north: EnterpriseRef
    ) -> None:
        both_have_asked = threading.Barrier(2)
        ended: list[str] = []

        def ask() -> None:
            with context.enterprise(north), transaction.atomic():
                jobs.enqueue_when_due(SWEEP, due_at=NOON)
                both_have_asked.wait(10)
                ended.append("done")
            connections.close_all()

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert ended == ["done", "done"]
        assert set(waiting(north)) == {NOON + timedelta(minutes=5)}

    def test_is_undone_with_its_cause(self, in_north: EnterpriseRef) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            jobs.enqueue_when_due(SWEEP, due_at=NOON)
            raise RuntimeError

        assert waiting(in_north) == []


class TestHold:
    def test_asks_to_be_swept_when_it_lapses(self, in_north: EnterpriseRef) -> None:
        reservation = a_hold()

        assert reservation.expires_at is not None
        [due] = waiting(in_north)
        assert timedelta(0) < due - reservation.expires_at <= timedelta(minutes=5)

    def test_is_let_go_by_that_job(self, in_north: EnterpriseRef) -> None:
        reservation = a_hold()
        Reservation.objects.filter(pk=reservation.pk).update(expires_at=AN_HOUR_AGO)
        with context.jobs():
            Job.objects.filter(kind=SWEEP).update(run_after=AN_HOUR_AGO)

        jobs.run_due()

        reservation.refresh_from_db()
        assert reservation.state == ReservationState.EXPIRED
        assert waiting(in_north) == []

    def test_that_lapsed_blocks_nobody_before_that(
        self, in_north: EnterpriseRef
    ) -> None:
        reservation = a_hold()
        with context.jobs():
            Job.objects.all().delete()
        assert reservation.expires_at is not None

        assert capacity.sweep_lapsed(at=reservation.expires_at) == [reservation]


class TestLookAfter:
    def test_writes_no_row_where_nothing_is_due(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.jobs():
            before = Job.objects.count()

        for hour in range(upkeep.HOURS):
            assert upkeep.look_after(at=NOON.replace(hour=hour)) == 0

        with context.jobs():
            assert Job.objects.count() == before

    def test_finds_once_a_day_what_was_missed(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            reservation = a_hold()
            Reservation.objects.filter(pk=reservation.pk).update(expires_at=AN_HOUR_AGO)
        with context.jobs():
            Job.objects.all().delete()

        asked = [
            upkeep.look_after(at=NOON.replace(hour=hour))
            for hour in range(upkeep.HOURS)
        ]

        assert sum(asked) == 1
        assert asked[north.id.int % upkeep.HOURS] == 1
        [due] = waiting(north)
        begin = hour_of(north)
        assert begin <= due <= begin + timedelta(hours=1, minutes=5)
        assert waiting(south) == []

    def test_is_not_stopped_by_one_that_cannot_be_asked(
        self, north: EnterpriseRef, caplog: pytest.LogCaptureFixture
    ) -> None:
        def break_down(at: datetime) -> bool:
            raise RuntimeError(at)

        with context.enterprise(north):
            reservation = a_hold()
            Reservation.objects.filter(pk=reservation.pk).update(expires_at=AN_HOUR_AGO)
        known = upkeep.upkeep()
        upkeep._upkeep.clear()
        upkeep.register_upkeep("broken.kind", break_down)
        upkeep._upkeep.update(known)
        try:
            assert upkeep.look_after(at=hour_of(north)) == 1
        finally:
            upkeep._upkeep.pop("broken.kind")
        assert "north could not be asked about broken.kind" in caplog.text
