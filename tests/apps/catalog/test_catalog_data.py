"""What must hold of every row of the catalog's facts, whoever wrote them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import pytest

from apps.catalog import data, rules, selectors
from apps.catalog.types import EquivalenceKind, ProcessNode
from apps.kernel import units
from apps.kernel.errors import InvalidInput
from tenants import context

REFERENCE = re.compile(
    r"\b(DIN|ISO|IEC|EN|VDI|VDA|ASTM|SAE|IPC|ECSS|ESCC|CCSDS|CISPR|IEEE|ITTC)\b"
)
STANDARDS = {
    "EN": r"^EN |^ISO |^ISO/ASTM |^DIN ",
    "UNS/AISI": r"^ASTM |^SAE |^AMS |^MIL-|^RWMA|^BS HR|^NEMA",
    "GB": r"^(GB/T|YB/T|JB/T) ",
    "GOST": r"^ГОСТ ",
    "JIS": r"^JIS ",
    "IEC": r"^IEC ",
}


@pytest.fixture(autouse=True)
def in_directory(db: None) -> Iterator[None]:
    selectors.forget()
    with context.directory():
        yield
    selectors.forget()


@pytest.fixture
def tree() -> dict[str, ProcessNode]:
    return {node.code: node for node in selectors.process_tree()}


def names_of(node: ProcessNode) -> Iterable[str]:
    return (node.name_en, node.name_zh, node.name_ru, node.name_de, *node.aliases)


def ambiguous(
    names: dict[str, Iterable[str]], parents: dict[str, str | None]
) -> list[tuple[str, str, str]]:
    """Return the names that mean two nodes of which neither stands above the other."""
    meant: dict[str, set[str]] = defaultdict(set)
    for code, own in names.items():
        for name in own:
            meant[rules.tight(rules.words_of(name))].add(code)
    return [
        (name, one, other)
        for name, codes in meant.items()
        for one, other in combinations(sorted(codes), 2)
        if not rules.is_kin(one, other, parents)
    ]


class TestProcesses:
    def test_are_counted(self, tree: dict[str, ProcessNode]) -> None:
        assert len(tree) == 335
        assert sum(node.is_leaf for node in tree.values()) == 295

    def test_hang_together_without_circles(self, tree: dict[str, ProcessNode]) -> None:
        parents = {code: node.parent for code, node in tree.items()}

        assert {code: rules.path_of(code, parents) for code in tree} == {
            code: node.path for code, node in tree.items()
        }

    def test_of_a_parent_take_every_child(self, tree: dict[str, ProcessNode]) -> None:
        for code, node in tree.items():
            taken = selectors.leaf_codes_below([code])
            assert taken == {
                other for other, below in tree.items() if code in below.path.split("/")
            }
            assert taken >= set(node.children) | {code}
        leaves = {code for code, node in tree.items() if node.is_leaf}
        roots = [code for code, node in tree.items() if node.parent is None]
        assert leaves <= selectors.leaf_codes_below(roots)

    def test_have_no_name_that_means_another(
        self, tree: dict[str, ProcessNode]
    ) -> None:
        parents = {code: node.parent for code, node in tree.items()}

        assert ambiguous({c: names_of(n) for c, n in tree.items()}, parents) == []

    def test_would_be_found_out_by_such_a_name(
        self, tree: dict[str, ProcessNode]
    ) -> None:
        """The control: one alias given twice is seen, however it is typed."""
        parents = {code: node.parent for code, node in tree.items()}
        names = {code: list(names_of(node)) for code, node in tree.items()}
        names["turning"].append("FRAESEN")

        assert ambiguous(names, parents) == [("frasen", "milling", "turning")]

    def test_that_are_leaves_refer_to_a_standard(
        self, tree: dict[str, ProcessNode]
    ) -> None:
        assert [
            code
            for code, node in tree.items()
            if node.is_leaf and not REFERENCE.search(node.standard)
        ] == []

    def test_state_no_range_without_a_source(
        self, tree: dict[str, ProcessNode]
    ) -> None:
        ranges = [
            (code, stated)
            for code, node in tree.items()
            for stated in node.parameters
            if stated.is_known
        ]

        assert [code for code, stated in ranges if len(stated.source) < 10] == []
        assert len(ranges) == 91
        assert [
            code
            for code, stated in ranges
            if stated.minimum is not None
            and stated.maximum is not None
            and stated.minimum > stated.maximum
        ] == []

    def test_are_described_by_declared_parameters(
        self, tree: dict[str, ProcessNode]
    ) -> None:
        declared = selectors.parameters()
        used = {p.parameter for node in tree.values() for p in node.parameters}

        assert used == set(declared)
        assert [code for code, node in tree.items() if not node.parameters] == []
        assert len(declared) == 53

    def test_show_every_range_that_they_have(
        self, tree: dict[str, ProcessNode]
    ) -> None:
        for code, node in tree.items():
            shown = {p.parameter for p in node.parameters}
            assert node.it_grade_min is None or "it-grade" in shown, code
            assert node.roughness_min_um is None or "roughness" in shown, code

    @pytest.mark.parametrize(
        ("code", "parameter", "unit", "low", "high"),
        [
            ("oxyfuel-cutting", "sheet-thickness", "mm", 6, 300),
            ("material-extrusion", "layer-height", "um", 50, 400),
            ("clean-room", "cleanliness-class", "1", 1, 9),
            ("milling", "it-grade", "1", 6, 13),
            ("milling", "roughness", "um", 0.2, 25.0),
            ("milling", "envelope", "mm", None, None),
            ("thermal-vacuum-chamber", "vacuum", "Pa", None, None),
            ("ground-station-pass", "bandwidth", "MHz", None, None),
        ],
    )
    def test_have_typical_ranges_where_somebody_states_them(
        self,
        code: str,
        parameter: str,
        unit: str,
        low: float | None,
        high: float | None,
        tree: dict[str, ProcessNode],
    ) -> None:
        (stated,) = [p for p in tree[code].parameters if p.parameter == parameter]

        assert (stated.minimum, stated.maximum) == (low, high)
        assert selectors.parameters()[parameter].unit == unit


class TestParameters:
    def test_are_named_in_four_languages_and_measured_by_ucum(self) -> None:
        for parameter in selectors.parameters().values():
            assert units.is_known(parameter.unit), parameter
            for language in rules.LANGUAGES:
                assert getattr(parameter, f"name_{language}")
            assert parameter.meaning.endswith(".")

    @pytest.mark.parametrize(
        ("value", "unit", "to", "result"),
        [
            (1, "[in_i]", "mm", 25.4),
            (100, "Cel", "[degF]", 212.0),
            (1, "mbar.L/s", "Pa.m3/s", 0.1),
            ("2.5", "t", "kg", 2500.0),
            (1, "[g]", "m/s2", 9.80665),
            (60, "[HRC]", "[HRC]", 60.0),
            (3, "GHz", "MHz", 3000.0),
        ],
    )
    def test_are_converted(
        self, value: object, unit: str, to: str, result: float
    ) -> None:
        assert units.convert(value, unit, to) == pytest.approx(result)

    @pytest.mark.parametrize(
        ("value", "unit", "to"),
        [
            (1, "mm", "kg"),
            (1, "furlong", "mm"),
            (1, "mm", "furlong"),
            (1, "[HRC]", "mm"),
            ("much", "mm", "m"),
        ],
    )
    def test_are_not_converted_to_something_else(
        self, value: object, unit: str, to: str
    ) -> None:
        with pytest.raises(InvalidInput):
            units.convert(value, unit, to)


class TestMaterials:
    def test_are_counted(self) -> None:
        """A grade under an identical designation, or hardened, is not another grade."""
        edges: list[dict[str, Any]] = [
            edge for row in data.read("materials") for edge in row["equivalents"]
        ]
        identical = [edge for edge in edges if edge["kind"] == "identical"]
        hardened = [m for m in selectors.materials() if m.group == "H"]

        assert len(selectors.materials()) == 713
        assert len(selectors.materials()) - len(identical) - len(hardened) == 672

    def test_belong_to_a_system_of_standards(self) -> None:
        counts: dict[str, int] = dict.fromkeys(STANDARDS, 0)
        for grade in selectors.materials():
            (system,) = [
                name
                for name, pattern in STANDARDS.items()
                if re.search(pattern, grade.standard)
            ]
            counts[system] += 1

        assert counts == {
            "EN": 184,
            "UNS/AISI": 149,
            "GB": 149,
            "GOST": 114,
            "JIS": 115,
            "IEC": 2,
        }

    def test_are_called_once_within_a_standard(self) -> None:
        names: dict[tuple[str, str], list[str]] = defaultdict(list)
        for grade in selectors.materials():
            names[grade.standard, rules.words_of(grade.name)].append(grade.code)

        assert [codes for codes in names.values() if len(codes) > 1] == []

    def test_have_no_alias_that_means_another(self) -> None:
        aliases = {grade.code: grade.aliases for grade in selectors.materials()}
        alone: dict[str, str | None] = dict.fromkeys(aliases)

        assert ambiguous(dict(aliases), alone) == []

    def test_are_equivalent_both_ways(self) -> None:
        found = {
            (grade.code, other.grade.code, other.kind, other.source)
            for grade in selectors.materials()
            for other in selectors.equivalents_of(grade.code)
        }

        assert len(found) == 2 * 501
        assert {(b, a, kind, source) for a, b, kind, source in found} == found
        assert [edge for edge in found if len(edge[3]) < 20] == []
        assert [edge for edge in found if edge[0] == edge[1]] == []

    def test_are_identical_in_whole_families(self) -> None:
        """If a is b and b is c, then all three stand for each other."""
        for grade in selectors.materials():
            family = selectors.accepted_materials(grade.code)
            for code in family:
                assert selectors.accepted_materials(code) == family
        assert {kind.value for kind in EquivalenceKind} == {
            "identical",
            "nearest",
            "substitute",
        }
