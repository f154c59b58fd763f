"""A planner chooses a model, and stands by what its maker publishes."""

from html import unescape

import pytest
from django.test import Client

from apps.machines import selectors, services
from apps.machines.models import Capability, Machine
from apps.machines.types import MachineDraft
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef, Role
from tests.factories import machines as factory
from tests.support.world import NOON

NOT_CONFIRMED = "From the maker's figures, not confirmed by you."
DMU: dict[str, object] = {
    "code": "DMU01",
    "name": "DMU 50",
    "kind": "machine_tool",
    "maker": "DMG MORI",
    "model": "DMU 50 3rd Generation",
    "axes": "5",
    "spindle_rpm": "15000",
    "figures_source": "a brochure",
    "model_code": "dmg-dmu-50",
    "offer-process_codes": ["milling-5-axis"],
    "offer-size_x_mm": "650",
    "offer-size_y_mm": "520",
    "offer-size_z_mm": "475",
    "offer-max_mass_kg": "300",
}


@pytest.fixture
def planner(member_of, north) -> Client:
    return member_of(north, Role.PLANNER)


@pytest.fixture
def site_id(in_north) -> str:
    return str(factory.site().pk)


@pytest.fixture
def dmu(site_id: str) -> Machine:
    return services.add_machine_of_model(
        site_id=factory.site().pk,
        model_code="dmg-dmu-50",
        draft=MachineDraft(code="DMU01", name="DMU 50"),
        by=SYSTEM,
        at=NOON,
    )


def text_of(response) -> str:
    return unescape(response.content.decode())


class TestSearch:
    def test_offers_models_with_their_main_figures(self, planner: Client) -> None:
        text = text_of(planner.get("/machines/models/?q=dmu50"))

        assert "DMG MORI DMU 50 3rd Generation" in text
        assert "650 × 520 × 475\xa0mm" in text
        assert "?model_code=dmg-dmu-50" in text

    def test_says_where_there_is_none(self, planner: Client) -> None:
        text = text_of(planner.get("/machines/models/?q=qqqqqq"))
        assert "The library has no model of such a name." in text

    def test_offers_nothing_for_nothing(self, planner: Client) -> None:
        assert text_of(planner.get("/machines/models/?q=%20")).strip() == ""

    def test_works_without_scripts(self, planner: Client, site_id: str) -> None:
        text = text_of(planner.get("/machines/add/?q=haas+vf2"))
        assert "Haas VF-2SS" in text

    def test_is_for_planners(self, member_of, north: EnterpriseRef) -> None:
        assert member_of(north, Role.VIEWER).get("/machines/models/").status_code == 403


class TestChoice:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_fills_the_form_in_and_saves_nothing(
        self, planner: Client, north: EnterpriseRef, site_id: str, method: str
    ) -> None:
        if method == "get":
            response = planner.get("/machines/add/?model_code=dmg-dmu-50")
        else:
            response = planner.post(
                "/machines/add/", {"choose": "dmg-dmu-50", "code": "My code"}
            )

        text = text_of(response)
        assert response.status_code == 200
        assert 'value="DMU 50 3rd Generation"' in text
        assert 'name="spindle_rpm" value="15000"' in text
        assert 'name="offer-size_x_mm" value="650"' in text
        assert 'name="offer-max_mass_kg" value="300"' in text
        assert ('value="My code"' in text) == (method == "post")
        assert text.count(NOT_CONFIRMED) == 2 + 4
        assert "DMG MORI, DMU 50 3rd Generation brochure" in text
        with context.enterprise(north):
            assert not Machine.objects.exists()

    def test_of_a_model_that_is_not_there_leaves_the_form(
        self, planner: Client, site_id: str
    ) -> None:
        response = planner.get("/machines/add/?model_code=haas-vf-99")
        assert response.status_code == 200
        assert NOT_CONFIRMED not in text_of(response)

    def test_asks_for_what_the_maker_does_not_publish(
        self, planner: Client, site_id: str
    ) -> None:
        text = text_of(planner.get("/machines/add/?model_code=trumpf-trulaser-3030"))
        assert "Its maker publishes none. State your own" in text


