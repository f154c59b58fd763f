"""Machines from tables: previewed, imported, repeated, taken back."""

import csv
import io
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from apps.capacity import services as capacity
from apps.kernel.periods import Period
from apps.machines import selectors, services
from apps.machines.models import Capability, CostModel, Machine, Site, TableImport
from apps.machines.rules.table_file import TableUnreadable
from apps.machines.rules.table_header import HeaderUnclear
from apps.machines.types import TableState
from tenants.types import Actor
from tests.factories import machines as make
from tests.factories.machines import NOON
from tests.support.tables import HEADER, HERMLE, HURCO, many, text, workbook

LATER = NOON.replace(hour=13)
COLUMNS = ("code", "name", "maker", "model")

pytestmark = pytest.mark.usefixtures("in_north")


def upload(
    raw: bytes, by: Actor, name: str = "machines.xlsx", **more: Any
) -> TableImport:
    return services.upload_table(raw=raw, file_name=name, by=by, at=NOON, **more)


def imported(raw: bytes, by: Actor, **more: Any) -> TableImport:
    made = upload(raw, by, **more)
    services.start_table(table_import_id=made.pk, by=by, at=NOON)
    return services.apply_table(table_import_id=made.pk, at=NOON)


def counts(made: TableImport) -> tuple[int, int, int, int]:
    return (
        made.created_count,
        made.changed_count,
        made.unchanged_count,
        made.refused_count,
    )


def refusals(made: TableImport) -> list[tuple[str, str, str, str]]:
    rows = made.refusals.order_by("position")
    return [(row.cell, row.field, row.value, row.code) for row in rows]


def register() -> str:
    return "".join(services.export_csv())


class TestPreview:
    def test_says_what_it_would_do_and_writes_nothing(self, planner):
        make.site()

        made = upload(workbook(HEADER, HURCO, HERMLE), planner)

        assert counts(made) == (2, 0, 0, 0)
        assert made.row_count == 2
        assert [row["code"] for row in made.sample] == ["M-01", "M-02"]
        assert made.sample[1]["processes"]["milling-5-axis"]["size_x_mm"] == 650.0
        assert Machine.objects.count() == 0

    def test_opens_no_site_but_names_it(self, planner):
        header = (*HEADER, "Country", "Time zone")

        made = upload(workbook(header, (*HURCO, "DE", "Europe/Berlin")), planner)

        assert made.new_sites == ["Augsburg"]
        assert Site.objects.count() == 0

    def test_lets_the_person_say_what_a_column_is(self, planner):
        make.site()
        made = upload(workbook(("Ref", "Bed X"), ("M-01", 610)), planner)
        assert (made.mapping, made.is_previewed) == ({}, False)

        mapped = services.map_columns(
            table_import_id=made.pk,
            mapping={0: "code", 1: "name"},
            length_unit="mm",
            decimal_mark=".",
            site_id=selectors.sites()[0].pk,
        )

        assert counts(mapped) == (1, 0, 0, 0)

    def test_refuses_a_mapping_without_the_code(self, planner):
        made = upload(workbook(HEADER, HURCO), planner)

        with pytest.raises(HeaderUnclear) as refused:
            services.map_columns(
                table_import_id=made.pk,
                mapping={1: "name"},
                length_unit="mm",
                decimal_mark=".",
                site_id=None,
            )

        assert refused.value.field == "code"


