"""Everything is found by any of its names, in four languages, however it is typed."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import rules, selectors
from apps.catalog.models import SearchName
from apps.catalog.types import EntryKind
from tenants import context

# What is typed, in which language the reader reads, and what comes first.
PROCESSES = [
    # Chinese
    ("五轴加工", "zh", "milling-5-axis"),
    ("5轴", "zh", "milling-5-axis"),
    ("五轴铣消", "zh", "milling-5-axis"),
    ("５轴", "zh", "milling-5-axis"),
    ("慢走丝", "zh", "wire-edm"),
    ("线切割", "zh", "wire-edm"),
    ("注塑", "zh", "injection-molding"),
    ("双色注塑", "zh", "two-component-injection-molding"),
    ("钣金", "zh", "sheet-forming"),
    ("激光切管", "zh", "tube-laser-cutting"),
    ("三坐标", "zh", "cmm-inspection"),
    ("风洞", "zh", "wind-tunnel"),
    ("热真空罐", "zh", "thermal-vacuum-chamber"),
    ("微弧氧化", "zh", "plasma-electrolytic-oxidation"),
    ("正火", "zh", "normalizing"),
    ("CO2焊", "zh", "mig-mag-welding"),
    ("熔模铸照", "zh", "investment-casting"),
    # Russian
    ("фрезеровка", "ru", "milling"),
    ("фрезировка", "ru", "milling"),
    ("токарная обработка", "ru", "turning"),
    ("токарная оброботка", "ru", "turning"),
    ("литье в землю", "ru", "sand-casting"),
    ("аргонная сварка", "ru", "tig-welding"),
    ("аргоная сварка", "ru", "tig-welding"),
    ("електроэрозионная резка", "ru", "wire-edm"),
    ("термообработка", "ru", "heat-treatment"),
    ("цементация", "ru", "case-hardening"),
    ("порошковая покраска", "ru", "powder-coating"),
    ("АНОДИРОВАНИЕ", "ru", "anodizing"),
    ("зубофрезерованее", "ru", "gear-hobbing"),
    ("барокамера", "ru", "altitude-test"),
    ("чистая комната", "ru", "clean-room"),
    ("балансировка", "ru", "balancing"),
    ("шлифовка", "ru", "grinding"),
    # German
    ("Fräsen", "de", "milling"),
    ("Fraesen", "de", "milling"),
    ("frasen", "de", "milling"),
    ("5-Achs-Fraesen", "de", "milling-5-axis"),
    ("Drahterodiren", "de", "wire-edm"),
    ("Spritzguss", "de", "injection-molding"),
    ("Sprizguss", "de", "injection-molding"),
    ("Schweissen", "de", "welding"),
    ("Kunststoffspritzgiessen", "de", "injection-molding"),
    ("Haerten", "de", "hardening"),
    ("Zahnflankenschleifen", "de", "gear-grinding"),
    ("Windkanal", "de", "wind-tunnel"),
    ("Pulverbeschichtung", "de", "powder-coating"),
    # English
    ("5 axis", "en", "milling-5-axis"),
    ("5axis", "en", "milling-5-axis"),
    ("five-axis miling", "en", "milling-5-axis"),
    ("tunring", "en", "turning"),
    ("mill turn", "en", "turn-mill"),
    ("laser cuting", "en", "laser-cutting"),
    ("cylindrical grindng", "en", "cylindrical-grinding"),
    ("waterjet", "en", "water-jet-cutting"),
    ("injection moulding", "en", "injection-molding"),
    ("anodising", "en", "anodizing"),
    ("heat treatmnt", "en", "heat-treatment"),
    ("DMLS", "en", "powder-bed-fusion-metal"),
    ("WAAM", "en", "wire-arc-additive-manufacturing"),
    ("e-coating", "en", "electrocoating"),
    ("ground station", "en", "ground-station-pass"),
    ("launch slot", "en", "launch-slot"),
    ("thermal vacum chamber", "en", "thermal-vacuum-chamber"),
    ("salt spary test", "en", "salt-spray-test"),
    ("cmm", "en", "cmm-inspection"),
    ("vibration tst", "en", "vibration-test"),
    ("ＣＮＣ　turning", "en", "turning"),
]
MATERIALS = [
    ("1.4404", "x2crnimo17-12-2"),
    ("14404", "x2crnimo17-12-2"),
    ("AISI 316L", "uns-s31603"),
    ("aisi316l", "uns-s31603"),
    ("316L", "x2crnimo17-12-2"),
    ("06Cr19Ni10", "gb-06cr19ni10"),
    ("06cr19ni1o", "gb-06cr19ni10"),
    ("SUS304", "jis-sus304"),
    ("sus 304", "jis-sus304"),
    ("12Х18Н10Т", "gost-12kh18n10t"),
    ("12X18H10T", "gost-12kh18n10t"),
    ("12х18н10т", "gost-12kh18n10t"),
    ("S30400", "uns-s30400"),
    ("SKD11", "jis-skd11"),
    ("SCM440", "jis-scm440"),
    ("40Х", "gost-40kh"),
    ("д16т", "gost-d16-t"),
    ("ВТ6", "gost-vt6"),
    ("X5CrNi18-10", "x5crni18-10"),
    ("x5crni 18 10", "x5crni18-10"),
    ("Inconel718", "inconel-718"),
    ("inconell 718", "inconel-718"),
    ("нержавейка", None),
    ("7075", "en-aw-7075-t6"),
    ("ADC12", "jis-adc12"),
    ("GG25", "en-gjl-250"),
    ("球墨铸铁", "en-gjs-500-7"),
    ("берилиевая бронза", "cube2"),
    ("C36000", "uns-c36000"),
    ("Vespel", "pi"),
    ("ZAMAK 5", "znal4cu1"),
    ("TC4", "gb-tc4"),
]


@pytest.fixture(autouse=True)
def in_directory(db: None) -> Iterator[None]:
    selectors.forget()
    with context.directory():
        yield
    selectors.forget()


class TestSearchProcesses:
    @pytest.mark.parametrize(("typed", "language", "first"), PROCESSES)
    def test_finds_first_what_is_meant(
        self, typed: str, language: str, first: str
    ) -> None:
        found = selectors.search_processes(typed, language)

        assert [node.code for node in found][:1] == [first]

    def test_table_covers_four_languages(self) -> None:
        assert len(PROCESSES) == 68
        assert {language for _typed, language, _first in PROCESSES} == {
            "zh",
            "ru",
            "de",
            "en",
        }

    def test_finds_every_node_by_every_name_that_it_has(self) -> None:
        """An alias in any language resolves to one node, and it comes first."""
        parents = {node.code: node.parent for node in selectors.process_tree()}
        missed = []
        for node in selectors.process_tree():
            names = [node.name_en, node.name_zh, node.name_ru, node.name_de]
            for name in [*names, *node.aliases]:
                first = selectors.search_processes(name, "en", limit=1)[0]
                if not rules.is_kin(node.code, first.code, parents):
                    missed.append((name, node.code, first.code))

        assert missed == []

    def test_puts_exact_before_beginnings_before_what_is_near(self) -> None:
        codes = [node.code for node in selectors.search_processes("milling", "en")]

        assert codes[0] == "milling"
        assert codes.index("milling-5-axis") < codes.index("turn-mill")

    def test_prefers_the_readers_own_language(self) -> None:
        # In Russian both are said; only a name of its own is the reader's.
        found = selectors.search_processes("hip", "en")

        assert found[0].code == "hot-isostatic-pressing"

    @pytest.mark.parametrize("typed", ["", "  ", "%", "_", "'", "x" * 300, "()"])
    def test_finds_nothing_in_nonsense(self, typed: str) -> None:
        assert selectors.search_processes(typed, "en") == []

    def test_asks_once_whatever_is_typed(self) -> None:
        selectors.process_tree()
        with CaptureQueriesContext(connection) as asked:
            selectors.search_processes("5 axis miling", "en")

        assert len(asked) == 1


class TestSearchMaterials:
    @pytest.mark.parametrize(("typed", "first"), MATERIALS)
    def test_finds_first_what_is_meant(self, typed: str, first: str | None) -> None:
        found = selectors.search_materials(typed)

        assert [grade.code for grade in found][:1] == ([first] if first else [])

    def test_finds_every_grade_by_its_designation(self) -> None:
        """Where standards share a designation, all of them are found."""
        missed = []
        for grade in selectors.materials():
            same = selectors.search_materials(grade.name)
            if grade.code not in {found.code for found in same}:
                missed.append(grade.code)

        assert missed == []

    def test_leads_from_each_standard_to_its_equivalents(self) -> None:
        for typed in ("1.4301", "S30400", "SUS304", "06Cr19Ni10", "08Х18Н10"):
            grade = selectors.search_materials(typed)[0]
            family = {grade.code} | {
                other.grade.code for other in selectors.equivalents_of(grade.code)
            }
            assert "x5crni18-10" in family


class TestIndex:
    def test_is_used(self) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "EXPLAIN SELECT code FROM catalog_searchname"
                " WHERE kind || '' = 'process' AND 'miling' <% words"
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "Bitmap Index Scan on catalog_searchname_words" in plan

    def test_holds_names_of_all(self) -> None:
        for kind, count in ((EntryKind.PROCESS, 335), (EntryKind.MATERIAL, 713)):
            codes = set(
                SearchName.objects.filter(kind=kind).values_list("code", flat=True)
            )
            assert len(codes) == count


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("Fräsen", "frasen"),
            ("FRAESEN", "frasen"),
            ("Gießen", "giessen"),
            ("Literature Ёлка", "literature елка"),
            ("５轴", "5 轴"),
            ("五轴加工", "五 轴 加 工"),
            ("5-axis  milling!", "5 axis milling"),
            ("ＣＮＣ", "cnc"),
            ("1.4404", "1 4404"),
            ("", ""),
        ],
    )
    def test_lose_what_keyboards_differ_in(self, typed: str, words: str) -> None:
        assert rules.words_of(typed) == words

    @pytest.mark.parametrize(
        ("asked", "name", "band"),
        [
            ("5 axis", "5axis", rules.EXACT),
            ("mill", "milling", rules.STARTS),
            ("axis mill", "5 axis milling", rules.WORDS),
            ("tunring", "turning", rules.NEARLY),
            ("milling juggling", "milling", None),
            ("qwertz", "milling", None),
            ("", "milling", None),
        ],
    )
    def test_are_ranked(self, asked: str, name: str, band: int | None) -> None:
        found = rules.rank(asked, name)

        assert (found.band if found else None) == band

    def test_of_a_designation_are_found_with_and_without_brackets(self) -> None:
        assert rules.spellings(["AISI 316L (UNS S31603)", "12Х18Н10Т"]) == (
            "AISI 316L (UNS S31603)",
            "AISI 316L",
            "UNS S31603",
            "S31603",
            "12Х18Н10Т",
            "12X18H10T",
        )
