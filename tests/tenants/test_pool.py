"""The pool of schemas: filled a little at a time, one refiller at once, to a limit."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg2
import pytest
from django.conf import settings as current
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tenants import context
from tenants.models import Database, FleetPlan, Slot
from tenants.provisioning import orphans, selectors, services
from tenants.registry.services import sign_up
from tenants.types import DatabaseState, PlanState, SlotState
from tests.support.catalogues import drop, empty_pool, traces
from tests.support.processes import die, forked
from tests.support.world import NOON, PASSWORD

WEST: dict[str, Any] = {
    "name": "Westwind Forge",
    "slug": "westwind-forge",
    "country": "PL",
    "language": "en",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "email": "owner@westwind-forge.example",
    "person_name": "Wanda West",
    "password": PASSWORD,
    "at": NOON,
}
LOST = "t_aaaaaaaaaaaaaaaa"


def limited_to(slots: int, state: DatabaseState = DatabaseState.OPEN) -> None:
    with context.owner():
        Database.objects.filter(code="main").update(slot_limit=slots, state=state)


def state_of_database() -> str:
    with context.directory():
        return Database.objects.get(code="main").state


@pytest.fixture
def dry(db: None) -> None:
    """No schema waits."""
    empty_pool()


class TestRefill:
    def test_makes_no_more_a_run_than_it_may(self, dry: None, settings: Any) -> None:
        settings.SLOTS_PER_RUN = 3

        assert services.refill_slots() == 3
        assert selectors.pool().free == 3

    def test_makes_one_a_run_above_the_low_water_mark(self, dry: None) -> None:
        services.refill_slots(most=2)

        assert services.refill_slots() == 1
        assert services.refill_slots() == 1
        assert services.refill_slots() == 0
        assert selectors.pool().free == 4

    def test_rests_while_the_fleet_is_migrated(self, dry: None) -> None:
        with context.owner():
            plan = FleetPlan.objects.create(
                source_digest="a" * 64, target_digest="b" * 64, state=PlanState.RUNNING
            )
            assert services.refill_slots() == 0
            plan.state = PlanState.DONE
            plan.save()

        assert services.refill_slots() == 4

    def test_throws_away_slots_of_the_template_before(self, db: None) -> None:
        services.refill_slots(most=4)
        with context.directory():
            free = list(Slot.objects.filter(state=SlotState.FREE))
        with context.owner(services.TEMPLATE_SCHEMA), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE notify_notice ADD COLUMN color text")
        services.render_template()
        assert selectors.pool().free_of_older == len(free)

        assert services.drop_free_slots_of_old_templates() == len(free) > 0
        assert services.refill_slots() == 4

        assert not {slot.pk for slot in free} & traces()["schemas"]

    def test_leaves_it_to_another_who_is_at_it(self, committed: None) -> None:
        empty_pool()
        held, seen = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                with context.directory(), connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_advisory_xact_lock(%s, %s)", services.REFILL_LOCK
                    )
                held.set()
                seen.wait(10)
            connections.close_all()

        other = threading.Thread(target=hold)
        other.start()
        assert held.wait(10)
        try:
            assert services.refill_slots() == 0
        finally:
            seen.set()
            other.join()
        assert services.refill_slots() == 4

    def test_by_eight_at_once_makes_what_was_missing(self, committed: None) -> None:
        empty_pool()
        made: list[int] = []
        start = threading.Barrier(8)

        def refill() -> None:
            start.wait()
            made.append(services.refill_slots())
            connections.close_all()

        threads = [threading.Thread(target=refill) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # The lock is only tried: a run that found it taken leaves the rest to the next.
        services.refill_slots()

        assert sum(made) <= selectors.pool().free == current.SLOTS_HIGH_WATER


class TestLimit:
    def test_marks_the_database_as_full_and_as_open_again(self, dry: None) -> None:
        made = selectors.pool().made
        limited_to(made + 2)

        assert services.refill_slots() == 2
        assert state_of_database() == DatabaseState.FULL
        assert services.refill_slots() == 0

        limited_to(made + 3, DatabaseState.FULL)
        assert services.refill_slots() == 1
        limited_to(made + 100, DatabaseState.FULL)
        services.refill_slots()
        assert state_of_database() == DatabaseState.OPEN

    def test_still_lets_slots_go_that_are_there(self, dry: None) -> None:
        services.refill_slots(most=1)
        limited_to(selectors.pool().made, DatabaseState.FULL)

        assert sign_up(**WEST)[0].schema

    def test_refuses_a_sign_up_with_what_to_do_and_changes_nothing(
        self, dry: None
    ) -> None:
        limited_to(selectors.pool().made)
        before = traces()

        with pytest.raises(services.NoRoom, match="who can add a database"):
            sign_up(**WEST)

        assert traces() == before

    def test_of_a_closed_database_is_nought(self, db: None) -> None:
        services.refill_slots()
        limited_to(2000, DatabaseState.CLOSED)
        before = traces()

        with pytest.raises(services.NoRoom) as refused:
            sign_up(**WEST)

        assert refused.value.code == "no_room"
        assert traces() == before
        assert services.refill_slots() == 0
        assert state_of_database() == DatabaseState.CLOSED


class TestTake:
    def test_is_one_statement_without_ddl(self, db: None) -> None:
        services.refill_slots()
        with context.directory(), CaptureQueriesContext(connection) as asked:
            services.claim_slot()

        assert len(asked) == 1
        assert "SKIP LOCKED" in asked.captured_queries[0]["sql"]

    def test_gives_two_at_once_two_schemas(self, committed: None) -> None:
        services.refill_slots(most=4)
        taken: list[str] = []
        start = threading.Barrier(4)

        def claim() -> None:
            with context.directory(), transaction.atomic():
                schema = services.claim_slot()
                start.wait()
                taken.append(schema)
            connections.close_all()

        threads = [threading.Thread(target=claim) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(taken)) == 4


def refill_dying_at(number: int) -> None:
    left = number

    def count(execute: Any, *statement: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            die()
        return execute(*statement)

    with connection.execute_wrapper(count):
        services.refill_slots(most=1)


class TestKilledRefill:
    def test_leaves_whole_slots_or_none_whatever_statement_it_was_at(
        self, committed: None
    ) -> None:
        # Tests before this one may have left schemas of strangers behind.
        orphans.drop_orphans()
        empty_pool()
        before = traces()
        kills = 0
        while True:
            ended = forked(partial(refill_dying_at, kills + 1))
            if not os.WIFSIGNALED(ended):
                break
            kills += 1
            now = traces()
            made = now["free"] - before["free"]
            assert now["schemas"] - before["schemas"] == made, kills
            assert now["roles"] - before["roles"] == made, kills
            for schema in made:
                with context.owner():
                    Slot.objects.filter(pk=schema).delete()
                drop(schema)

        assert ended == 0
        assert kills >= 10
        assert orphans.drop_orphans() == []


class TestOrphans:
    @pytest.fixture
    def lost(self, committed: None) -> Iterator[str]:
        yield LOST
        drop(LOST)

    def test_go_when_no_slot_knows_them(self, lost: str) -> None:
        before = traces()
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f'CREATE ROLE "{lost}"; CREATE SCHEMA "{lost}"')
            cursor.execute(f'GRANT USAGE ON SCHEMA "{lost}" TO "{lost}"')
            cursor.execute(f'CREATE TABLE "{lost}".things (id int)')

        assert orphans.drop_orphans() == [lost]
        assert traces() == before

    def test_go_when_only_the_role_is_left(self, lost: str) -> None:
        before = traces()
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f'CREATE ROLE "{lost}"')

        assert orphans.drop_orphans() == [lost]
        assert traces() == before

    def test_stay_when_another_database_of_the_server_uses_the_role(
        self, lost: str
    ) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f'CREATE ROLE "{lost}"')
        admin = administrator()
        try:
            with admin.cursor() as cursor:
                cursor.execute("CREATE DATABASE next_door")
                cursor.execute(f'GRANT CONNECT ON DATABASE next_door TO "{lost}"')
            # A right on a shared object alone says nothing of where its home is.
            beside = administrator("next_door")
            with beside.cursor() as cursor:
                cursor.execute(f'CREATE SCHEMA "{lost}"')
                cursor.execute(f'GRANT USAGE ON SCHEMA "{lost}" TO "{lost}"')
            beside.close()

            assert orphans.drop_orphans() == []
            assert lost in traces()["roles"]
        finally:
            with admin.cursor() as cursor:
                cursor.execute("DROP DATABASE IF EXISTS next_door WITH (FORCE)")
            admin.close()

    def test_are_not_what_goes_by_another_name(self, committed: None) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA t_by_hand")
        try:
            assert orphans.drop_orphans() == []
        finally:
            drop("t_by_hand")


def administrator(database: str = "") -> Any:

    url = os.environ["DATABASE_ADMIN_URL"]
    admin = psycopg2.connect(url, **({"dbname": database} if database else {}))
    admin.autocommit = True
    return admin
