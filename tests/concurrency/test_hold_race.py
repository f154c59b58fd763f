"""Many buyers, one machine: real threads, real transactions, real PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import pairwise
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, transaction

from apps.capacity import services
from apps.capacity.models import Reservation
from apps.capacity.services import turns
from apps.capacity.types import LIVE_STATES, ReservationState
from apps.kernel.errors import DomainError
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from tenants import context
from tenants.registry.services import sign_up
from tenants.types import Actor, EnterpriseRef
from tests.factories.capacity import (
    HOUR,
    MONDAY_7,
    TWO_DAYS_ON,
    early_shifts,
    held,
)
from tests.factories.machines import machine
from tests.support.world import PASSWORD

BUYERS = 32
WINDOW = Period(MONDAY_7, MONDAY_7 + 3 * HOUR)

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def hurco(north: EnterpriseRef) -> UUID:
    """A mill of north, committed for all threads to see."""
    return machine_of(north)


def machine_of(enterprise: EnterpriseRef) -> UUID:
    with context.enterprise(enterprise):
        machine_id = machine(code="Hurco04").pk
        early_shifts()
    return machine_id


def race(enterprise: EnterpriseRef, *attempts: Callable[[], object]) -> Counter[str]:
    """Start all attempts in the same moment; count wins, and refusals by their code."""
    start = Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> str:
        try:
            with context.enterprise(enterprise):
                connection.ensure_connection()
                start.wait(timeout=30)
                attempt()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(len(attempts)) as threads:
        return Counter(threads.map(run, attempts))


def overlaps(enterprise: EnterpriseRef) -> int:
    """Count the pairs of live reservations that share a moment, in plain SQL."""
    with context.enterprise(enterprise), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM capacity_reservation a JOIN capacity_reservation b"
            " ON a.machine_id = b.machine_id AND a.during && b.during AND a.id < b.id"
            " WHERE a.state IN ('held', 'booked') AND b.state IN ('held', 'booked')"
        )
        (count,) = cursor.fetchone()
    return int(count)


def live(enterprise: EnterpriseRef) -> list[Reservation]:
    with context.enterprise(enterprise):
        return list(
            Reservation.objects.filter(state__in=LIVE_STATES).order_by("during")
        )


class TestHold:
    def test_gives_one_window_to_exactly_one_of_many(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        outcome = race(north, *[lambda: held(hurco, during=WINDOW)] * BUYERS)

        assert outcome == {"won": 1, "capacity_conflict": BUYERS - 1}
        assert [Period(r.start, r.finish) for r in live(north)] == [WINDOW]

    def test_gives_the_last_hours_of_a_week_to_exactly_one_of_many(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        outcome = race(
            north,
            *[lambda: held(hurco, minutes=38 * 60, due_before=MONDAY_7 + 5 * 24 * HOUR)]
            * BUYERS,
        )

        assert outcome == {"won": 1, "capacity_conflict": BUYERS - 1}
        assert overlaps(north) == 0

    def test_lines_up_all_who_can_be_served(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        # Fewer than would keep each other waiting until the machine counts as busy.
        outcome = race(north, *[lambda: held(hurco, minutes=10)] * 8)

        rows = live(north)
        assert outcome == {"won": 8}
        assert rows[0].start == MONDAY_7
        assert all(one.finish == next_.start for one, next_ in pairwise(rows))

    def test_gives_a_lapsed_hold_to_exactly_one_while_it_is_swept(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        with context.enterprise(north):
            held(hurco, expires_at=MONDAY_7 + HOUR)
        window = Period(MONDAY_7 + HOUR, MONDAY_7 + 3 * HOUR)
        later = window.start

        outcome = race(
            north,
            *[lambda: held(hurco, minutes=120, during=window, at=later)] * 24,
            *[lambda: services.sweep_lapsed(at=later)] * 8,
        )

        assert outcome == {"won": 1 + 8, "capacity_conflict": 23}
        assert overlaps(north) == 0

    def test_says_that_the_machine_is_busy_when_it_stays_locked(
        self,
        north: EnterpriseRef,
        hurco: UUID,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(turns, "LOCK_WAITS_MS", (40, 20))

        with context.enterprise(north), transaction.atomic():
            turns.lock_machines([hurco])
            outcome = race(north, *[lambda: held(hurco)] * 4)

        assert outcome == {"capacity_conflict": 4}
        assert live(north) == []

    def test_shows_nobody_a_deadlock_of_two_who_hold_in_opposite_order(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        with context.enterprise(north):
            mazak = machine(code="Mazak01").pk
        both_have_one = Barrier(2)

        def hold_both(first: UUID, second: UUID) -> None:
            with transaction.atomic():
                held(first, minutes=60)
                both_have_one.wait(timeout=30)
                held(second, minutes=60)

        outcome = race(
            north, partial(hold_both, hurco, mazak), partial(hold_both, mazak, hurco)
        )

        # Whoever gave up has let both machines go, or the other could not have won.
        assert outcome == {"won": 1, "capacity_conflict": 1}
        assert len(live(north)) == 2
        assert overlaps(north) == 0


class TestBook:
    def test_has_one_winner_against_the_sweep(
        self, north: EnterpriseRef, hurco: UUID, planner: Actor
    ) -> None:
        for _round in range(10):
            with context.enterprise(north):
                hold = held(hurco)

            def book(hold_id: UUID = hold.pk) -> None:
                services.book(
                    reservation_id=hold_id, order_id=uuid7(), by=planner, at=MONDAY_7
                )

            def release(hold_id: UUID = hold.pk) -> None:
                services.release(reservation_id=hold_id, by=planner, at=MONDAY_7)

            def sweep() -> None:
                services.sweep_lapsed(at=TWO_DAYS_ON + timedelta(seconds=1))

            outcome = race(north, *[book] * 4, *[sweep] * 2)

            with context.enterprise(north):
                hold.refresh_from_db()
                # The sweeps always return; the hold went to a booking or to them.
                booked = hold.state == ReservationState.BOOKED
                assert outcome["won"] == 2 + booked
                assert hold.version == 2
                if booked:
                    release()


class TestTakeMaintenance:
    def test_never_meets_a_hold_made_at_the_same_time(
        self, north: EnterpriseRef, hurco: UUID, planner: Actor
    ) -> None:
        def maintain() -> None:
            services.take_maintenance(
                machine_id=hurco,
                period=WINDOW,
                reason="Bearing",
                by=planner,
                at=MONDAY_7,
            )

        outcome = race(
            north, maintain, *[lambda: held(hurco, during=WINDOW)] * (BUYERS - 1)
        )

        (only,) = live(north)
        assert only.kind == "maintenance"
        assert outcome["won"] in {1, 2}
        assert overlaps(north) == 0


class TestRaceWithoutProtection:
    """The same race with the protection taken away: it shows that the tests bite."""

    @pytest.fixture
    def unprotected(self, settings) -> EnterpriseRef:
        """A throw-away enterprise whose table has lost its constraint."""
        enterprise, _user = sign_up(
            name="Westwind Forge",
            slug="west",
            country="DE",
            language="en",
            currency="EUR",
            time_zone="Europe/Berlin",
            email="owner@west.example",
            person_name="Wanda West",
            password=PASSWORD,
            at=MONDAY_7,
        )
        with context.owner(enterprise.schema), connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE capacity_reservation"
                " DROP CONSTRAINT capacity_reservation_no_overlap"
            )
        settings.SPINDLE_UNSAFE_NO_BOOKING_LOCK = True
        return enterprise

    def test_books_twice_without_lock_and_constraint(
        self, unprotected: EnterpriseRef
    ) -> None:
        hurco = machine_of(unprotected)

        outcome = race(unprotected, *[lambda: held(hurco, during=WINDOW)] * BUYERS)

        assert outcome["won"] > 1
        assert overlaps(unprotected) > 0

    def test_is_still_safe_with_the_constraint_alone(
        self, north: EnterpriseRef, hurco: UUID, settings
    ) -> None:
        settings.SPINDLE_UNSAFE_NO_BOOKING_LOCK = True

        outcome = race(north, *[lambda: held(hurco, during=WINDOW)] * BUYERS)

        assert outcome == {"won": 1, "capacity_conflict": BUYERS - 1}
        assert overlaps(north) == 0

    def test_is_still_safe_with_the_lock_alone(
        self, unprotected: EnterpriseRef, settings
    ) -> None:
        settings.SPINDLE_UNSAFE_NO_BOOKING_LOCK = False
        hurco = machine_of(unprotected)

        outcome = race(unprotected, *[lambda: held(hurco, during=WINDOW)] * BUYERS)

        assert outcome == {"won": 1, "capacity_conflict": BUYERS - 1}
        assert overlaps(unprotected) == 0
