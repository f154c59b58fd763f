"""From a model of the library to figures that the shop stands by."""

from dataclasses import asdict

import pytest
from django.db import IntegrityError, transaction
from django.db.models import JSONField, Value

from apps.audit import selectors as audit
from apps.library import selectors as library
from apps.library.models import MachineModel
from apps.machines import selectors, services
from apps.machines.models import Capability, Machine
from apps.machines.rules import origins, published
from apps.machines.types import CapabilityDraft, EnvelopeKind, MachineDraft
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import library as library_factory
from tests.factories import machines as factory
from tests.support.data import shared_data
from tests.support.world import NOON

BOX = {"size_x_mm": "catalog", "size_y_mm": "catalog", "size_z_mm": "catalog"}
COSTS = {"it_grade": 7, "roughness_um": 0.8}


def add(model_code: str, **facts: object) -> Machine:
    draft = MachineDraft(**{"code": "M1", "name": "The new one", **facts})  # type: ignore[arg-type]
    return services.add_machine_of_model(
        site_id=factory.site().pk,
        model_code=model_code,
        draft=draft,
        by=SYSTEM,
        at=NOON,
    )


def capability(machine: Machine, process_code: str) -> Capability:
    return Capability.objects.get(machine=machine, process_code=process_code)


@pytest.fixture
def dmu(in_north: EnterpriseRef) -> Machine:
    """A DMU 50 of which only the model was said."""
    return add("dmg-dmu-50")


class TestAddMachineOfModel:
    def test_fills_in_what_the_draft_does_not_say(self, dmu: Machine) -> None:
        assert (dmu.maker, dmu.model) == ("DMG MORI", "DMU 50 3rd Generation")
        assert (dmu.axes, dmu.spindle_rpm, dmu.spindle_kw) == (5, 15000, None)
        assert dmu.figures_source == library.machine_model("dmg-dmu-50").source_text
        assert dmu.model_code == "dmg-dmu-50"
        assert dmu.figures_origin == {"axes": "catalog", "spindle_rpm": "catalog"}

    def test_offers_the_processes_of_the_model_with_envelope_and_load(
        self, dmu: Machine
    ) -> None:
        for process in ("milling-5-axis", "milling-3-axis"):
            row = capability(dmu, process)
            assert row.envelope_kind == EnvelopeKind.BOX
            assert (row.size_x_mm, row.size_y_mm, row.size_z_mm) == (650, 520, 475)
            assert row.max_mass_kg == 300
            assert row.figures_origin == {**BOX, "max_mass_kg": "catalog"}

    def test_lets_the_draft_speak_first(self, in_north: EnterpriseRef) -> None:
        machine = add("dmg-dmu-50", spindle_rpm=20000, maker="Deckel Maho", axes=5)

        assert machine.maker == "Deckel Maho"
        assert machine.spindle_rpm == 20000
        assert machine.figures_origin == {"axes": "claimed", "spindle_rpm": "claimed"}

    def test_takes_the_kind_of_the_model(self, in_north: EnterpriseRef) -> None:
        assert add("zeiss-duramax").kind == "measuring_machine"

    def test_leaves_half_an_envelope_unknown(self, in_north: EnterpriseRef) -> None:
        machine = add("trumpf-trulaser-3030")

        row = capability(machine, "laser-cutting")
        assert row.envelope_kind is None
        assert row.figures_origin == {"max_mass_kg": "catalog"}
        assert ("envelope", "laser-cutting") in [
            (fact.key, fact.process_code) for fact in selectors.missing_facts(machine)
        ]

    def test_turns_with_a_cylinder(self, in_north: EnterpriseRef) -> None:
        row = capability(add("haas-st-20"), "turning")
        assert row.envelope_kind == EnvelopeKind.CYLINDER
        assert (row.diameter_mm, row.length_mm) == (381, 533)

    def test_refuses_a_model_that_is_not_there_and_writes_nothing(
        self, in_north: EnterpriseRef
    ) -> None:
        with pytest.raises(library.UnknownMachineModel):
            add("haas-vf-99")
        assert not Machine.objects.exists()


class TestWhoseWord:
    def test_stays_the_makers_while_the_same_is_said_again(self, dmu: Machine) -> None:
        draft = MachineDraft(
            code="M1", name="Renamed", maker=dmu.maker, model=dmu.model,
            axes=5, spindle_rpm=15000, model_code=dmu.model_code,
        )  # fmt: skip
        revised = services.revise_machine(
            machine_id=dmu.pk, version=dmu.version, draft=draft, by=SYSTEM, at=NOON
        )

        assert revised.figures_origin == {"axes": "catalog", "spindle_rpm": "catalog"}

    def test_becomes_the_shops_with_another_figure(self, dmu: Machine) -> None:
        row = factory.capability(
            dmu.pk, process_code="milling-5-axis", size_x_mm=640.0, size_y_mm=520.0,
            size_z_mm=475.0, max_mass_kg=None,
        )  # fmt: skip

        assert row.figures_origin == {
            "size_x_mm": "claimed",
            "size_y_mm": "catalog",
            "size_z_mm": "catalog",
        }

    @pytest.mark.parametrize("model", [Machine, Capability])
    @pytest.mark.parametrize(
        "stored", [{"axes": "guessed"}, {"axes": 5}, ["catalog"], "catalog", None]
    )
    def test_is_one_that_the_database_knows(
        self, dmu: Machine, model: type[Machine], stored: object
    ) -> None:
        with pytest.raises(IntegrityError):
            with transaction.atomic():
                model.objects.update(figures_origin=Value(stored, JSONField()))

    def test_of_a_machine_that_was_added_by_hand_is_the_shops(
        self, in_north: EnterpriseRef
    ) -> None:
        assert factory.machine().figures_origin == {
            "axes": "claimed",
            "spindle_rpm": "claimed",
            "spindle_kw": "claimed",
        }


