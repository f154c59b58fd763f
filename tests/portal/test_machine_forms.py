"""What a planner states of machines, and how refusals are told."""

from decimal import Decimal
from typing import Any

import pytest

from apps.machines import selectors
from apps.machines.models import Machine
from tenants import context
from tenants.types import Role
from tests.factories import machines as factory

CAPABILITY: dict[str, Any] = {
    "process_code": "milling-3-axis",
    "material_groups": ["P", "N"],
    "material_codes": ["ti-6al-4v"],
    "envelope_kind": "box",
    "size_x_mm": "610",
    "size_y_mm": "508",
    "size_z_mm": "610.5",
    "max_mass_kg": "1360",
    "it_grade": "8",
    "roughness_um": "1.6",
    "batch_min": "1",
    "batch_max": "2000",
}
COST = {name: str(value) for name, value in factory.COST.items()}


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def hurco(in_north) -> Machine:
    return factory.machine()


def detail(north, machine: Machine) -> selectors.MachineDetail:
    with context.enterprise(north):
        return selectors.machine_detail(machine.pk)


class TestMachineForm:
    @pytest.fixture
    def answers(self, in_north) -> dict[str, str]:
        return {
            "code": "Hurco09",
            "name": "Hurco #9",
            "site_id": str(factory.site().pk),
            "kind": "machine_tool",
            "maker": "Hurco",
            "model": "VMX24",
            "spindle_kw": "11.2",
            "auto_quote": "on",
        }

    def test_wants_a_site_first(self, planner):
        assert "Add the site first" in planner.get("/machines/add/").content.decode()

    def test_adds_a_machine(self, planner, north, answers):
        response = planner.post("/machines/add/", answers)

        with context.enterprise(north):
            machine = selectors.machines_of().get()
        assert response["Location"] == f"/machines/{machine.pk}/"
        assert machine.code == "Hurco09"
        assert machine.spindle_kw == 11.2
        assert machine.auto_quote is True

    def test_refuses_a_code_twice_beside_its_field(
        self, planner, north, hurco, answers
    ):
        response = planner.post("/machines/add/", answers | {"code": "Hurco04"})

        text = response.content.decode()
        assert response.status_code == 422
        assert "There is a machine Hurco04 already. Choose another code." in text
        assert 'id="id_code_error"' in text

    def test_changes_a_machine(self, planner, north, hurco, answers):
        shown = planner.get(f"/machines/{hurco.pk}/change/").content.decode()
        assert 'value="Hurco04"' in shown
        assert 'value="11.2"' in shown

        planner.post(f"/machines/{hurco.pk}/change/", answers | {"version": "1"})

        assert detail(north, hurco).machine.code == "Hurco09"

    def test_does_not_overwrite_another_planners_change(
        self, planner, north, hurco, answers
    ):
        response = planner.post(
            f"/machines/{hurco.pk}/change/", answers | {"version": "7"}
        )

        assert "was changed by someone else" in response.content.decode()
        assert detail(north, hurco).machine.code == "Hurco04"


