import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from apps.audit import selectors as audit
from apps.kernel.errors import DomainError
from apps.kernel.identifiers import uuid7
from apps.orders import selectors, services
from apps.orders.models import Quote, QuoteLine, Rfq
from apps.orders.types import QuoteState, RfqState, Side
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import orders as make
from tests.support.world import NOON

LATER = NOON + timedelta(hours=1)
NORDLICHT = Actor(label="Nordlicht Precision GmbH")


def check_deferred_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.usefixtures("in_north")
class TestRecordGivenQuote:
    def test_keeps_the_quote_with_its_lines(self, seller: Actor) -> None:
        facts = make.quote_facts(counterparty_id=None, counterparty_name="")
        machine_id, reservation_id = uuid7(), uuid7()

        quote = services.record_given_quote(
            facts=facts,
            by=seller,
            at=NOON,
            machine_id=machine_id,
            reservation_id=reservation_id,
        )

        assert quote.pk == facts.id
        assert quote.number == "Q-2030-000001"
        assert (quote.side, quote.state) == (Side.SELLER, QuoteState.SUBMITTED)
        assert (quote.machine_id, quote.reservation_id) == (machine_id, reservation_id)
        assert (quote.counterparty_id, quote.counterparty_name) == (None, "")
        assert (quote.submitted_at, quote.submitted_by) == (NOON, "Selma Seller")
        assert (quote.unit_price, quote.remainder) == (
            Decimal("15.76"),
            Decimal("0.20"),
        )
        lines = selectors.quote_detail(quote.pk).lines.all()
        assert [(line.position, line.code, line.amount) for line in lines] == [
            (1, "setup", Decimal("45.00")),
            (2, "machining", Decimal("585.60")),
        ]
        assert [event.verb for event in audit.events_of(quote)] == ["quote.given"]
        check_deferred_constraints()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"quantity": 0, "unit_price": Decimal(0)}, "quantity"),
            ({"total": Decimal("630.61")}, "total"),
            ({"lines": ()}, "total"),
            ({"unit_price": Decimal("15.77")}, "unit_price"),
            ({"unit_price": Decimal("15.75")}, "unit_price"),
            (
                {"total_in_buyer_currency": Decimal("3941.24")},
                "total_in_buyer_currency",
            ),
            ({"valid_until_at": NOON}, "valid_until_at"),
        ],
    )
    def test_refuses_figures_that_contradict_each_other(
        self, seller: Actor, changes: dict[str, Any], field: str
    ) -> None:
        facts = replace(make.quote_facts(), **changes)

        with pytest.raises(services.QuoteNotSound) as refused:
            services.record_given_quote(facts=facts, by=seller, at=NOON)

        assert refused.value.field == field
        assert not Quote.objects.exists()

    def test_refuses_a_second_open_answer_from_the_same_machine(
        self, seller: Actor
    ) -> None:
        first = make.given_quote()
        second = make.quote_facts(
            demand_id=first.demand_id, listing_id=first.listing_id
        )

        with pytest.raises(services.QuoteExists):
            services.record_given_quote(facts=second, by=seller, at=NOON)

        services.withdraw_quote(quote_id=first.pk, by=seller, at=LATER)
        again = services.record_given_quote(facts=second, by=seller, at=LATER)
        # The number that was refused was given back.
        assert again.number == "Q-2030-000002"

    def test_refuses_the_same_quote_twice(self, seller: Actor) -> None:
        first = make.given_quote()

        with pytest.raises(services.QuoteExists):
            services.record_given_quote(
                facts=make.quote_facts(id=first.pk), by=seller, at=NOON
            )


