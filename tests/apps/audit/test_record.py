from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from apps.audit import selectors, services
from apps.audit.models import AuditEvent
from apps.audit.types import Subject
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.support.world import NOON

MACHINE = Subject(type="machine", id="0190-1", label="Hurco04 Hurco VMX42i")


def published(by: Actor, **facts: object) -> AuditEvent:
    return services.record(
        verb="machine.published", subject=MACHINE, by=by, at=NOON, facts=facts
    )


class TestRecord:
    def test_keeps_who_did_what_to_which_thing(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        published(planner, price=Decimal("12.50"), on=date(2030, 5, 6), rows=3)
        event = selectors.events_of(MACHINE).get()
        assert event.verb == "machine.published"
        assert event.subject_label == "Hurco04 Hurco VMX42i"
        assert event.by_id == planner.user_id
        assert event.by_label == "Paula Planner"
        assert event.at == NOON
        assert event.facts == {"price": "12.50", "on": "2030-05-06", "rows": 3}

    def test_goes_with_the_transaction_of_the_fact(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            published(planner)
            raise RuntimeError
        assert not AuditEvent.objects.exists()

    def test_refuses_a_verb_that_names_no_subject(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        with pytest.raises(ValueError, match="machine.published"):
            services.record(verb="published", subject=MACHINE, by=planner, at=NOON)

    def test_stores_what_postgresql_cannot(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        published(planner, note="a\x00b", odd="\ud800", huge=1e22, none=None)
        facts = selectors.events_of(MACHINE).get().facts
        assert facts == {"note": "a\ufffdb", "odd": "?", "huge": "1e+22", "none": None}

    def test_is_invisible_to_another_tenant(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        with context.enterprise(north):
            published(planner)
        with context.enterprise(south):
            assert not selectors.events_of(MACHINE).exists()


@pytest.mark.usefixtures("committed")
class TestSeal:
    def test_numbers_events_in_the_order_of_their_commits(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        with context.enterprise(north):
            with transaction.atomic():
                published(planner, number=1)
                published(planner, number=2)
            published(planner, number=3)
            events = AuditEvent.objects.order_by("sequence")
            assert [each.sequence for each in events] == [1, 2, 3]
            assert [each.facts["number"] for each in events] == [1, 2, 3]
            assert events[0].previous_hash == "0" * 64
            assert events[2].previous_hash == events[1].hash
            assert selectors.verify_chain() is None

    def test_seals_in_each_tenant_what_one_transaction_did_in_two(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        with context.enterprise(north), transaction.atomic():
            published(planner)
            with context.enterprise(south):
                published(planner)
                published(planner)
        for enterprise, sealed in ((north, [1]), (south, [1, 2])):
            with context.enterprise(enterprise):
                found = AuditEvent.objects.order_by("sequence")
                assert [each.sequence for each in found] == sealed
                assert selectors.verify_chain() is None

    def test_keeps_one_chain_when_many_commit_at_once(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        def work(number: int) -> None:
            try:
                with context.enterprise(north):
                    for step in range(5):
                        published(planner, number=number, step=step)
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        with context.enterprise(north):
            found = AuditEvent.objects.order_by("sequence")
            assert [each.sequence for each in found] == list(range(1, 41))
            assert selectors.verify_chain() is None

    def test_refuses_a_sequence_brought_along(self, north: EnterpriseRef) -> None:
        event = AuditEvent(
            sequence=7,
            at=NOON,
            by_label="Mallory",
            verb="machine.published",
            subject_type="machine",
            subject_id="1",
            subject_label="one",
            digest="0" * 64,
            previous_hash="0" * 64,
            hash="0" * 64,
        )
        with context.enterprise(north), pytest.raises(IntegrityError, match="its own"):
            event.save()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_auditevent SET verb = 'machine.retired'",
            "UPDATE audit_auditevent SET hash = repeat('0', 64)",
            "DELETE FROM audit_auditevent",
        ],
    )
    def test_lets_no_row_be_changed_or_removed(
        self, north: EnterpriseRef, planner: Actor, statement: str
    ) -> None:
        with context.enterprise(north):
            published(planner)
            with (
                pytest.raises(IntegrityError, match="never changed"),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
            assert AuditEvent.objects.get().verb == "machine.published"

    def test_lets_nobody_truncate(self, north: EnterpriseRef, planner: Actor) -> None:
        with context.enterprise(north):
            published(planner)
        with (
            context.owner(north.schema),
            pytest.raises((IntegrityError, InternalError), match="never changed"),
            connection.cursor() as cursor,
        ):
            cursor.execute("TRUNCATE audit_auditevent")


@pytest.mark.usefixtures("db")
class TestTimeline:
    def test_pages_backwards_from_the_newest(
        self, in_north: EnterpriseRef, planner: Actor, seller: Actor
    ) -> None:
        for hour in range(5):
            services.record(
                verb="machine.published" if hour % 2 else "rfq.awarded",
                subject=("machine", hour, f"Machine {hour}"),
                by=planner if hour else seller,
                at=NOON + timedelta(hours=hour),
            )
        first = list(selectors.timeline(limit=2))
        assert [each.subject_id for each in first] == ["4", "3"]
        last = first[-1]
        rest = selectors.timeline(before=(last.at, last.id))
        assert [each.subject_id for each in rest] == ["2", "1", "0"]
        assert [each.subject_id for each in selectors.timeline(verb="rfq")] == [
            "4",
            "2",
            "0",
        ]
        assert isinstance(seller.user_id, UUID)
        mine = selectors.timeline(by_id=seller.user_id)
        assert [each.subject_id for each in mine] == ["0"]