class TestCapabilityForm:
    def test_states_a_capability_and_goes_on_to_the_costs(self, planner, north, hurco):
        response = planner.post(
            f"/machines/{hurco.pk}/capabilities/", CAPABILITY | {"next": "1"}
        )

        assert response["Location"] == f"/machines/{hurco.pk}/costs/"
        row = detail(north, hurco).capabilities[0]
        assert row.material_groups == ["P", "N"]
        assert row.material_codes == ["ti-6al-4v"]
        assert (row.size_x_mm, row.size_y_mm, row.size_z_mm) == (610.0, 508.0, 610.5)
        assert (row.it_grade, row.roughness_um) == (8, 1.6)
        assert (row.batch_min, row.batch_max) == (1, 2000)

    def test_states_features_that_are_held_otherwise(self, planner, north, hurco):
        factory.capability(hurco.pk, tolerances={"thread": {"it_grade": 7}})
        address = f"/machines/{hurco.pk}/capabilities/milling-3-axis/"
        page = planner.get(address).content.decode()
        assert '<option value="7" selected>IT7</option>' in page

        planner.post(
            address,
            CAPABILITY
            | {
                "tolerance-bore_it_grade": "6",
                "tolerance-bore_roughness_um": "0.8",
                "tolerance-position_tolerance_um": "20",
            },
        )

        row = detail(north, hurco).capabilities[0]
        assert row.tolerances == {
            "bore": {"it_grade": 6, "roughness_um": 0.8},
            "position": {"tolerance_um": 20.0},
        }
        shown = planner.get(f"/machines/{hurco.pk}/").content.decode()
        assert "IT6 (16\xa0µm at ⌀ 50\xa0mm), Ra 0.8\xa0µm" in shown
        assert "Position of holes" in shown

    def test_refuses_an_impossible_tolerance_of_a_feature(self, planner, north, hurco):
        response = planner.post(
            f"/machines/{hurco.pk}/capabilities/",
            CAPABILITY | {"tolerance-flat_tolerance_um": "99999"},
        )

        assert response.status_code == 422
        assert "flat: tolerance_um 99999.0 is no tolerance" in response.content.decode()
        assert detail(north, hurco).capabilities == []

    def test_inches_and_millimeters_give_the_same_capability(
        self, planner, north, hurco
    ):
        sizes = {"size_x_mm": '24"', "size_y_mm": "20 in", "size_z_mm": "24.5 inch"}
        planner.post(f"/machines/{hurco.pk}/capabilities/", CAPABILITY | sizes)

        row = detail(north, hurco).capabilities[0]
        assert (row.size_x_mm, row.size_y_mm, row.size_z_mm) == (609.6, 508.0, 622.3)

    def test_wants_the_envelope_whole(self, planner, north, hurco):
        response = planner.post(
            f"/machines/{hurco.pk}/capabilities/", CAPABILITY | {"size_y_mm": ""}
        )

        text = response.content.decode()
        assert response.status_code == 422
        assert "Y: This is empty. Give all sizes of the envelope" in text
        assert detail(north, hurco).capabilities == []

    def test_does_not_mean_the_sizes_of_the_other_shape(self, planner, north, hurco):
        planner.post(
            f"/machines/{hurco.pk}/capabilities/",
            CAPABILITY
            | {"envelope_kind": "cylinder", "diameter_mm": "200", "length_mm": "400"},
        )

        row = detail(north, hurco).capabilities[0]
        assert row.envelope_kind == "cylinder"
        assert row.size_x_mm is None
        assert row.diameter_mm == 200.0

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("size_x_mm", "wide", "“wide” is not a number."),
            ("max_mass_kg", "0", "max_mass_kg cannot be 0.0."),
            ("batch_max", "0", "greater than or equal to 1"),
        ],
    )
    def test_names_the_value_and_the_remedy(
        self, planner, north, hurco, field, value, said
    ):
        response = planner.post(
            f"/machines/{hurco.pk}/capabilities/", CAPABILITY | {field: value}
        )

        text = response.content.decode()
        assert response.status_code == 422
        assert said in text
        assert f'id="id_{field}_error"' in text
        assert detail(north, hurco).capabilities == []

    def test_changes_one_process_only(self, planner, north, hurco):
        with context.enterprise(north):
            factory.capability(hurco.pk)

        planner.post(
            f"/machines/{hurco.pk}/capabilities/milling-3-axis/",
            CAPABILITY | {"process_code": "turning", "it_grade": "9"},
        )

        rows = detail(north, hurco).capabilities
        assert [(row.process_code, row.it_grade) for row in rows] == [
            ("milling-3-axis", 9)
        ]

    def test_is_not_there_for_a_process_that_is_not_offered(self, planner, hurco):
        path = f"/machines/{hurco.pk}/capabilities/turning/"

        assert planner.get(path).status_code == 404
        assert planner.post(f"{path}removal/").status_code == 404

    def test_can_be_dropped(self, planner, north, hurco):
        with context.enterprise(north):
            factory.capability(hurco.pk)

        planner.post(f"/machines/{hurco.pk}/capabilities/milling-3-axis/removal/")

        assert detail(north, hurco).capabilities == []


class TestCostForm:
    def test_keeps_every_figure(self, planner, north, hurco):
        response = planner.post(f"/machines/{hurco.pk}/costs/", COST)

        assert response["Location"] == f"/machines/{hurco.pk}/"
        with context.enterprise(north):
            cost = selectors.cost_inputs(hurco.pk)
        assert cost is not None
        assert {name: getattr(cost, name) for name in COST} == factory.COST

    def test_begins_with_the_enterprises_currency(self, planner, hurco):
        text = planner.get(f"/machines/{hurco.pk}/costs/").content.decode()

        assert '<option value="EUR" selected>' in text

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("hourly_rate", "", "This is empty. Fill it in."),
            ("hourly_rate", "0", "Give a number above 0."),
            ("scrap_percent", "100", "Give a number from 0 to 99.99."),
            ("margin_percent", "-1", "Give a number from 0 to 9999."),
        ],
    )
    def test_refuses_what_no_price_can_be_made_of(
        self, planner, north, hurco, field, value, said
    ):
        response = planner.post(f"/machines/{hurco.pk}/costs/", COST | {field: value})

        text = response.content.decode()
        assert response.status_code == 422
        assert said in text
        assert f'id="id_{field}_error"' in text
        with context.enterprise(north):
            assert selectors.cost_inputs(hurco.pk) is None


