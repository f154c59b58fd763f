"""Routes over several machines: promised, held, booked and let go as a whole."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from apps.capacity import selectors, services
from apps.capacity.models import Reservation
from apps.capacity.services import CapacityConflict, NoFreeTime
from apps.capacity.types import CalendarLevel, ReservationState, StepKind
from apps.kernel.errors import InvalidInput
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines.selectors import MachineNotFound
from apps.machines.services import change_state
from apps.machines.types import MachineState
from tenants.types import Actor
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    HOUR,
    MONDAY_7,
    TWO_DAYS_ON,
    early_shifts,
    held,
)
from tests.factories.routes import route, route_held, step

MINUTE = timedelta(minutes=1)
NOBODYS = UUID("01960000-0000-7000-8000-00000000dead")


@pytest.fixture(autouse=True)
def _shifts(hurco: UUID) -> None:
    early_shifts()


@pytest.fixture
def oven(hurco: UUID) -> UUID:
    """A machine at another site."""
    site = machines.site(name="Kiel")
    return machines.machine(code="Oven1", site_id=site.pk).pk


def states() -> Counter[str]:
    return Counter(Reservation.objects.values_list("state", flat=True))


def spans_of(rows: tuple[Reservation, ...]) -> list[tuple[UUID, int, int]]:
    """Machines with when they begin and end, in minutes from seven o'clock."""
    return [
        (
            row.machine_id,
            (row.start - MONDAY_7) // MINUTE,
            (row.finish - MONDAY_7) // MINUTE,
        )
        for row in rows
    ]