class TestApply:
    def test_registers_machines_with_exact_figures(self, planner):
        make.site()

        made = imported(workbook(HEADER, HURCO, HERMLE), planner)

        assert made.state == TableState.APPLIED
        assert counts(made) == (2, 0, 0, 0)
        rows = list(Machine.objects.order_by("code").values_list(*COLUMNS))
        assert rows == [
            ("M-01", "Mill 1", "Hurco", "VMX24"),
            ("M-02", "Mill 2", "Hermle", "C 32 U"),
        ]
        able = Capability.objects.get(process_code="milling-3-axis")
        assert (able.size_x_mm, able.size_y_mm, able.size_z_mm) == (610.0, 508.0, 610.0)
        assert (able.envelope_kind, able.max_mass_kg) == ("box", 1360.0)
        assert (able.it_grade, able.roughness_um) == (8, 1.6)
        assert able.material_codes == ["en-aw-6061-t6", "c45"]
        assert able.material_groups == ["P", "N"]
        assert able.figures_origin["size_x_mm"] == "claimed"
        rates = CostModel.objects.order_by("hourly_rate")
        assert [(row.hourly_rate, row.currency) for row in rates] == [
            (Decimal("68.00"), "EUR"),
            (Decimal("95.50"), "EUR"),
        ]

    def test_changes_nothing_the_second_time(self, planner):
        make.site()
        raw = workbook(HEADER, HURCO, HERMLE)
        imported(raw, planner)
        before = register()

        made = upload(raw, planner)

        assert counts(made) == (0, 0, 2, 0)
        with pytest.raises(services.TableUnclear):
            services.start_table(table_import_id=made.pk, by=planner, at=NOON)
        assert register() == before
        assert set(Machine.objects.values_list("version", flat=True)) == {1}

    def test_changes_what_the_table_says_and_keeps_the_rest(self, planner):
        make.site()
        imported(workbook(HEADER, HURCO), planner)

        made = imported(workbook(("Code", "Name"), ("M-01", "Mill One")), planner)

        assert counts(made) == (0, 1, 0, 0)
        machine = Machine.objects.get()
        assert (machine.name, machine.maker, machine.version) == (
            "Mill One",
            "Hurco",
            2,
        )
        assert machine.capabilities.count() == 1

    def test_makes_one_machine_of_rows_with_other_processes(self, planner):
        make.site()
        turning = ("M-01", "", "", "", "", "turning", "", "", "", "", 7)

        made = imported(workbook(HEADER, HURCO, turning), planner)

        assert (counts(made), made.row_count) == ((1, 0, 0, 0), 2)
        codes = Machine.objects.get().capabilities.order_by("process_code")
        assert [row.process_code for row in codes] == ["milling-3-axis", "turning"]

    def test_opens_the_sites_that_it_names(self, planner):
        header = (*HEADER, "Country", "City", "Time zone")

        imported(
            workbook(header, (*HURCO, "DE", "Augsburg", "Europe/Berlin"), HERMLE),
            planner,
        )

        site = Site.objects.get()
        assert (site.name, site.country, site.time_zone) == (
            "Augsburg",
            "DE",
            "Europe/Berlin",
        )
        assert site.machines.count() == 2

    def test_leaves_out_the_machines_that_are_refused(self, planner):
        make.site()
        wrong = (*HERMLE[:6], "a lot", *HERMLE[7:])

        made = imported(workbook(HEADER, HURCO, wrong), planner)

        assert counts(made) == (1, 0, 0, 1)
        assert refusals(made) == [("Sheet1!G3", "size_x_mm", "a lot", "not_a_number")]
        assert list(Machine.objects.values_list("code", flat=True)) == ["M-01"]

    def test_tells_the_exchange_of_a_published_machine(self, planner, told):
        machine = make.published_machine(code="M-01")
        told()

        imported(
            workbook(("Code", "X (mm)", "Process"), ("M-01", 700, "milling-3-axis")),
            planner,
        )

        assert told() == [machine.pk]

    def test_refuses_what_would_leave_a_published_machine_incomplete(self, planner):
        make.published_machine(code="M-01")
        made = upload(workbook(("Code", "Process"), ("M-01", "turning")), planner)

        assert counts(made) == (0, 0, 0, 1)
        assert refusals(made)[0][:2] == ("Sheet1!A2", "code")


