"""Machines as the Catena-X aspect: read from it, written, and what is left out."""

import json
import time
from typing import Any

import jsonschema
import pytest

from apps.machines import selectors, services
from apps.machines.models import Machine
from apps.machines.rules.document_machines import DocumentUnreadable
from apps.machines.services import aas_writing
from apps.machines.types import TableState
from tenants import context
from tests.apps.machines.test_aas_writing import imported, known, whole_machine
from tests.factories import machines as make
from tests.factories.machines import NOON
from tests.support.data import shared_data

SETS = ("processes", "products", "capabilities", "machineTools", "certificates")


def prop(label: str, value: Any, **more: Any) -> dict[str, Any]:
    """Return a property as others write it, without any reference."""
    return {"propertyLabel": {"en": label}, "propertyValue": value, **more}


def aspect(*machines: Any, **more: Any) -> bytes:
    """Return an aspect of machines."""
    sets: dict[str, Any] = {key: [] for key in SETS}
    return json.dumps({**sets, "machines": machines, **more}).encode()


def mill(**more: Any) -> dict[str, Any]:
    """Return a mill as another system describes it."""
    return {
        "label": {"de": "Fräsmaschine 1", "en": "Mill 1"},
        "properties": [
            prop("Inventory number", "M-7"),
            prop("Maker", "Hermle"),
            prop("Spindle power", "40 hp"),
            prop("Colour", "blue"),
        ],
        "provides": [
            {
                "capabilityLabel": {"en": "5-axis milling"},
                "capabilityId": "urn:example:42",
                "properties": [prop("Roughness", "0.8 um")],
                "capabilityConstraintSet": [
                    {"refersToMaterial": {"label": {"en": "C45"}}},
                    {
                        "capabilityConstraintProperties": [
                            prop("X", "25.6 in"),
                            prop("Y", 650),
                            prop("Z", 500),
                            prop("IT grade", "7 kg"),
                        ]
                    },
                ],
            }
        ],
        **more,
    }


def upload(raw: bytes, by: Any) -> Any:
    return services.upload_table(raw=raw, file_name="aspect.json", by=by, at=NOON)


def left(made: Any) -> list[tuple[str, str]]:
    assert all(one["reason"] for one in made.not_carried)
    return [(one["path"], one["value"]) for one in made.not_carried]


def written() -> bytes:
    return services.export_catena_x(selectors.machines_of())


