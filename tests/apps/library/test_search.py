"""Finding a model by what somebody types, and knowing one by what a machine says."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.library import selectors
from apps.library.models import MachineModel
from apps.library.services import load_library
from apps.library.types import Confidence
from tenants import context
from tests.factories import library as factory

pytestmark = pytest.mark.usefixtures("in_north")


def found(q: str, **facts: str) -> list[str]:
    return [entry.code for entry in selectors.search_machine_models(q, **facts)]


class TestSearch:
    @pytest.mark.parametrize(
        ("typed", "best"),
        [
            ("DMG MORI DMU 50", "dmg-dmu-50"),
            ("dmu50", "dmg-dmu-50"),
            ("DMU 50 3rd", "dmg-dmu-50"),
            ("dmu 50 eco", "dmg-dmu-50-eco"),
            ("haas vf2", "haas-vf-2"),
            ("VF-2SS", "haas-vf-2ss"),
            ("vf 2 ss haas", "haas-vf-2ss"),
            ("hass vf-2ss", "haas-vf-2ss"),
            ("mazak variaxes i700", "mazak-variaxis-i-700"),
            ("Herrmle C42U", "hermle-c-42-u"),
            ("c 42", "hermle-c-42-u"),
            ("doosan dnm 4500", "dn-dnm-4500"),
            ("агие charmilles hpm600u", "mikron-hpm-600u"),
            ("16K20F3", "krasny-16k20f3"),
            ("16к20ф3", "krasny-16k20f3"),
            ("IR500", "ivanovo-ir500pmf4"),
            ("hofler viper 500", "klingelnberg-viper-500"),
            ("robodrill d21mib5", "fanuc-robodrill-m"),
            ("精雕 JDGR400T", "jingdiao-jdgr400t"),
            ("eos m290", "eos-m-290"),
            ("trulaser 3030", "trumpf-trulaser-3030"),
        ],
    )
    def test_forgives_how_a_name_is_typed(self, typed: str, best: str) -> None:
        assert found(typed)[0] == best

    def test_offers_the_models_around_it_too(self) -> None:
        assert found("haas vf2")[:2] == ["haas-vf-2", "haas-vf-2ss"]

    @pytest.mark.parametrize("typed", ["qqqqqq", "---", "zwjx 9000"])
    def test_finds_nothing_rather_than_anything(self, typed: str) -> None:
        assert found(typed) == []

    def test_without_words_gives_all_in_order(self) -> None:
        assert found("")[:2] == ["haas-vf-2", "haas-vf-2ss"]
        assert len(found("")) == 335

    def test_keeps_to_a_process_and_those_below_it(self) -> None:
        gears = found("", process="gear-cutting")

        assert {"gleason-genesis-210h", "klingelnberg-c-50"} <= set(gears)
        assert "haas-vf-2" not in gears
        assert found("gleason titan", process="gear-grinding") == [
            "gleason-titan-1200g"
        ]
        assert found("haas vf2", process="gear-cutting") == []

    def test_gives_no_more_than_asked_for(self) -> None:
        entries = selectors.search_machine_models("haas", limit=3)
        assert len(entries) == 3


class TestModel:
    def test_says_its_figures_and_how_far_each_is_borne_out(self) -> None:
        entry = selectors.machine_model("ultimaker-s5")

        assert entry.name == "UltiMaker S5"
        assert dict(entry.figures) == {
            "size_x_mm": 330.0,
            "size_y_mm": 240.0,
            "size_z_mm": 300.0,
        }
        assert entry.confidence("size_x_mm") is Confidence.CONFIRMED
        assert entry.second_source is not None
        stated = selectors.machine_model("haas-vf-2")
        assert stated.confidence("size_x_mm") is Confidence.STATED
        assert stated.second_source is None
        assert stated.figure("positioning_um") is None

    def test_is_refused_by_a_code_that_is_not_there(self) -> None:
        with pytest.raises(selectors.UnknownMachineModel) as refused:
            selectors.machine_model("haas-vf-99")
        assert refused.value.field == "model_code"

    @pytest.mark.parametrize(
        ("maker", "model", "code"),
        [
            ("Hurco", "VMX24", "hurco-vmx24"),
            ("HURCO", "vmx 24", "hurco-vmx24"),
            ("Agie Charmilles", "HPM600U", "mikron-hpm-600u"),
            ("Haas", "VF-2", "haas-vf-2"),
            ("Haas Automation", "VF-2", None),
            ("Mazak", "QTN", None),
            ("Haas", "", None),
            ("", "VF-2", None),
            ("Haas", "VF", None),
        ],
    )
    def test_is_recognized_by_its_whole_name_only(
        self, maker: str, model: str, code: str | None
    ) -> None:
        entry = selectors.recognized_model(maker, model)
        assert (entry.code if entry else None) == code


class TestTable:
    def test_cannot_be_written_by_an_enterprise(self) -> None:
        with pytest.raises(DatabaseError, match="permission denied"):
            with transaction.atomic():
                MachineModel.objects.filter(code="haas-vf-2").update(size_x_mm=1)

    def test_is_the_same_after_loading_again(self) -> None:
        before = list(MachineModel.objects.order_by("order").values())
        with context.owner():
            count = load_library()
        assert count == len(before)
        assert list(MachineModel.objects.order_by("order").values()) == before

    @pytest.mark.parametrize(
        "facts",
        [
            {"size_x_mm": 0},
            {"process_codes": []},
            {"source": ""},
            {"confirmed_figures": ["axes"]},
            {"second_source": "Somebody"},
            {"kind": "spaceship"},
            {"basis": "guess"},
        ],
    )
    def test_refuses_what_no_publication_says(self, facts: dict[str, object]) -> None:
        with pytest.raises(IntegrityError):
            with transaction.atomic():
                factory.machine_model(**facts)
