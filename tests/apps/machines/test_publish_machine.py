"""Showing a machine to others, changing it while it is shown, and taking it back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from apps.machines import selectors, services
from apps.machines.models import Machine
from apps.machines.selectors import MachineNotFound
from apps.machines.services import (
    MachineChanged,
    MachineIncomplete,
    MachineRetired,
)
from apps.machines.types import CapabilityDraft, CostInputs, MachineDraft, MachineState
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.machines import COST, HURCO, MILLING, NOON

pytestmark = pytest.mark.usefixtures("in_north")

Told = Callable[[], list[UUID]]
Verbs = Callable[[], list[str]]


class TestPublishMachine:
    def test_shows_a_machine_that_says_enough(
        self, planner: Actor, told: Told, verbs: Verbs
    ) -> None:
        machine = machines.complete_machine()

        shown = services.publish_machine(machine_id=machine.pk, by=planner, at=NOON)

        shown.refresh_from_db()
        assert (shown.published_at, shown.published_by) == (NOON, "Paula Planner")
        assert shown.version == machine.version + 1
        assert told() == [machine.pk]
        assert verbs()[-1] == "machine.published"

    def test_tells_the_exchange_again_but_records_it_once(
        self, planner: Actor, told: Told, verbs: Verbs
    ) -> None:
        machine = machines.published_machine()
        told()
        before = verbs()

        again = services.publish_machine(machine_id=machine.pk, by=planner, at=NOON)

        assert again.version == machine.version
        assert told() == [machine.pk]
        assert verbs() == before

    def test_refuses_a_bare_machine_in_words_and_changes_nothing(
        self, planner: Actor, told: Told
    ) -> None:
        machine = machines.machine()

        with pytest.raises(MachineIncomplete) as refusal:
            services.publish_machine(machine_id=machine.pk, by=planner, at=NOON)

        assert str(refusal.value) == (
            "Hurco04 cannot be shown to others: it does not say its process,"
            " materials, envelope, tolerance, hourly rate."
            " State what is missing, then publish it."
        )
        assert refusal.value.facts["missing"][0] == {
            "fact": "process",
            "process_code": "",
        }
        assert not Machine.objects.get(pk=machine.pk).is_published
        assert told() == []

    def test_names_the_process_that_lacks_something_in_the_readers_language(
        self, planner: Actor
    ) -> None:
        machine = machines.complete_machine()
        machines.capability(
            machine.pk, process_code="milling-5-axis", it_grade=None, roughness_um=None
        )

        with translation.override("de"), pytest.raises(MachineIncomplete) as refusal:
            services.publish_machine(machine_id=machine.pk, by=planner, at=NOON)

        assert "5-Achs-Fräsen" in str(refusal.value.detail)

    def test_refuses_a_retired_machine(self, planner: Actor) -> None:
        machine = machines.complete_machine()
        services.change_state(
            machine_id=machine.pk,
            version=machine.version,
            state=MachineState.RETIRED,
            by=planner,
            at=NOON,
        )

        with pytest.raises(MachineRetired):
            services.publish_machine(machine_id=machine.pk, by=planner, at=NOON)

    def test_does_not_see_a_machine_of_another_enterprise(
        self, planner: Actor, south: EnterpriseRef
    ) -> None:
        machine = machines.complete_machine()

        with context.enterprise(south), pytest.raises(MachineNotFound):
            services.publish_machine(machine_id=machine.pk, by=planner, at=NOON)

        assert not Machine.objects.get(pk=machine.pk).is_published


class TestWithdrawMachine:
    def test_takes_a_machine_back(
        self, planner: Actor, told: Told, verbs: Verbs
    ) -> None:
        machine = machines.published_machine()
        told()

        taken = services.withdraw_machine(machine_id=machine.pk, by=planner, at=NOON)

        taken.refresh_from_db()
        assert (taken.published_at, taken.published_by) == (None, "")
        assert taken.version == machine.version + 1
        assert told() == [machine.pk]
        assert verbs()[-1] == "machine.withdrawn"

    def test_is_harmless_for_a_machine_that_is_not_shown(
        self, planner: Actor, told: Told
    ) -> None:
        machine = machines.complete_machine()

        services.withdraw_machine(machine_id=machine.pk, by=planner, at=NOON)

        assert Machine.objects.get(pk=machine.pk).version == machine.version
        assert told() == [machine.pk]

    def test_does_not_see_a_machine_of_another_enterprise(
        self, planner: Actor, south: EnterpriseRef
    ) -> None:
        machine = machines.published_machine()

        with context.enterprise(south), pytest.raises(MachineNotFound):
            services.withdraw_machine(machine_id=machine.pk, by=planner, at=NOON)

        assert Machine.objects.get(pk=machine.pk).is_published


class TestPublishedMachine:
    @pytest.fixture
    def shown(self, in_north: EnterpriseRef, told: Told) -> Machine:
        machine = machines.published_machine()
        told()
        return machine

    @pytest.mark.parametrize(
        "change",
        [
            lambda machine, who: services.revise_machine(
                machine_id=machine.pk,
                version=machine.version,
                draft=MachineDraft(**{**HURCO, "auto_quote": True}),
                **who,
            ),
            lambda machine, who: services.change_state(
                machine_id=machine.pk,
                version=machine.version,
                state=MachineState.IN_MAINTENANCE,
                **who,
            ),
            lambda machine, who: services.set_capability(
                machine_id=machine.pk,
                draft=CapabilityDraft(**{**MILLING, "it_grade": 7}),
                **who,
            ),
            lambda machine, who: services.set_cost_model(
                machine_id=machine.pk,
                cost=replace(CostInputs(**COST), hourly_rate=COST["setup_rate"]),
                **who,
            ),
            lambda _machine, _who: machines.certificate(),
        ],
    )
    def test_tells_the_exchange_of_each_change(
        self,
        change: Callable[[Machine, dict[str, Any]], object],
        shown: Machine,
        planner: Actor,
        told: Told,
    ) -> None:
        change(shown, {"by": planner, "at": NOON})

        assert told() == [shown.pk]

    def test_keeps_saying_enough(
        self, shown: Machine, planner: Actor, told: Told
    ) -> None:
        with pytest.raises(MachineIncomplete):
            services.set_capability(
                machine_id=shown.pk,
                draft=CapabilityDraft(process_code="milling-3-axis"),
                by=planner,
                at=NOON,
            )

        (facts,) = selectors.facts_for_listing(shown.pk)
        assert facts.it_grade == 8
        assert told() == []

    def test_cannot_lose_its_last_process(self, shown: Machine, planner: Actor) -> None:
        with pytest.raises(MachineIncomplete):
            services.drop_capability(
                machine_id=shown.pk,
                process_code="milling-3-axis",
                by=planner,
                at=NOON,
            )

        assert len(selectors.facts_for_listing(shown.pk)) == 1

    def test_is_withdrawn_when_it_is_retired(
        self, shown: Machine, planner: Actor, told: Told
    ) -> None:
        services.change_state(
            machine_id=shown.pk,
            version=shown.version,
            state=MachineState.RETIRED,
            by=planner,
            at=NOON,
        )

        assert selectors.facts_for_listing(shown.pk) == []
        assert told() == [shown.pk]

    def test_is_changed_by_the_first_of_two_who_saw_the_same(
        self, shown: Machine, planner: Actor, told: Told
    ) -> None:
        draft = MachineDraft(**HURCO)
        facts: dict[str, Any] = {"machine_id": shown.pk, "by": planner, "at": NOON}
        services.revise_machine(version=shown.version, draft=draft, **facts)
        told()

        with pytest.raises(MachineChanged):
            services.revise_machine(
                version=shown.version, draft=replace(draft, name="Late"), **facts
            )
        with pytest.raises(MachineChanged):
            services.change_state(
                version=shown.version, state=MachineState.RETIRED, **facts
            )

        assert Machine.objects.get(pk=shown.pk).name == "Hurco VMX 24 #4"
        assert told() == []
