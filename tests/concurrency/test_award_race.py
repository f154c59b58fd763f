"""One demand, many decisions: real threads, real transactions, real PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, transaction

from apps.capacity import services as capacity
from apps.capacity.models import Reservation
from apps.exchange import services
from apps.exchange.models import Demand, Listing
from apps.exchange.services import pairing
from apps.kernel.errors import DomainError
from apps.orders.models import Order, Quote
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import exchange as make

MACHINES = 8
LATER = make.NOON + timedelta(hours=3)
LAPSED = make.NOON + timedelta(hours=48)

pytestmark = pytest.mark.usefixtures("committed")

Attempt = tuple[EnterpriseRef, Callable[[], object]]


def race(attempts: Sequence[Attempt]) -> Counter[str]:
    """Start all attempts in the same moment; count wins, and refusals by their code."""
    start = Barrier(len(attempts))

    def run(attempt: Attempt) -> str:
        enterprise, deed = attempt
        try:
            with context.enterprise(enterprise):
                connection.ensure_connection()
                start.wait(timeout=60)
                deed()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(len(attempts)) as threads:
        return Counter(threads.map(run, attempts))


@pytest.fixture
def shop(north: EnterpriseRef) -> EnterpriseRef:
    make.shop(north)
    return north


@pytest.fixture
def mills(shop: EnterpriseRef) -> list[Listing]:
    return [make.listing(shop, code=f"Hurco{n:02}") for n in range(MACHINES)]


@pytest.fixture
def brackets(south: EnterpriseRef) -> Demand:
    return make.demand(south)


def quote_of(
    seller: EnterpriseRef, demand: Demand, listing: Listing, by: Actor
) -> UUID:
    with context.enterprise(seller):
        return services.submit_quote(
            demand_id=demand.pk,
            listing_id=listing.pk,
            unit_price=Decimal("57.90"),
            by=by,
            at=make.NOON,
        ).pk


def award(quote_id: UUID, by: Actor) -> object:
    return services.award(quote_id=quote_id, by=by, at=LATER)


def counted(model: type, refs: Sequence[EnterpriseRef]) -> list[Counter[str]]:
    found = []
    for ref in refs:
        with context.enterprise(ref):
            found.append(Counter(model.objects.values_list("state", flat=True)))
    return found


class TestAward:
    def test_gives_one_line_to_exactly_one_of_many_quotes(
        self,
        mills: list[Listing],
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
    ) -> None:
        quotes = [quote_of(north, brackets, mill, seller) for mill in mills]

        outcome = race([(south, partial(award, quote, buyer)) for quote in quotes])

        assert outcome == {"won": 1, "already_awarded": MACHINES - 1}
        both = [north, south]
        assert counted(Order, both) == [{"placed": 1}, {"placed": 1}]
        decided = {"accepted": 1, "declined": MACHINES - 1}
        assert counted(Quote, both) == [decided, decided]
        assert counted(Reservation, [north]) == [
            {"booked": 1, "released": MACHINES - 1}
        ]

    def test_gives_one_quote_to_exactly_one_of_many_clicks(
        self,
        mills: list[Listing],
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
    ) -> None:
        quote = quote_of(north, brackets, mills[0], seller)

        outcome = race([(south, partial(award, quote, buyer))] * MACHINES)

        assert outcome == {"won": 1, "already_awarded": MACHINES - 1}
        assert counted(Order, [north, south]) == [{"placed": 1}, {"placed": 1}]

    def test_has_one_winner_against_a_withdrawal(
        self,
        mills: list[Listing],
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
    ) -> None:
        for number, mill in enumerate(mills):
            wanted = make.demand(south, part={"number": f"BRK-{number}"})
            quote = quote_of(north, wanted, mill, seller)

            def withdraw(quote_id: UUID = quote) -> object:
                return services.withdraw_quote(quote_id=quote_id, by=seller, at=LATER)

            outcome = race([(south, partial(award, quote, buyer)), (north, withdraw)])

            assert outcome == {"won": 1, "state_moved": 1}
            with context.enterprise(north):
                given = Quote.objects.get(pk=quote)
                held = make.reservation_of(given)
                ordered = Order.objects.filter(quote_id=quote).count()
            assert (given.state, held.state, ordered) in {
                ("accepted", "booked", 1),
                ("withdrawn", "released", 0),
            }
            with context.enterprise(south):
                assert Quote.objects.get(pk=quote).state == given.state

    def test_never_books_what_lapses_at_the_same_moment(
        self,
        mills: list[Listing],
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
    ) -> None:
        for number, mill in enumerate(mills[:4]):
            wanted = make.demand(south, part={"number": f"BRK-{number}"})
            quote = quote_of(north, wanted, mill, seller)

            def lapse() -> object:
                services.expire_quotes(at=LAPSED)
                return capacity.sweep_lapsed(at=LAPSED)

            race([(south, partial(award, quote, buyer)), (north, lapse)])

            with context.enterprise(north):
                given = Quote.objects.get(pk=quote)
                held = make.reservation_of(given)
                ordered = Order.objects.filter(quote_id=quote).count()
            assert (given.state, held.state, ordered) in {
                ("accepted", "booked", 1),
                ("expired", "expired", 0),
                # The clock of the buyer was the earlier one, but the sweep was first.
                ("submitted", "expired", 0),
                ("expired", "held", 0),
            }

    def test_shows_nobody_a_deadlock_of_deals_in_opposite_directions(
        self,
        mills: list[Listing],
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
    ) -> None:
        make.shop(south)
        theirs = [make.listing(south, code=f"Romi{n}") for n in range(4)]
        deals: list[Attempt] = []
        for number in range(4):
            wanted = make.demand(south, part={"number": f"BRK-{number}"})
            deals.append(
                (
                    south,
                    partial(
                        award, quote_of(north, wanted, mills[number], seller), buyer
                    ),
                )
            )
            asked = make.demand(north, part={"number": f"HSG-{number}"}, currency="EUR")
            deals.append(
                (
                    north,
                    partial(
                        award, quote_of(south, asked, theirs[number], seller), buyer
                    ),
                )
            )

        assert race(deals) == {"won": 8}
        assert counted(Order, [north, south]) == [{"placed": 8}, {"placed": 8}]


class TestLockDemand:
    def test_says_that_others_are_deciding_when_it_stays_locked(
        self,
        mills: list[Listing],
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        quote = quote_of(north, brackets, mills[0], seller)
        monkeypatch.setattr(pairing, "LOCK_WAIT", "30ms")

        with context.exchange(), transaction.atomic():
            Demand.objects.select_for_update().get(pk=brackets.pk)
            outcome = race([(south, partial(award, quote, buyer))] * 2)

        assert outcome == {"demand_busy": 2}
        assert counted(Order, [north, south]) == [{}, {}]


class TestSubmitQuote:
    def test_is_recorded_on_both_sides_or_not_at_all_against_an_award(
        self,
        mills: list[Listing],
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
    ) -> None:
        quote = quote_of(north, brackets, mills[0], seller)

        outcome = race(
            [
                (south, partial(award, quote, buyer)),
                *[
                    (north, partial(quote_of, north, brackets, mill, seller))
                    for mill in mills[1:]
                ],
            ]
        )

        late = outcome["demand_not_open"]
        assert outcome["won"] == MACHINES - late
        one, other = counted(Quote, [north, south])
        assert one == other == Counter({"accepted": 1, "declined": MACHINES - 1 - late})
        (reservations,) = counted(Reservation, [north])
        assert reservations["booked"] == 1
        assert reservations["held"] == 0


class TestRaceWithoutTheLock:
    """The same race without the lock: constraints still hold, but nobody waits."""

    def test_collides_instead_of_waiting(
        self,
        mills: list[Listing],
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
        buyer: Actor,
        seller: Actor,
        settings,
    ) -> None:
        quotes = [quote_of(north, brackets, mill, seller) for mill in mills]
        settings.SPINDLE_UNSAFE_NO_BOOKING_LOCK = True

        outcome = race([(south, partial(award, quote, buyer)) for quote in quotes])

        assert outcome["won"] <= 1
        assert outcome["already_awarded"] < MACHINES - 1