class TestRoundTrip:
    def test_an_export_imported_elsewhere_is_exported_equal(self, planner, south):
        from tenants import context

        make.site()
        header = (*HEADER, "Spindle speed (1/min)", "Auto quote", "Serial number")
        turning = ("M-01", "", "", "", "", "turning", "", "", "", "", 7)
        imported(
            workbook(
                header, (*HURCO, 8000, "yes", "=-1+1"[1:]), turning, (*HERMLE, 18000)
            ),
            planner,
        )
        first = register()

        with context.enterprise(south):
            made = imported(first.encode(), planner, name="machines.csv")
            again = register()

        assert counts(made) == (2, 0, 0, 0)
        assert again == first

    def test_says_unchanged_of_its_own_export(self, planner):
        make.complete_machine(
            serial_number="-42",
            offers={"tolerances": {"bore": {"it_grade": 6, "roughness_um": 0.8}}},
        )
        assert "bore IT6 Ra 0.8" in register()

        made = upload(register().encode(), planner, name="machines.csv")

        assert counts(made) == (0, 0, 1, 0)

    def test_the_template_is_read_without_its_example(self, planner):
        make.site()
        for raw in (services.template_xlsx(), services.template_csv().encode()):
            made = upload(raw, planner)
            assert counts(made) == (0, 0, 0, 0)
            assert len(made.mapping) == len(made.headings)

    def test_the_template_hints_at_every_code(self):
        book = openpyxl.load_workbook(io.BytesIO(services.template_xlsx()))

        assert book.sheetnames == ["Machines", "Hints"]
        codes = {row[1].value for row in book["Hints"].iter_rows()}
        assert {"milling-3-axis", "machine_tool", "P", "en-aw-6061-t6"} <= codes


BAD_CELLS = [
    ("X (mm)", "12 kg", "size_x_mm", "wrong_unit", "Use one of: mm, cm, m, in."),
    ("X (mm)", "-5", "size_x_mm", "impossible_figure", "Give a number above 0"),
    ("X (mm)", "=1+1", "size_x_mm", "formula", "paste it as values"),
    ("Process", "millling-3-axis", "process_code", "unknown_process", "milling-3-axis"),
    ("Materials", "6061-T66", "material_codes", "unknown_material", "en-aw-6061-t6"),
    ("Material groups", "Q", "material_groups", "unknown_word", "P, M, K, N, S, H"),
    ("IT grade", 8.5, "it_grade", "not_whole", "Give a whole number"),
    ("IT grade", 42, "it_grade", "impossible_figure", "from 1 to 18"),
    ("Hourly rate", "68.125", "hourly_rate", "too_exact", "Round it"),
    ("Hourly rate", "free", "hourly_rate", "not_a_number", "Write it as in 12.5"),
    ("Currency", "Euro", "currency", "too_long", "Give 3 at most."),
    ("Site", "Atlantis", "site", "refused", "Give its country and time zone too"),
    ("Name", "N" * 121, "name", "too_long", "Give 120 at most."),
    ("Y (mm)", "", "size_y_mm", "impossible_figure", "Give all sizes"),
]  # fmt: skip


class TestRefusals:
    @pytest.mark.parametrize(
        ("heading", "value", "field", "code", "remedy"),
        BAD_CELLS,
        ids=[f"{row[0]} {row[3]}" for row in BAD_CELLS],
    )
    def test_names_cell_field_value_and_remedy(
        self, planner, heading, value, field, code, remedy
    ):
        make.site()
        place = HEADER.index(heading)
        row = [*HURCO]
        row[place] = value

        made = upload(workbook(HEADER, row), planner)

        assert counts(made) == (0, 0, 0, 1)
        found = made.refusals.get()
        assert (found.field, found.code) == (field, code)
        assert remedy in found.remedy
        assert found.machine_code == "M-01"
        if value:
            assert found.cell == f"Sheet1!{chr(ord('A') + place)}2"

    def test_of_a_code_that_stands_twice(self, planner):
        make.site()

        made = upload(workbook(HEADER, HURCO, HERMLE, HURCO), planner)

        assert counts(made) == (1, 0, 0, 1)
        assert refusals(made) == [("Sheet1!A4", "code", "M-01", "code_twice")]

    def test_of_rows_that_contradict_each_other(self, planner):
        make.site()
        other = ("M-01", "Mill 9", "", "", "", "turning")

        made = upload(workbook(HEADER, HURCO, other), planner)

        assert refusals(made) == [("Sheet1!B3", "name", "Mill 9", "contradiction")]

    def test_of_a_row_without_a_code(self, planner):
        make.site()

        made = upload(workbook(HEADER, HURCO, ("", *HERMLE[1:])), planner)

        assert counts(made) == (1, 0, 0, 1)
        assert refusals(made) == [("Sheet1!A3", "code", "", "no_code")]

    def test_of_a_column_in_a_wrong_unit(self, planner):
        make.site()

        made = upload(workbook(("Code", "Ra (kg)"), ("M-01", 5)), planner)

        assert refusals(made) == [
            ("Sheet1!B1", "roughness_um", "Ra (kg)", "wrong_unit")
        ]

    def test_as_csv_that_no_spreadsheet_calculates(self, planner):
        make.site()
        made = upload(text(("Code", "IT grade"), ("M-01", "=cmd|x")), planner)

        rows = list(csv.reader(io.StringIO("".join(services.refusals_csv(made)))))

        assert rows[0] == [
            "\ufeffCell", "Machine code", "Column", "Value", "Problem", "Remedy",
        ]  # fmt: skip
        assert rows[1][:4] == ["B2", "M-01", "Finest IT grade", "'=cmd|x"]


