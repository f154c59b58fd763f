"""Machines as Asset Administration Shells: written, read back, and what is left out."""

import io
import json
from collections import Counter
from typing import Any

import pytest
from basyx.aas import model
from basyx.aas.adapter.aasx import AASXReader, DictSupplementaryFileContainer
from basyx.aas.adapter.json import read_aas_json_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from apps.machines import selectors, services
from apps.machines.models import Capability, Machine
from apps.machines.rules.aas_shells import AasForm
from apps.machines.services import aas_writing
from apps.machines.types import CapabilityDraft, EnvelopeKind, TableState
from tenants import context
from tenants.types import Actor
from tests.factories import machines as make
from tests.factories.machines import NOON

TURNING = {
    "process_code": "turning",
    "material_groups": (),
    "material_codes": ("c45", "en-aw-6061-t6"),
    "envelope_kind": EnvelopeKind.CYLINDER,
    "size_x_mm": None,
    "size_y_mm": None,
    "size_z_mm": None,
    "diameter_mm": 330.2,
    "length_mm": 1000.0,
    "max_mass_kg": None,
    "it_grade": 7,
    "roughness_um": 0.8,
    "batch_min": None,
    "batch_max": 500,
}


def whole_machine() -> Machine:
    """Return a machine of which everything is stated that a draft can state."""
    machine = make.machine(
        code="M-01/a",
        name="铣床 1",
        maker="Hurco",
        model="VMX24",
        serial_number='S/N "7"',
        axes=5,
        spindle_rpm=12_000,
        spindle_kw=11.2,
        figures_source="Data sheet 2029",
        description="Left of the door",
        auto_quote=True,
    )
    make.capability(
        machine.pk,
        material_codes=("c45",),
        tolerances={"bore": {"it_grade": 6, "roughness_um": 0.8}},
    )
    make.capability(machine.pk, **TURNING)
    make.capability(
        machine.pk,
        process_code="milling-5-axis",
        from_catalog=frozenset({"max_mass_kg"}),
    )
    make.cost_model(machine.pk)
    Machine.objects.filter(pk=machine.pk).update(controller="Heidenhain TNC 640")
    return selectors.machine_detail(machine.pk).machine


def written(form: AasForm = AasForm.JSON) -> bytes:
    return services.export_aas(selectors.machines_of(), form=form)


def imported(raw: bytes, by: Actor, name: str = "machines.json") -> Any:
    made = services.upload_table(raw=raw, file_name=name, by=by, at=NOON)
    services.start_table(table_import_id=made.pk, by=by, at=NOON)
    return services.apply_table(table_import_id=made.pk, at=NOON)


def submodels(raw: bytes) -> list[Any]:
    """Return the submodels of a file, without the identifiers of their machine."""
    said = json.loads(raw)
    return [
        {key: value for key, value in one.items() if key != "id"}
        for one in sorted(said["submodels"], key=lambda one: one["idShort"])
    ]


def known(machine: Machine) -> dict[str, Any]:
    """Return all that the register knows of a machine, by the paths of the list."""
    found: dict[str, Any] = {
        name: getattr(machine, name)
        for name in (*aas_writing.CARRIED, *aas_writing.NOT_CARRIED)
        if name != "figures_origin"
    }
    for name, origin in machine.figures_origin.items():
        found[f"figures_origin/{name}"] = origin
    for row in machine.capabilities.all():
        for name, origin in row.figures_origin.items():
            found[f"capabilities/{row.process_code}/figures_origin/{name}"] = origin
        for name in aas_writing.CARRIED_OF_A_PROCESS:
            found[f"capabilities/{row.process_code}/{name}"] = getattr(row, name)
    cost = getattr(machine, "costmodel", None)
    for name in aas_writing.COSTS:
        found[f"cost_model/{name}"] = getattr(cost, name, None)
    return found


