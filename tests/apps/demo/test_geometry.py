"""Demo parts: closed solids with the sizes that their docstrings state."""

import pytest

from apps.demo.rules import geometry


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("wheel-bracket", (120, 80, 90)),
        ("sensor-housing", (160, 110, 55)),
        ("pump-flange", (180, 180, 62)),
        ("drive-shaft", (52, 52, 310)),
    ],
)
class TestSolids:
    def test_is_closed_and_has_its_size(
        self, name: str, size: tuple[int, int, int]
    ) -> None:
        solid = geometry.SOLIDS[name]()

        assert solid.is_watertight
        assert solid.is_volume
        assert tuple(solid.extents.round(3)) == size

    def test_is_written_the_same_each_time(
        self, name: str, size: tuple[int, int, int]
    ) -> None:
        assert geometry.stl_of(name) == geometry.stl_of(name)
