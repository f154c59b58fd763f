from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.exchange import selectors, services
from apps.exchange.models import Demand, Listing
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.models import RfqLine
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import exchange as make

NOON = make.NOON


class TestPublishDemand:
    def test_copies_what_is_asked(self, brackets: Demand, south: EnterpriseRef) -> None:
        assert brackets.owner_id == south.id
        assert brackets.title == "Wheel brackets"
        assert brackets.process_codes == ["milling-3-axis", "milling-5-axis"]
        assert brackets.material_group == "N"
        assert "en-aw-6061-t6" in brackets.accepted_materials
        assert brackets.size_mm == [200.0, 120.0, 40.0]
        assert brackets.round_mm is None
        # 520 cm3 of 6061.
        assert brackets.mass_kg == pytest.approx(1.404)
        assert brackets.certificate_codes == ["iso-9001"]
        assert brackets.state == "open"

    def test_coarsens_the_place_of_delivery(self, brackets: Demand) -> None:
        assert (brackets.latitude, brackets.longitude) == (48.4, 10.9)

    def test_estimates_work_and_price_on_the_reference_machine(
        self, brackets: Demand
    ) -> None:
        # Stock of 203 x 123 x 43 mm less 520 cm3 at 60 cm3/min, 900 cm2 at
        # 40 cm2/min: 31.728 min; 40 pieces and 3 % scrap; 90 min of setup.
        assert brackets.work_minutes == 1398
        assert brackets.reference_eur is not None
        assert Decimal(1500) < brackets.reference_eur < Decimal(4500)
        assert Decimal(0) < brackets.material_cost_eur < brackets.reference_eur

    def test_takes_the_buyers_target_for_reference(self, south: EnterpriseRef) -> None:
        wanted = make.demand(
            south, line={"target_unit_price": Decimal("25.00")}, currency="EUR"
        )

        assert wanted.reference_eur == Decimal("1000.00")

    def test_knows_a_round_part(self, south: EnterpriseRef) -> None:
        shaft = make.demand(
            south,
            part={
                "size_x_mm": 50.0,
                "size_y_mm": 310.0,
                "size_z_mm": 50.0,
                "volume_mm3": 600_000.0,
            },
        )

        assert shaft.round_mm == [50.0, 310.0]

    def test_tells_the_line_and_asks_for_matches(
        self,
        brackets: Demand,
        south: EnterpriseRef,
        queued: Callable[[str], list[dict[str, object]]],
    ) -> None:
        with context.enterprise(south):
            line = orders.rfq_line_of_demand(brackets.pk)
        (job,) = queued("exchange.match_demand")

        assert line.pk == brackets.rfq_line_id
        assert job["demand_id"] == str(brackets.pk)
        assert job["enterprise"] == south.id

    def test_makes_one_demand_of_a_line(
        self, brackets: Demand, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            again = services.publish_demand(rfq_line_id=brackets.rfq_line_id, at=NOON)

            assert Demand.objects.count() == 1
        assert again is not None
        assert again.pk == brackets.pk
        assert again.version == 2

    def test_closes_with_the_request(
        self, brackets: Demand, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            orders_services.close_rfq(rfq_id=brackets.rfq_id, by=SYSTEM, at=NOON)
            closed = services.publish_demand(rfq_line_id=brackets.rfq_line_id, at=NOON)

        assert closed is not None
        assert closed.state == "closed"

    def test_lets_quotes_go_when_the_request_is_cancelled(
        self,
        mill: Listing,
        brackets: Demand,
        north: EnterpriseRef,
        south: EnterpriseRef,
    ) -> None:
        quote = make.auto_quoted(north, brackets.pk, mill.pk)
        with context.enterprise(south):
            orders_services.cancel_rfq(rfq_id=brackets.rfq_id, by=SYSTEM, at=NOON)
            gone = services.publish_demand(rfq_line_id=brackets.rfq_line_id, at=NOON)
            received = orders.quote_detail(quote.pk)
        with context.enterprise(north):
            given = orders.quote_detail(quote.pk)
            reservation = make.reservation_of(quote)

        assert gone is not None
        assert gone.state == "cancelled"
        assert (received.state, given.state) == ("declined", "declined")
        assert reservation.state == "released"

    def test_is_none_for_a_line_that_was_never_published(
        self, in_south: EnterpriseRef
    ) -> None:
        part = make.measured_part()
        asked = make.replace(make.LINE, part_id=part.pk)
        rfq = orders_services.draft_rfq(
            draft=make.replace(make.REQUEST, lines=(asked,)), by=SYSTEM, at=NOON
        )
        line = RfqLine.objects.get(rfq=rfq)

        assert services.publish_demand(rfq_line_id=line.pk, at=NOON) is None
        assert not Demand.objects.exists()


class TestMarketDemand:
    def test_hides_an_anonymous_owner(
        self, brackets: Demand, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            assert not Demand.objects.exists()
            seen = selectors.market_demand(brackets.pk)
        with context.enterprise(south):
            own = selectors.market_demand(brackets.pk)

        assert (seen.owner_id, seen.buyer_name, seen.is_own) == (None, "", False)
        assert (own.owner_id, own.is_own) == (south.id, True)

    def test_names_an_owner_who_is_not(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        named = make.demand(south, anonymous=False)
        with context.enterprise(north):
            seen = selectors.market_demand(named.pk)

        assert seen.buyer_name == "Südwind Aerospace S.A."
        assert seen.owner_id == south.id

    @pytest.mark.parametrize("audience", ["invited", "verified"])
    def test_is_not_there_for_whom_it_does_not_ask(
        self, north: EnterpriseRef, south: EnterpriseRef, audience: str
    ) -> None:
        asked = make.demand(
            south, audience=audience, invited_enterprise_ids=(south.id,)
        )
        for reader in (context.enterprise(north), context.directory()):
            with reader, pytest.raises(selectors.DemandNotFound):
                selectors.market_demand(asked.pk)

    def test_is_there_for_whom_it_invites(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        asked = make.demand(
            south, audience="invited", invited_enterprise_ids=(north.id,)
        )
        with context.enterprise(north):
            assert selectors.market_demand(asked.pk).pk == asked.pk

    def test_is_public_if_its_owner_says_so(self, brackets: Demand) -> None:
        with context.directory():
            (seen,) = selectors.market_demands(process_code="milling-5-axis")

        assert seen.pk == brackets.pk
        assert seen.owner_id is None

    def test_ends_with_its_state(self, brackets: Demand, north: EnterpriseRef) -> None:
        with context.exchange():
            Demand.objects.update(state="awarded")
        with context.enterprise(north):
            assert not selectors.market_demands().exists()


class TestDemandConstraints:
    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"size_mm": [1.0, 2.0, 3.0]}, "exchange_demand_sides_sorted"),
            ({"state": "lost"}, "exchange_demand_state_known"),
            ({"audience": "friends"}, "exchange_demand_audience_known"),
            ({"quantity": 0}, "exchange_demand_quantity_above_zero"),
            ({"work_minutes": 0}, "exchange_demand_work_above_zero"),
            ({"delivery_country": "de"}, "exchange_demand_country_is_code"),
            ({"currency": "eur"}, "exchange_demand_currency_is_code"),
            ({"longitude": 181.0}, "exchange_demand_place_on_earth"),
        ],
    )
    def test_refuse(
        self,
        brackets: Demand,
        south: EnterpriseRef,
        facts: dict[str, object],
        constraint: str,
    ) -> None:
        with (
            context.enterprise(south),
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
        ):
            Demand.objects.filter(pk=brackets.pk).update(**facts)

    def test_times_are_as_asked(self, brackets: Demand) -> None:
        assert brackets.response_deadline_at == NOON + timedelta(days=14)