@pytest.mark.usefixtures("in_north")
class TestReading:
    def test_takes_over_what_the_register_knows(self, planner):
        make.site()

        made = upload(aspect(mill()), planner)

        assert (made.file_kind, made.created_count, made.refused_count) == (
            "catena-x",
            1,
            0,
        )
        assert made.sample == [
            {
                "row": 1,
                "code": "M-7",
                "is_new": True,
                "facts": {
                    "code": "M-7",
                    "name": "Mill 1",
                    "maker": "Hermle",
                    "spindle_kw": 29.827994863,
                },
                "processes": {
                    "milling-5-axis": {
                        "material_codes": ["c45"],
                        "size_x_mm": 650.24,
                        "size_y_mm": 650.0,
                        "size_z_mm": 500.0,
                        "roughness_um": 0.8,
                    }
                },
            }
        ]

    def test_names_what_it_has_no_place_for(self, planner):
        make.site()

        made = upload(aspect(mill(colour="red"), batteries=[1]), planner)

        machine = "$.machines[0]"
        provided = f"{machine}.provides[0]"
        limits = f"{provided}.capabilityConstraintSet[1].capabilityConstraintProperties"
        assert left(made) == [
            (f"{machine}.properties[3].propertyLabel.en", "Colour"),
            (f"{machine}.properties[3].propertyValue", "blue"),
            (f"{machine}.label.de", "Fräsmaschine 1"),
            (f"{limits}[3].propertyValue", "7 kg"),
            (f"{provided}.capabilityId", "urn:example:42"),
            (f"{machine}.colour", "red"),
            ("$.batteries[0]", "1"),
        ]

    def test_refuses_at_the_path_of_what_cannot_be(self, planner):
        make.site()
        raw = aspect(
            mill(
                provides=[
                    {
                        "capabilityLabel": {"en": "teleporting"},
                        "properties": [prop("IT grade", "fine")],
                        "capabilityConstraintSet": [
                            {"refersToMaterial": {"label": {"en": "unobtainium"}}}
                        ],
                    }
                ]
            )
        )

        made = upload(raw, planner)

        provided = "$.machines[0].provides[0]"
        material = f"{provided}.capabilityConstraintSet[0].refersToMaterial"
        assert sorted((one.cell, one.code) for one in made.refusals.all()) == [
            (f"{material}.label.en", "unknown_material"),
            (f"{provided}.capabilityLabel.en", "unknown_process"),
            (f"{provided}.properties[0].propertyValue", "not_a_number"),
        ]

    def test_does_not_take_machines_of_one_label_for_one(self, planner):
        make.site()
        alike = {"label": {"en": "Mill"}, "provides": []}

        made = upload(aspect(alike, alike), planner)

        assert (made.created_count, made.refused_count) == (0, 2)
        assert [one.cell for one in made.refusals.all()] == [
            "$.machines[0].label",
            "$.machines[1].label",
        ]

    @pytest.mark.parametrize(
        ("name", "language", "count"),
        [
            ("ManufacturingCapability.json", "en", 56),
            ("ManufacturingCapability-sample.json", "und", 49),
        ],
    )
    def test_reads_the_published_examples(self, planner, name, language, count):
        make.site()
        raw = shared_data(f"catenax/{name}").read_bytes()

        made = upload(raw, planner)

        # That a material is aluminum does not say of which grade.
        material = "provides[0].capabilityConstraintSet[0].refersToMaterial"
        assert [(one.cell, one.code) for one in made.refusals.all()] == [
            (f"$.machines[0].{material}.label.{language}", "unknown_material")
        ]
        assert made.refusals.get().machine_code == "aluminum"
        assert len(left(made)) == count

    def test_imports_a_published_example_that_names_a_grade(self, planner):
        make.site()
        text = shared_data("catenax/ManufacturingCapability.json").read_text()
        raw = text.replace('"en" : "aluminum"', '"en" : "en-aw-6061-t6"').encode()

        made = upload(raw, planner)

        assert made.sample[0]["processes"] == {
            "sawing": {"material_codes": ["en-aw-6061-t6"]}
        }


@pytest.mark.usefixtures("in_north")
class TestHostileFiles:
    @pytest.mark.parametrize(
        ("raw", "fault"),
        [
            (b'{"machineTools":[],"capabilities":' + b"[" * 100_000, "too_deep"),
            (b'{"machineTools":[],"capabilities":[' + b"[" * 40 + b"]" * 40 + b"]}",
             "too_deep"),
            (b'{"machineTools":[],"capabilities":[', "json_broken"),
            (b'{"machineTools":[],"capabilities":[NaN]}', "json_broken"),
            (b'{"machineTools":[],"capabilities":[' + b"9" * 5000 + b"]}", "json_broken"),
            (b'{"machineTools":[],"capabilities":"\xff"}', "no_text"),
            (b'{"machineTools":{},"capabilities":[]}', "no_set"),
            (b'{"x":{"machineTools":[],"capabilities":[]}}', "no_aspect"),
            (b'{"machineTools":[],"capabilities":[' + b"0," * 200_000 + b"0]}",
             "too_many"),
        ],
    )  # fmt: skip
    def test_are_refused_at_once(self, planner, raw, fault):
        before = time.monotonic()

        with pytest.raises(DocumentUnreadable) as caught:
            upload(raw, planner)

        assert time.monotonic() - before < 3
        assert caught.value.facts["fault"] == fault
        assert caught.value.remedy

    def test_do_no_harm_with_odd_shapes(self, planner):
        make.site()
        odd = {
            "label": 7,
            "properties": [1, {"propertyLabel": "Maker", "propertyValue": ["x"]}, None],
            "provides": [
                2,
                {
                    "properties": "none",
                    "capabilityConstraintSet": [3, {"refersToMaterial": 4}],
                    "semanticReferences": 5,
                },
            ],
        }

        made = upload(aspect(odd, "mill", capabilities=[6]), planner)

        assert (made.created_count, made.refused_count) == (0, 1)
        assert ("$.machines[1]", "mill") in left(made)
        assert ("$.machines[0].label", "7") in left(made)
        assert ("$.capabilities[0]", "6") in left(made)

    def test_hold_texts_that_no_database_can(self, planner):
        make.site()

        made = upload(aspect({"label": {"en": "a\x00b\ud800c"}}), planner)

        assert made.sample[0]["code"] == "abc"


