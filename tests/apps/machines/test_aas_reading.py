"""Asset Administration Shells of other makers: what is carried, refused, left out."""

import io
import time
import zipfile
from collections import Counter
from typing import Any

import pytest

from apps.machines import services
from apps.machines.models import Machine, TableImport
from apps.machines.rules.document_machines import DocumentUnreadable
from apps.machines.types import TableState
from tests.factories import machines as make
from tests.factories.machines import NOON
from tests.support import shells
from tests.support.data import shared_data

PLATE = "https://admin-shell.io/zvei/nameplate/2/0/Nameplate"
TECHNICAL = "https://admin-shell.io/ZVEI/TechnicalData/Submodel/1/2"
CAPABILITIES = "https://admin-shell.io/idta/CapabilityDescription/1/0/Submodel"
OF_TEMPLATE = "CapabilityDescription/CapabilitySet/CapabilityContainer"
IN_SET = "Capabilities/CapabilitySet/Milling5AxisContainer/PropertySet"

pytestmark = pytest.mark.usefixtures("in_north")


def shell(**more: Any) -> bytes:
    """Return a mill as another maker describes it, in older templates."""
    return shells.environment(
        shells.submodel(
            "Nameplate",
            shells.texts("ManufacturerName", de="Hermle AG", en="Hermle"),
            shells.texts("ManufacturerProductDesignation", en="Machining center"),
            shells.prop("ManufacturerProductType", "C 32 U"),
            shells.prop("SerialNumber", "22-815"),
            semantic=PLATE,
        ),
        shells.submodel(
            "TechnicalData",
            shells.branch(
                "GeneralInformation", shells.prop("ManufacturerName", "Hermle AG")
            ),
            shells.branch(
                "TechnicalProperties",
                shells.prop("NumberOfAxes", "5", "xs:int"),
                shells.prop("MaxSpindleSpeed", "18000 rpm"),
                shells.prop("SpindlePower", "40", **shells.in_unit("hp")),
                shells.prop("Weight", "12.5", **shells.in_unit("t")),
            ),
            semantic=TECHNICAL,
        ),
        shells.submodel(
            "Capabilities",
            shells.branch(
                "CapabilitySet",
                shells.capability(
                    "Milling5Axis",
                    shells.branch(
                        "TravelXContainer",
                        shells.prop("TravelX", "25.6", **shells.in_unit("in")),
                    ),
                    shells.prop("TravelY", "650", "xs:double"),
                    shells.span("TravelZ", "0", "500"),
                    shells.prop("ItGrade", "IT6"),
                    shells.span("SurfaceRoughness", "0.8", "3.2"),
                    shells.prop("Materials", "C45; P"),
                    shells.prop("Coolant", "Emulsion"),
                ),
            ),
            semantic=CAPABILITIES,
        ),
        **more,
    )


def upload(raw: bytes, by: Any, name: str = "machines.json") -> TableImport:
    return services.upload_table(raw=raw, file_name=name, by=by, at=NOON)


def refused(raw: bytes, by: Any) -> str:
    """Return for what a file is refused, and see that it is at once."""
    before = time.monotonic()
    with pytest.raises(DocumentUnreadable) as caught:
        upload(raw, by)
    assert time.monotonic() - before < 2
    assert caught.value.remedy
    return str(caught.value.facts["fault"])


def left(made: TableImport) -> list[tuple[str, str]]:
    return [(one["path"], one["value"]) for one in made.not_carried]


