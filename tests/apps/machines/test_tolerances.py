"""Tolerances by class of features: refused, stated, written as text, and compared."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.machines import services
from apps.machines.models import Capability
from apps.machines.rules import figures, iso286, tolerances
from apps.machines.types import CapabilityDraft, FeatureClass
from tenants.types import SYSTEM
from tests.factories import machines
from tests.factories.machines import MILLING
from tests.support.world import NOON

WORDS = {one.value: one.value for one in FeatureClass}
BORE: dict[str, Any] = {"bore": {"it_grade": 6, "roughness_um": 0.8}}


class TestIso286:
    @pytest.mark.parametrize(
        ("grade", "size", "width"),
        [(7, 40, 25), (7, 30, 21), (7, 30.001, 25), (6, 50, 16), (6, 3, 6), (1, 2, 0.8),
         (12, 500, 630), (18, 1, 1400), (5, 18.5, 9)],
    )  # fmt: skip
    def test_gives_the_widths_of_the_standard(
        self, grade: int, size: float, width: float
    ) -> None:
        assert iso286.width_um(grade, size) == width

    @pytest.mark.parametrize("size", [0, -1, 500.1, 10_000])
    def test_says_nothing_beyond_the_table(self, size: float) -> None:
        assert iso286.width_um(7, size) is None
        assert iso286.grade_of(100, size) is None

    @pytest.mark.parametrize(
        ("width", "size", "grade"),
        [(25, 40, 7), (24.9, 40, 6), (0.5, 40, None), (5000, 40, 18), (39, 40, 8)],
    )
    def test_finds_the_coarsest_grade_that_is_no_wider(
        self, width: float, size: float, grade: int | None
    ) -> None:
        assert iso286.grade_of(width, size) == grade

    @given(
        size=st.floats(0.1, 500),
        larger=st.floats(0.1, 500),
        grade=st.integers(1, 17),
    )
    def test_widens_with_grade_and_size(
        self, size: float, larger: float, grade: int
    ) -> None:
        small, large = sorted((size, larger))
        here = iso286.width_um(grade, small)
        coarser = iso286.width_um(grade + 1, small)
        there = iso286.width_um(grade, large)

        assert here is not None
        assert coarser is not None
        assert there is not None
        assert here < coarser
        assert here <= there
        assert iso286.grade_of(here, small) == grade


def _figures() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "it_grade": st.integers(1, 18),
            "tolerance_um": st.floats(0.001, 10_000).map(lambda one: round(one, 6)),
            "roughness_um": st.floats(0.001, 1_000).map(lambda one: round(one, 6)),
        },
    ).filter(bool)


class TestText:
    @given(st.dictionaries(st.sampled_from(FeatureClass.values), _figures()))
    def test_is_read_as_it_is_written(self, stated: dict[str, Any]) -> None:
        text = tolerances.as_text(stated)

        assert tolerances.read_text(text, WORDS) == (tolerances.ordered(stated), "")
        figures.check_tolerances(stated)

    @pytest.mark.parametrize(
        ("text", "stated"),
        [
            ("bore IT6 Ra 0.8", BORE),
            ("bore: IT 6, Ra 0,8 µm", BORE),
            ("Bohrung it6 ra0.8", BORE),
            ("", {}),
            ("position ±20 µm; bore IT6 Ra 0.8", {**BORE, "position": {"tolerance_um": 20}}),
        ],
    )  # fmt: skip
    def test_is_read_as_people_write_it(self, text: str, stated: Any) -> None:
        words = {**WORDS, "bohrung": "bore"}
        assert tolerances.read_text(text, words) == (stated, "")

    @pytest.mark.parametrize(
        "text", ["hole IT6", "bore", "bore 6", "bore IT6 IT7", "bore IT6 fine", "IT6"]
    )
    def test_names_what_it_cannot_read(self, text: str) -> None:
        assert tolerances.read_text(f"slot IT7; {text}", WORDS) == ({}, text)

    def test_refuses_a_feature_that_is_named_twice(self) -> None:
        assert tolerances.read_text("bore IT6; bore IT7", WORDS) == ({}, "bore IT7")


class TestFigures:
    @pytest.mark.parametrize(
        ("stated", "value"),
        [
            ({"hole": {"it_grade": 6}}, "hole"),
            ({"bore": {}}, "bore"),
            ({"bore": {"grade": 6}}, "bore: grade"),
            ({"bore": {"it_grade": 19}}, "bore: it_grade 19"),
            ({"bore": {"it_grade": 6.5}}, "bore: it_grade 6.5"),
            ({"bore": {"it_grade": True}}, "bore: it_grade True"),
            ({"flat": {"tolerance_um": 0}}, "flat: tolerance_um 0"),
            ({"flat": {"tolerance_um": 10_001}}, "flat: tolerance_um 10001"),
            ({"flat": {"roughness_um": float("nan")}}, "flat: roughness_um nan"),
        ],
    )
    def test_that_cannot_be_are_refused(self, stated: Any, value: str) -> None:
        draft = replace(CapabilityDraft(**MILLING), tolerances=stated)

        with pytest.raises(figures.ImpossibleFigure) as refused:
            figures.check_capability(draft)

        assert refused.value.field == "tolerances"
        assert refused.value.value == value
        assert refused.value.remedy


@pytest.mark.usefixtures("in_north")
class TestCapability:
    def test_keeps_them(self) -> None:
        row = machines.capability(
            machines.machine().pk,
            tolerances={"thread": {"tolerance_um": 40.0}, **BORE},
        )

        row.refresh_from_db()
        assert row.tolerances == {**BORE, "thread": {"tolerance_um": 40.0}}
        assert tolerances.as_text(row.tolerances) == "bore IT6 Ra 0.8; thread 40 µm"

    def test_replaces_those_before(self) -> None:
        machine = machines.machine()
        machines.capability(machine.pk, tolerances=BORE)

        row = services.set_capability(
            machine_id=machine.pk,
            draft=CapabilityDraft(**MILLING, tolerances={"flat": {"it_grade": 7}}),
            by=SYSTEM,
            at=NOON,
        )

        assert row.tolerances == {"flat": {"it_grade": 7}}

    @pytest.mark.parametrize(
        "stored",
        [
            '{"hole": {"it_grade": 6}}',
            '{"bore": {}}',
            '{"bore": {"it_grade": 0}}',
            '{"bore": {"it_grade": 6.5}}',
            '{"bore": {"it_grade": "6"}}',
            '{"bore": {"grade": 6}}',
            '{"bore": {"tolerance_um": -1}}',
            '{"bore": 6}',
            "[]",
            '"bore"',
        ],
    )
    def test_the_database_refuses_what_cannot_be(self, stored: str) -> None:
        row = machines.capability(machines.machine().pk, tolerances=BORE)
        assert Capability.objects.get(pk=row.pk).tolerances == BORE

        with (
            pytest.raises(IntegrityError, match="tolerances_of_features"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE machines_capability SET tolerances = %s WHERE id = %s",
                [stored, row.pk],
            )
