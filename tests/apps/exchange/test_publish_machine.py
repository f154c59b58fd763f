from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from apps.exchange import selectors, services
from apps.exchange.models import Listing
from apps.machines import services as machines_services
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import capacity, machines
from tests.factories import exchange as make

NOON = make.NOON


class TestPublishMachine:
    def test_lists_what_the_machine_can_do(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        assert mill.owner_id == north.id
        assert mill.seller_name == "Nordlicht Precision GmbH"
        assert mill.machine_label == "Hurco VMX24"
        assert mill.process_code == "milling-3-axis"
        assert mill.envelope_kind == "box"
        assert mill.envelope_mm == [610.0, 610.0, 508.0]
        assert mill.certificates["iso-9001"] is None
        assert mill.rate_eur_hour == Decimal("68.00")
        assert mill.languages == ["en"]
        assert mill.auto_quote
        assert mill.is_active

    def test_coarsens_the_place_as_the_site_asks(self, mill: Listing) -> None:
        assert mill.country == "DE"
        assert mill.latitude != machines.AUGSBURG["latitude"]
        assert mill.latitude == pytest.approx(48.37, abs=0.1)

    def test_publishes_the_free_minutes_of_half_a_year(self, mill: Listing) -> None:
        # Monday noon in UTC is two in Augsburg, when the early shift ends.
        assert mill.weeks_from == date(2030, 5, 6)
        assert mill.cumulative_free_minutes[:3] == [4 * 480, 9 * 480, 14 * 480]
        assert len(mill.cumulative_free_minutes) == 26

    def test_converts_the_rate(self, shop: EnterpriseRef) -> None:
        dear = make.listing(shop, cost={"currency": "USD"})

        assert dear.rate_eur_hour is not None
        assert Decimal(40) < dear.rate_eur_hour < Decimal(68)

    def test_changes_nothing_the_second_time(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            assert services.publish_machine(machine_id=mill.machine_id, at=NOON) == []
            mill.refresh_from_db()

        assert mill.version == 1

    def test_raises_the_version_with_a_change(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machines.capability(mill.machine_id, it_grade=7)
            (changed,) = services.publish_machine(machine_id=mill.machine_id, at=NOON)

        assert changed.pk == mill.pk
        assert changed.it_grade == 7
        assert changed.version == 2

    def test_withdraws_what_is_not_shown_any_more(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machines_services.withdraw_machine(
                machine_id=mill.machine_id, by=SYSTEM, at=NOON
            )
            services.publish_machine(machine_id=mill.machine_id, at=NOON)
            mill.refresh_from_db()

        assert not mill.is_active
        with context.enterprise(south):
            assert not selectors.market_listings().exists()

    def test_asks_for_the_listing_to_be_judged(
        self, mill: Listing, queued: Callable[[str], list[dict[str, object]]]
    ) -> None:
        (job,) = queued("exchange.match_listing")

        assert job["listing_id"] == str(mill.pk)

    def test_lists_nothing_of_a_machine_that_is_not_there(
        self, shop: EnterpriseRef, nobody: UUID
    ) -> None:
        with context.enterprise(shop):
            assert services.publish_machine(machine_id=nobody, at=NOON) == []


class TestRefreshCapacity:
    def test_takes_reserved_time_off(self, mill: Listing, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            capacity.held(mill.machine_id, not_before=NOON, at=NOON)
            (changed,) = services.refresh_capacity(machine_id=mill.machine_id, at=NOON)

        assert changed.cumulative_free_minutes[0] == 4 * 480 - 180
        assert changed.version == 2

    def test_rolls_the_weeks_on(self, mill: Listing, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            (changed,) = services.refresh_capacity(
                machine_id=mill.machine_id, at=NOON + timedelta(days=9)
            )

        assert changed.weeks_from == date(2030, 5, 13)

    def test_changes_nothing_without_need(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            assert services.refresh_capacity(machine_id=mill.machine_id, at=NOON) == []

    def test_leaves_withdrawn_listings_alone(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        later = NOON + timedelta(days=9)
        with context.enterprise(north):
            machines_services.withdraw_machine(
                machine_id=mill.machine_id, by=SYSTEM, at=NOON
            )
            services.publish_machine(machine_id=mill.machine_id, at=NOON)
            assert services.refresh_capacity(machine_id=mill.machine_id, at=later) == []


class TestRollWeeks:
    def test_refreshes_the_machines_whose_weeks_are_behind(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        next_week = NOON + timedelta(days=7)
        with context.enterprise(south):
            assert services.roll_weeks(at=next_week) == 0
        with context.enterprise(north):
            assert services.roll_weeks(at=NOON) == 0
            assert services.roll_weeks(at=next_week) == 1
            mill.refresh_from_db()

        assert mill.weeks_from == date(2030, 5, 13)


class TestRowSecurity:
    def test_hides_a_listing_from_others_but_for_its_market_side(
        self, mill: Listing, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            assert not Listing.objects.exists()
            (seen,) = selectors.market_listings()

        assert seen.id == mill.pk
        assert not hasattr(seen, "machine_id")
        assert seen.free_minutes_four_weeks == mill.cumulative_free_minutes[3]

    def test_refuses_a_listing_in_another_name(
        self, mill: Listing, south: EnterpriseRef, north: EnterpriseRef
    ) -> None:
        with (
            context.enterprise(south),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            Listing.objects.create(
                owner_id=north.id,
                machine_id=mill.machine_id,
                capability_id=mill.pk,
                seller_name="Fake",
                machine_label="Fake",
                process_code="turning",
                country="DE",
                weeks_from=date(2030, 5, 6),
            )

    def test_lets_nobody_change_or_remove_what_is_not_theirs(
        self, mill: Listing, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            assert Listing.objects.filter(pk=mill.pk).update(it_grade=1) == 0
            with pytest.raises(ProgrammingError), transaction.atomic():
                Listing.objects.filter(pk=mill.pk)._raw_delete("default")

    def test_shows_the_public_who_trades_and_never_who_is_suspended(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.directory():
            (entry,) = selectors.enterprise_directory()
            assert entry.slug == "north"
            assert entry.process_codes == ("milling-3-axis",)
            assert "iso-9001" in entry.certificate_codes
            assert entry.free == "much"
            assert selectors.enterprise_directory(process_code="turning") == []
            from tenants.models import Enterprise, User

            operator = User.objects.first()
            Enterprise.objects.filter(pk=north.id).update(
                suspended_at=NOON, suspended_by=operator
            )
            assert selectors.enterprise_directory() == []


class TestListingConstraints:
    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"envelope_mm": [1.0, 2.0, 3.0]}, "exchange_listing_box_sides_sorted"),
            ({"envelope_mm": [3.0, 2.0]}, "exchange_listing_envelope_kind_known"),
            ({"envelope_kind": "sphere"}, "exchange_listing_envelope_kind_known"),
            ({"batch_max": 0}, "exchange_listing_batch_max_from_min"),
            ({"country": "Germany"[:2]}, "exchange_listing_country_is_code"),
            ({"latitude": 91.0}, "exchange_listing_place_on_earth"),
            ({"weeks_from": date(2030, 5, 7)}, "exchange_listing_weeks_from_monday"),
            (
                {
                    "total_minutes": [1],
                    "reserved_minutes": [0],
                    "cumulative_free_minutes": [1],
                },
                "exchange_listing_weeks_stated_whole",
            ),
            ({"total_minutes": [480]}, "exchange_listing_weeks_add_up"),
            ({"reserved_minutes": [2401] * 26}, "exchange_listing_weeks_add_up"),
            ({"reserved_minutes": [-1] * 26}, "exchange_listing_weeks_add_up"),
            ({"reserved_minutes": [1] * 26}, "exchange_listing_weeks_add_up"),
            (
                {"cumulative_free_minutes": [2400 - n for n in range(26)]},
                "exchange_listing_weeks_add_up",
            ),
            ({"deliveries_on_time": 1}, "exchange_listing_on_time_within_deliveries"),
        ],
    )
    def test_refuse(
        self,
        mill: Listing,
        north: EnterpriseRef,
        facts: dict[str, object],
        constraint: str,
    ) -> None:
        with (
            context.enterprise(north),
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
        ):
            Listing.objects.filter(pk=mill.pk).update(**facts)
