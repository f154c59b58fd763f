"""Lists of machines: narrowed to what lacks something, sorted, read on from a place."""

from typing import Any

import pytest

from apps.machines import selectors, services
from apps.machines.models import Machine
from apps.machines.selectors import Sorting
from apps.machines.types import MachineDraft, MachineKind
from tenants.types import Actor
from tests.factories import machines
from tests.factories.machines import NOON

pytestmark = pytest.mark.usefixtures("in_north")

FACILITY: dict[str, Any] = {"kind": MachineKind.FACILITY, "maker": "", "model": ""}
BARE: dict[str, Any] = {
    "material_groups": (),
    "envelope_kind": None,
    "size_x_mm": None,
    "size_y_mm": None,
    "size_z_mm": None,
    "it_grade": None,
    "roughness_um": None,
}


def codes(**asked: object) -> list[str]:
    found = selectors.machines_of(**asked)  # type: ignore[arg-type]  # a table
    return [machine.code for machine in found]


@pytest.fixture
def shop() -> None:
    """Machines that lack each another thing, and some that lack none."""
    machines.complete_machine(code="whole")
    machines.complete_machine(code="no-maker", maker="")
    machines.complete_machine(code="no-model", model="")
    lacks: dict[str, dict[str, Any]] = {
        "no-materials": {"material_groups": ()},
        "no-envelope": {**BARE, "material_groups": ("P",), "it_grade": 8},
        "no-grade": {"it_grade": None},
        "no-roughness": {"roughness_um": None},
    }
    for name, offers in lacks.items():
        machines.complete_machine(code=name, offers=offers)
    machines.cost_model(machines.machine(code="no-process").pk)
    machines.capability(machines.machine(code="no-rate").pk)
    for process in ("clean-room", "laser-cutting", "cmm-inspection"):
        for facts in ({}, FACILITY):
            kind = facts.get("kind", "plain")
            made = machines.machine(code=f"{process}-{kind}", **facts)
            machines.capability(made.pk, **{**BARE, "process_code": process})
            machines.cost_model(made.pk)


class TestIncomplete:
    def test_is_for_the_database_what_it_is_for_the_rule(self, shop: None) -> None:
        lacking = [
            machine.code
            for machine in selectors.machines_of()
            if selectors.missing_facts(machine)
        ]

        assert codes(is_complete=False) == lacking
        assert sorted([*lacking, *codes(is_complete=True)]) == sorted(codes())
        assert "whole" in codes(is_complete=True)
        assert {"no-maker", "no-envelope", "no-rate", "no-process"} <= set(lacking)


class TestUnconfirmed:
    def test_are_those_with_a_figure_of_the_maker(self, planner: Actor) -> None:
        site = machines.site()
        made = services.add_machine_of_model(
            site_id=site.pk,
            model_code="hurco-vmx24",
            draft=MachineDraft(code="VMX", name="VMX"),
            by=planner,
            at=NOON,
        )
        machines.complete_machine(code="own")

        assert codes(is_confirmed=False) == ["VMX"]
        assert codes(is_confirmed=True) == ["own"]

        services.confirm_figures(machine_id=made.pk, by=planner, at=NOON)
        assert codes(is_confirmed=False) == []


class TestFilters:
    def test_narrow_by_what_a_machine_says(self) -> None:
        munich = machines.site(name="Munich")
        center = machines.work_center()
        machines.machine(code="A", work_center=center.code, auto_quote=True)
        machines.machine(code="B", maker="Mazak", site_id=munich.pk)
        machines.machine(code="C", **FACILITY)

        assert codes(work_center_id=center.pk) == ["A"]
        assert codes(quotes_by_itself=True) == ["A"]
        assert codes(quotes_by_itself=False) == ["B", "C"]
        assert codes(maker="Mazak") == ["B"]
        assert codes(kind=MachineKind.FACILITY) == ["C"]
        assert selectors.makers() == ["Hurco", "Mazak"]


class TestSorting:
    @pytest.fixture
    def three(self) -> list[Machine]:
        center = machines.work_center()
        munich = machines.site(name="Munich")
        return [
            machines.machine(code="C", maker="Haas", site_id=munich.pk),
            machines.machine(code="A", maker="Mazak", work_center=center.code),
            machines.machine(code="B", maker="Haas"),
        ]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", "BAC"),
            ("nonsense", "BAC"),
            ("added", "CAB"),
            ("code", "ABC"),
            ("-code", "CBA"),
            ("maker", "CBA"),
            ("-maker", "ABC"),
            ("site", "ABC"),
            ("work_center", "CBA"),
        ],
    )
    def test_holds_its_place_from_page_to_page(
        self, three: list[Machine], text: str, expected: str
    ) -> None:
        sorting = Sorting.of(text)
        rows = selectors.machines_of()

        walked, place = [], None
        while found := list(sorting.ordered(rows, beyond=place)[:1]):
            walked += found
            place = sorting.place_of(found[0])

        assert "".join(row.code for row in walked) == expected
        back = sorting.ordered(
            rows, beyond=sorting.place_of(walked[-1]), is_backwards=True
        )
        assert "".join(row.code for row in back) == expected[:-1][::-1]
