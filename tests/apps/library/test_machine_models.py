"""The library's data: enough of it, sourced, plausible, and each model once."""

from collections import Counter
from typing import Any

import pytest

from apps.catalog import data as catalog
from apps.library import data, rules
from apps.library.types import BOX, FIGURES, SIZES, MachineKind, SizeBasis

MODELS = list(data.read())
# What machines of each kind can be, in the units that the names of the figures say.
BOUNDS: dict[str, tuple[float, float]] = {
    "axes": (2, 9),
    "size_x_mm": (100, 6500),
    "size_y_mm": (100, 3200),
    "size_z_mm": (100, 1500),
    "diameter_mm": (4, 1500),
    "length_mm": (90, 5000),
    "max_load_kg": (50, 10_000),
    "spindle_rpm": (1000, 60_000),
    "spindle_kw": (1, 60),
    "tool_places": (4, 400),
    "force_kn": (100, 60_000),
    "positioning_um": (0.1, 50),
}
FIGURES_OF_KIND = {
    MachineKind.MACHINE_TOOL: set(FIGURES) - {"force_kn"},
    MachineKind.FORMING_MACHINE: {"axes", *SIZES, "force_kn"},
    MachineKind.ADDITIVE_MACHINE: set(SIZES),
    MachineKind.MOLDING_MACHINE: {"size_x_mm", "size_y_mm", "force_kn"},
    MachineKind.MEASURING_MACHINE: {"axes", *BOX, "positioning_um"},
    MachineKind.JOINING_CELL: set(),
}
# Makers whose machines a shop is likely to have.
MAKERS = {
    "DMG MORI", "Mazak", "Haas", "Okuma", "DN Solutions", "Hermle", "Makino", "Hurco",
    "GF Machining Solutions", "Brother", "FANUC", "TRUMPF", "Bystronic", "AMADA",
    "Fritz Studer", "Kellenberger", "Klingelnberg", "Gleason", "Liebherr", "EOS",
    "SLM Solutions", "Stratasys", "Formlabs", "HP", "ARBURG", "ENGEL", "KraussMaffei",
    "Haitian", "ZEISS", "Hexagon", "Mitutoyo", "SMTCL", "DMTG", "Kede", "Jingdiao",
    "STANKO", "SASTA", "Ivanovo Heavy Machine Tool Works", "Nakamura-Tome", "Citizen",
    "INDEX", "CHIRON", "GROB", "Heller", "Schuler", "Sodick", "Mitsubishi Electric",
    "OMAX", "Flow",
}  # fmt: skip


def each_model() -> list[Any]:
    return [pytest.param(model, id=model["code"]) for model in MODELS]


class TestModels:
    def test_are_more_than_three_hundred_of_all_usual_makers(self) -> None:
        assert len(MODELS) == 335
        assert {model["maker"] for model in MODELS} >= MAKERS

    def test_stand_in_the_library_once(self) -> None:
        codes = Counter(model["code"] for model in MODELS)
        names = Counter(
            rules.compact(f"{model['maker']} {model['model']}") for model in MODELS
        )

        assert [code for code, count in codes.items() if count > 1] == []
        assert [name for name, count in names.items() if count > 1] == []

    @pytest.mark.parametrize("model", each_model())
    def test_name_where_their_figures_are_published(
        self, model: dict[str, Any]
    ) -> None:
        assert len(model["source"]["title"]) > 15
        assert "," in model["source"]["title"]
        assert model["source"]["url"].startswith("https://")

    @pytest.mark.parametrize("model", each_model())
    def test_have_figures_that_their_kind_can_have(self, model: dict[str, Any]) -> None:
        known = {name: model[name] for name in FIGURES if name in model}
        assert set(known) <= FIGURES_OF_KIND[MachineKind(model["kind"])]
        for name, value in known.items():
            least, most = BOUNDS[name]
            assert least <= value <= most, (name, value)

    @pytest.mark.parametrize("model", each_model())
    def test_say_what_their_sizes_are_the_sizes_of(self, model: dict[str, Any]) -> None:
        has_sizes = any(name in model for name in SIZES)
        assert has_sizes == ("basis" in model)
        assert model.get("basis", "part") in SizeBasis.values

    @pytest.mark.parametrize("model", each_model())
    def test_are_for_processes_of_the_catalog(self, model: dict[str, Any]) -> None:
        known = {row["code"] for row in catalog.read("processes")}
        assert model["process_codes"]
        assert set(model["process_codes"]) <= known

    def test_of_milling_state_all_travels_or_none(self) -> None:
        half = [
            model["code"]
            for model in MODELS
            if model.get("basis") == "travel"
            and model["process_codes"][0].startswith("milling")
            and not all(name in model for name in BOX)
        ]
        assert half == []

    def test_of_five_axes_have_five(self) -> None:
        axes = {
            model["axes"]
            for model in MODELS
            if model["process_codes"][0] == "milling-5-axis"
        }
        assert axes == {5}

    def test_confirm_only_figures_that_they_have_and_name_the_second_text(self) -> None:
        confirmed = {m["code"]: m["confirmed"] for m in MODELS if "confirmed" in m}

        assert set(confirmed) == {"prusa-i3-mk3s", "ultimaker-s3", "ultimaker-s5"}
        for model in MODELS:
            second = model.get("confirmed", {})
            assert all(name in model for name in second.get("figures", []))
            assert bool(second) == bool(second.get("url"))

    @pytest.mark.parametrize(
        ("code", "figures"),
        [
            ("haas-vf-2", (762, 406, 508)),
            ("haas-umc-750", (762, 508, 508)),
            ("dmg-dmu-50", (650, 520, 475)),
            ("hermle-c-42-u", (800, 800, 550)),
            ("hurco-vmx42i", (1067, 610, 610)),
            ("okuma-genos-m560-v", (1050, 560, 460)),
            ("mazak-vcn-530c", (1050, 530, 510)),
            ("eos-m-290", (250, 250, 325)),
            ("ultimaker-s5", (330, 240, 300)),
        ],
    )
    def test_keep_the_sizes_their_makers_publish(
        self, code: str, figures: tuple[int, int, int]
    ) -> None:
        (model,) = [model for model in MODELS if model["code"] == code]
        assert tuple(model[name] for name in BOX) == figures