def locked() -> bytes:
    name = "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + name


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _chunk in range(300):
                member.write(bytes(1 << 20))
    return buffer.getvalue()


class TestFiles:
    @pytest.mark.parametrize(
        ("raw", "fault"),
        [
            (b"", "empty"),
            (b"\n\n ;; \n", "empty"),
            (workbook(), "empty"),
            (locked(), "password"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016), "old_workbook"),
            (bomb(), "bomb"),
            (b"PK\x03\x04 and no more", "workbook_broken"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00", "no_text"),
        ],
        ids=["empty", "blank", "blank book", "password", "xls", "bomb", "cut", "image"],
    )
    def test_refuses(self, planner, raw, fault):
        with pytest.raises(TableUnreadable) as refused:
            upload(raw, planner)

        assert refused.value.facts["fault"] == fault
        assert refused.value.remedy
        assert TableImport.objects.count() == 0

    def test_refuses_a_header_of_merged_cells(self, planner):
        raw = workbook(HEADER, HURCO, merge="G1:I1")

        with pytest.raises(HeaderUnclear) as refused:
            upload(raw, planner)

        assert refused.value.value == "Sheet1!G1:I1"

    def test_refuses_a_header_alone(self, planner):
        with pytest.raises(HeaderUnclear) as refused:
            upload(workbook(HEADER), planner)

        assert refused.value.value == "Sheet1!1:1"

    def test_refuses_one_row_too_many(self, planner):
        rows = [("Code",), *((f"M{number}",) for number in range(20_001))]

        with pytest.raises(HeaderUnclear) as refused:
            upload(text(*rows), planner)
        assert refused.value.value == 20_001

        make.site()
        made = upload(text(*rows[:-1]), planner)
        assert counts(made) == (20_000, 0, 0, 0)

    def test_finds_the_header_below_a_title(self, planner):
        make.site()

        made = upload(workbook(("Our machines", ""), (), HEADER, HURCO), planner)

        assert (made.header_row, counts(made)) == (3, (1, 0, 0, 0))


