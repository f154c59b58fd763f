"""A database administrator tampers; the chain names the first bad row."""

import pytest
from django.db import connection

from apps.audit import selectors, services
from apps.audit.types import BrokenLink, Checkpoint, Fault
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.support.world import NOON

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def five_events(north: EnterpriseRef, planner: Actor) -> EnterpriseRef:
    with context.enterprise(north):
        for number in range(1, 6):
            services.record(
                verb="machine.revised",
                subject=("machine", number, f"Machine {number}"),
                by=planner,
                at=NOON,
                facts={"rate": f"{number}0.00", "labels": ["机床", "станок"]},
            )
    return north


def tamper(ref: EnterpriseRef, *statements: str) -> None:
    with context.owner(ref.schema), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")


def verified(ref: EnterpriseRef, checkpoint: Checkpoint | None = None) -> object:
    with context.enterprise(ref):
        found = selectors.verify_chain(checkpoint=checkpoint)
    return (found.sequence, found.fault) if isinstance(found, BrokenLink) else found


class TestVerifyChain:
    def test_finds_nothing_in_a_whole_chain(self, five_events: EnterpriseRef) -> None:
        assert verified(five_events) is None

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ("verb = 'machine.retired'", Fault.ALTERED),
            ('facts = facts || \'{"rate": "1.00"}\'', Fault.ALTERED),
            ("by_label = 'Somebody'", Fault.ALTERED),
            ("at = at + interval '1 microsecond'", Fault.ALTERED),
            ("digest = repeat('0', 64)", Fault.ALTERED),
            ("hash = repeat('0', 64)", Fault.ALTERED),
            ("previous_hash = repeat('0', 64)", Fault.UNLINKED),
        ],
    )
    def test_names_the_row_that_was_altered(
        self, five_events: EnterpriseRef, change: str, fault: Fault
    ) -> None:
        tamper(five_events, f"UPDATE audit_auditevent SET {change} WHERE sequence = 3")
        assert verified(five_events) == (3, fault)

    def test_names_the_row_that_is_gone(self, five_events: EnterpriseRef) -> None:
        tamper(five_events, "DELETE FROM audit_auditevent WHERE sequence = 2")
        assert verified(five_events) == (2, Fault.MISSING)

    def test_names_rows_that_changed_places(self, five_events: EnterpriseRef) -> None:
        tamper(
            five_events,
            "UPDATE audit_auditevent SET sequence = 9 WHERE sequence = 2",
            "UPDATE audit_auditevent SET sequence = 2 WHERE sequence = 3",
            "UPDATE audit_auditevent SET sequence = 3 WHERE sequence = 9",
        )
        assert verified(five_events) == (2, Fault.UNLINKED)

    def test_misses_a_cut_tail_but_for_a_checkpoint(
        self, five_events: EnterpriseRef
    ) -> None:
        with context.enterprise(five_events):
            checkpoint = selectors.head()
        tamper(five_events, "DELETE FROM audit_auditevent WHERE sequence > 3")
        assert verified(five_events) is None
        assert verified(five_events, checkpoint) == (4, Fault.CUT)

    def test_finds_a_row_slipped_in_past_the_seal(
        self, five_events: EnterpriseRef
    ) -> None:
        tamper(
            five_events,
            "INSERT INTO audit_auditevent SELECT gen_random_uuid(), NULL, at, by_id,"
            " by_label, by_client_id, verb, subject_type, subject_id, subject_label,"
            " facts, digest, '', '' FROM audit_auditevent WHERE sequence = 1",
        )
        assert verified(five_events) == (None, Fault.UNSEALED)

    def test_refuses_a_chain_moved_to_another_enterprise(
        self, five_events: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                f'ALTER TABLE "{south.schema}".audit_auditevent DISABLE TRIGGER USER'
            )
            cursor.execute(
                f'INSERT INTO "{south.schema}".audit_auditevent'
                f' SELECT * FROM "{five_events.schema}".audit_auditevent'
            )
            cursor.execute(
                f'ALTER TABLE "{south.schema}".audit_auditevent ENABLE TRIGGER USER'
            )
        assert verified(south) == (1, Fault.ALTERED)
