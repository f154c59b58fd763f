"""What the demo takes of the library: enough of each trade, and tied to it."""

import pytest

from apps.catalog import data as catalog
from apps.demo.data.machine_models import BY_KEY, MACHINE_MODELS, MachineModel
from apps.demo.data.trades import TRADES
from apps.library import data as library

GROUPS = {"P", "M", "K", "N", "S", "H", "polymer", "composite", "ceramic"}


def models() -> list[object]:
    return [pytest.param(model, id=model.key) for model in MACHINE_MODELS]


class TestMachineModels:
    def test_are_more_than_sixty_with_keys_of_their_own(self) -> None:
        assert len(MACHINE_MODELS) >= 60
        assert len(BY_KEY) == len(MACHINE_MODELS)
        assert len({model.name for model in MACHINE_MODELS}) == len(MACHINE_MODELS)

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

    def test_are_those_of_the_library(self) -> None:
        known = {facts["code"]: facts for facts in library.read()}
        vf2, library_vf2 = BY_KEY["haas-vf-2"], known["haas-vf-2"]

        assert (vf2.x_mm, vf2.y_mm, vf2.z_mm) == (762, 406, 508)
        assert vf2.source == library_vf2["source"]["title"]


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