class TestMachinesAlike:
    @pytest.fixture
    def complete(self, in_north) -> Machine:
        return factory.complete_machine(code="Hurco01")

    def test_copies_from_another_machine(self, planner, north, complete, hurco):
        shown = planner.get(f"/machines/{hurco.pk}/capabilities/").content.decode()
        assert "Hurco01 · Hurco VMX24" in shown

        response = planner.post(
            f"/machines/{hurco.pk}/copy/",
            {"source_id": str(complete.pk)},
            follow=True,
        )

        assert "Copied from Hurco01." in response.content.decode()
        found = detail(north, hurco)
        assert found.missing == []
        assert found.cost_model is not None
        assert found.cost_model.hourly_rate == Decimal("68.00")

    @pytest.mark.parametrize("source", ["", "01960000-0000-7000-8000-0000000000c1"])
    def test_wants_a_machine_to_copy_from(self, planner, hurco, source):
        response = planner.post(
            f"/machines/{hurco.pk}/copy/", {"source_id": source}, follow=True
        )

        assert "No machine is chosen." in response.content.decode()

    def test_completes_several_at_once(self, planner, north, complete):
        with context.enterprise(north):
            others = [factory.machine(code=f"Hurco1{number}") for number in range(7)]
        shown = planner.get(f"/machines/{complete.pk}/alike/").content.decode()
        assert shown.count(" checked") == 7

        response = planner.post(
            f"/machines/{complete.pk}/alike/",
            {"target_ids": [str(machine.pk) for machine in others]},
            follow=True,
        )

        text = response.content.decode()
        assert "7 machines offer the same as Hurco01 now." in text
        assert text.count("Ready to publish") == 8
        assert [detail(north, machine).missing for machine in others] == [[]] * 7

    def test_publishes_them_at_once_if_asked(self, planner, north, complete, hurco):
        planner.post(
            f"/machines/{complete.pk}/alike/",
            {"target_ids": [str(hurco.pk)], "publish": "on"},
        )

        assert detail(north, hurco).machine.is_published
        assert not detail(north, complete).machine.is_published

    def test_changes_none_if_one_cannot_be_published(
        self, planner, north, complete, hurco
    ):
        with context.enterprise(north):
            nameless = factory.machine(code="Nameless", maker="")

        response = planner.post(
            f"/machines/{complete.pk}/alike/",
            {"target_ids": [str(hurco.pk), str(nameless.pk)], "publish": "on"},
        )

        assert response.status_code == 422
        assert "Nameless cannot be shown to others: it does not say its maker." in (
            response.content.decode()
        )
        assert detail(north, hurco).capabilities == []

    def test_keeps_an_envelope_that_the_machine_itself_gave(
        self, planner, north, complete, hurco
    ):
        with context.enterprise(north):
            Machine.objects.filter(pk=hurco.pk).update(
                proposal={"envelope_mm": [1000.0, 500.0, 400.0]}
            )

        planner.post(f"/machines/{hurco.pk}/copy/", {"source_id": str(complete.pk)})

        row = detail(north, hurco).capabilities[0]
        assert (row.size_x_mm, row.size_y_mm, row.size_z_mm) == (1000.0, 500.0, 400.0)
        assert row.it_grade == 8

    def test_refuses_when_none_is_ticked(self, planner, complete, hurco):
        response = planner.post(f"/machines/{complete.pk}/alike/", {})

        assert response.status_code == 422
        assert "Nothing is chosen. Choose one." in response.content.decode()


class TestSitesAndCertificates:
    def test_add_a_site(self, planner, north):
        planner.post(
            "/sites/add/",
            {
                "name": "Plant 2",
                "country": "DE",
                "time_zone": "Europe/Berlin",
                "latitude": "48.3705",
                "longitude": "10.8978",
                "location_disclosure": "region",
            },
        )

        text = planner.get("/sites/").content.decode()
        assert "Plant 2" in text
        assert "Region only" in text

    def test_refuses_half_a_place(self, planner, north):
        response = planner.post(
            "/sites/add/",
            {
                "name": "Plant 2",
                "country": "DE",
                "time_zone": "Europe/Berlin",
                "latitude": "48.3",
                "location_disclosure": "region",
            },
        )

        assert response.status_code == 422
        assert "Give both coordinates or none." in response.content.decode()

    def test_add_and_remove_a_certificate(self, planner, north):
        answers = {"kind_code": "iso-9001", "number": "DE-1", "issuer": "TÜV SÜD"}
        planner.post("/certificates/add/", answers)
        text = planner.get("/certificates/").content.decode()
        assert "ISO 9001" in text
        assert "Claimed" in text

        twice = planner.post("/certificates/add/", answers)
        assert twice.status_code == 422
        assert "was entered before" in twice.content.decode()

        with context.enterprise(north):
            row = selectors.certificates().get()
        planner.post(f"/certificates/{row.pk}/removal/")
        assert "No certificates yet" in planner.get("/certificates/").content.decode()