@pytest.mark.usefixtures("in_south")
class TestRecordReceivedQuote:
    def test_belongs_to_a_line_of_the_request(self) -> None:
        line = make.first_line(make.published_rfq())

        quote = make.received_quote(line)

        assert (quote.side, quote.rfq_line_id) == (Side.BUYER, line.pk)
        assert quote.counterparty_name == "Nordlicht Precision GmbH"
        assert quote.submitted_by == "Nordlicht Precision GmbH"
        assert [event.verb for event in audit.events_of(quote)] == ["quote.received"]

    def test_refuses_a_line_of_another_enterprise(self, north: EnterpriseRef) -> None:
        line = make.first_line(make.published_rfq())

        with context.enterprise(north), pytest.raises(selectors.RfqLineNotFound):
            make.received_quote(line)

    @pytest.mark.parametrize("end", [services.close_rfq, services.cancel_rfq])
    def test_refuses_an_answer_to_a_request_that_is_over(
        self, buyer: Actor, end: Any
    ) -> None:
        rfq = make.published_rfq()
        end(rfq_id=rfq.pk, by=buyer, at=NOON)

        with pytest.raises(services.RfqNotTakingQuotes) as refused:
            make.received_quote(make.first_line(rfq))

        assert str(refused.value) == "RFQ-2030-000001 takes no more quotes."
        assert not Quote.objects.exists()

    def test_refuses_an_answer_at_the_deadline(self) -> None:
        line = make.first_line(make.published_rfq())

        with pytest.raises(services.RfqNotTakingQuotes):
            make.received_quote(
                line,
                at=make.DEADLINE,
                valid_until_at=make.DEADLINE + timedelta(hours=48),
            )

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"quantity": 41}, "quantity"), ({"buyer_currency": "EUR"}, "buyer_currency")],
    )
    def test_refuses_an_answer_to_another_question(
        self, changes: dict[str, Any], field: str
    ) -> None:
        line = make.first_line(make.published_rfq())

        with pytest.raises(services.QuoteNotSound) as refused:
            make.received_quote(line, **changes)

        assert refused.value.field == field


@pytest.mark.usefixtures("in_south")
class TestAcceptQuote:
    def test_awards_the_request(self, buyer: Actor) -> None:
        rfq = make.published_rfq()
        quote = make.received_quote(make.first_line(rfq))

        accepted = services.accept_quote(quote_id=quote.pk, by=buyer, at=LATER)

        assert (accepted.state, accepted.version) == (QuoteState.ACCEPTED, 2)
        assert (accepted.decided_at, accepted.decided_by) == (LATER, "Bruno Buyer")
        rfq.refresh_from_db()
        assert (rfq.state, rfq.awarded_by) == (RfqState.AWARDED, "Bruno Buyer")
        assert audit.events_of(rfq)[0].verb == "rfq.awarded"
        assert audit.events_of(quote)[0].verb == "quote.accepted"

    def test_awards_a_request_of_two_lines_with_the_second(self, buyer: Actor) -> None:
        part = make.part()
        rfq = make.published_rfq(make.line_draft(part.pk), make.line_draft(part.pk))
        plate, spare = (
            make.received_quote(line) for line in rfq.lines.order_by("position")
        )

        services.accept_quote(quote_id=plate.pk, by=buyer, at=LATER)
        rfq.refresh_from_db()
        after_one = rfq.state
        services.accept_quote(quote_id=spare.pk, by=buyer, at=LATER)
        rfq.refresh_from_db()

        assert (after_one, rfq.state) == (RfqState.PUBLISHED, RfqState.AWARDED)

    def test_tells_the_seller_who_the_buyer_is(
        self, north: EnterpriseRef, south: EnterpriseRef, buyer: Actor
    ) -> None:
        with context.enterprise(north):
            quote = make.given_quote()

            accepted = services.accept_quote(
                quote_id=quote.pk,
                by=buyer,
                at=LATER,
                counterparty_id=south.id,
                counterparty_name=south.name,
            )

        assert quote.counterparty_id is None
        assert (accepted.counterparty_id, accepted.counterparty_name) == (
            south.id,
            "Südwind Aerospace S.A.",
        )

    def test_refuses_a_second_quote_for_the_line_and_changes_nothing(
        self, buyer: Actor
    ) -> None:
        line = make.first_line(make.published_rfq())
        chosen, other = make.received_quote(line), make.received_quote(line, "500.00")
        services.accept_quote(quote_id=chosen.pk, by=buyer, at=LATER)

        with pytest.raises(services.LineAlreadyAwarded):
            services.accept_quote(quote_id=other.pk, by=buyer, at=LATER)

        other.refresh_from_db()
        assert (other.state, other.version) == (QuoteState.SUBMITTED, 1)

    def test_refuses_a_quote_of_a_cancelled_request(self, buyer: Actor) -> None:
        part = make.part()
        rfq = make.published_rfq(make.line_draft(part.pk), make.line_draft(part.pk))
        quote = make.received_quote(make.first_line(rfq))
        services.cancel_rfq(rfq_id=rfq.pk, by=buyer, at=LATER)

        with pytest.raises(services.StateMoved):
            services.accept_quote(quote_id=quote.pk, by=buyer, at=LATER)

        quote.refresh_from_db()
        assert quote.state == QuoteState.SUBMITTED

    def test_refuses_a_quote_at_the_end_of_its_validity(self, buyer: Actor) -> None:
        quote = make.received_quote(make.first_line(make.published_rfq()))

        with pytest.raises(services.QuoteLapsed) as refused:
            services.accept_quote(quote_id=quote.pk, by=buyer, at=quote.valid_until_at)

        assert str(refused.value) == (
            "Q-2030-000001 was valid until 2030-05-08 12:00 UTC."
            " Ask the seller for a new quote."
        )

    def test_refuses_a_version_that_is_not_the_last(self, buyer: Actor) -> None:
        quote = make.received_quote(make.first_line(make.published_rfq()))

        with pytest.raises(services.VersionMoved):
            services.accept_quote(quote_id=quote.pk, by=buyer, at=LATER, version=2)

    @pytest.mark.parametrize("end", [services.decline_quote, services.withdraw_quote])
    def test_refuses_a_quote_that_is_over(self, buyer: Actor, end: Any) -> None:
        quote = make.received_quote(make.first_line(make.published_rfq()))
        end(quote_id=quote.pk, by=buyer, at=NOON)

        with pytest.raises(services.StateMoved):
            services.accept_quote(quote_id=quote.pk, by=buyer, at=LATER)

    def test_refuses_a_quote_of_another_enterprise(
        self, buyer: Actor, north: EnterpriseRef
    ) -> None:
        quote = make.received_quote(make.first_line(make.published_rfq()))

        with context.enterprise(north), pytest.raises(selectors.QuoteNotFound):
            services.accept_quote(quote_id=quote.pk, by=buyer, at=LATER)

        quote.refresh_from_db()
        assert quote.state == QuoteState.SUBMITTED