class TestOtherMakers:
    def test_become_machines_in_our_units(self, planner):
        make.site()

        made = upload(shell(), planner)

        assert (made.file_kind, made.row_count, made.created_count) == (
            "aas-json",
            1,
            1,
        )
        assert made.sample == [
            {
                "row": 1,
                "code": "VMC_01",
                "is_new": True,
                "facts": {
                    "code": "VMC_01",
                    "name": "Machining center",
                    "maker": "Hermle",
                    "model": "C 32 U",
                    "serial_number": "22-815",
                    "axes": 5,
                    "spindle_rpm": 18000,
                    "spindle_kw": 29.827994863,
                },
                "processes": {
                    "milling-5-axis": {
                        "material_groups": ["P"],
                        "material_codes": ["c45"],
                        "size_x_mm": 650.24,
                        "size_y_mm": 650.0,
                        "size_z_mm": 500.0,
                        "it_grade": 6,
                        "roughness_um": 0.8,
                    }
                },
            }
        ]

    def test_say_what_the_register_has_no_place_for(self, planner):
        make.site()

        made = upload(shell(globalAssetId="urn:example:7"), planner)

        assert left(made) == [
            ("Nameplate/ManufacturerName/de", "Hermle AG"),
            ("TechnicalData/GeneralInformation/ManufacturerName", "Hermle AG"),
            ("TechnicalData/TechnicalProperties/Weight", "12.5"),
            (
                f"{IN_SET}/TravelZ/min",
                "0.0",
            ),
            (
                f"{IN_SET}/SurfaceRoughness/max",
                "3.2",
            ),
            (
                f"{IN_SET}/Coolant",
                "Emulsion",
            ),
            ("VMC_01/assetInformation/globalAssetId", "urn:example:7"),
        ]
        assert all(one["reason"] for one in made.not_carried)

    def test_are_applied_repeated_and_taken_back_like_tables(self, planner):
        make.site()
        made = upload(shell(), planner)
        services.start_table(table_import_id=made.pk, by=planner, at=NOON)
        applied = services.apply_table(table_import_id=made.pk, at=NOON)
        machine = Machine.objects.get()

        again = upload(shell(), planner)

        assert applied.state == TableState.APPLIED
        assert (machine.code, machine.capabilities.get().size_z_mm) == ("VMC_01", 500)
        assert (again.created_count, again.changed_count, again.unchanged_count) == (
            0,
            0,
            1,
        )
        services.start_undo(table_import_id=made.pk, by=planner, at=NOON)
        services.undo_table(table_import_id=made.pk, at=NOON)
        assert Machine.objects.count() == 0

    def test_are_known_by_the_code_among_their_asset_ids(self, planner):
        make.site()
        ids = [
            {"name": "inventoryNumber", "value": "M-7"},
            {"name": "costCenter", "value": "4711"},
        ]

        made = upload(shell(specificAssetIds=ids), planner)

        assert made.sample[0]["code"] == "M-7"
        assert left(made)[-1] == (
            "VMC_01/assetInformation/specificAssetIds/costCenter",
            "4711",
        )

    def test_name_the_place_of_what_cannot_be(self, planner):
        make.site()
        raw = shells.environment(
            shells.submodel(
                "Capabilities",
                shells.capability("Teleporting", shells.prop("ItGrade", "6")),
                shells.capability("Milling5Axis", shells.prop("ItGrade", "fine")),
                semantic=CAPABILITIES,
            )
        )

        made = upload(raw, planner)

        assert (made.created_count, made.refused_count) == (0, 1)
        assert [
            (one.cell, one.field, one.value, one.code) for one in made.refusals.all()
        ] == [
            (
                "Capabilities/TeleportingContainer/Teleporting",
                "process_code",
                "teleporting",
                "unknown_process",
            ),
            (
                "Capabilities/Milling5AxisContainer/PropertySet/ItGrade",
                "it_grade",
                "fine",
                "not_a_number",
            ),
        ]

    def test_leave_out_a_figure_in_a_unit_that_is_not_known(self, planner):
        make.site()
        raw = shells.environment(
            shells.submodel(
                "TechnicalData",
                shells.branch(
                    "TechnicalProperties",
                    shells.prop("SpindlePower", "45", **shells.in_unit("kVA")),
                ),
                semantic=TECHNICAL,
            )
        )

        made = upload(raw, planner)

        assert made.created_count == 1
        assert made.not_carried == [
            {
                "path": "TechnicalData/TechnicalProperties/SpindlePower",
                "value": "45",
                "reason": "kVA is not a unit of it that is known here.",
            }
        ]

    def test_ask_for_the_site_only(self, planner):
        site = make.site()
        made = upload(shell(), planner)
        mapping = {int(column): key for column, key in made.mapping.items()}
        choices = {"length_unit": "[in_i]", "decimal_mark": ".", "site_id": site.pk}

        mapped = services.map_columns(
            table_import_id=made.pk, mapping=mapping, **choices
        )

        # Its lengths stay what they are: the document says their unit.
        process = mapped.sample[0]["processes"]["milling-5-axis"]
        assert process["size_z_mm"] == 500.0
        with pytest.raises(services.TableUnclear):
            services.map_columns(
                table_import_id=made.pk, mapping={0: "code"}, **choices
            )

    def test_come_in_packages_too(self, planner):
        make.site()

        made = upload(shells.package(shell(), **{"photo.jpg": b"?"}), planner)

        assert (made.file_kind, made.created_count) == ("aasx", 1)
        assert made.sample[0]["facts"]["model"] == "C 32 U"


