"""Lists and pages of machines, and what the exchange may know of them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.machines import selectors, services
from apps.machines.models import Machine
from apps.machines.rules.circles import DEFAULTS
from apps.machines.selectors import MachineNotFound
from apps.machines.types import (
    CapabilityFacts,
    Doubt,
    EnvelopeKind,
    MachineKind,
    MachineState,
    MissingFact,
    MissingKey,
)
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.machines import NOON

pytestmark = pytest.mark.usefixtures("in_north")


@pytest.fixture
def shop(in_north: EnterpriseRef, planner: Actor) -> dict[str, Machine]:
    """Three machines of two sites: one shown, one bare, one retired."""
    munich = machines.site(name="Munich", city="Munich")
    hurco = machines.published_machine()
    mazak = machines.machine(
        code="Mazak01",
        name="Integrex",
        maker="Mazak",
        model="100-IV",
        site_id=munich.pk,
    )
    machines.capability(mazak.pk, process_code="turn-mill")
    lathe = machines.machine(code="Old-1", name="Old lathe", serial_number="SN 77")
    machines.capability(lathe.pk, process_code="turning")
    services.change_state(
        machine_id=lathe.pk,
        version=2,
        state=MachineState.RETIRED,
        by=planner,
        at=NOON,
    )
    return {"hurco": hurco, "mazak": mazak, "lathe": lathe}


class TestMachinesOf:
    @pytest.mark.parametrize(
        ("filters", "codes"),
        [
            ({}, ["Hurco04", "Mazak01", "Old-1"]),
            ({"search": "integrex"}, ["Mazak01"]),
            ({"search": "sn 77"}, ["Old-1"]),
            ({"search": "%"}, []),
            ({"state": "retired"}, ["Old-1"]),
            ({"process_code": "turning"}, ["Mazak01", "Old-1"]),
            ({"process_code": "cutting"}, ["Hurco04", "Mazak01", "Old-1"]),
            ({"process_code": "anodizing"}, []),
            ({"is_published": True}, ["Hurco04"]),
            ({"is_published": False, "state": "active"}, ["Mazak01"]),
        ],
    )
    def test_returns_what_was_asked_for(
        self, filters: dict[str, object], codes: list[str], shop: dict[str, Machine]
    ) -> None:
        found = selectors.machines_of(**filters)  # type: ignore[arg-type]  # a table

        assert [machine.code for machine in found] == codes

    def test_returns_the_machines_of_a_site(self, shop: dict[str, Machine]) -> None:
        found = selectors.machines_of(site_id=shop["mazak"].site_id)

        assert [machine.code for machine in found] == ["Mazak01"]

    def test_asks_the_same_number_of_questions_for_more_machines(
        self, shop: dict[str, Machine]
    ) -> None:
        def questions() -> int:
            with CaptureQueriesContext(connection) as asked:
                for machine in selectors.machines_of():
                    assert machine.site.name
                    selectors.missing_facts(machine)
            return len(asked)

        for_three = questions()
        for number in range(17):
            machines.machine(code=f"Press-{number}")

        assert questions() == for_three == 2

    def test_is_empty_for_another_enterprise(
        self, shop: dict[str, Machine], south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            assert list(selectors.machines_of()) == []


class TestMachinesThatCan:
    def test_are_those_in_use_with_a_process_or_one_below(
        self, shop: dict[str, Machine]
    ) -> None:
        assert [
            machine.code for machine in selectors.machines_that_can(["turning"])
        ] == ["Mazak01"]


class TestMachineDetail:
    def test_shows_all_of_a_machine(self, shop: dict[str, Machine]) -> None:
        detail = selectors.machine_detail(shop["mazak"].pk)

        assert (detail.machine.code, detail.site.name) == ("Mazak01", "Munich")
        assert [row.process_code for row in detail.capabilities] == ["turn-mill"]
        assert detail.cost_model is None
        assert detail.missing == [MissingFact(MissingKey.HOURLY_RATE)]
        assert detail.proposal is None

    def test_doubts_what_is_finer_than_usual(self, shop: dict[str, Machine]) -> None:
        machines.capability(shop["mazak"].pk, it_grade=3)

        (doubt,) = selectors.machine_detail(shop["mazak"].pk).doubts

        assert doubt == Doubt("milling-3-axis", "it_grade", 3, 6, doubt.source)
        assert "chinamachpro.com" in doubt.source

    def test_does_not_find_a_machine_of_another_enterprise(
        self, shop: dict[str, Machine], south: EnterpriseRef
    ) -> None:
        with context.enterprise(south), pytest.raises(MachineNotFound):
            selectors.machine_detail(shop["hurco"].pk)


class TestFactsForListing:
    def test_are_all_that_the_exchange_may_know(self, shop: dict[str, Machine]) -> None:
        machines.certificate(valid_until_on=date(2031, 5, 6))
        hurco = shop["hurco"]

        (facts,) = selectors.facts_for_listing(hurco.pk)

        assert facts == CapabilityFacts(
            capability_id=facts.capability_id,
            machine_id=hurco.pk,
            machine_code="Hurco04",
            machine_label="Hurco VMX24",
            machine_version=hurco.version,
            kind=MachineKind.MACHINE_TOOL,
            process_code="milling-3-axis",
            material_groups=("P", "N"),
            material_codes=(),
            envelope_kind=EnvelopeKind.BOX,
            size_x_mm=610.0,
            size_y_mm=508.0,
            size_z_mm=610.0,
            diameter_mm=None,
            length_mm=None,
            max_mass_kg=1360.0,
            it_grade=8,
            roughness_um=1.6,
            batch_min=1,
            batch_max=2000,
            country="DE",
            region="Bavaria",
            city="Augsburg",
            latitude=48.3385,
            longitude=10.891,
            time_zone="Europe/Berlin",
            certificates={"iso-9001": date(2031, 5, 6)},
            hourly_rate=Decimal("68.00"),
            currency="EUR",
            auto_quote=False,
            published_at=NOON,
            circles=DEFAULTS,
        )

    def test_are_none_for_a_machine_that_is_not_shown(
        self, shop: dict[str, Machine]
    ) -> None:
        assert selectors.facts_for_listing(shop["mazak"].pk) == []

    def test_are_none_of_another_enterprises_machine(
        self, shop: dict[str, Machine], south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            assert selectors.facts_for_listing(shop["hurco"].pk) == []


class TestWordsOf:
    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", "envelope of 5-axis milling"),
            ("zh-hans", "envelope of 五轴铣削"),
            ("ru", "envelope of 5-осевое фрезерование"),
        ],
    )
    def test_name_the_process_in_the_readers_language(
        self, language: str, said: str
    ) -> None:
        missing = [
            MissingFact(MissingKey.ENVELOPE, "milling-5-axis"),
            MissingFact(MissingKey.HOURLY_RATE),
        ]

        assert selectors.words_of(missing, language) == [said, "hourly rate"]