@pytest.mark.usefixtures("in_north")
class TestWriting:
    def test_follows_the_published_schema(self):
        whole_machine()
        make.machine(code="M-02", maker="")
        text = shared_data("catenax/ManufacturingCapability-schema.json").read_text()

        said = json.loads(written())

        jsonschema.Draft4Validator(json.loads(text)).validate(said)
        assert [one["label"] for one in said["machines"]] == [
            {"en": "铣床 1"},
            {"en": "Hurco VMX 24 #4"},
        ]
        assert [one["hierarchyElementId"] for one in said["capabilities"]] == [
            "urn:spindle:process:milling-3-axis",
            "urn:spindle:process:milling-5-axis",
            "urn:spindle:process:turning",
        ]

    def test_says_units_and_meanings(self):
        whole_machine()

        machine = json.loads(written())["machines"][0]

        assert [
            (
                one["semanticReferences"][0]["semanticReferenceId"],
                one["propertyValue"],
            )
            for one in machine["properties"]
        ] == [
            ("urn:spindle:figure:code", "M-01/a"),
            ("urn:spindle:figure:maker", "Hurco"),
            ("urn:spindle:figure:model", "VMX24"),
            ("urn:spindle:figure:serial_number", 'S/N "7"'),
            ("urn:spindle:figure:description", "Left of the door"),
            ("urn:spindle:figure:kind", "machine_tool"),
            ("urn:spindle:figure:controller", "Heidenhain TNC 640"),
            ("urn:spindle:figure:axes", "5"),
            ("urn:spindle:figure:spindle_rpm", "12000 /min"),
            ("urn:spindle:figure:spindle_kw", "11.2 kW"),
            ("urn:spindle:figure:figures_source", "Data sheet 2029"),
        ]

    def test_names_what_is_not_carried_as_shells_do(self):
        machine = whole_machine()

        found = services.not_in_catena_x(machine)

        assert [(one.path, one.value) for one in found] == [
            (one.path, one.value) for one in services.not_in_aas(machine)
        ]
        assert found[0].reason == (
            "The aspect says what a machine can do, not how it is worked with."
        )

    def test_refuses_more_machines_than_a_file_holds(self, monkeypatch):
        monkeypatch.setattr(aas_writing, "MOST_MACHINES", 1)
        make.machine(code="M-01")
        make.machine(code="M-02")

        with pytest.raises(services.TooManyMachines):
            written()


class TestRoundTrip:
    def test_gives_the_same_file_in_another_enterprise(
        self, north, south, planner, buyer
    ):
        with context.enterprise(north):
            machine = whole_machine()
            first = written()
            lost = {one.path for one in services.not_in_catena_x(machine)}
            before = known(machine)

        with context.enterprise(south):
            make.site(name="São José", country="BR")
            made = imported(first, buyer, "aspect.json")
            second = written()
            after = known(selectors.machines_of().get())

        assert (made.state, made.created_count, made.refused_count) == (
            TableState.APPLIED,
            1,
            0,
        )
        assert made.not_carried == []
        assert {path for path in before if before[path] != after[path]} == lost
        assert (
            json.loads(second)["machines"][0]["provides"]
            == (json.loads(first)["machines"][0]["provides"])
        )

    @pytest.mark.usefixtures("in_north")
    def test_changes_nothing_when_read_again(self, planner):
        whole_machine()

        made = upload(written(), planner)

        assert (made.unchanged_count, made.refused_count) == (1, 0)
        assert Machine.objects.count() == 1