class TestPromiseRoute:
    def test_leads_from_step_to_step_with_transport_between_sites(
        self, hurco: UUID, mazak: UUID, oven: UUID
    ) -> None:
        promise = selectors.promise_route(
            request=route(
                step(hurco, transport_minutes=90),
                step(oven, transport_minutes=60, minutes_per_part=1),
                step(mazak, transport_minutes=15),
            ),
            at=MONDAY_7,
        )

        # 120 min of turning, 90 of transport, 30 in the oven, 60 back, then 120 of
        # which 120 - (420 - 300) are left for tomorrow: the shift ends after 420.
        assert [
            (
                lot.step,
                lot.quantity,
                lot.promise.machine_id,
                lot.promise.working_minutes,
            )
            for lot in promise.lots
        ] == [(0, 10, hurco, 120), (1, 10, oven, 30), (2, 10, mazak, 120)]
        assert promise.starts_at == MONDAY_7
        assert promise.finishes_at == MONDAY_7 + 420 * MINUTE
        assert promise.arrives_at == MONDAY_7 + 435 * MINUTE

    def test_divides_work_by_efficiency(self, hurco: UUID, planner: Actor) -> None:
        services.set_efficiency(
            level=CalendarLevel(machine_id=hurco), percent=80, by=planner, at=MONDAY_7
        )

        promise = selectors.promise_route(request=route(step(hurco)), at=MONDAY_7)
        single = selectors.earliest_finish(
            machine_id=hurco, minutes=120, not_before=MONDAY_7, at=MONDAY_7
        )

        assert promise.lots[0].promise.working_minutes == 150
        assert promise.lots[0].promise == single
        assert held(hurco, minutes=120).minutes == 150

    def test_splits_over_machines_of_a_site_and_says_why(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        held(hurco, minutes=60, not_before=MONDAY_7 + HOUR)

        promise = selectors.promise_route(
            request=route(step(hurco, mazak, most_lots=3), quantity=14),
            at=MONDAY_7,
        )

        # By 110 minutes: 4 parts before the hold, 9 on the other machine: one short.
        by_machine = {
            lot.promise.machine_id: (lot.quantity, lot.promise.finish)
            for lot in promise.lots
        }
        assert by_machine == {
            hurco: (4, MONDAY_7 + 60 * MINUTE),
            mazak: (10, MONDAY_7 + 120 * MINUTE),
        }
        assert [
            step.kind for lot in promise.lots for step in lot.promise.explanation
        ] == [
            StepKind.WORK,
            StepKind.WORK,
        ]

    def test_names_a_lot_of_its_own_in_the_way(self, hurco: UUID) -> None:
        held(hurco, minutes=60, not_before=MONDAY_7 + HOUR)

        promise = selectors.promise_route(
            request=route(step(hurco, most_lots=2), quantity=14), at=MONDAY_7
        )

        assert [
            (lot.quantity, [why.kind for why in lot.promise.explanation])
            for lot in promise.lots
        ] == [
            (4, [StepKind.WORK]),
            (10, [StepKind.OWN_LOT, StepKind.TAKEN, StepKind.WORK]),
        ]

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"quantity": 0}, "quantity"),
            ({"quantity": 2_000_000}, "quantity"),
            ({"release_at": MONDAY_7 + 4000 * DAY}, "release_at"),
            ({"due_at": MONDAY_7}, "due_at"),
        ],
    )
    def test_refuses_what_cannot_be_meant(self, hurco: UUID, facts, field) -> None:
        with pytest.raises(InvalidInput) as refused:
            selectors.promise_route(request=route(step(hurco), **facts), at=MONDAY_7)

        assert refused.value.field == field

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"setup_minutes": -1}, "setup_minutes"),
            ({"minutes_per_part": Decimal(0)}, "minutes_per_part"),
            ({"minutes_per_part": Decimal("NaN")}, "minutes_per_part"),
            ({"transport_minutes": -1}, "transport_minutes"),
            ({"most_lots": 0}, "most_lots"),
            ({"smallest_lot": 0}, "smallest_lot"),
            ({"options": ()}, "machines"),
        ],
    )
    def test_refuses_a_step_that_cannot_be_meant(
        self, hurco: UUID, facts, field
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            selectors.promise_route(request=route(step(hurco, **facts)), at=MONDAY_7)

        assert refused.value.field == field

    def test_knows_no_machine_of_others(self, hurco: UUID) -> None:
        with pytest.raises(MachineNotFound):
            selectors.promise_route(
                request=route(step(hurco), step(NOBODYS)), at=MONDAY_7
            )

    def test_says_whether_shifts_or_reservations_are_too_short(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        tomorrow = MONDAY_7 + 17 * HOUR
        both = route(step(mazak), step(hurco), quantity=10, due_at=tomorrow)
        with pytest.raises(NoFreeTime, match="Step 2.*shifts are too short"):
            selectors.promise_route(
                request=route(step(mazak), step(hurco), quantity=22, due_at=tomorrow),
                at=MONDAY_7,
            )
        held(hurco, minutes=200, not_before=MONDAY_7 + 3 * HOUR)
        with pytest.raises(CapacityConflict, match="Step 2.*pieces"):
            selectors.promise_route(request=both, at=MONDAY_7)

    def test_has_no_time_for_transport(self, hurco: UUID) -> None:
        with pytest.raises(NoFreeTime, match="Transport alone"):
            selectors.promise_route(
                request=route(
                    step(hurco, transport_minutes=60), due_at=MONDAY_7 + HOUR
                ),
                at=MONDAY_7,
            )


class TestHoldRoute:
    def test_holds_what_was_promised_under_one_route(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        rows = route_held(route(step(mazak), step(hurco)), counterparty_id=NOBODYS)

        assert spans_of(rows) == [(mazak, 0, 120), (hurco, 120, 240)]
        assert len({row.route_id for row in rows}) == 1
        assert {row.counterparty_id for row in rows} == {NOBODYS}
        assert {row.state for row in rows} == {ReservationState.HELD}

    def test_holds_nothing_where_one_step_cannot_be(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        early_shifts(hurco, shifts=())

        with pytest.raises(NoFreeTime, match="Step 2"):
            route_held(route(step(mazak), step(hurco)))

        assert states() == {}

    def test_takes_time_of_a_lapsed_hold_that_nobody_swept(self, hurco: UUID) -> None:
        held(hurco, expires_at=MONDAY_7 + HOUR)

        rows = route_held(
            route(step(hurco), release_at=MONDAY_7 + HOUR), at=MONDAY_7 + HOUR
        )

        assert spans_of(rows) == [(hurco, 60, 180)]
        assert states() == {"expired": 1, "held": 1}

    def test_leaves_machines_out_of_service_out(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        change_state(
            machine_id=hurco,
            version=1,
            state=MachineState.IN_MAINTENANCE,
            by=planner,
            at=MONDAY_7,
        )

        rows = route_held(route(step(hurco, mazak)))
        assert [row.machine_id for row in rows] == [mazak]
        with pytest.raises(services.MachineNotInService):
            route_held(route(step(hurco)))

    def test_refuses_to_be_later_than_shown(self, hurco: UUID) -> None:
        shown = selectors.promise_route(request=route(step(hurco)), at=MONDAY_7)
        held(hurco, minutes=30)

        with pytest.raises(CapacityConflict, match="Others have taken time"):
            route_held(route(step(hurco)), arrives_by=shown.arrives_at)

        assert states() == {"held": 1}


class TestBookRoute:
    def test_books_all(self, hurco: UUID, mazak: UUID, planner: Actor) -> None:
        rows = route_held(route(step(mazak), step(hurco)))

        booked = services.book_route(
            route_id=rows[0].route_id, order_id=uuid7(), by=planner, at=MONDAY_7
        )

        assert [row.state for row in booked] == ["booked", "booked"]
        assert [row.expires_at for row in booked] == [None, None]

    def test_books_none_that_has_lapsed(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        rows = route_held(route(step(mazak), step(hurco)))
        # The sweep has come to one of them so far.
        Reservation.objects.filter(pk=rows[0].pk).update(state="expired")

        with pytest.raises(services.HoldExpired):
            services.book_route(
                route_id=rows[0].route_id, order_id=uuid7(), by=planner, at=MONDAY_7
            )

        assert states() == {"expired": 1, "held": 1}

    def test_lapses_by_the_clock(self, hurco: UUID, planner: Actor) -> None:
        (row,) = route_held(route(step(hurco)))

        with pytest.raises(services.HoldExpired):
            services.book_route(
                route_id=row.route_id, order_id=uuid7(), by=planner, at=TWO_DAYS_ON
            )

    def test_is_not_done_in_part(self, hurco: UUID, planner: Actor) -> None:
        (row,) = route_held(route(step(hurco)))

        with pytest.raises(services.PartOfRoute):
            services.book(
                reservation_id=row.pk, order_id=uuid7(), by=planner, at=MONDAY_7
            )
        with pytest.raises(services.PartOfRoute):
            services.release(reservation_id=row.pk, by=planner, at=MONDAY_7)
        assert states() == {"held": 1}

    def test_knows_no_other_route(self, hurco: UUID, planner: Actor) -> None:
        with pytest.raises(services.ReservationUnknown):
            services.book_route(
                route_id=NOBODYS, order_id=uuid7(), by=planner, at=MONDAY_7
            )


class TestReleaseRoute:
    def test_frees_all_of_it_once(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        rows = route_held(route(step(mazak), step(hurco)))

        gone = services.release_route(
            route_id=rows[0].route_id, by=planner, at=MONDAY_7
        )

        assert [row.state for row in gone] == ["released", "released"]
        with pytest.raises(services.ReservationNotLive):
            services.release_route(route_id=rows[0].route_id, by=planner, at=MONDAY_7)

    def test_goes_as_a_whole_for_maintenance(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        route_held(route(step(mazak), step(hurco)))

        taken = services.take_maintenance(
            machine_id=hurco,
            period=Period(MONDAY_7 + 2 * HOUR, MONDAY_7 + 3 * HOUR),
            reason="Bearing",
            by=planner,
            at=MONDAY_7,
        )

        assert {row.machine_id for row in taken.released} == {hurco, mazak}
        assert states() == {"released": 2, "booked": 1}
