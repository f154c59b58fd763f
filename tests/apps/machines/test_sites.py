"""Sites say whose holidays they keep, and go when nothing stands there."""

from dataclasses import replace

import pytest

from apps.audit.models import AuditEvent
from apps.kernel.identifiers import uuid7
from apps.machines import selectors, services
from apps.machines.models import Site
from apps.machines.rules import holiday_places
from apps.machines.rules.figures import ImpossibleFigure
from apps.machines.selectors import SiteNotFound
from apps.machines.services import SiteChanged, SiteInUse
from apps.machines.types import HolidayPlace, Placement, SiteDraft
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.machines import AUGSBURG, NOON

BAVARIA = replace(SiteDraft(**AUGSBURG), holiday_subdivision="BY", address="Lechhausen")


class TestAddSite:
    def test_keeps_address_and_holidays(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        site = services.add_site(draft=BAVARIA, by=planner, at=NOON)

        site.refresh_from_db()
        assert (site.address, site.holiday_place) == (
            "Lechhausen",
            HolidayPlace("DE", "BY"),
        )

    def test_lets_others_see_no_address(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        site = services.add_site(
            draft=replace(BAVARIA, name="Exact", location_disclosure="exact"),
            by=planner,
            at=NOON,
        )
        machine = machines.published_machine(site_id=site.pk)

        (facts,) = selectors.facts_for_listing(machine.pk)
        assert "Lechhausen" not in repr(facts)

    @pytest.mark.parametrize(
        ("country", "holidays", "region", "field", "remedy"),
        [
            ("DE", "XX", "", "holiday_country", "exceptions"),
            ("DE", "", "ZZ", "holiday_subdivision", "Augsburg, BB, BE, BW, BY"),
            ("DE", "PL", "BY", "holiday_subdivision", "02, 04"),
            ("CN", "", "SH", "holiday_subdivision", "the whole country"),
        ],
    )
    def test_refuses_holidays_that_nobody_knows_and_changes_nothing(
        self,
        in_north: EnterpriseRef,
        planner: Actor,
        country: str,
        holidays: str,
        region: str,
        field: str,
        remedy: str,
    ) -> None:
        draft = replace(
            BAVARIA,
            country=country,
            holiday_country=holidays,
            holiday_subdivision=region,
        )

        with pytest.raises(ImpossibleFigure) as refusal:
            services.add_site(draft=draft, by=planner, at=NOON)

        assert refusal.value.field == field
        assert remedy in str(refusal.value.remedy)
        assert not Site.objects.exists()


class TestReviseSite:
    def test_has_the_market_read_machines_again_when_holidays_change(
        self, planner: Actor, in_north: EnterpriseRef, told
    ) -> None:
        machine = machines.published_machine()
        machines.machine(code="Unpublished", site_id=machine.site_id)
        told()

        for version in (1, 2):
            services.revise_site(
                site_id=machine.site_id,
                version=version,
                draft=BAVARIA,
                by=planner,
                at=NOON,
            )

        # Once, however often it changes before the job runs.
        assert told() == [machine.pk]

    def test_refuses_a_region_and_changes_nothing(
        self, planner: Actor, in_north: EnterpriseRef
    ) -> None:
        site = machines.site()

        with pytest.raises(ImpossibleFigure):
            services.revise_site(
                site_id=site.pk,
                version=1,
                draft=replace(BAVARIA, holiday_subdivision="ZZ"),
                by=planner,
                at=NOON,
            )

        site.refresh_from_db()
        assert (site.version, site.holiday_subdivision) == (1, "")


class TestDropSite:
    def drop(self, site: Site, planner: Actor, version: int = 1) -> None:
        services.drop_site(site_id=site.pk, version=version, by=planner, at=NOON)

    def test_takes_it_out_and_keeps_its_history(
        self, planner: Actor, in_north: EnterpriseRef
    ) -> None:
        site = machines.site()

        self.drop(site, planner)

        assert not Site.objects.exists()
        last = AuditEvent.objects.order_by("id").last()
        assert last is not None
        assert (last.verb, last.subject_id) == ("site.dropped", str(site.pk))

    def test_refuses_while_machines_or_work_centers_stand_there(
        self, planner: Actor, in_north: EnterpriseRef
    ) -> None:
        site = machines.site()
        for number in range(2):
            machines.machine(site_id=site.pk, code=f"M-{number}")
        machines.work_center(site=site)

        with pytest.raises(SiteInUse) as refusal:
            self.drop(site, planner)

        assert "2 machines stand there, 1 work center is there" in str(refusal.value)
        assert Site.objects.get() == site

    def test_refuses_what_was_changed_meanwhile(
        self, planner: Actor, in_north: EnterpriseRef
    ) -> None:
        site = machines.site()

        with pytest.raises(SiteChanged):
            self.drop(site, planner, version=2)

        assert Site.objects.get() == site

    def test_refuses_a_site_that_is_not_there_or_anothers(
        self, planner: Actor, in_north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        site = machines.site()

        with pytest.raises(SiteNotFound):
            services.drop_site(site_id=uuid7(), version=1, by=planner, at=NOON)
        with context.enterprise(south), pytest.raises(SiteNotFound):
            self.drop(site, planner)

        assert Site.objects.get() == site


class TestPlacementsOf:
    def test_says_where_each_machine_stands(self, in_north: EnterpriseRef) -> None:
        bavarian = machines.machine(
            code="A", site_id=machines.site(name="A", holiday_subdivision="BY").pk
        )
        polish = machines.machine(
            code="B", site_id=machines.site(name="B", holiday_country="PL").pk
        )

        assert selectors.placements_of([bavarian.pk, polish.pk, uuid7()]) == {
            bavarian.pk: Placement(
                bavarian.site_id, None, "Europe/Berlin", HolidayPlace("DE", "BY")
            ),
            polish.pk: Placement(
                polish.site_id, None, "Europe/Berlin", HolidayPlace("PL")
            ),
        }


class TestRegionsOf:
    def test_names_regions_in_the_countrys_own_language(self) -> None:
        names = [region.name for region in holiday_places.regions_of("DE")]

        assert names[:4] == [
            "Augsburg",
            "Baden-Württemberg",
            "Bayern",
            "Bayern (evangelisch)",
        ]

    def test_is_empty_for_a_country_that_keeps_the_same_everywhere(self) -> None:
        assert holiday_places.regions_of("CN") == ()
        assert holiday_places.regions_of("XX") == ()

    def test_fits_into_its_column(self) -> None:
        longest = max(
            len(region.code)
            for country in holiday_places.known_countries()
            for region in holiday_places.regions_of(country)
        )

        assert longest <= Site._meta.get_field("holiday_subdivision").max_length
