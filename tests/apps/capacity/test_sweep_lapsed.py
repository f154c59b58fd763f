from datetime import timedelta
from uuid import UUID

from apps.capacity import services, tasks
from apps.capacity.types import ReservationState
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories.capacity import (
    MONDAY_7,
    TWO_DAYS_ON,
    booked,
    early_shifts,
    held,
)

A_SECOND = timedelta(seconds=1)


class TestSweepLapsed:
    def test_expires_what_has_lapsed_and_nothing_else(
        self, hurco: UUID, mazak: UUID, announced
    ) -> None:
        early_shifts()
        lapsed = held(hurco)
        longer = held(mazak, expires_at=TWO_DAYS_ON + A_SECOND)
        booking = booked(hurco)
        announced()

        swept = services.sweep_lapsed(at=TWO_DAYS_ON)

        longer.refresh_from_db()
        booking.refresh_from_db()
        assert [(r.pk, r.state) for r in swept] == [
            (lapsed.pk, ReservationState.EXPIRED)
        ]
        assert longer.state == ReservationState.HELD
        assert booking.state == ReservationState.BOOKED
        assert announced() == [hurco]

    def test_leaves_a_hold_to_its_last_moment(self, hurco: UUID) -> None:
        early_shifts()
        held(hurco)

        assert services.sweep_lapsed(at=TWO_DAYS_ON - A_SECOND) == []

    def test_finds_nothing_the_second_time(self, hurco: UUID, announced) -> None:
        early_shifts()
        held(hurco)
        services.sweep_lapsed(at=TWO_DAYS_ON)
        announced()

        assert services.sweep_lapsed(at=TWO_DAYS_ON) == []
        assert announced() == []

    def test_leaves_the_holds_of_other_tenants(
        self, hurco: UUID, south: EnterpriseRef
    ) -> None:
        early_shifts()
        hold = held(hurco)

        with context.enterprise(south):
            assert services.sweep_lapsed(at=TWO_DAYS_ON) == []

        hold.refresh_from_db()
        assert hold.state == ReservationState.HELD

    def test_runs_as_a_job(self, hurco: UUID) -> None:
        early_shifts()
        # Expires in 2030, which has not come when the suite runs.
        hold = held(hurco)

        tasks.sweep_lapsed(job_id="of-a-later-release")

        hold.refresh_from_db()
        assert hold.state == ReservationState.HELD
        assert hold.expires_at == MONDAY_7 + timedelta(days=2)
