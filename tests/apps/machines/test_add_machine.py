"""Registering sites, machines, what they offer and what is certified."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from apps.catalog.selectors import (
    UnknownCertificateKind,
    UnknownMaterial,
    UnknownProcess,
)
from apps.kernel.identifiers import uuid7
from apps.machines import selectors, services
from apps.machines.models import Capability, Certificate, CostModel, Machine, Site
from apps.machines.rules.figures import ImpossibleFigure
from apps.machines.selectors import (
    CertificateNotFound,
    MachineNotFound,
    SiteNotFound,
)
from apps.machines.services import (
    CapabilityNotFound,
    CertificateTaken,
    CodeTaken,
    SiteChanged,
    SiteNameTaken,
    UnknownMaterialGroup,
)
from apps.machines.types import (
    CapabilityDraft,
    CertificateState,
    CostInputs,
    LocationDisclosure,
    MachineDraft,
    SiteDraft,
)
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.machines import AUGSBURG, COST, HURCO, MILLING, NOON

pytestmark = pytest.mark.usefixtures("in_north")

Told = Callable[[], list[UUID]]


class TestAddSite:
    def test_writes_a_site(self, planner: Actor) -> None:
        site = services.add_site(draft=SiteDraft(**AUGSBURG), by=planner, at=NOON)

        assert Site.objects.get().pk == site.pk
        assert (site.city, site.location_disclosure) == ("Augsburg", "grid")

    def test_refuses_a_name_that_is_taken(self, planner: Actor) -> None:
        machines.site()

        with pytest.raises(SiteNameTaken):
            services.add_site(draft=SiteDraft(**AUGSBURG), by=planner, at=NOON)

        assert Site.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("country", "Germany"),
            ("name", "N" * 121),
            ("location_disclosure", "street"),
        ],
    )
    def test_refuses_what_the_column_cannot_hold(
        self, field: str, value: str, planner: Actor
    ) -> None:
        draft = replace(SiteDraft(**AUGSBURG), **{field: value})

        with pytest.raises(ImpossibleFigure) as refusal:
            services.add_site(draft=draft, by=planner, at=NOON)

        assert refusal.value.field == field
        assert Site.objects.count() == 0

    def test_is_invisible_to_another_enterprise(
        self, planner: Actor, south: EnterpriseRef
    ) -> None:
        site = machines.site()

        with context.enterprise(south):
            assert list(selectors.sites()) == []
            with pytest.raises(SiteNotFound):
                selectors.site(site.pk)


class TestReviseSite:
    def test_changes_what_others_see_of_its_machines(
        self, planner: Actor, told: Told
    ) -> None:
        machine = machines.published_machine()
        told()

        services.revise_site(
            site_id=machine.site_id,
            version=1,
            draft=SiteDraft(
                **{**AUGSBURG, "location_disclosure": LocationDisclosure.COUNTRY}
            ),
            by=planner,
            at=NOON,
        )

        (facts,) = selectors.facts_for_listing(machine.pk)
        assert (facts.country, facts.city, facts.latitude) == ("DE", "", None)
        assert told() == [machine.pk]

    def test_refuses_a_change_of_what_has_changed_meanwhile(
        self, planner: Actor
    ) -> None:
        site = machines.site()

        with pytest.raises(SiteChanged):
            services.revise_site(
                site_id=site.pk,
                version=2,
                draft=SiteDraft(**{**AUGSBURG, "city": "Munich"}),
                by=planner,
                at=NOON,
            )

        assert Site.objects.get().city == "Augsburg"

    def test_refuses_a_site_that_is_not_there(self, planner: Actor) -> None:
        with pytest.raises(SiteNotFound):
            services.revise_site(
                site_id=uuid7(),
                version=1,
                draft=SiteDraft(**AUGSBURG),
                by=planner,
                at=NOON,
            )


class TestAddMachine:
    def test_writes_a_machine_that_nobody_else_sees(
        self, planner: Actor, told: Told
    ) -> None:
        machine = services.add_machine(
            site_id=machines.site().pk,
            draft=MachineDraft(**HURCO),
            by=planner,
            at=NOON,
        )

        machine.refresh_from_db()
        assert str(machine) == "Hurco04 (Hurco VMX24)"
        assert (machine.spindle_rpm, machine.spindle_kw) == (8000, 11.2)
        assert not machine.is_published
        assert selectors.facts_for_listing(machine.pk) == []
        assert told() == []

    def test_refuses_a_code_that_is_taken(self, planner: Actor) -> None:
        machines.machine()

        with pytest.raises(CodeTaken) as refusal:
            services.add_machine(
                site_id=machines.site().pk,
                draft=MachineDraft(**{**HURCO, "name": "Another"}),
                by=planner,
                at=NOON,
            )

        assert (refusal.value.field, refusal.value.value) == ("code", "Hurco04")
        assert Machine.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [("kind", "robot"), ("code", "C" * 61), ("axes", 0)],
    )
    def test_refuses_figures_that_cannot_be(
        self, field: str, value: object, planner: Actor
    ) -> None:
        draft = MachineDraft(**{**HURCO, field: value})

        with pytest.raises(ImpossibleFigure) as refusal:
            services.add_machine(
                site_id=machines.site().pk, draft=draft, by=planner, at=NOON
            )

        assert refusal.value.field == field
        assert Machine.objects.count() == 0

    def test_refuses_a_site_that_is_not_there(self, planner: Actor) -> None:
        with pytest.raises(SiteNotFound):
            services.add_machine(
                site_id=uuid7(), draft=MachineDraft(**HURCO), by=planner, at=NOON
            )


class TestReviseMachine:
    def test_moves_a_machine_to_another_site(self, planner: Actor) -> None:
        machine = machines.machine()
        munich = machines.site(name="Munich", city="Munich")

        services.revise_machine(
            machine_id=machine.pk,
            version=1,
            draft=MachineDraft(**{**HURCO, "spindle_kw": None}),
            site_id=munich.pk,
            by=planner,
            at=NOON,
        )

        machine.refresh_from_db()
        assert machine.site_id == munich.pk
        assert (machine.spindle_kw, machine.version) == (None, 2)

    def test_refuses_a_code_that_is_taken(self, planner: Actor) -> None:
        machine = machines.machine()
        machines.machine(code="Mazak01")

        with pytest.raises(CodeTaken):
            services.revise_machine(
                machine_id=machine.pk,
                version=1,
                draft=MachineDraft(**{**HURCO, "code": "Mazak01"}),
                by=planner,
                at=NOON,
            )

        machine.refresh_from_db()
        assert (machine.code, machine.version) == ("Hurco04", 1)

    def test_refuses_a_machine_that_is_not_there(self, planner: Actor) -> None:
        with pytest.raises(MachineNotFound):
            services.revise_machine(
                machine_id=uuid7(),
                version=1,
                draft=MachineDraft(**HURCO),
                by=planner,
                at=NOON,
            )


class TestSetCapability:
    def test_replaces_what_was_said_of_the_process(self, planner: Actor) -> None:
        machine = machines.machine()
        machines.capability(machine.pk)

        services.set_capability(
            machine_id=machine.pk,
            draft=CapabilityDraft(
                process_code="milling-3-axis",
                material_groups=("N",),
                material_codes=("en-aw-6061-t6",),
                it_grade=7,
            ),
            by=planner,
            at=NOON,
        )

        stated = Capability.objects.get()
        assert (stated.material_groups, stated.it_grade) == (["N"], 7)
        assert stated.material_codes == ["en-aw-6061-t6"]
        assert (stated.envelope_kind, stated.size_x_mm, stated.batch_max) == (
            None,
            None,
            None,
        )
        assert Machine.objects.get().version == 3

    @pytest.mark.parametrize(
        ("changes", "refused"),
        [
            ({"process_code": "juggling"}, UnknownProcess),
            ({"material_codes": ("unobtainium",)}, UnknownMaterial),
            ({"material_groups": ("X",)}, UnknownMaterialGroup),
            ({"it_grade": 30}, ImpossibleFigure),
            ({"envelope_kind": "cylinder"}, ImpossibleFigure),
        ],
    )
    def test_refuses_words_and_figures_that_are_not_known(
        self,
        changes: dict[str, object],
        refused: type[Exception],
        planner: Actor,
    ) -> None:
        machine = machines.machine()

        with pytest.raises(refused):
            services.set_capability(
                machine_id=machine.pk,
                draft=CapabilityDraft(**{**MILLING, **changes}),
                by=planner,
                at=NOON,
            )

        assert Capability.objects.count() == 0
        assert Machine.objects.get().version == 1

    def test_refuses_a_machine_of_another_enterprise(
        self, buyer: Actor, south: EnterpriseRef
    ) -> None:
        machine = machines.machine()

        with context.enterprise(south), pytest.raises(MachineNotFound):
            services.set_capability(
                machine_id=machine.pk,
                draft=CapabilityDraft(**MILLING),
                by=buyer,
                at=NOON,
            )

        assert Capability.objects.count() == 0


class TestDropCapability:
    def test_removes_what_was_said_of_the_process(self, planner: Actor) -> None:
        machine = machines.complete_machine()

        services.drop_capability(
            machine_id=machine.pk, process_code="milling-3-axis", by=planner, at=NOON
        )

        assert Capability.objects.count() == 0

    def test_refuses_a_process_that_is_not_offered(self, planner: Actor) -> None:
        machine = machines.complete_machine()

        with pytest.raises(CapabilityNotFound):
            services.drop_capability(
                machine_id=machine.pk, process_code="turning", by=planner, at=NOON
            )

        assert Capability.objects.count() == 1


class TestSetCostModel:
    def test_gives_back_to_pricing_what_was_stated(self, planner: Actor) -> None:
        machine = machines.machine()
        assert selectors.cost_inputs(machine.pk) is None

        services.set_cost_model(
            machine_id=machine.pk, cost=CostInputs(**COST), by=planner, at=NOON
        )

        assert selectors.cost_inputs(machine.pk) == CostInputs(**COST)

    def test_replaces_the_one_before(self, planner: Actor) -> None:
        machine = machines.complete_machine()

        services.set_cost_model(
            machine_id=machine.pk,
            cost=CostInputs(currency="CNY", hourly_rate=Decimal("300.00")),
            by=planner,
            at=NOON,
        )

        stated = CostModel.objects.get()
        assert (stated.currency, stated.hourly_rate) == ("CNY", Decimal("300.00"))
        assert (stated.setup_rate, stated.removal_cm3_per_min) == (Decimal(0), None)

    def test_refuses_more_places_than_are_kept(self, planner: Actor) -> None:
        machine = machines.machine()

        with pytest.raises(ImpossibleFigure) as refusal:
            services.set_cost_model(
                machine_id=machine.pk,
                cost=CostInputs(currency="EUR", hourly_rate=Decimal("68.005")),
                by=planner,
                at=NOON,
            )

        assert refusal.value.field == "hourly_rate"
        assert CostModel.objects.count() == 0


class TestCertificates:
    def test_hold_for_the_enterprise_with_what_they_include(self) -> None:
        machine = machines.published_machine()
        machines.certificate(
            kind_code="as9100d", number="1", valid_until_on=date(2031, 1, 1)
        )
        machines.certificate(
            kind_code="iso-9001", number="2", valid_until_on=date(2030, 6, 1)
        )
        machines.certificate(kind_code="iso-14001", number="3")

        (facts,) = selectors.facts_for_listing(machine.pk)

        assert facts.certificates == {
            "as9100d": date(2031, 1, 1),
            "iso-9001": date(2031, 1, 1),
            "iso-14001": None,
        }

    def test_are_entered_once(self) -> None:
        machines.certificate()

        with pytest.raises(CertificateTaken):
            machines.certificate(issuer="Another")

        assert Certificate.objects.get().issuer == "TÜV SÜD"

    def test_are_of_a_known_kind(self) -> None:
        with pytest.raises(UnknownCertificateKind):
            machines.certificate(kind_code="gold-star")

    def test_expire_the_day_after_their_last(self, planner: Actor, told: Told) -> None:
        machine = machines.published_machine()
        machines.certificate(number="1", valid_until_on=NOON.date())
        machines.certificate(number="2", valid_until_on=NOON.date() - timedelta(days=1))
        told()

        assert services.expire_certificates(by=planner, at=NOON) == 1

        assert dict(Certificate.objects.values_list("number", "state")) == {
            "1": CertificateState.CLAIMED,
            "2": CertificateState.EXPIRED,
        }
        assert selectors.certificate_codes() == {"iso-9001": NOON.date()}
        assert told() == [machine.pk]

    def test_are_dropped(self, planner: Actor) -> None:
        claimed = machines.certificate()

        services.drop_certificate(certificate_id=claimed.pk, by=planner, at=NOON)

        assert list(selectors.certificates()) == []

    @pytest.mark.parametrize(
        "change", [services.submit_certificate, services.drop_certificate]
    )
    def test_of_another_enterprise_are_not_seen(
        self, change: Callable[..., object], buyer: Actor, south: EnterpriseRef
    ) -> None:
        claimed = machines.certificate()

        with context.enterprise(south), pytest.raises(CertificateNotFound):
            change(certificate_id=claimed.pk, by=buyer, at=NOON)

        claimed.refresh_from_db()
        assert claimed.state == CertificateState.CLAIMED


class TestWhatTheDatabaseKeeps:
    """What holds even where a service forgets it."""

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"state": "broken"}, "machines_machine_state_known"),
            ({"kind": "robot"}, "machines_machine_kind_known"),
            ({"code": ""}, "machines_machine_code_given"),
            ({"axes": 0}, "machines_machine_figures_above_zero"),
            ({"published_at": NOON}, "machines_machine_published_at_with_by"),
            ({"published_by": "P"}, "machines_machine_published_at_with_by"),
            (
                {"published_at": NOON, "published_by": "P", "state": "retired"},
                "machines_machine_retired_not_published",
            ),
        ],
    )
    def test_of_a_machine(self, columns: dict[str, object], constraint: str) -> None:
        machine = machines.machine()

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Machine.objects.filter(pk=machine.pk).update(**columns)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"envelope_kind": "sphere"}, "machines_capability_envelope"),
            ({"envelope_kind": "cylinder"}, "machines_capability_envelope_whole"),
            ({"envelope_kind": None}, "machines_capability_envelope_whole"),
            ({"size_x_mm": 0}, "machines_capability_envelope_whole"),
            ({"size_x_mm": None}, "machines_capability_envelope_whole"),
            ({"length_mm": 5}, "machines_capability_envelope_whole"),
            ({"roughness_um": 0}, "machines_capability_figures_above_zero"),
            ({"it_grade": 19}, "machines_capability_it_grade_in_range"),
            ({"batch_min": 2001}, "machines_capability_batches_in_order"),
        ],
    )
    def test_of_a_capability(self, columns: dict[str, object], constraint: str) -> None:
        machines.capability(machines.machine().pk)

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Capability.objects.update(**columns)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"currency": "€"}, "machines_costmodel_currency_is_code"),
            ({"hourly_rate": 0}, "machines_costmodel_hourly_rate_above_zero"),
            ({"margin_percent": -1}, "machines_costmodel_nothing_below_zero"),
            ({"scrap_percent": 100}, "machines_costmodel_nothing_below_zero"),
            ({"removal_cm3_per_min": 0}, "machines_costmodel_cutting_above_zero"),
        ],
    )
    def test_of_a_cost_model(self, columns: dict[str, object], constraint: str) -> None:
        machines.cost_model(machines.machine().pk)

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            CostModel.objects.update(**columns)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"country": "de"}, "machines_site_country_is_code"),
            ({"time_zone": ""}, "machines_site_time_zone_given"),
            ({"latitude": 91}, "machines_site_coordinates_on_globe"),
            ({"latitude": None}, "machines_site_coordinates_on_globe"),
            ({"location_disclosure": "x"}, "machines_site_location_disclosure_known"),
        ],
    )
    def test_of_a_site(self, columns: dict[str, object], constraint: str) -> None:
        machines.site()

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Site.objects.update(**columns)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"state": "x"}, "machines_certificate_state_known"),
            ({"state": "verified"}, "machines_certificate_verified_has_moment"),
            ({"verified_at": NOON}, "machines_certificate_verified_at_with_by"),
            (
                {
                    "valid_from_on": date(2030, 2, 1),
                    "valid_until_on": date(2030, 1, 1),
                },
                "machines_certificate_validity_in_order",
            ),
        ],
    )
    def test_of_a_certificate(
        self, columns: dict[str, object], constraint: str
    ) -> None:
        machines.certificate()

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Certificate.objects.update(**columns)

    def test_an_imported_identity_names_one_machine(self) -> None:
        machines.machine()
        machines.machine(code="Mazak01")

        with (
            pytest.raises(IntegrityError, match="machines_machine_source_uri_once"),
            transaction.atomic(),
        ):
            Machine.objects.update(source_uri="mtconnect:1")