@pytest.mark.usefixtures("in_south")
class TestDeclineAndWithdrawQuote:
    @pytest.mark.parametrize(
        ("end", "state"),
        [
            (services.decline_quote, QuoteState.DECLINED),
            (services.withdraw_quote, QuoteState.WITHDRAWN),
        ],
    )
    def test_ends_the_quote_once(self, buyer: Actor, end: Any, state: str) -> None:
        quote = make.received_quote(make.first_line(make.published_rfq()))

        ended = end(quote_id=quote.pk, by=buyer, at=LATER, reason="Too late.")

        assert (ended.state, ended.decision_reason) == (state, "Too late.")
        assert (ended.decided_at, ended.decided_by) == (LATER, "Bruno Buyer")
        assert audit.events_of(quote)[0].verb == f"quote.{state}"
        with pytest.raises(services.StateMoved):
            end(quote_id=quote.pk, by=buyer, at=LATER)

    @pytest.mark.parametrize("end", [services.decline_quote, services.withdraw_quote])
    def test_refuses_a_quote_that_is_not_here(self, buyer: Actor, end: Any) -> None:
        with pytest.raises(selectors.QuoteNotFound):
            end(quote_id=uuid7(), by=buyer, at=LATER)

    @pytest.mark.parametrize("end", [services.decline_quote, services.withdraw_quote])
    def test_refuses_a_version_that_is_not_the_last(
        self, buyer: Actor, end: Any
    ) -> None:
        quote = make.received_quote(make.first_line(make.published_rfq()))

        with pytest.raises(services.VersionMoved):
            end(quote_id=quote.pk, by=buyer, at=LATER, version=7)


@pytest.mark.usefixtures("in_south")
class TestExpireQuotes:
    def test_lets_go_of_those_whose_validity_has_ended(self, buyer: Actor) -> None:
        line = make.first_line(make.published_rfq())
        lapsed = make.received_quote(line)
        valid = make.received_quote(line, valid_until_at=NOON + timedelta(hours=49))
        declined = make.received_quote(line)
        services.decline_quote(quote_id=declined.pk, by=buyer, at=NOON)

        expired = services.expire_quotes(at=NOON + timedelta(hours=48))

        assert [quote.pk for quote in expired] == [lapsed.pk]
        assert expired[0].state == QuoteState.EXPIRED
        assert expired[0].decided_by == "Spindle"
        valid.refresh_from_db()
        assert valid.state == QuoteState.SUBMITTED
        assert services.expire_quotes(at=NOON + timedelta(hours=48)) == []