@pytest.mark.usefixtures("in_north")
class TestWriting:
    @pytest.mark.parametrize("form", AasForm)
    def test_passes_the_readers_own_rules(self, form):
        machine = whole_machine()

        raw = written(form)

        found: Any = model.DictIdentifiableStore()
        if form is AasForm.AASX:
            with AASXReader(io.BytesIO(raw), failsafe=False) as reader:
                reader.read_into(found, DictSupplementaryFileContainer())
        else:
            found = read_aas_json_file(io.StringIO(raw.decode()), failsafe=False)
        assert Counter(type(one).__name__ for one in found) == {
            "AssetAdministrationShell": 1,
            "Submodel": 3,
            "ConceptDescription": 21,
        }
        shell = found.get_item(f"urn:uuid:{machine.pk}#shell")
        assert shell.asset_information.global_asset_id == f"urn:uuid:{machine.pk}"
        assert shell.asset_information.asset_kind is model.AssetKind.INSTANCE
        assert shell.id_short == "M_01_a"

    def test_states_figures_with_unit_and_meaning(self):
        whole_machine()

        said = json.loads(written())

        technical = next(
            one for one in said["submodels"] if one["idShort"] == "TechnicalData"
        )
        areas = technical["submodelElements"][1]["value"]
        assert [
            (one["idShort"], one["value"], one["valueType"])
            for one in areas[0]["value"]
        ] == [
            ("MachineKind", "machine_tool", "xs:string"),
            ("Controller", "Heidenhain TNC 640", "xs:string"),
            ("NumberOfAxes", "5", "xs:int"),
            ("MaximumSpindleSpeed", "12000", "xs:int"),
            ("SpindlePower", "11.2", "xs:double"),
            ("SourceOfFigures", "Data sheet 2029", "xs:string"),
        ]
        units = {
            one["id"].rpartition(":")[2]: content.get("unit", "")
            for one in said["conceptDescriptions"]
            for content in [
                one["embeddedDataSpecifications"][0]["dataSpecificationContent"]
            ]
            if content.get("unit")
        }
        assert units == {
            "spindle_rpm": "/min",
            "spindle_kw": "kW",
            "size_x_mm": "mm",
            "size_y_mm": "mm",
            "size_z_mm": "mm",
            "diameter_mm": "mm",
            "length_mm": "mm",
            "max_mass_kg": "kg",
            "roughness_um": "um",
        }

    def test_says_nothing_that_the_register_does_not(self):
        make.machine(
            maker="", model="", serial_number="", axes=None, spindle_rpm=None,
            spindle_kw=None, figures_source="",
        )  # fmt: skip

        said = json.loads(written())

        assert [one["idShort"] for one in said["submodels"]] == ["TechnicalData"]

    def test_names_exactly_what_is_not_carried(self):
        machine = whole_machine()

        left = services.not_in_aas(machine)

        assert [(one.path, one.value) for one in left] == [
            ("site", "Augsburg"),
            ("auto_quote", "true"),
            ("capabilities/milling-5-axis/figures_origin/max_mass_kg", "catalog"),
            ("cost_model/currency", "EUR"),
            ("cost_model/hourly_rate", "68.00"),
            ("cost_model/setup_minutes", "45.00"),
            ("cost_model/setup_rate", "55.00"),
            ("cost_model/programming_hours", "1.50"),
            ("cost_model/programming_rate", "72.00"),
            ("cost_model/inspection_minutes_per_part", "3.00"),
            ("cost_model/material_markup_percent", "10.00"),
            ("cost_model/scrap_percent", "2.00"),
            ("cost_model/margin_percent", "12.00"),
            ("cost_model/minimum_charge", "150.00"),
            ("cost_model/removal_cm3_per_min", "60.00"),
            ("cost_model/finishing_cm2_per_min", "25.00"),
        ]
        assert all(one.reason for one in left)

    def test_knows_of_each_column_whether_it_is_carried(self):
        columns = {one.name for one in Machine._meta.concrete_fields}
        assert columns == {
            *aas_writing.CARRIED,
            *aas_writing.NOT_CARRIED,
            *aas_writing.OF_SPINDLE,
        }
        columns = {one.name for one in Capability._meta.concrete_fields}
        assert columns == {
            *aas_writing.CARRIED_OF_A_PROCESS,
            *("id", "created_at", "updated_at", "machine", "figures_origin"),
        }

    def test_refuses_more_machines_than_a_file_holds(self, monkeypatch):
        monkeypatch.setattr(aas_writing, "MOST_MACHINES", 1)
        make.machine(code="M-01")
        make.machine(code="M-02")

        with pytest.raises(services.TooManyMachines) as caught:
            written()

        assert caught.value.value == 2


class TestRoundTrip:
    @pytest.mark.parametrize("form", AasForm)
    def test_gives_the_same_submodels_in_another_enterprise(
        self, form, north, south, planner, buyer
    ):
        with context.enterprise(north):
            machine = whole_machine()
            raw, first = written(form), written()
            left = {one.path for one in services.not_in_aas(machine)}
            before = known(machine)

        with context.enterprise(south):
            make.site(name="São José", country="BR")
            made = imported(raw, buyer)
            second = written()
            after = known(selectors.machines_of().get())

        assert (made.state, made.created_count, made.refused_count) == (
            TableState.APPLIED,
            1,
            0,
        )
        assert [one["path"] for one in made.not_carried] == [
            "M_01_a/assetInformation/globalAssetId"
        ]
        assert submodels(second) == submodels(first)
        assert {path for path in before if before[path] != after[path]} == left

    @pytest.mark.usefixtures("in_north")
    def test_changes_nothing_when_read_again(self, planner):
        whole_machine()

        made = services.upload_table(
            raw=written(), file_name="again.json", by=planner, at=NOON
        )

        assert (made.unchanged_count, made.refused_count) == (1, 0)

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        sizes=some.tuples(
            *[some.decimals("0.001", "99999", places=3).map(float)] * 3,
        ),
        mass=some.none() | some.decimals("0.1", "99999", places=1).map(float),
        grade=some.none() | some.integers(4, 16),
        batch=some.none() | some.integers(1, 10**6),
        groups=some.sets(some.sampled_from("PMKNSH")).map(sorted).map(tuple),
    )
    @pytest.mark.usefixtures("in_north")
    def test_carries_any_figure_exactly(
        self, planner, sizes, mass, grade, batch, groups
    ):
        machine = Machine.objects.first() or make.machine()
        x, y, z = sizes
        draft = CapabilityDraft(
            process_code="milling-3-axis", material_groups=groups, max_mass_kg=mass,
            envelope_kind=EnvelopeKind.BOX, size_x_mm=x, size_y_mm=y, size_z_mm=z,
            it_grade=grade, batch_min=batch,
        )  # fmt: skip
        services.set_capability(machine_id=machine.pk, draft=draft, by=planner, at=NOON)

        made = services.upload_table(
            raw=written(), file_name="again.json", by=planner, at=NOON
        )

        assert (made.unchanged_count, made.refused_count) == (1, 0)
