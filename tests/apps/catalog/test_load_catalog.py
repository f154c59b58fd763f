"""The catalog's facts: complete, in four languages, with a source each."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.catalog import selectors, services
from apps.catalog.models import (
    CatalogChange,
    CatalogVersion,
    CertificateKind,
    ExchangeRate,
    Material,
    MaterialEquivalence,
    Process,
    SearchName,
)
from apps.catalog.types import LoadedCatalog, MaterialGroup
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import catalog as made
from tests.factories.catalog import NEW_YEARS_EVE, NOON

pytestmark = pytest.mark.usefixtures("db")

MODELS = [Process, Material, MaterialEquivalence, CertificateKind, ExchangeRate]

PROCESSES_ALL_RELY_ON = [
    "milling",
    "milling-3-axis",
    "milling-4-axis",
    "milling-5-axis",
    "turning",
    "turn-mill",
    "wire-edm",
    "sinker-edm",
    "cylindrical-grinding",
    "surface-grinding",
    "gear-cutting",
    "laser-cutting",
    "water-jet-cutting",
    "plasma-cutting",
    "bending",
    "stamping",
    "sand-casting",
    "die-casting",
    "investment-casting",
    "die-forging",
    "injection-molding",
    "powder-bed-fusion-metal",
    "powder-bed-fusion-polymer",
    "material-extrusion",
    "vat-photopolymerization",
    "mig-mag-welding",
    "tig-welding",
    "laser-welding",
    "heat-treatment",
    "anodizing",
    "powder-coating",
    "cmm-inspection",
    "thermal-vacuum-test",
    "vibration-test",
]
MATERIALS_ALL_RELY_ON = [
    "en-aw-6061-t6",
    "en-aw-7075-t6",
    "en-aw-2024-t3",
    "c45",
    "42crmo4",
    "s355j2",
    "x5crni18-10",
    "x2crnimo17-12-2",
    "ti-6al-4v",
    "inconel-718",
    "cuzn39pb3",
    "en-gjl-250",
    "peek",
    "pom-c",
    "pa12",
    "alsi10mg",
]
CERTIFICATES_ALL_RELY_ON = [
    "iso-9001",
    "as9100d",
    "iatf-16949",
    "iso-13485",
    "gb-t-19001",
    "gost-r-iso-9001",
    "iso-14001",
]

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
LATIN_ONLY = re.compile(r"[A-Za-zÄÖÜäöüß0-9 ,()/\-]+")


def read(model: type) -> list[dict[str, object]]:
    with context.directory():
        return list(model.objects.order_by("pk").values())


class TestLoadCatalog:
    def test_fills_every_table(self) -> None:
        with context.owner():
            loaded = services.load_catalog(at=NOON)

        assert loaded == LoadedCatalog(
            processes=335,
            materials=713,
            equivalences=501,
            certificate_kinds=28,
            exchange_rates=7,
            version=1,
        )
        assert [len(read(model)) for model in MODELS] == [335, 713, 501, 28, 7]

    def test_changes_nothing_the_second_time(self) -> None:
        kept = [*MODELS, SearchName, CatalogVersion, CatalogChange]
        with context.owner():
            before = [list(model.objects.order_by("pk").values()) for model in kept]

            services.load_catalog(at=NOON)

            after = [list(model.objects.order_by("pk").values()) for model in kept]
        assert after == before

    def test_mends_a_row_that_was_changed_and_leaves_others_alone(self) -> None:
        added = made.process()
        with context.owner():
            Process.objects.filter(pk="milling").update(name_de="Fraesen")

            services.load_catalog(at=NOON)

            assert Process.objects.get(pk="milling").name_de == "Fräsen"
            mended = CatalogChange.objects.get()
            assert (mended.key, mended.field) == ("milling", "name_de")
            assert (mended.old, mended.new) == ("Fraesen", "Fräsen")
            assert mended.version.origin == "release"
            assert Process.objects.get(pk=added.pk).name_en == "6-axis milling"

    def test_is_for_the_owner_only(self, in_north: EnterpriseRef) -> None:
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            Process.objects.filter(pk="milling").update(name_en="Mine")

        assert Process.objects.get(pk="milling").name_en == "Milling"


class TestProcesses:
    @pytest.fixture
    def rows(self) -> list[Process]:
        with context.directory():
            return list(Process.objects.order_by("order"))

    def test_hold_every_code_that_others_rely_on(self, rows: list[Process]) -> None:
        codes = {row.code for row in rows}

        assert set(PROCESSES_ALL_RELY_ON) <= codes

    def test_stand_under_the_main_groups_of_din_8580(self, rows: list[Process]) -> None:
        roots = {row.code: row.din_group for row in rows if row.parent_id is None}

        assert roots == {
            "primary-shaping": "1",
            "forming": "2",
            "separating": "3",
            "joining": "4",
            "coating": "5",
            "property-change": "6",
            "services": "",
        }

    def test_stay_in_their_main_group(self, rows: list[Process]) -> None:
        groups = {row.code: row.din_group for row in rows}
        strays = [
            row.code
            for row in rows
            if not row.din_group.startswith(groups[row.path.split("/")[0]])
        ]

        assert strays == []

    def test_have_the_seven_additive_categories_of_iso_astm_52900(
        self, rows: list[Process]
    ) -> None:
        assert [
            row.code for row in rows if row.parent_id == "additive-manufacturing"
        ] == [
            "powder-bed-fusion",
            "material-extrusion",
            "vat-photopolymerization",
            "material-jetting",
            "binder-jetting",
            "directed-energy-deposition",
            "sheet-lamination",
        ]

    def test_number_welding_by_iso_4063(self, rows: list[Process]) -> None:
        numbers = {
            row.code: row.standard.removeprefix("ISO 4063 process ")
            for row in rows
            if "/welding/" in row.path
        }

        assert numbers["mig-mag-welding"] == "13"
        assert numbers["tig-welding"] == "141"
        assert numbers["laser-welding"] == "52"
        assert numbers["electron-beam-welding"] == "51"
        assert all(number.isdigit() for number in numbers.values())

    def test_know_their_path_and_whether_they_have_parts(
        self, rows: list[Process]
    ) -> None:
        by_code = {row.code: row for row in rows}
        five_axes = by_code["milling-5-axis"]

        assert five_axes.path == "separating/cutting/milling/milling-5-axis"
        assert five_axes.is_leaf
        assert not by_code["milling"].is_leaf

    def test_are_named_in_each_language_once(self, rows: list[Process]) -> None:
        for names in (
            [row.name_en for row in rows],
            [row.name_zh for row in rows],
            [row.name_ru for row in rows],
            [row.name_de for row in rows],
        ):
            assert [name for name, count in Counter(names).items() if count > 1] == []

    def test_are_written_in_each_languages_script(self, rows: list[Process]) -> None:
        assert [row.name_zh for row in rows if not CHINESE.search(row.name_zh)] == []
        assert [row.name_ru for row in rows if not CYRILLIC.search(row.name_ru)] == []
        for names in ([row.name_en for row in rows], [row.name_de for row in rows]):
            assert [name for name in names if not LATIN_ONLY.fullmatch(name)] == []

    def test_have_a_source_and_a_definition(self, rows: list[Process]) -> None:
        assert [row.code for row in rows if not row.source] == []
        assert [row.code for row in rows if not row.definition.endswith(".")] == []

    def test_name_who_states_their_typical_ranges(self, rows: list[Process]) -> None:
        unsourced = [
            row.code
            for row in rows
            if (row.it_grade_min or row.roughness_min_um)
            and ".com" not in row.source
            and ".org" not in row.source
        ]

        assert unsourced == []


class TestMaterials:
    @pytest.fixture
    def rows(self) -> dict[str, Material]:
        with context.directory():
            return {row.code: row for row in Material.objects.all()}

    def test_hold_every_code_that_others_rely_on(
        self, rows: dict[str, Material]
    ) -> None:
        assert set(MATERIALS_ALL_RELY_ON) <= rows.keys()

    def test_cover_every_group(self, rows: dict[str, Material]) -> None:
        assert {row.group for row in rows.values()} == set(MaterialGroup.values)

    @pytest.mark.parametrize(
        ("code", "group", "density", "factor"),
        [
            ("en-aw-6061-t6", "N", 2700, "1.000"),
            ("c45", "P", 7850, "0.158"),
            ("x5crni18-10", "M", 7900, "0.125"),
            ("en-gjl-250", "K", 7200, "0.133"),
            ("ti-6al-4v", "S", 4430, "0.061"),
            ("inconel-718", "S", 8190, "0.033"),
            ("x153crmov12-hrc60", "H", 7700, "0.025"),
            ("peek", "polymer", 1310, "1.000"),
        ],
    )
    def test_know_group_density_and_how_they_cut(
        self,
        code: str,
        group: str,
        density: int,
        factor: str,
        rows: dict[str, Material],
    ) -> None:
        row = rows[code]

        assert (row.group, row.density_kg_m3) == (group, density)
        assert row.removal_factor == Decimal(factor)

    def test_weigh_what_their_group_can_weigh(self, rows: dict[str, Material]) -> None:
        limits = {
            "P": (7600, 8200),
            "M": (7700, 8100),
            "K": (7000, 7300),
            "N": (1700, 9000),
            "S": (4400, 8900),
            "H": (7600, 7900),
            "polymer": (850, 2200),
            "composite": (1400, 2000),
            "ceramic": (3000, 15000),
        }

        assert [
            row.code
            for row in rows.values()
            if not limits[row.group][0] <= row.density_kg_m3 <= limits[row.group][1]
        ] == []

    def test_have_a_standard_and_a_source(self, rows: dict[str, Material]) -> None:
        assert [
            row.code for row in rows.values() if not (row.standard and row.source)
        ] == []

    def test_say_that_a_price_is_no_quotation(self, rows: dict[str, Material]) -> None:
        assert "not a quotation" in rows["c45"].source

    @pytest.mark.parametrize(
        ("code", "equivalents"),
        [
            (
                "x5crni18-10",
                {
                    "uns-s30400": "nearest",
                    "gb-06cr19ni10": "nearest",
                    "gost-08kh18n10": "nearest",
                    "gost-12kh18n9": "nearest",
                    "jis-sus304": "nearest",
                },
            ),
            (
                "en-aw-6061-t6",
                {
                    "uns-a96061-t6": "identical",
                    "gb-6061-t6": "identical",
                    "jis-a6061-t6": "identical",
                    "gost-ad33-t1": "nearest",
                },
            ),
            (
                "ti-6al-4v",
                {
                    "gb-tc4": "nearest",
                    "gost-vt6": "nearest",
                    "jis-tap6400": "nearest",
                },
            ),
        ],
    )
    def test_know_their_equivalents(
        self, code: str, equivalents: dict[str, str]
    ) -> None:
        with context.directory():
            found = selectors.equivalents_of(code)

        assert {
            equivalent.grade.code: equivalent.kind.value for equivalent in found
        } == equivalents


class TestCertificateKinds:
    def test_hold_every_code_that_others_rely_on(self) -> None:
        codes = {row["code"] for row in read(CertificateKind)}

        assert set(CERTIFICATES_ALL_RELY_ON) <= codes
        assert len([code for code in codes if str(code).startswith("nadcap-")]) == 7

    def test_include_only_kinds_that_there_are(self) -> None:
        rows = read(CertificateKind)
        codes = {row["code"] for row in rows}

        included = {code for row in rows for code in row["includes"]}  # type: ignore[attr-defined]  # JSON
        assert included == {"iso-9001"}
        assert included <= codes


class TestExchangeRates:
    def test_are_those_of_the_last_day_of_2024(self) -> None:
        rates = {row["currency"]: row["units_per_eur"] for row in read(ExchangeRate)}

        assert rates == {
            "USD": Decimal("1.0389"),
            "CNY": Decimal("7.5833"),
            "PLN": Decimal("4.2750"),
            "TRY": Decimal("36.7372"),
            "INR": Decimal("88.9335"),
            "BRL": Decimal("6.4253"),
            "RUB": Decimal("106.1028"),
        }
        assert {row["on"] for row in read(ExchangeRate)} == {NEW_YEARS_EVE}

    def test_say_who_set_them(self) -> None:
        sources = {
            str(row["currency"]): str(row["source"]) for row in read(ExchangeRate)
        }

        assert sources.pop("RUB").startswith("Bank of Russia")
        assert all(
            source.startswith("European Central Bank") for source in sources.values()
        )


class TestWhatTheDatabaseKeeps:
    """What holds even where the facts are wrong."""

    @pytest.fixture(autouse=True)
    def in_owner(self) -> Iterator[None]:
        with context.owner():
            yield

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"code": "Milling 6"}, "catalog_process_code_shaped"),
            ({"path": "milling"}, "catalog_process_path_ends_in_code"),
            ({"parent_id": None}, "catalog_process_path_ends_in_code"),
            ({"parent_id": "milling-6-axis"}, "catalog_process_not_its_own_parent"),
            ({"it_grade_min": 5}, "catalog_process_it_grades_in_order"),
            (
                {"it_grade_min": 9, "it_grade_max": 8},
                "catalog_process_it_grades_in_order",
            ),
            (
                {"it_grade_min": 1, "it_grade_max": 19},
                "catalog_process_it_grades_in_order",
            ),
            ({"roughness_max_um": 5.0}, "catalog_process_roughness_in_order"),
            (
                {"roughness_min_um": 0.0, "roughness_max_um": 5.0},
                "catalog_process_roughness_in_order",
            ),
        ],
    )
    def test_of_a_process(self, columns: dict[str, object], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            made.process(**columns)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"code": "Gold"}, "catalog_material_code_shaped"),
            ({"group": "X"}, "catalog_material_group_known"),
            ({"density_kg_m3": 0}, "catalog_material_figures_above_zero"),
            ({"removal_factor": Decimal(0)}, "catalog_material_figures_above_zero"),
        ],
    )
    def test_of_a_material(self, columns: dict[str, object], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            made.material(**columns)

    @pytest.mark.parametrize(
        ("a", "b", "kind", "constraint"),
        [
            ("c45", "c45", "identical", "catalog_materialequivalence_between_two"),
            ("c45", "peek", "alike", "catalog_materialequivalence_kind_known"),
            ("c45", "gb-45", "nearest", "catalog_materialequivalence_once"),
        ],
    )
    def test_of_an_equivalence(
        self, a: str, b: str, kind: str, constraint: str
    ) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            made.equivalence(a, b, kind=kind)

    def test_of_a_kind_of_certificate(self) -> None:
        with (
            pytest.raises(IntegrityError, match="catalog_certificatekind_code_shaped"),
            transaction.atomic(),
        ):
            made.certificate_kind(code="ISO 9001")

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"currency": "usd"}, "catalog_exchangerate_currency_is_code"),
            ({"currency": "EUR"}, "catalog_exchangerate_currency_is_code"),
            ({"units_per_eur": Decimal(0)}, "catalog_exchangerate_above_zero"),
            ({"on": date(2024, 12, 31)}, "catalog_exchangerate_once_a_day"),
        ],
    )
    def test_of_an_exchange_rate(
        self, columns: dict[str, object], constraint: str
    ) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            made.exchange_rate(**columns)
