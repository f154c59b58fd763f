from datetime import timedelta

import pytest

from apps.exchange import selectors
from apps.exchange.models import Demand, Listing
from apps.exchange.rules.estimate import round_size
from apps.exchange.selectors.market import traffic_light
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import exchange as make


class TestMarketListings:
    @pytest.mark.parametrize(
        ("filters", "count"),
        [
            ({}, 2),
            # A family of processes stands for all below it.
            ({"process_code": "milling"}, 1),
            ({"process_code": "turning"}, 1),
            ({"process_code": "bending"}, 0),
            ({"country": "DE"}, 2),
            ({"country": "PL"}, 0),
            ({"search": "hurco nordlicht"}, 1),
            ({"search": "hurco süd"}, 0),
        ],
    )
    def test_are_found_by_process_country_and_words(
        self,
        mill: Listing,
        shop: EnterpriseRef,
        south: EnterpriseRef,
        filters: dict[str, str],
        count: int,
    ) -> None:
        make.listing(
            shop,
            code="Lathe01",
            model="TL-2",
            maker="Haas",
            offers={
                "process_code": "turning",
                "envelope_kind": "cylinder",
                "size_x_mm": None,
                "size_y_mm": None,
                "size_z_mm": None,
                "diameter_mm": 406.0,
                "length_mm": 1219.0,
            },
        )
        with context.enterprise(south):
            assert selectors.market_listings(**filters).count() == count

    def test_of_our_own_are_seen_whole(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            (own,) = selectors.own_listings()
            (same,) = selectors.listings_of_machine(mill.machine_id)
            assert own == same == mill
        with context.enterprise(south):
            assert not selectors.own_listings().exists()
            assert not selectors.listings_of_machine(mill.machine_id).exists()


class TestMarketDemands:
    @pytest.mark.parametrize(
        ("filters", "count"),
        [
            ({"search": "wheel BRACKETS"}, 1),
            ({"search": "shafts"}, 0),
            ({"process_code": "milling"}, 1),
            ({"process_code": "turning"}, 0),
            ({"country": "DE"}, 1),
            ({"country": "BR"}, 0),
        ],
    )
    def test_are_found_by_process_country_and_words(
        self,
        brackets: Demand,
        north: EnterpriseRef,
        filters: dict[str, str],
        count: int,
    ) -> None:
        with context.enterprise(north):
            assert selectors.market_demands(**filters).count() == count

    def test_end_with_their_deadline(
        self, brackets: Demand, north: EnterpriseRef
    ) -> None:
        with context.exchange():
            Demand.objects.update(
                response_deadline_at=make.NOON.replace(year=2020) - timedelta(days=1)
            )
        with context.enterprise(north), pytest.raises(selectors.DemandNotFound):
            selectors.market_demand(brackets.pk)


class TestTrafficLight:
    @pytest.mark.parametrize(
        ("hours", "light"), [(0, "little"), (39, "little"), (40, "some"), (80, "much")]
    )
    def test_says_how_much_is_free_in_three_steps(self, hours: int, light: str) -> None:
        assert traffic_light(hours * 60) == light


class TestRoundSize:
    @pytest.mark.parametrize(
        ("size", "filled", "found"),
        [
            ((50.0, 50.0, 310.0), 0.7, (50.0, 310.0)),
            ((310.0, 50.0, 50.1), 0.7, (50.1, 310.0)),
            ((180.0, 180.0, 62.0), 0.5, (180.0, 62.0)),
            # A square bar fills its box, a cylinder cannot.
            ((50.0, 50.0, 310.0), 0.99, None),
            ((200.0, 120.0, 40.0), 0.5, None),
        ],
    )
    def test_knows_what_looks_turned(self, size, filled, found) -> None:
        volume = filled * size[0] * size[1] * size[2]

        assert round_size(size, volume) == found
