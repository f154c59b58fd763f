"""The published figures: sourced, within bounds, and tied to trades."""

import pytest

from apps.catalog import data as catalog
from apps.demo.data.machine_models import BY_KEY, MACHINE_MODELS, MachineModel
from apps.demo.data.trades import TRADES

GROUPS = {"P", "M", "K", "N", "S", "H", "polymer", "composite", "ceramic"}


def models() -> list[object]:
    return [pytest.param(model, id=model.key) for model in MACHINE_MODELS]


class TestMachineModels:
    def test_are_more_than_sixty_with_keys_of_their_own(self) -> None:
        assert len(MACHINE_MODELS) >= 60
        assert len(BY_KEY) == len(MACHINE_MODELS)
        assert len({model.name for model in MACHINE_MODELS}) == len(MACHINE_MODELS)

    @pytest.mark.parametrize("model", models())
    def test_name_the_publication_behind_the_figures(self, model: MachineModel) -> None:
        assert len(model.source) > 20
        assert "," in model.source

    @pytest.mark.parametrize("model", models())
    def test_have_plausible_figures_or_none(self, model: MachineModel) -> None:
        bounds = {
            "axes": (2, 9),
            "x_mm": (100, 4000),
            "y_mm": (100, 2000),
            "z_mm": (100, 1000),
            "diameter_mm": (10, 1500),
            "length_mm": (100, 3000),
            "max_load_kg": (100, 5000),
            "spindle_rpm": (1000, 60000),
            "spindle_kw": (1, 60),
            "force_kn": (100, 50000),
        }
        for name, (least, most) in bounds.items():
            value = getattr(model, name)
            assert value is None or least <= value <= most, (name, value)

    @pytest.mark.parametrize("model", models())
    def test_belong_to_a_trade(self, model: MachineModel) -> None:
        assert model.trade in TRADES

    def test_milling_machines_state_all_three_travels(self) -> None:
        gaps = [
            model.key
            for model in MACHINE_MODELS
            if model.trade.startswith("milling")
            and None in (model.x_mm, model.y_mm, model.z_mm)
        ]
        assert gaps == []

    def test_five_axis_machines_have_five_axes(self) -> None:
        axes = {model.axes for model in MACHINE_MODELS if model.trade == "milling-5"}
        assert axes == {5}

    @pytest.mark.parametrize(
        ("key", "figures"),
        [
            ("haas-vf-2", (762, 406, 508)),
            ("haas-umc-750", (762, 508, 508)),
            ("dmg-dmu-50", (650, 520, 475)),
            ("hermle-c-42-u", (800, 800, 550)),
            ("hurco-vmx42i", (1067, 610, 610)),
            ("okuma-genos-m560-v", (1050, 560, 460)),
            ("mazak-vcn-530c", (1050, 530, 510)),
            ("eos-m-290", (250, 250, 325)),
        ],
    )
    def test_keep_the_travels_their_makers_publish(
        self, key: str, figures: tuple[int, int, int]
    ) -> None:
        model = BY_KEY[key]
        assert (model.x_mm, model.y_mm, model.z_mm) == figures


class TestTrades:
    def test_use_processes_of_the_catalog(self) -> None:
        known = {row["code"] for row in catalog.read("processes")}
        used = {
            skill.process_code for trade in TRADES.values() for skill in trade.skills
        }
        assert used <= known

    def test_use_material_groups_of_the_catalog(self) -> None:
        used = {
            group
            for trade in TRADES.values()
            for skill in trade.skills
            for group in skill.material_groups
        }
        assert used <= GROUPS

    def test_declare_no_finer_grade_than_the_process_is_known_for(self) -> None:
        grades = {row["code"]: row["it_grades"] for row in catalog.read("processes")}
        too_fine = [
            (skill.process_code, skill.it_grade)
            for trade in TRADES.values()
            for skill in trade.skills
            if skill.it_grade is not None
            and grades[skill.process_code]
            and skill.it_grade < grades[skill.process_code][0]
        ]
        assert too_fine == []

    def test_say_all_that_publishing_asks_for(self) -> None:
        processes = {row["code"]: row for row in catalog.read("processes")}
        silent = [
            skill.process_code
            for trade in TRADES.values()
            for skill in trade.skills
            if (processes[skill.process_code]["it_grades"] and skill.it_grade is None)
            or (
                processes[skill.process_code]["roughness_um"]
                and skill.roughness_um is None
            )
        ]
        assert silent == []