class TestSaving:
    def save(self, planner: Client, site_id: str, **facts: object):
        return planner.post("/machines/add/", DMU | {"site_id": site_id} | facts)

    def test_keeps_that_the_figures_are_the_makers(
        self, planner: Client, north: EnterpriseRef, site_id: str
    ) -> None:
        response = self.save(planner, site_id, axes="4")

        assert response.status_code == 302
        with context.enterprise(north):
            machine = Machine.objects.get()
            (row,) = Capability.objects.all()
        assert machine.model_code == "dmg-dmu-50"
        assert machine.figures_origin == {"axes": "claimed", "spindle_rpm": "catalog"}
        assert row.process_code == "milling-5-axis"
        assert set(row.figures_origin.values()) == {"catalog"}

    def test_in_inches_makes_the_same_machine(
        self, planner: Client, north: EnterpriseRef, site_id: str
    ) -> None:
        vf2 = DMU | {
            "site_id": site_id,
            "model_code": "haas-vf-2",
            "maker": "Haas",
            "model": "VF-2",
            "axes": "3",
            "spindle_rpm": "8100",
            "offer-process_codes": ["milling-3-axis"],
            "offer-max_mass_kg": "1361",
        }
        sizes = {
            "A": ("762", "406", "508"),
            "B": ("30 in", '16"', "20 in"),
            "C": ("76.2 cm", "406 mm", "0.508 m"),
        }
        for code, (x, y, z) in sizes.items():
            answer = planner.post(
                "/machines/add/",
                vf2
                | {
                    "code": code,
                    "offer-size_x_mm": x,
                    "offer-size_y_mm": y,
                    "offer-size_z_mm": z,
                },
            )
            assert answer.status_code == 302, text_of(answer)

        with context.enterprise(north):
            made = {
                (
                    row.size_x_mm,
                    row.size_y_mm,
                    row.size_z_mm,
                    *row.figures_origin.items(),
                )
                for row in Capability.objects.all()
            }
        assert len(made) == 1
        assert next(iter(made))[:3] == (762.0, 406.0, 508.0)

    def test_without_sizes_leaves_the_envelope_unknown(
        self, planner: Client, north: EnterpriseRef, site_id: str
    ) -> None:
        blank = {f"offer-size_{axis}_mm": "" for axis in "xyz"}
        assert self.save(planner, site_id, **blank).status_code == 302
        with context.enterprise(north):
            assert Capability.objects.get().envelope_kind is None

    def test_asks_for_a_whole_envelope_and_saves_nothing(
        self, planner: Client, north: EnterpriseRef, site_id: str
    ) -> None:
        response = self.save(planner, site_id, **{"offer-size_z_mm": ""})

        assert response.status_code == 422
        assert "Give all sizes of the envelope, or none." in text_of(response)
        with context.enterprise(north):
            assert not Machine.objects.exists()

    def test_refuses_a_model_that_is_not_there(
        self, planner: Client, north: EnterpriseRef, site_id: str
    ) -> None:
        response = self.save(planner, site_id, model_code="haas-vf-99")
        assert response.status_code == 422
        with context.enterprise(north):
            assert not Machine.objects.exists()


class TestConfirming:
    def test_shows_what_waits_with_its_source(
        self, planner: Client, dmu: Machine
    ) -> None:
        text = text_of(planner.get(f"/machines/{dmu.pk}/"))

        assert "From the maker's figures, not confirmed by you" in text
        assert "Confirm all" in text
        assert text.count('value="milling-5-axis.size_x_mm"') == 1
        assert "DMG MORI, DMU 50 3rd Generation brochure" in text

    def test_of_one_figure_leaves_the_others(
        self, planner: Client, north: EnterpriseRef, dmu: Machine
    ) -> None:
        planner.post(f"/machines/{dmu.pk}/figures/", {"figures": ["axes"]})
        with context.enterprise(north):
            dmu.refresh_from_db()
        assert dmu.figures_origin == {"axes": "claimed", "spindle_rpm": "catalog"}

    def test_of_all_empties_the_list(
        self, planner: Client, north: EnterpriseRef, dmu: Machine
    ) -> None:
        response = planner.post(f"/machines/{dmu.pk}/figures/", follow=True)

        text = text_of(response)
        assert "The figures of DMU01 are confirmed as yours." in text
        assert "Confirm all" not in text
        with context.enterprise(north):
            assert selectors.machine_detail(dmu.pk).unconfirmed == []

    def test_is_not_for_viewers(
        self, member_of, north: EnterpriseRef, dmu: Machine
    ) -> None:
        viewer = member_of(north, Role.VIEWER)
        assert viewer.post(f"/machines/{dmu.pk}/figures/").status_code == 403
        assert "Confirm all" not in text_of(viewer.get(f"/machines/{dmu.pk}/"))

    @pytest.mark.parametrize("page", ["figures", "model"])
    def test_of_another_enterprise_is_not_there(
        self, member_of, south: EnterpriseRef, dmu: Machine, page: str
    ) -> None:
        other = member_of(south, Role.PLANNER)
        answer = other.post(f"/machines/{dmu.pk}/{page}/", {"model_code": "haas-vf-2"})
        assert answer.status_code == 404


class TestFilling:
    @pytest.fixture
    def hurco(self, in_north: EnterpriseRef) -> Machine:
        return factory.machine(axes=None, spindle_kw=None)

    def test_is_offered_for_a_known_model(
        self, planner: Client, hurco: Machine
    ) -> None:
        text = text_of(planner.get(f"/machines/{hurco.pk}/"))
        assert "The maker's figures of Hurco VMX24 are known" in text
        assert "610 × 508 × 610\xa0mm" in text

    def test_fills_in_what_is_missing(
        self, planner: Client, north: EnterpriseRef, hurco: Machine
    ) -> None:
        response = planner.post(
            f"/machines/{hurco.pk}/model/", {"model_code": "hurco-vmx24"}, follow=True
        )

        text = text_of(response)
        assert "Hurco04 has its maker's figures now." in text
        assert "are known" not in text
        with context.enterprise(north):
            hurco.refresh_from_db()
        assert hurco.axes == 3
        assert hurco.figures_origin == {"axes": "catalog", "spindle_rpm": "claimed"}

    def test_is_not_offered_where_nothing_is_missing(
        self, planner: Client, in_north: EnterpriseRef
    ) -> None:
        machine = factory.complete_machine()
        assert "are known" not in text_of(planner.get(f"/machines/{machine.pk}/"))

    def test_twice_says_so(self, planner: Client, hurco: Machine) -> None:
        path = f"/machines/{hurco.pk}/model/"
        planner.post(path, {"model_code": "hurco-vmx24"})
        again = planner.post(path, {"model_code": "hurco-vmx24"}, follow=True)
        assert "says already all that is published" in text_of(again)