class TestSharedData:
    """Each file that the association publishes, with what comes of it."""

    def read(self, planner: Any, name: str) -> TableImport:
        make.site()
        found = shared_data(f"aas/{name}")
        return upload(found.read_bytes(), planner, found.name)

    def test_reads_the_sample_of_technical_data(self, planner):
        made = self.read(planner, "IDTA-02003-technical-data-sample.json")

        assert (made.created_count, made.refused_count) == (1, 0)
        assert made.sample[0]["facts"] == {
            "code": "TechnicalDataAAS",
            "name": "IPS001",
            "maker": "Manufacturer AG",
            "model": "IPS001",
        }
        assert Counter(path.split("/")[1].split("[")[0] for path, _v in left(made)) == {
            "GeneralInformation": 7,
            "ProductClassifications": 21,
            "TechnicalPropertyAreas": 13,
            "FurtherInformation": 2,
            "assetInformation": 2,
        }
        assert (
            "TechnicalData/TechnicalPropertyAreas[1]/housing_or_body_material[1]",
            "metal",
        ) in left(made)

    def test_reads_the_nameplate(self, planner):
        made = self.read(planner, "IDTA-02006-digital-nameplate.json")

        assert (made.created_count, made.refused_count) == (1, 0)
        assert made.sample[0]["facts"] == {
            "code": "DigitalNameplateAAS",
            "name": "ABC-123",
            "maker": "Muster AG",
            "model": "FM-ABC-1234",
            "serial_number": "12345678",
        }
        said = dict(left(made))
        assert len(said) == 29
        assert said["Nameplate/YearOfConstruction"] == "2022"
        assert said["Nameplate/Markings[0]/MarkingAdditionalText"] == "0044"
        assert said["Nameplate/AddressInformation"] == ""

    def test_refuses_a_template_of_capabilities_for_naming_no_process(self, planner):
        made = self.read(planner, "IDTA-02020-capability-description.json")

        assert (made.created_count, made.refused_count) == (0, 1)
        assert [(one.cell, one.code) for one in made.refusals.all()] == [
            (
                f"{OF_TEMPLATE}/Capability",
                "unknown_process",
            )
        ]
        assert len(made.not_carried) == 22
        assert left(made)[-1] == (
            f"{OF_TEMPLATE}/PropertySet/PropertyContainer/PropertySubmodelList",
            "",
        )
        assert made.not_carried[-1]["reason"] == "It breaks the rules of the metamodel."

    @pytest.mark.parametrize(
        ("name", "count", "first"),
        [
            (
                "IDTA-02067-production-calendar.json",
                8,
                ("ProductionCalendar/calendar", ""),
            ),
            (
                "IDTA-02068-company-data.json",
                76,
                ("CompanyData/CompanyIdentification/CompanyName", "Muster AG"),
            ),
        ],
    )
    def test_finds_no_machine_in_other_submodels(self, planner, name, count, first):
        made = self.read(planner, name)

        assert (made.row_count, made.created_count, made.refused_count) == (0, 0, 0)
        assert len(made.not_carried) == count
        assert left(made)[0] == first
        with pytest.raises(services.TableUnclear):
            services.start_table(table_import_id=made.pk, by=planner, at=NOON)


class TestHostile:
    def test_files_are_refused_at_once(self, planner):
        xml = (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hosts">]>'
            b'<environment xmlns="https://admin-shell.io/aas/3/0">&e;</environment>'
        )
        deep = b'{"submodels":' + b"[" * 5000 + b"]" * 5000 + b"}"
        levels = b'{"submodels":' + b'[{"a":' * 200 + b"1" + b"}]" * 200 + b"}"
        locked = bytearray(shells.package(shell()))
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = locked.find(mark)
            while place >= 0:
                locked[place + offset] |= 1
                place = locked.find(mark, place + 4)

        assert refused(xml, planner) == "doctype"
        assert refused(shells.package(xml, ending="xml"), planner) == "doctype"
        assert refused(deep, planner) == "too_deep"
        assert refused(levels, planner) == "too_deep"
        assert refused(bytes(locked), planner) == "password"
        assert refused(shells.package(shell())[:-60], planner) == "package_broken"
        assert refused(shell()[:-9], planner) == "json_broken"
        assert refused(b'{"submodels":[{"modelType":"\xff"}]}', planner) == "no_text"

    def test_a_bomb_is_refused_at_once(self, planner):
        bomb = shells.package(b" " * (21 << 20))
        many = b'{"submodels":[' + b'{"modelType":"Property"},' * 100_001 + b"{}]}"

        assert refused(bomb, planner) == "bomb"
        assert refused(many, planner) == "too_many"

    def test_the_metamodel_before_version_three_is_told_apart(self, planner):
        old = b'{"assetAdministrationShells":[],"assets":[],"submodels":[]}'
        old_xml = b'<aasenv xmlns="http://www.admin-shell.io/aas/2/0"/>'

        assert refused(old, planner) == "old_version"
        assert refused(old_xml, planner) == "old_version"

    def test_nothing_of_a_package_is_written_outside(self, planner, tmp_path):
        raw = shells.package(shell(), **{"../../../../../../tmp/evil.txt": b"x"})
        make.site()

        made = upload(raw, planner)

        assert made.created_count == 1
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            assert any("evil" in name for name in archive.namelist())
