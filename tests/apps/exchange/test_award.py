from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.exchange import services
from apps.exchange.models import Demand, Listing
from apps.notify.models import Notice
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.models import Order, Quote
from tenants import context
from tenants.types import SYSTEM, Actor, EnterpriseRef
from tests.factories import exchange as make

NOON = make.NOON
LATER = NOON + timedelta(hours=3)


@pytest.fixture
def second(mill: Listing, shop: EnterpriseRef) -> Listing:
    """Another mill of north."""
    return make.listing(shop, code="Mazak01", auto_quote=False)


@pytest.fixture
def quote(mill: Listing, brackets: Demand, north: EnterpriseRef) -> Quote:
    """What the first mill asks."""
    return make.auto_quoted(north, brackets.pk, mill.pk)


@pytest.fixture
def other_quote(
    quote: Quote, second: Listing, brackets: Demand, north: EnterpriseRef, seller: Actor
) -> Quote:
    """What the second mill asks."""
    with context.enterprise(north):
        return services.submit_quote(
            demand_id=brackets.pk,
            listing_id=second.pk,
            unit_price=Decimal("61.00"),
            by=seller,
            at=NOON,
        )


@pytest.fixture
def award(south: EnterpriseRef, buyer: Actor) -> Callable[..., Order]:
    def choose(quote: Quote, **facts: object) -> Order:
        with context.enterprise(south):
            return services.award(
                **{"quote_id": quote.pk, "by": buyer, "at": LATER, **facts}
            )

    return choose


def states(quote: Quote, north: EnterpriseRef, south: EnterpriseRef) -> tuple[str, ...]:
    found = []
    for ref in (north, south):
        with context.enterprise(ref):
            found.append(orders.quote_detail(quote.pk).state)
    with context.enterprise(north):
        found.append(make.reservation_of(quote).state)
    return tuple(found)


def demand_state(demand: Demand) -> str:
    with context.exchange():
        return Demand.objects.get(pk=demand.pk).state


class TestAward:
    def test_books_the_held_time_for_the_order(
        self,
        quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        order = award(quote)
        with context.enterprise(north):
            booked = make.reservation_of(quote)

        assert states(quote, north, south) == ("accepted", "accepted", "booked")
        assert booked.order_id == order.pk
        assert booked.expires_at is None
        assert booked.finish == quote.finish_at

    def test_makes_one_order_seen_from_both_sides(
        self,
        quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        south: EnterpriseRef,
        brackets: Demand,
    ) -> None:
        bought = award(quote)
        with context.enterprise(north):
            sold = orders.order_detail(bought.pk)

        assert (bought.side, sold.side) == ("buyer", "seller")
        assert bought.counterparty_name == north.name
        assert sold.counterparty_name == south.name
        assert sold.counterparty_id == south.id
        assert bought.total == sold.total == quote.total
        assert bought.due_on == brackets.due_on
        assert sold.promised_at == quote.finish_at
        assert sold.reservation_id == quote.reservation_id

    def test_tells_the_winner_who_bought(
        self,
        quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        award(quote)
        with context.enterprise(north):
            assert orders.quote_detail(quote.pk).counterparty_name == south.name
            notice = Notice.objects.get(kind="exchange.order_won")
        assert south.name in notice.title

    def test_declines_the_others_and_frees_their_time(
        self,
        quote: Quote,
        other_quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        award(quote)

        assert states(other_quote, north, south) == ("declined", "declined", "released")
        with context.enterprise(north):
            assert Order.objects.count() == 1
            assert Notice.objects.filter(kind="exchange.quote_declined").count() == 1

    def test_closes_the_demand_and_awards_the_request(
        self,
        quote: Quote,
        award: Callable[..., Order],
        south: EnterpriseRef,
        brackets: Demand,
    ) -> None:
        award(quote)

        assert demand_state(brackets) == "awarded"
        with context.enterprise(south):
            assert orders.rfq_detail(brackets.rfq_id).state == "awarded"

    def test_accepts_what_came_in_before_the_request_was_closed(
        self,
        quote: Quote,
        award: Callable[..., Order],
        south: EnterpriseRef,
        brackets: Demand,
    ) -> None:
        with context.enterprise(south):
            orders_services.close_rfq(rfq_id=brackets.rfq_id, by=SYSTEM, at=NOON)
            services.publish_demand(rfq_line_id=brackets.rfq_line_id, at=NOON)

        assert award(quote).state == "placed"

    @pytest.mark.parametrize("again", ["same", "other"])
    def test_is_refused_the_second_time_and_changes_nothing(
        self,
        quote: Quote,
        other_quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        south: EnterpriseRef,
        again: str,
    ) -> None:
        award(quote)
        with pytest.raises(services.AlreadyAwarded):
            award(quote if again == "same" else other_quote)

        for ref in (north, south):
            with context.enterprise(ref):
                assert Order.objects.count() == 1

    def test_is_refused_when_the_hold_has_lapsed_and_changes_nothing(
        self,
        quote: Quote,
        other_quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        south: EnterpriseRef,
        brackets: Demand,
    ) -> None:
        with pytest.raises(services.HoldExpired) as refusal:
            award(quote, at=NOON + timedelta(hours=48))

        assert "expired" in str(refusal.value)
        assert states(quote, north, south) == ("submitted", "submitted", "held")
        assert states(other_quote, north, south) == ("submitted", "submitted", "held")
        assert demand_state(brackets) == "open"
        with context.enterprise(south):
            assert not Order.objects.exists()
            assert orders.rfq_detail(brackets.rfq_id).state == "published"

    def test_is_refused_a_withdrawn_quote(
        self,
        quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        brackets: Demand,
    ) -> None:
        with context.enterprise(north):
            services.withdraw_quote(quote_id=quote.pk, by=SYSTEM, at=NOON)
        with pytest.raises(orders_services.StateMoved):
            award(quote)

        assert demand_state(brackets) == "open"

    def test_is_refused_at_another_version_and_changes_nothing(
        self,
        quote: Quote,
        award: Callable[..., Order],
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        with pytest.raises(orders_services.VersionMoved):
            award(quote, version=9)

        assert states(quote, north, south) == ("submitted", "submitted", "held")

    def test_is_refused_a_cancelled_request(
        self, quote: Quote, award: Callable[..., Order]
    ) -> None:
        with context.exchange():
            Demand.objects.update(state="cancelled")
        with pytest.raises(services.DemandNotOpen):
            award(quote)

    def test_is_not_for_the_seller(
        self, quote: Quote, north: EnterpriseRef, south: EnterpriseRef, seller: Actor
    ) -> None:
        with context.enterprise(north), pytest.raises(orders.QuoteNotFound):
            services.award(quote_id=quote.pk, by=seller, at=LATER)

        assert states(quote, north, south) == ("submitted", "submitted", "held")

    def test_is_refused_while_the_seller_is_suspended(
        self, quote: Quote, award: Callable[..., Order], north: EnterpriseRef
    ) -> None:
        from tenants.models import Enterprise, User
        from tenants.registry.selectors import forget_enterprises

        with context.directory():
            Enterprise.objects.filter(pk=north.id).update(
                suspended_at=NOON, suspended_by=User.objects.first()
            )
        forget_enterprises()
        with pytest.raises(services.EnterpriseGone):
            award(quote)
