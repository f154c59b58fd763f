"""Devices of MTConnect in the one import: looked at, imported by a job, taken back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from apps.machines import selectors, services
from apps.machines.models import Machine, TableImport
from apps.machines.rules.mtconnect import NotAProbeDocument
from apps.machines.services import TableUnclear
from apps.machines.types import MachineDraft, TableState
from tenants import jobs
from tenants.types import Actor, EnterpriseRef
from tests.apps.machines.test_mtconnect import SPINDLE, XYZ, document
from tests.factories import machines as make
from tests.factories.machines import NOON
from tests.support.data import shared_data

pytestmark = pytest.mark.usefixtures("in_north")

ACME = '<Description manufacturer="Acme" model="M1">Acme mill</Description>'
LIMITED = "".join(
    f"""<Linear id="{name}" name="{name}"><DataItems><DataItem id="{name}p"
      type="POSITION" category="SAMPLE" units="MILLIMETER"><Constraints>
      <Minimum>0</Minimum><Maximum>{most}</Maximum></Constraints></DataItem>
      </DataItems></Linear>"""
    for name, most in (("X", 762), ("Y", 406), ("Z", 508))
)


def upload(raw: bytes, by: Actor) -> TableImport:
    return services.upload_table(raw=raw, file_name="probe.xml", by=by, at=NOON)


def imported(raw: bytes, by: Actor) -> TableImport:
    made = upload(raw, by)
    services.start_table(table_import_id=made.pk, by=by, at=NOON)
    return services.apply_table(table_import_id=made.pk, at=NOON)


def undone(made: TableImport, by: Actor) -> TableImport:
    services.start_undo(table_import_id=made.pk, by=by, at=NOON)
    return services.undo_table(table_import_id=made.pk, at=NOON)


def counts(found: TableImport) -> tuple[int, int, int, int, int]:
    return (
        found.row_count,
        found.created_count,
        found.changed_count,
        found.unchanged_count,
        found.refused_count,
    )


class TestPreview:
    def test_shows_eight_machines_and_writes_nothing(self, planner: Actor) -> None:
        make.site()

        made = upload(shared_data("nist/Devices.xml").read_bytes(), planner)

        assert (made.file_kind, made.state) == ("mtconnect", TableState.DRAFT)
        assert counts(made) == (8, 8, 0, 0, 0)
        assert made.sample[1] == {
            "row": 2,
            "code": "Mazak01",
            "is_new": True,
            "facts": {
                "name": "Mazak Integrex 100-IV",
                "maker": "Mazak",
                "model": "Integrex",
                "serial_number": "M7303290458",
                "axes": 5,
            },
            "processes": {},
            "proposal": {
                "process_code": "turn-mill",
                "reason": "turn_mill_axes",
                "facts": {"axes": "C"},
            },
        }
        assert Machine.objects.count() == 0

    def test_shows_the_envelope_that_would_be_proposed(self, planner: Actor) -> None:
        make.site()

        made = upload(document(LIMITED, SPINDLE), planner)

        assert made.sample[0]["proposal"]["envelope_mm"] == [762.0, 406.0, 508.0]

    def test_says_what_the_register_does_not_keep(self, planner: Actor) -> None:
        make.site()

        made = upload(shared_data("mtconnect/fanuc.xml").read_bytes(), planner)

        assert [(one["path"], one["value"]) for one in made.not_carried] == [
            ("Devices/Device[1]//Axes/spindles", "C"),
            ("Devices/Device[1]//DataItem", "48"),
        ]

    def test_refuses_devices_that_cannot_be_told(self, planner: Actor) -> None:
        make.site()
        raw = document(XYZ).replace(
            b"</Devices>", b'<Device uuid="mill-7" name="Twin"/></Devices>'
        )

        made = upload(raw, planner)

        assert counts(made) == (2, 1, 0, 0, 1)
        refusal = made.refusals.get()
        assert (refusal.cell, refusal.machine_code, refusal.code) == (
            "Devices/Device[2]",
            "Twin",
            "source_unclear",
        )
        assert refusal.problem == "The document names the uuid mill-7 twice."

    def test_asks_for_the_site_where_it_is_not_clear(self, planner: Actor) -> None:
        make.site()
        works = make.site(name="Ulm")

        made = upload(document(XYZ), planner)

        assert counts(made) == (1, 0, 0, 0, 1)
        assert made.refusals.get().field == "site"
        chosen = services.map_columns(
            table_import_id=made.pk,
            mapping={},
            length_unit="mm",
            decimal_mark=".",
            site_id=works.pk,
        )
        assert counts(chosen) == (1, 1, 0, 0, 0)
        services.start_table(table_import_id=made.pk, by=planner, at=NOON)
        services.apply_table(table_import_id=made.pk, at=NOON)
        assert Machine.objects.get().site_id == works.pk

    @pytest.mark.parametrize(
        "raw",
        [
            b"<html><body/></html>",
            '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
            b"\xef\xbb\xbf <MTConnectStreams/>",
            b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        ],
    )
    def test_refuses_other_xml(self, raw: bytes, planner: Actor) -> None:
        with pytest.raises(NotAProbeDocument):
            upload(raw, planner)


class TestImport:
    def test_does_what_a_direct_import_does(self, planner: Actor) -> None:
        site = make.site()
        raw = shared_data("nist/Devices.xml").read_bytes()

        made = imported(raw, planner)

        assert made.state == TableState.APPLIED
        assert counts(made) == (8, 8, 0, 0, 0)
        assert made.entries.count() == 8
        result = services.import_mtconnect(
            document=raw, site_id=site.pk, by=planner, at=NOON
        )
        assert (len(result.unchanged), result.created, result.updated) == (8, (), ())
        mill = Machine.objects.get(code="GFAgie01")
        assert (mill.axes, mill.axis_names, mill.figures_origin) == (
            5,
            ["X", "Y", "Z", "C", "A"],
            {"axes": "observed"},
        )
        assert mill.proposal["process_code"] == "milling-5-axis"

    def test_changes_nothing_the_second_time(self, planner: Actor) -> None:
        make.site()
        raw = shared_data("nist/Devices.xml").read_bytes()
        imported(raw, planner)

        again = upload(raw, planner)

        assert counts(again) == (8, 0, 0, 8, 0)
        with pytest.raises(TableUnclear, match="would change nothing"):
            services.start_table(table_import_id=again.pk, by=planner, at=NOON)

    def test_keeps_what_a_planner_stated(self, planner: Actor) -> None:
        make.site()
        imported(document(XYZ, SPINDLE, said=ACME), planner)
        machine = Machine.objects.get()
        services.revise_machine(
            machine_id=machine.pk,
            version=1,
            draft=MachineDraft(code="M-1", name="The mill", maker="Acme", model="M1+"),
            by=planner,
            at=NOON,
        )
        other = ACME.replace('"Acme"', '"Acme Tools"')

        made = imported(document(XYZ, SPINDLE, said=other), planner)

        assert counts(made) == (1, 0, 1, 0, 0)
        machine.refresh_from_db()
        assert (machine.code, machine.name, machine.maker, machine.model) == (
            "M-1",
            "The mill",
            "Acme Tools",
            "M1+",
        )

    def test_keeps_the_highest_speed_as_read_from_the_machine(
        self, planner: Actor
    ) -> None:
        make.site()
        limits = "<Constraints><Maximum>12000</Maximum></Constraints>"
        spindle = SPINDLE.replace('category="SAMPLE">', f'category="SAMPLE">{limits}')

        imported(document(XYZ, spindle), planner)

        machine = Machine.objects.get()
        assert machine.spindle_rpm == 12_000
        assert machine.figures_origin == {"axes": "observed", "spindle_rpm": "observed"}

    def test_is_done_by_a_job(
        self, planner: Actor, north: EnterpriseRef, told: Callable[[], list[UUID]]
    ) -> None:
        make.site()
        made = upload(document(XYZ, SPINDLE), planner)
        services.start_table(table_import_id=made.pk, by=planner, at=NOON)

        jobs.run_due()

        assert TableImport.objects.get().state == TableState.APPLIED
        assert [one.code for one in selectors.machines_of()] == ["Mill"]
        assert told() == []

    def test_brings_a_published_machine_up_to_date(self, planner: Actor) -> None:
        make.site()
        imported(document(XYZ, SPINDLE, said=ACME), planner)
        machine = Machine.objects.get()
        make.capability(machine.pk)
        make.cost_model(machine.pk)
        services.publish_machine(machine_id=machine.pk, by=planner, at=NOON)
        two = document(XYZ, said=ACME.replace('"M1"', '"M2"')).replace(
            b"</Devices>", b'<Device uuid="u-2" name="Other"/></Devices>'
        )

        made = imported(two, planner)

        assert counts(made) == (2, 1, 1, 0, 0)
        machine.refresh_from_db()
        assert (machine.model, machine.is_published) == ("M2", True)


class TestUndo:
    def test_removes_what_it_made(
        self, planner: Actor, verbs: Callable[[], list[str]]
    ) -> None:
        make.site()
        made = imported(shared_data("nist/Devices.xml").read_bytes(), planner)

        undone(made, planner)

        made.refresh_from_db()
        assert made.state == TableState.UNDONE
        assert Machine.objects.count() == 0
        assert verbs()[-2:] == ["machine.import_undone", "machine_table.undone"]

    def test_restores_what_it_changed(self, planner: Actor) -> None:
        make.site()
        imported(document(XYZ, SPINDLE, said=ACME), planner)
        columns: Any = [
            one.name
            for one in Machine._meta.concrete_fields
            if one.name not in {"version", "updated_at"}
        ]
        before = Machine.objects.values(*columns).get()
        other = document(LIMITED, SPINDLE, said=ACME.replace('"M1"', '"M2"'))
        made = imported(other, planner)
        changed = Machine.objects.get()
        assert (changed.model, changed.proposal["envelope_mm"]) == (
            "M2",
            [762.0, 406.0, 508.0],
        )

        undone(made, planner)

        assert Machine.objects.values(*columns).get() == before
        again = upload(other, planner)
        assert counts(again) == (1, 0, 1, 0, 0)

    def test_keeps_what_was_worked_on_since(self, planner: Actor) -> None:
        make.site()
        made = imported(document(XYZ, SPINDLE), planner)
        machine = Machine.objects.get()
        make.capability(machine.pk)

        undone(made, planner)

        made.refresh_from_db()
        assert made.state == TableState.PARTLY_UNDONE
        assert made.entries.get().kept_because == "It was edited since."
        assert Machine.objects.count() == 1