class TestConfirmFigures:
    def test_makes_all_of_them_the_shops(self, dmu: Machine) -> None:
        confirmed = services.confirm_figures(machine_id=dmu.pk, by=SYSTEM, at=NOON)

        assert confirmed.figures_origin == {
            "axes": "claimed",
            "spindle_rpm": "claimed",
        }
        assert set(capability(dmu, "milling-3-axis").figures_origin.values()) == {
            "claimed"
        }
        assert selectors.unconfirmed_figures(confirmed) == []
        assert confirmed.version == dmu.version + 1
        assert next(event.verb for event in audit.events_of(dmu)) == (
            "machine.figures_confirmed"
        )

    def test_makes_only_those_that_are_named_the_shops(self, dmu: Machine) -> None:
        services.confirm_figures(
            machine_id=dmu.pk,
            figures=["axes", "milling-5-axis.max_mass_kg"],
            by=SYSTEM,
            at=NOON,
        )

        dmu.refresh_from_db()
        assert dmu.figures_origin == {"axes": "claimed", "spindle_rpm": "catalog"}
        assert capability(dmu, "milling-5-axis").figures_origin == {
            **BOX,
            "max_mass_kg": "claimed",
        }
        assert capability(dmu, "milling-3-axis").figures_origin == {
            **BOX,
            "max_mass_kg": "catalog",
        }

    @pytest.mark.parametrize("figures", [["spindle_kw"], [], ["milling-5-axis.axes"]])
    def test_refuses_what_does_not_wait_and_changes_nothing(
        self, dmu: Machine, figures: list[str]
    ) -> None:
        with pytest.raises(services.NothingToConfirm):
            services.confirm_figures(
                machine_id=dmu.pk, figures=figures, by=SYSTEM, at=NOON
            )
        assert len(selectors.unconfirmed_figures(dmu)) == 2 + 2 * 4

    def test_refuses_to_do_it_twice(self, dmu: Machine) -> None:
        services.confirm_figures(machine_id=dmu.pk, by=SYSTEM, at=NOON)
        with pytest.raises(services.NothingToConfirm):
            services.confirm_figures(machine_id=dmu.pk, by=SYSTEM, at=NOON)

    def test_knows_no_machine_of_another_enterprise(
        self, dmu: Machine, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south), pytest.raises(selectors.MachineNotFound):
            services.confirm_figures(machine_id=dmu.pk, by=SYSTEM, at=NOON)

    def test_leaves_the_library_as_it_is(
        self, dmu: Machine, south: EnterpriseRef
    ) -> None:
        before = MachineModel.objects.filter(code="dmg-dmu-50").values().get()
        factory.capability(dmu.pk, process_code="milling-5-axis", size_x_mm=600.0)
        services.confirm_figures(machine_id=dmu.pk, by=SYSTEM, at=NOON)

        assert MachineModel.objects.filter(code="dmg-dmu-50").values().get() == before
        with context.enterprise(south):
            other = add("dmg-dmu-50")
            assert capability(other, "milling-5-axis").size_x_mm == 650
            assert other.figures_origin["axes"] == "catalog"


