"""Who may see which fact: chosen by the enterprise, for one machine or for all."""

from collections.abc import Callable
from uuid import UUID

import pytest

from apps.audit.models import AuditEvent
from apps.machines import selectors, services
from apps.machines.models import Machine
from apps.machines.rules.circles import DEFAULTS, EMPTY, IF_PRIVATE, includes
from apps.machines.selectors import MachineNotFound
from apps.machines.types import CircleSource, DisclosedFact
from tenants import context
from tenants.types import SYSTEM, Circle, EnterpriseRef
from tests.factories import machines
from tests.support.world import NOON

ENVELOPE, ROUGHNESS = DisclosedFact.ENVELOPE, DisclosedFact.ROUGHNESS


@pytest.fixture
def hurco(in_north: EnterpriseRef) -> Machine:
    """A published mill of north."""
    return machines.published_machine()


def chosen(machine: Machine, fact: DisclosedFact) -> tuple[str, str]:
    (found,) = (each for each in selectors.circles_of(machine) if each.fact == fact)
    return found.circle.value, found.source.value


class TestRules:
    def test_know_every_fact(self) -> None:
        assert set(DEFAULTS) == set(IF_PRIVATE) == set(EMPTY) == set(DisclosedFact)

    @pytest.mark.parametrize("circle", Circle)
    def test_show_a_fact_to_each_narrower_circle(self, circle: Circle) -> None:
        shown = [reader for reader in Circle if includes(circle, reader)]

        assert shown == list(Circle)[: list(Circle).index(circle) + 1]


class TestCirclesOf:
    def test_are_the_machines_then_the_enterprises_then_spindles(
        self, hurco: Machine
    ) -> None:
        assert chosen(hurco, ENVELOPE) == ("market", CircleSource.DEFAULT)

        services.choose_circle(
            fact=ENVELOPE, circle=Circle.COUNTERPARTY, by=SYSTEM, at=NOON
        )
        assert chosen(hurco, ENVELOPE) == ("counterparty", CircleSource.ENTERPRISE)

        services.choose_circle(
            fact=ENVELOPE,
            circle=Circle.PUBLIC,
            by=SYSTEM,
            at=NOON,
            machine_id=hurco.pk,
        )
        assert chosen(hurco, ENVELOPE) == ("public", CircleSource.MACHINE)
        assert chosen(hurco, ROUGHNESS) == ("market", CircleSource.DEFAULT)
        assert selectors.machines_with_choices() == [hurco]

        services.clear_choice(fact=ENVELOPE, by=SYSTEM, at=NOON, machine_id=hurco.pk)
        assert chosen(hurco, ENVELOPE) == ("counterparty", CircleSource.ENTERPRISE)
        assert selectors.machines_with_choices() == []

    def test_of_another_enterprise_are_its_own(
        self, hurco: Machine, south: EnterpriseRef
    ) -> None:
        services.choose_circle(fact=ENVELOPE, circle=Circle.PRIVATE, by=SYSTEM, at=NOON)

        with context.enterprise(south):
            (found,) = (
                each for each in selectors.enterprise_circles() if each.fact == ENVELOPE
            )
            assert found.circle == Circle.MARKET


class TestChooseCircles:
    def test_is_written_down_and_told_the_exchange(
        self, hurco: Machine, told: Callable[[], list[UUID]]
    ) -> None:
        told()
        version = hurco.version

        services.choose_circles(
            choices={ENVELOPE: Circle.PRIVATE, ROUGHNESS: None},
            by=SYSTEM,
            at=NOON,
            machine_id=hurco.pk,
        )

        hurco.refresh_from_db()
        event = AuditEvent.objects.order_by("id").last()
        assert event is not None
        assert hurco.version == version + 1
        assert told() == [hurco.pk]
        assert event.verb == "machine.disclosure_chosen"
        assert event.facts == {"envelope": "private"}

    def test_of_all_machines_refreshes_the_published(
        self, hurco: Machine, told: Callable[[], list[UUID]]
    ) -> None:
        machines.complete_machine(code="Idle")
        told()

        services.choose_circle(fact=ENVELOPE, circle=Circle.PRIVATE, by=SYSTEM, at=NOON)

        event = AuditEvent.objects.order_by("id").last()
        assert event is not None
        assert told() == [hurco.pk]
        assert event.verb == "enterprise.disclosure_chosen"

    def test_that_changes_nothing_leaves_no_trace(
        self, hurco: Machine, told: Callable[[], list[UUID]], verbs: Callable[[], list]
    ) -> None:
        told()
        before = verbs()

        services.clear_choice(fact=ENVELOPE, by=SYSTEM, at=NOON)

        assert (told(), verbs()) == ([], before)

    def test_needs_a_machine_of_ours(
        self, hurco: Machine, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south), pytest.raises(MachineNotFound):
            services.choose_circle(
                fact=ENVELOPE,
                circle=Circle.PUBLIC,
                by=SYSTEM,
                at=NOON,
                machine_id=hurco.pk,
            )


class TestPrivateFacts:
    def test_never_leave_the_schema(self, hurco: Machine) -> None:
        services.choose_circles(
            choices=dict.fromkeys(DisclosedFact, Circle.PRIVATE), by=SYSTEM, at=NOON
        )

        (facts,) = selectors.facts_for_listing(hurco.pk)

        assert set(facts.circles.values()) == {Circle.PRIVATE}
        for emptied in EMPTY.values():
            for column, empty in emptied.items():
                assert getattr(facts, column) == empty
        # Whoever looks for the process still finds it.
        assert facts.process_code == "milling-3-axis"
        assert facts.country == "DE"