class TestTongues:
    def test_reads_semicolons_and_decimal_commas(self, planner):
        make.site()
        row = (
            "M-01",
            "Fräse",
            "milling-3-axis",
            "1.610,5",
            "508",
            "610",
            "0,8",
            "68,50",
        )
        header = ("Maschinennummer", "Bezeichnung", "Verfahren", "Verfahrweg X (mm)",
                  "Verfahrweg Y (mm)", "Verfahrweg Z (mm)", "Rauheit Ra (µm)",
                  "Stundensatz")  # fmt: skip

        made = imported(
            text(header, row, delimiter=";", encoding="cp1252"), planner, name="m.csv"
        )

        assert (made.decimal_mark, counts(made)) == (",", (1, 0, 0, 0))
        able = Capability.objects.get()
        assert (able.size_x_mm, able.roughness_um) == (1610.5, 0.8)
        assert CostModel.objects.get().hourly_rate == Decimal("68.50")
        assert Machine.objects.get().name == "Fräse"

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
    def test_reads_chinese(self, planner, encoding):
        make.site()
        header = ("设备编号", "名称", "制造商", "型号", "加工工艺", "X轴行程（毫米）",
                  "Y轴行程（毫米）", "Z轴行程（毫米）", "主轴转速")  # fmt: skip
        row = (
            "M-01",
            "加工中心",
            "沈阳机床",
            "VMC850",
            "三轴铣削",
            850,
            500,
            540,
            8000,
        )

        made = imported(text(header, row, encoding=encoding), planner, name="m.csv")

        assert refusals(made) == []
        machine = Machine.objects.get()
        assert (machine.name, machine.maker, machine.spindle_rpm) == (
            "加工中心",
            "沈阳机床",
            8000,
        )
        assert Capability.objects.get().size_x_mm == 850.0

    @pytest.mark.parametrize("encoding", ["cp1251", "utf-8"])
    def test_reads_russian(self, planner, encoding):
        make.site()
        header = ("Инв. №", "Наименование", "Производитель", "Модель", "Ход X, мм",
                  "Ход Y, мм", "Ход Z, мм", "Вид обработки", "Ставка в час")  # fmt: skip
        row = ("17", "Обрабатывающий центр", "СтанкоМашСтрой", "ФС65МФ3", "650", "520",
               "510,5", "фрезерование 3-осевое", "2 500,00")  # fmt: skip

        made = upload(
            text(header, row, delimiter=";", encoding=encoding), planner, name="m.csv"
        )

        assert sorted(made.mapping.values()) == [
            "code", "hourly_rate", "maker", "model", "name", "process_code",
            "size_x_mm", "size_y_mm", "size_z_mm",
        ]  # fmt: skip
        assert made.decimal_mark == ","


class TestUndo:
    def undone(self, made: TableImport, by: Actor) -> TableImport:
        services.start_undo(table_import_id=made.pk, by=by, at=LATER)
        return services.undo_table(table_import_id=made.pk, at=LATER)

    def test_takes_back_exactly_one_import(self, planner):
        make.site()
        imported(workbook(HEADER, HURCO), planner)
        before = register()
        header = (*HEADER, "Country", "Time zone")
        moved = [*HERMLE, "PL", "Europe/Warsaw"]
        moved[2] = "Gdynia"
        changed = [*HURCO]
        changed[6], changed[5 + 9], changed[1] = 700, 72, "Mill One"
        second = imported(workbook(header, changed, moved), planner)
        assert counts(second) == (1, 1, 0, 0)

        undone = self.undone(second, planner)

        assert undone.state == TableState.UNDONE
        assert register() == before
        assert list(Site.objects.values_list("name", flat=True)) == ["Augsburg"]
        with pytest.raises(services.NothingToUndo):
            services.start_undo(table_import_id=second.pk, by=planner, at=LATER)

    def test_keeps_what_was_worked_on_since_and_says_why(self, planner):
        make.site()
        made = imported(workbook(HEADER, HURCO, HERMLE, *many(2)), planner)
        machines = {row.code: row for row in Machine.objects.all()}
        services.publish_machine(machine_id=machines["M-01"].pk, by=planner, at=NOON)
        make.capability(machines["M-02"].pk, process_code="turning")
        capacity.take_maintenance(
            machine_id=machines["M-00000"].pk,
            period=Period(LATER, LATER + timedelta(hours=2)),
            reason="New belt",
            by=planner,
            at=NOON,
        )

        undone = self.undone(made, planner)

        assert undone.state == TableState.PARTLY_UNDONE
        kept = undone.entries.filter(is_undone=False).order_by("machine_code")
        assert [(row.machine_code, row.kept_because) for row in kept] == [
            ("M-00000", "It has reservations since."),
            ("M-01", "It is published: withdraw it first."),
            ("M-02", "It was edited since."),
        ]
        assert sorted(Machine.objects.values_list("code", flat=True)) == [
            "M-00000",
            "M-01",
            "M-02",
        ]