class TestFillFromModel:
    @pytest.fixture
    def imported(self, in_north: EnterpriseRef) -> Machine:
        """NIST's HPM600U as its probe document says it."""
        services.import_mtconnect(
            document=shared_data("nist/Devices.xml").read_bytes(),
            site_id=factory.site().pk,
            by=SYSTEM,
            at=NOON,
        )
        return Machine.objects.get(model="VMX64")

    def test_is_offered_after_an_import(self, in_north: EnterpriseRef) -> None:
        result = services.import_mtconnect(
            document=shared_data("nist/Devices.xml").read_bytes(),
            site_id=factory.site().pk,
            by=SYSTEM,
            at=NOON,
        )
        known = {one.label: one.model_code for one in result.created}
        assert known == {
            "Agie Charmilles HPM600U": "mikron-hpm-600u",
            "Hurco VMX24": "hurco-vmx24",
            "Hurco VMX64": "hurco-vmx64",
            "Mazak Integrex": "",
            "Mazak QTN": "",
        }

    def test_of_axes_that_were_read_keeps_that_they_were(
        self, imported: Machine
    ) -> None:
        mazak = Machine.objects.get(model="Integrex")
        assert mazak.axes == 5
        assert mazak.figures_origin == {"axes": "observed"}

    def test_fills_in_what_is_missing(self, imported: Machine) -> None:
        entry = selectors.model_of(imported)
        assert entry is not None
        assert selectors.fillable_figures(imported, entry) == {
            "axes": 3,
            "size_x_mm": 1626.0,
            "size_y_mm": 864.0,
            "size_z_mm": 762.0,
        }

        filled = services.fill_from_model(
            machine_id=imported.pk, model_code=entry.code, by=SYSTEM, at=NOON
        )

        assert filled.figures_origin == {"axes": "catalog"}
        assert filled.model_code == "hurco-vmx64"
        assert capability(filled, "milling-3-axis").figures_origin == BOX
        assert selectors.fillable_figures(filled, entry) == {}

    def test_changes_nothing_that_is_said_already(
        self, in_north: EnterpriseRef
    ) -> None:
        machine = factory.complete_machine(axes=None)
        before = asdict(factory_draft(capability(machine, "milling-3-axis")))

        filled = services.fill_from_model(
            machine_id=machine.pk, model_code="hurco-vmx24", by=SYSTEM, at=NOON
        )

        assert filled.axes == 3
        assert filled.spindle_rpm == 8000
        assert asdict(factory_draft(capability(machine, "milling-3-axis"))) == before

    def test_refuses_to_fill_what_is_full(self, in_north: EnterpriseRef) -> None:
        machine = factory.complete_machine()
        with pytest.raises(services.NothingToFill):
            services.fill_from_model(
                machine_id=machine.pk, model_code="hurco-vmx24", by=SYSTEM, at=NOON
            )

    def test_lets_a_documents_envelope_go_first(self, imported: Machine) -> None:
        Machine.objects.filter(pk=imported.pk).update(
            proposal={"envelope_mm": [1600.0, 850.0, 760.0]}
        )
        services.fill_from_model(
            machine_id=imported.pk, model_code="hurco-vmx64", by=SYSTEM, at=NOON
        )

        row = capability(imported, "milling-3-axis")
        assert row.size_x_mm == 1600.0
        assert set(row.figures_origin.values()) == {"observed"}


class TestListing:
    def test_says_what_the_shop_has_not_confirmed(self, dmu: Machine) -> None:
        for process in ("milling-5-axis", "milling-3-axis"):
            row = capability(dmu, process)
            services.set_capability(
                machine_id=dmu.pk,
                draft=CapabilityDraft(
                    **asdict(factory_draft(row))
                    | COSTS
                    | {"material_groups": ("P", "N")}
                ),
                by=SYSTEM,
                at=NOON,
            )
        factory.cost_model(dmu.pk)
        services.publish_machine(machine_id=dmu.pk, by=SYSTEM, at=NOON)

        facts = selectors.facts_for_listing(dmu.pk)
        assert [fact.unconfirmed for fact in facts] == [
            ("size_x_mm", "size_y_mm", "size_z_mm", "max_mass_kg")
        ] * 2

        services.confirm_figures(machine_id=dmu.pk, by=SYSTEM, at=NOON)
        facts = selectors.facts_for_listing(dmu.pk)
        assert [fact.unconfirmed for fact in facts] == [(), ()]


def factory_draft(row: Capability) -> CapabilityDraft:
    names = set(CapabilityDraft.__dataclass_fields__) - {"from_catalog"}
    facts = {name: getattr(row, name) for name in names}
    return CapabilityDraft(
        **facts
        | {
            "material_groups": tuple(row.material_groups),
            "material_codes": tuple(row.material_codes),
        }
    )


class TestTakenOver:
    @pytest.mark.parametrize(
        ("name", "stated", "published_figure"),
        [
            ("size_x_mm", 30 * 25.4, 762.0),
            ("size_y_mm", 16 * 25.4, 406.0),
            ("size_z_mm", 20 * 25.4, 508.0),
            ("size_x_mm", 760.0, None),
            ("max_mass_kg", 1361.0, 1361.0),
            ("max_mass_kg", 1361.4, None),
            ("spindle_rpm", 8100, 8100.0),
            ("spindle_rpm", None, None),
            ("diameter_mm", 100.0, None),
        ],
    )
    def test_is_what_an_inch_shop_says_too(
        self,
        in_north: EnterpriseRef,
        name: str,
        stated: float | None,
        published_figure: float | None,
    ) -> None:
        entry = library.machine_model("haas-vf-2")
        assert published.taken_over(name, stated, entry) == published_figure


class TestOrigins:
    def test_forget_a_figure_that_is_unknown_again(self) -> None:
        assert (
            origins.origins_after(
                ["axes"],
                before={"axes": 5},
                after={"axes": None},
                origins={"axes": "catalog"},
                from_catalog=(),
            )
            == {}
        )


def test_fills_with_any_model_that_the_library_has(in_north: EnterpriseRef) -> None:
    library_factory.machine_model()
    machine = add("acme-five")
    assert machine.figures_origin == {"axes": "catalog"}
    assert capability(machine, "milling-5-axis").envelope_kind is None
