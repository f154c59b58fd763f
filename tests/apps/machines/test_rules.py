"""What is still missing, what others learn of a place, and what is doubtful."""

from dataclasses import dataclass, field, replace
from math import cos, radians

import pytest

from apps.machines.rules import completeness, disclosure, plausibility
from apps.machines.types import (
    Doubt,
    LocationDisclosure,
    MachineKind,
    MissingFact,
    MissingKey,
    Place,
)
from tests.factories.catalog import MILLING

NODES = {
    "milling-3-axis": replace(MILLING, code="milling-3-axis"),
    "anodizing": replace(
        MILLING,
        code="anodizing",
        path="coating/conversion-coating/anodizing",
        it_grade_min=None,
        roughness_min_um=None,
    ),
    "cmm-inspection": replace(
        MILLING,
        code="cmm-inspection",
        path="services/inspection/cmm-inspection",
        it_grade_min=None,
        roughness_min_um=None,
    ),
    "wind-tunnel": replace(
        MILLING,
        code="wind-tunnel",
        path="services/facilities/wind-tunnel",
        it_grade_min=None,
        roughness_min_um=None,
    ),
}


@dataclass
class Machine:
    kind: str = MachineKind.MACHINE_TOOL
    maker: str = "Hurco"
    model: str = "VMX24"


@dataclass
class Offer:
    process_code: str
    material_groups: list[str] = field(default_factory=list)
    material_codes: list[str] = field(default_factory=list)
    envelope_kind: str | None = None
    it_grade: int | None = None
    roughness_um: float | None = None


def missing(
    machine: Machine, *offers: Offer, has_rate: bool = True
) -> list[MissingFact]:
    return completeness.missing(
        machine, offers, has_rate=has_rate, process=NODES.__getitem__
    )


class TestMissing:
    def test_is_nothing_where_all_is_said(self) -> None:
        offer = Offer("milling-3-axis", ["N"], [], "box", 8, 1.6)

        assert missing(Machine(), offer) == []

    def test_asks_a_bare_machine_for_everything(self) -> None:
        assert missing(Machine(maker="", model=""), has_rate=False) == [
            MissingFact(MissingKey.MAKER),
            MissingFact(MissingKey.MODEL),
            MissingFact(MissingKey.PROCESS),
            MissingFact(MissingKey.MATERIALS),
            MissingFact(MissingKey.ENVELOPE),
            MissingFact(MissingKey.TOLERANCE),
            MissingFact(MissingKey.HOURLY_RATE),
        ]

    @pytest.mark.parametrize(
        ("process_code", "keys"),
        [
            ("milling-3-axis", ["materials", "envelope", "tolerance", "roughness"]),
            ("anodizing", ["materials", "envelope"]),
            ("cmm-inspection", ["envelope"]),
            ("wind-tunnel", []),
        ],
    )
    def test_asks_for_what_the_process_is_judged_by(
        self, process_code: str, keys: list[str]
    ) -> None:
        assert missing(Machine(), Offer(process_code)) == [
            MissingFact(MissingKey(key), process_code) for key in keys
        ]

    def test_takes_single_grades_for_materials(self) -> None:
        offer = Offer("anodizing", [], ["en-aw-6061-t6"], "box")

        assert missing(Machine(), offer) == []

    def test_does_not_ask_a_facility_who_made_it(self) -> None:
        facility = Machine(kind=MachineKind.FACILITY, maker="", model="")

        assert missing(facility, Offer("wind-tunnel")) == []


AUGSBURG = Place("DE", "Bavaria", "Augsburg", 48.3705, 10.8978)


class TestDisclosed:
    def test_is_all_of_it_where_the_owner_says_exact(self) -> None:
        assert disclosure.disclosed(AUGSBURG, LocationDisclosure.EXACT) == AUGSBURG

    def test_is_the_middle_of_a_cell_of_ten_kilometers(self) -> None:
        seen = disclosure.disclosed(AUGSBURG, LocationDisclosure.GRID)

        assert seen == Place("DE", "Bavaria", "Augsburg", 48.3385, 10.891)
        assert seen.latitude is not None
        assert seen.longitude is not None
        north_km = abs(seen.latitude - 48.3705) * 111.195
        east_km = abs(seen.longitude - 10.8978) * 111.195 * cos(radians(48.37))
        assert max(north_km, east_km) <= 5.01

    def test_is_the_same_for_neighbors_in_a_cell(self) -> None:
        neighbor = replace(AUGSBURG, latitude=48.30, longitude=10.95)

        assert disclosure.disclosed(
            neighbor, LocationDisclosure.GRID
        ) == disclosure.disclosed(AUGSBURG, LocationDisclosure.GRID)

    def test_names_no_city_where_the_owner_says_region(self) -> None:
        seen = disclosure.disclosed(AUGSBURG, LocationDisclosure.REGION)

        assert (seen.country, seen.region, seen.city) == ("DE", "Bavaria", "")
        assert seen.latitude is not None
        assert seen.latitude != AUGSBURG.latitude
        assert abs(seen.latitude - 48.3705) * 111.195 <= 50.01

    def test_is_only_the_country_where_the_owner_says_so(self) -> None:
        assert disclosure.disclosed(AUGSBURG, LocationDisclosure.COUNTRY) == Place(
            "DE", "", "", None, None
        )

    @pytest.mark.parametrize("level", ["grid", "region"])
    def test_has_no_coordinates_where_the_site_has_none(self, level: str) -> None:
        nowhere = replace(AUGSBURG, latitude=None, longitude=None)

        seen = disclosure.disclosed(nowhere, level)

        assert (seen.latitude, seen.longitude) == (None, None)

    @pytest.mark.parametrize(
        ("latitude", "longitude"), [(90.0, 180.0), (-90.0, -180.0), (89.99, 0.0)]
    )
    @pytest.mark.parametrize("level", ["grid", "region"])
    def test_stays_on_the_globe(
        self, latitude: float, longitude: float, level: str
    ) -> None:
        far = replace(AUGSBURG, latitude=latitude, longitude=longitude)

        seen = disclosure.disclosed(far, level)

        assert seen.latitude is not None
        assert seen.longitude is not None
        assert -90 <= seen.latitude <= 90
        assert -180 <= seen.longitude <= 180


class TestDoubts:
    def test_are_none_within_what_is_usual(self) -> None:
        offer = Offer("milling-3-axis", it_grade=6, roughness_um=0.2)

        assert plausibility.doubts(offer, MILLING) == []

    def test_name_what_is_finer_than_usual(self) -> None:
        offer = Offer("milling-3-axis", it_grade=4, roughness_um=0.1)

        assert plausibility.doubts(offer, MILLING) == [
            Doubt("milling", "it_grade", 4, 6, "DIN 8589-3"),
            Doubt("milling", "roughness_um", 0.1, 0.2, "DIN 8589-3"),
        ]

    def test_are_none_where_nothing_is_said_or_usual(self) -> None:
        assert plausibility.doubts(Offer("x"), MILLING) == []
        assert (
            plausibility.doubts(Offer("anodizing", it_grade=1), NODES["anodizing"])
            == []
        )