class TestRaces:
    def test_one_of_two_awards_wins(
        self, committed: None, south: EnterpriseRef, buyer: Actor
    ) -> None:
        with context.enterprise(south):
            line = make.first_line(make.published_rfq())
            keys = [make.received_quote(line, f"{500 + n}.00").pk for n in range(8)]

        ends = at_once(
            south,
            [
                lambda key=key: services.accept_quote(quote_id=key, by=buyer, at=LATER)
                for key in keys
            ],
        )

        assert sorted(ends) == ["done", *["line_already_awarded"] * 7]
        with context.enterprise(south):
            assert Quote.objects.filter(state=QuoteState.ACCEPTED).count() == 1
            assert Rfq.objects.get().state == RfqState.AWARDED

    def test_one_of_accept_withdraw_and_decline_wins(
        self, committed: None, south: EnterpriseRef, buyer: Actor
    ) -> None:
        with context.enterprise(south):
            quote = make.received_quote(make.first_line(make.published_rfq()))
        deeds = [
            services.accept_quote,
            services.withdraw_quote,
            services.decline_quote,
        ]

        ends = at_once(
            south,
            [
                lambda deed=deed: deed(quote_id=quote.pk, by=buyer, at=LATER)
                for deed in deeds
            ],
        )

        assert sorted(ends) == ["done", "state_moved", "state_moved"]
        with context.enterprise(south):
            quote.refresh_from_db()
            assert quote.version == 2


def at_once(ref: EnterpriseRef, deeds: list[Any]) -> list[str]:
    """Do all in threads of their own at once; return how each ended."""
    ends: list[str] = []
    start = threading.Barrier(len(deeds))

    def work(deed: Any) -> None:
        try:
            with context.enterprise(ref):
                connection.ensure_connection()
                start.wait(timeout=20)
                deed()
            ends.append("done")
        except DomainError as refusal:
            ends.append(refusal.code)
        except BaseException as fault:  # noqa: BLE001  (shown by the test)
            ends.append(repr(fault))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return ends


@pytest.mark.usefixtures("in_north")
class TestTheDatabase:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"state": "lost"}, "orders_quote_(state_known|decided_when_over)"),
            ({"side": "broker"}, "orders_quote_(side_known|received_for_a_line)"),
            ({"origin": "oracle"}, "orders_quote_origin_known"),
            ({"side": "buyer"}, "orders_quote_received_for_a_line"),
            ({"quantity": 0}, "orders_quote_(quantity_above_zero|unit_price_fits)"),
            ({"total_in_buyer_currency": -1}, "orders_quote_total_not_negative"),
            ({"unit_price": Decimal("15.77")}, "orders_quote_unit_price_fits_total"),
            ({"currency": "eur"}, "orders_quote_currency_is_code"),
            ({"exchange_rate": 0}, "orders_quote_rate_above_zero"),
            ({"submitted_by": ""}, "orders_quote_submitted_at_by"),
            ({"decided_by": "Selma"}, "orders_quote_decided_at_by"),
            ({"state": "declined"}, "orders_quote_decided_when_over"),
        ],
    )
    def test_remembers_what_a_quote_is(
        self, changes: dict[str, Any], constraint: str
    ) -> None:
        quote = make.given_quote()

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Quote.objects.filter(pk=quote.pk).update(**changes)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda quote: quote.lines.filter(position=1).update(amount="45.01"),
            lambda quote: quote.lines.filter(position=1).delete(),
            lambda quote: QuoteLine.objects.create(
                quote=quote,
                position=3,
                code="gift",
                label="Gift",
                basis="",
                amount=Decimal("-1.00"),
            ),
            lambda quote: Quote.objects.filter(pk=quote.pk).update(
                total=Decimal("630.61")
            ),
        ],
    )
    def test_refuses_to_commit_lines_that_do_not_sum_to_the_total(
        self, spoil: Any
    ) -> None:
        quote = make.given_quote()
        check_deferred_constraints()

        with (
            pytest.raises(IntegrityError, match="not to its total"),
            transaction.atomic(),
        ):
            spoil(quote)
            check_deferred_constraints()

    def test_refuses_it_at_the_commit_of_another_enterprise_too(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        # The transaction of an award ends in the buyer's name.
        with (
            pytest.raises(IntegrityError, match="not to its total"),
            transaction.atomic(),
        ):
            quote = make.given_quote()
            QuoteLine.objects.filter(quote=quote, position=1).update(amount="45.01")
            with context.enterprise(south):
                check_deferred_constraints()

    def test_shows_the_line_of_a_quote_in_the_readers_words(self) -> None:
        line = QuoteLine(code="setup", label="Setup")
        stranger = QuoteLine(code="freight", label="Freight")

        assert (line.shown_label, stranger.shown_label) == ("Setup", "Freight")
