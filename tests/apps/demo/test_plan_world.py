"""The world before it is written: the same for a seed, and plausible."""

from collections import Counter
from datetime import date
from decimal import Decimal
from zoneinfo import available_timezones

from apps.catalog import data as catalog
from apps.demo.data.districts import DISTRICTS
from apps.demo.data.enterprises import SHOPS
from apps.demo.data.rfqs import RFQS
from apps.demo.rules import worlds
from apps.demo.rules.geometry import SOLIDS
from apps.demo.types import EnterprisePlan
from tenants.registry.rules import check_slug
from tenants.types import Role

TODAY = date(2030, 5, 6)


def world(enterprises: int = 41, seed: int = 1) -> list[EnterprisePlan]:
    return list(worlds.plan_world(enterprises=enterprises, seed=seed, on=TODAY))


class TestPlanWorld:
    def test_has_forty_shops_and_one_that_only_buys(self) -> None:
        plans = world()
        assert len(plans) == 41
        assert [plan.shop.slug for plan in plans if not plan.machines] == ["weserorbit"]

    def test_covers_eight_countries(self) -> None:
        countries = Counter(plan.shop.country for plan in world())
        assert set(countries) == {"CN", "RU", "DE", "PL", "TR", "IN", "US", "BR"}
        assert min(countries.values()) >= 3

    def test_has_about_two_hundred_machines(self) -> None:
        assert 190 <= sum(len(plan.machines) for plan in world()) <= 220

    def test_is_the_same_for_the_same_seed(self) -> None:
        assert world(120, seed=7) == world(120, seed=7)

    def test_differs_for_another_seed(self) -> None:
        assert world(60, seed=7) != world(60, seed=8)

    def test_grows_without_changing_what_is_there(self) -> None:
        assert world(120)[:60] == world(60)

    def test_covers_all_countries_even_when_small(self) -> None:
        assert len({plan.shop.country for plan in world(9)}) == 8

    def test_gives_every_enterprise_an_address_of_its_own(self) -> None:
        slugs = [plan.shop.slug for plan in world(1500)]
        assert len(set(slugs)) == 1500
        for slug in slugs:
            check_slug(slug)

    def test_codes_of_machines_are_unique_within_an_enterprise(self) -> None:
        for plan in world(300):
            codes = [machine.code for machine in plan.machines]
            assert len(codes) == len(set(codes)), plan.shop.slug

    def test_certificates_are_of_the_catalog_and_not_over(self) -> None:
        known = {row["code"] for row in catalog.read("certificates")}
        for plan in world(300):
            for certificate in plan.certificates:
                assert certificate.kind_code in known
                assert certificate.valid_from_on < TODAY < certificate.valid_until_on

    def test_people_have_known_roles_and_reserved_addresses(self) -> None:
        for plan in world():
            assert plan.people[0].role == Role.OWNER
            for person in plan.people:
                assert person.role in Role.values
                assert person.email.endswith(".example.com")

    def test_time_zones_exist(self) -> None:
        assert {plan.time_zone for plan in world(400)} <= available_timezones()

    def test_hourly_rates_lie_within_what_such_hours_cost(self) -> None:
        for plan in world(400):
            for machine in plan.machines:
                euros = machine.cost.hourly_rate / plan.country.units_per_eur
                assert Decimal(5) <= euros <= Decimal(140), (
                    plan.shop.slug,
                    machine.code,
                )

    def test_every_capability_has_the_sizes_its_shape_needs(self) -> None:
        gaps = [
            (plan.shop.slug, machine.code)
            for plan in world(400)
            for machine in plan.machines
            for able in machine.capabilities
            if None
            in (
                (able.diameter_mm, able.length_mm)
                if able.skill.is_cylinder
                else (able.size_x_mm, able.size_y_mm, able.size_z_mm)
            )
        ]
        assert gaps == []

    def test_names_no_test_data(self) -> None:
        for plan in world(400):
            words = f"{plan.shop.name} {plan.shop.about}".lower()
            assert "test" not in words
            assert "demo" not in words


class TestRequests:
    def test_come_from_demo_buyers(self) -> None:
        buyers = {shop.slug for shop in SHOPS if shop.is_buyer}
        assert {rfq.buyer for rfq in RFQS} <= buyers

    def test_use_the_catalog_and_solids_that_can_be_made(self) -> None:
        materials = {row["code"] for row in catalog.read("materials")}
        processes = {row["code"] for row in catalog.read("processes")}
        for rfq in RFQS:
            for line in rfq.lines:
                assert line.material_code in materials
                assert set(line.process_codes) <= processes
                assert line.solid in SOLIDS


def test_every_shop_stands_in_an_industrial_district_without_a_house_number() -> None:
    cities = {shop.city for shop in SHOPS}

    assert set(DISTRICTS) == cities
    assert not any(letter.isdigit() for name in DISTRICTS.values() for letter in name)
