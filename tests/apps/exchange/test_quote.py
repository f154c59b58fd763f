from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from apps.audit.models import AuditEvent
from apps.capacity import selectors as capacity
from apps.capacity import services as capacity_services
from apps.capacity.models import Calendar
from apps.exchange import services
from apps.exchange.models import Demand, Listing
from apps.kernel.errors import DomainError
from apps.machines.models import CostModel
from apps.notify.models import Notice
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.models import Quote
from apps.orders.rules.pricing import NotPriceable
from tenants import context
from tenants.types import SYSTEM, Actor, EnterpriseRef
from tests.factories import exchange as make
from tests.factories.capacity import held

NOON = make.NOON
TWO_DAYS = timedelta(hours=48)


def quotes_in(*refs: EnterpriseRef) -> int:
    count = 0
    for ref in refs:
        with context.enterprise(ref):
            count += Quote.objects.count()
    return count


class TestAutoQuote:
    def test_gives_the_same_quote_on_both_sides(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        quote = make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(south):
            received = orders.quote_detail(quote.pk)

            assert received.side == "buyer"
            assert received.rfq_line_id == brackets.rfq_line_id
            assert received.counterparty_id == north.id
            assert received.counterparty_name == north.name
            assert received.submitted_by == north.name
        with context.enterprise(north):
            given = orders.quote_detail(quote.pk)

            assert given.side == "seller"
            assert given.machine_id == mill.machine_id
            assert (given.state, given.origin) == ("submitted", "auto")
        for column in (
            "total",
            "unit_price",
            "finish_at",
            "valid_until_at",
            "demand_id",
        ):
            assert getattr(given, column) == getattr(received, column)

    def test_traces_every_cent_to_a_line_of_the_cost_model(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        quote = make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(north):
            lines = list(orders.quote_detail(quote.pk).lines.all())

        assert {line.code for line in lines} >= {"setup", "material", "machining"}
        assert sum(line.amount for line in lines) == quote.total
        machining = next(line for line in lines if line.code == "machining")
        assert "68 EUR/h" in machining.basis

    def test_keeps_the_exchange_rate_of_its_day(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        quote = make.auto_quoted(north, brackets.pk, mill.pk)

        assert (quote.currency, quote.buyer_currency) == ("EUR", "BRL")
        assert quote.exchange_rate > 1
        assert quote.total_in_buyer_currency == (
            quote.total * quote.exchange_rate
        ).quantize(Decimal("0.01"))

    def test_holds_the_machine_from_the_end_of_its_validity_on(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        quote = make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(north):
            held = make.reservation_of(quote)

        assert quote.valid_until_at == NOON + TWO_DAYS
        assert held.state == "held"
        assert held.quote_id == quote.pk
        assert held.machine_id == mill.machine_id
        assert held.minutes == quote.machine_minutes
        assert held.expires_at == quote.valid_until_at
        assert held.start >= quote.valid_until_at
        assert held.finish == quote.finish_at

    def test_gives_the_date_that_the_calendar_promises(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            Calendar.objects.update(efficiency_percent=80)
            held(mill.machine_id, not_before=NOON + TWO_DAYS, minutes=300)
        quote = make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(north):
            row = make.reservation_of(quote)
            capacity_services.release(reservation_id=row.pk, by=SYSTEM, at=NOON)
            promise = capacity.earliest_finish(
                machine_id=mill.machine_id,
                minutes=quote.machine_minutes,
                not_before=quote.valid_until_at,
                at=NOON,
            )

        assert quote.finish_at == promise.finish
        assert row.minutes == promise.working_minutes > quote.machine_minutes
        assert promise.start >= quote.valid_until_at + timedelta(minutes=300)

    def test_keeps_an_anonymous_buyer_so(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        quote = make.auto_quoted(north, brackets.pk, mill.pk)

        assert (quote.counterparty_id, quote.counterparty_name) == (None, "")
        with context.enterprise(north):
            for model in (AuditEvent, Notice):
                for row in model.objects.values():
                    assert south.name not in str(row)
                    assert str(south.id) not in str(row)

    def test_names_a_buyer_who_is_not(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        named = make.demand(south, anonymous=False)
        quote = make.auto_quoted(north, named.pk, mill.pk)

        assert quote.counterparty_name == south.name

    def test_tells_both_sides(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(north):
            assert Notice.objects.filter(kind="exchange.quote_given").count() == 1
        with context.enterprise(south):
            received = Notice.objects.get(kind="exchange.quote_received")
        assert "BRL" in received.title
        assert north.name in received.title

    def test_answers_once(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        quote = make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(north):
            services.withdraw_quote(quote_id=quote.pk, by=SYSTEM, at=NOON)
        with pytest.raises(services.AlreadyQuoted):
            make.auto_quoted(north, brackets.pk, mill.pk)

        assert quotes_in(north, south) == 2

    def test_refuses_a_machine_that_no_longer_fits(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        with context.exchange():
            Listing.objects.update(it_grade=9)
        with pytest.raises(services.ListingDoesNotFit):
            make.auto_quoted(north, brackets.pk, mill.pk)

        assert quotes_in(north, south) == 0

    def test_refuses_a_demand_that_is_closed(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        with pytest.raises(services.DemandNotOpen):
            make.auto_quoted(north, brackets.pk, mill.pk, at=NOON + timedelta(days=15))

    def test_refuses_a_machine_of_another(
        self, mill: Listing, brackets: Demand, south: EnterpriseRef, nobody: UUID
    ) -> None:
        for listing_id in (mill.pk, nobody):
            with pytest.raises(services.ListingNotFound):
                make.auto_quoted(south, brackets.pk, listing_id)

    def test_refuses_a_cost_model_without_cutting_rates(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            CostModel.objects.update(removal_cm3_per_min=None)
        with pytest.raises(services.NoCostModel):
            make.auto_quoted(north, brackets.pk, mill.pk)


class TestAnswerDemand:
    def test_answers_if_it_can(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            answer = services.answer_demand(
                demand_id=brackets.pk, listing_id=mill.pk, at=NOON
            )

        assert answer is not None
        assert answer.origin == "auto"

    def test_tells_the_shop_why_it_could_not_and_changes_nothing(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        with context.enterprise(north):
            CostModel.objects.update(removal_cm3_per_min=None)
            answer = services.answer_demand(
                demand_id=brackets.pk, listing_id=mill.pk, at=NOON
            )
            notice = Notice.objects.get(kind="exchange.not_quoted")

        assert answer is None
        assert "cost model" in notice.body
        assert quotes_in(north, south) == 0

    def test_is_quiet_about_what_nobody_asks_any_more(
        self, mill: Listing, brackets: Demand, north: EnterpriseRef
    ) -> None:
        with context.exchange():
            Demand.objects.update(state="awarded")
        with context.enterprise(north):
            answer = services.answer_demand(
                demand_id=brackets.pk, listing_id=mill.pk, at=NOON
            )

            assert answer is None
            assert not Notice.objects.exists()


@pytest.fixture
def submit(
    mill: Listing, brackets: Demand, north: EnterpriseRef, seller: Actor
) -> Callable[..., Quote]:
    def give(**facts: object) -> Quote:
        with context.enterprise(north):
            return services.submit_quote(
                **{
                    "demand_id": brackets.pk,
                    "listing_id": mill.pk,
                    "unit_price": Decimal("57.90"),
                    "by": seller,
                    "at": NOON,
                    **facts,
                }
            )

    return give


class TestSubmitQuote:
    def test_gives_the_sellers_price_on_both_sides(
        self, submit: Callable[..., Quote], south: EnterpriseRef
    ) -> None:
        quote = submit(note="Deburred, washed.")
        with context.enterprise(south):
            received = orders.quote_detail(quote.pk)

        assert quote.total == Decimal("2316.00")
        assert (quote.origin, quote.submitted_by) == ("manual", "Selma Seller")
        assert received.note == "Deburred, washed."
        assert received.total == quote.total

    def test_holds_the_markets_estimate_or_what_the_seller_says(
        self, submit: Callable[..., Quote], brackets: Demand, north: EnterpriseRef
    ) -> None:
        quote = submit(machine_minutes=600)

        assert quote.machine_minutes == 600
        with context.enterprise(north):
            services.withdraw_quote(quote_id=quote.pk, by=SYSTEM, at=NOON)
        assert submit().machine_minutes == brackets.work_minutes

    def test_lets_a_shop_answer_what_its_listing_does_not_fit(
        self, submit: Callable[..., Quote]
    ) -> None:
        with context.exchange():
            Listing.objects.update(it_grade=9)

        assert submit().state == "submitted"

    def test_is_refused_to_whom_the_demand_does_not_ask(
        self, submit: Callable[..., Quote], north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.exchange():
            Demand.objects.update(excluded_countries=["DE"])
        with pytest.raises(services.DemandNotFound):
            submit()

        assert quotes_in(north, south) == 0

    def test_answers_from_one_machine_once(
        self, submit: Callable[..., Quote], north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        submit()
        with pytest.raises(orders_services.QuoteExists):
            submit()

        assert quotes_in(north, south) == 2
        with context.enterprise(north):
            from apps.capacity.models import Reservation

            assert Reservation.objects.count() == 1

    @pytest.mark.parametrize(
        ("facts", "error"),
        [
            ({"unit_price": Decimal(0)}, NotPriceable),
            ({"unit_price": Decimal("1.234")}, NotPriceable),
            ({"valid_until_at": NOON}, services.ValidityTooLong),
            (
                {"valid_until_at": NOON + timedelta(days=31)},
                services.ValidityTooLong,
            ),
            ({"machine_minutes": 40 * 60 * 6}, services.NoFreeTime),
            ({"at": NOON + timedelta(days=14)}, services.DemandNotOpen),
        ],
    )
    def test_is_refused_and_changes_nothing(
        self,
        submit: Callable[..., Quote],
        north: EnterpriseRef,
        south: EnterpriseRef,
        facts: dict[str, object],
        error: type[DomainError],
    ) -> None:
        with pytest.raises(error):
            submit(**facts)

        assert quotes_in(north, south) == 0


class TestPreviewPrice:
    def test_holds_and_sends_nothing(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        with context.enterprise(north):
            price = services.preview_price(
                demand_id=brackets.pk, listing_id=mill.pk, at=NOON
            )
        quote = make.auto_quoted(north, brackets.pk, mill.pk)

        assert price.total == quote.total
        assert quotes_in(north, south) == 2


class TestWithdrawQuote:
    def test_takes_it_back_on_both_sides_and_frees_the_machine(
        self,
        submit: Callable[..., Quote],
        north: EnterpriseRef,
        south: EnterpriseRef,
        seller: Actor,
    ) -> None:
        quote = submit()
        with context.enterprise(north):
            given = services.withdraw_quote(
                quote_id=quote.pk, by=seller, at=NOON, reason="Spindle broke."
            )
            held = make.reservation_of(quote)
        with context.enterprise(south):
            received = orders.quote_detail(quote.pk)
            notice = Notice.objects.get(kind="exchange.quote_withdrawn")

        assert (given.state, received.state) == ("withdrawn", "withdrawn")
        assert received.decision_reason == "Spindle broke."
        assert received.decided_by == north.name
        assert held.state == "released"
        assert north.name in notice.title

    def test_is_refused_once_it_is_withdrawn(
        self, submit: Callable[..., Quote], north: EnterpriseRef, seller: Actor
    ) -> None:
        quote = submit()
        with context.enterprise(north):
            services.withdraw_quote(quote_id=quote.pk, by=seller, at=NOON)
            with pytest.raises(orders_services.StateMoved):
                services.withdraw_quote(quote_id=quote.pk, by=seller, at=NOON)

    def test_is_refused_at_another_version_and_changes_nothing(
        self, submit: Callable[..., Quote], north: EnterpriseRef, seller: Actor
    ) -> None:
        quote = submit()
        with context.enterprise(north):
            with pytest.raises(orders_services.VersionMoved):
                services.withdraw_quote(
                    quote_id=quote.pk, by=seller, at=NOON, version=9
                )

            assert make.reservation_of(quote).state == "held"

    def test_is_not_for_the_buyer(
        self, submit: Callable[..., Quote], south: EnterpriseRef, buyer: Actor
    ) -> None:
        quote = submit()
        with context.enterprise(south), pytest.raises(orders.QuoteNotFound):
            services.withdraw_quote(quote_id=quote.pk, by=buyer, at=NOON)


class TestExpireQuotes:
    def test_lets_go_what_has_lapsed_on_each_side(
        self, submit: Callable[..., Quote], north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        quote = submit()
        for ref in (north, south):
            with context.enterprise(ref):
                assert services.expire_quotes(at=NOON + timedelta(hours=47)) == 0
                assert services.expire_quotes(at=NOON + TWO_DAYS) == 1
                assert orders.quote_detail(quote.pk).state == "expired"
