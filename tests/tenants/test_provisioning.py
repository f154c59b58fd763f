"""A schema claimed at sign-up is the one that migrations make, whole or not at all."""

import os
import re
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tenants import context
from tenants.models import Enterprise, Slot, Template, User
from tenants.provisioning import selectors, services
from tenants.registry.services import EmailTaken, SlugTaken, sign_up
from tenants.types import EnterpriseRef
from tests.factories.capacity import reservation_row
from tests.factories.machines import machine
from tests.support.catalogues import (
    catalogue,
    differences,
    drop,
    empty_pool,
    traces,
)
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
DDL = re.compile(r"\s*(CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE)\b", re.IGNORECASE)


class TestDropSchema:
    def test_leaves_anothers_exclusion_constraint_alone(
        self, in_north: EnterpriseRef
    ) -> None:
        with context.directory():
            template = selectors.current_template()
        assert template is not None
        before = catalogue(in_north.schema)

        drop(services.make_slot(template))

        assert catalogue(in_north.schema) == before
        mill = machine(code="Hurco04").pk
        reservation_row(mill, NOON)
        with pytest.raises(IntegrityError, match="no_overlap"), transaction.atomic():
            reservation_row(mill, NOON)

    def test_cannot_take_an_extension_along(self, db: None) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT extname, extnamespace::regnamespace::text FROM pg_extension"
                " WHERE extname <> 'plpgsql'"
            )
            found = dict(cursor.fetchall())

        assert found == {"btree_gist": "ext", "pg_trgm": "ext"}


def added(before: dict[str, set[str]]) -> dict[str, int]:
    now = traces()
    assert {part for part in before if before[part] - now[part]} <= {"free"}
    return {part: len(now[part] - before[part]) for part in before}


class TestClaim:
    def test_runs_no_ddl(self, db: None) -> None:
        with context.directory():
            services.refill_slots()
        before = traces()

        with CaptureQueriesContext(connection) as asked:
            ref, _owner = sign_up(**WEST)

        statements = [query["sql"] for query in asked.captured_queries]
        assert [sql for sql in statements if DDL.match(sql)] == []
        assert any("SKIP LOCKED" in sql for sql in statements)
        assert ref.schema in before["free"]
        assert added(before) == {
            "schemas": 0,
            "roles": 0,
            "free": 0,
            "claimed": 1,
            "enterprises": 1,
            "domains": 1,
            "people": 1,
            "places": 1,
        }

    def test_replays_the_template_when_the_pool_is_empty(
        self, migrated: str, db: None
    ) -> None:
        empty_pool()
        before = traces()

        ref, _owner = sign_up(**WEST)

        made = added(before)
        assert (made["schemas"], made["roles"], made["claimed"]) == (1, 1, 1)
        assert differences(catalogue(ref.schema), catalogue(migrated)) == {}
        with context.enterprise(ref):
            assert machine(code="Hurco04").pk

    def test_refuses_where_nothing_was_prepared(self, db: None) -> None:
        with context.directory():
            Template.objects.update(is_current=False)

        with pytest.raises(services.NotPrepared, match="manage.py prepare"):
            sign_up(**WEST)


def sign_up_dying_at(number: int) -> None:
    """Sign up in a process that is killed before its n-th statement."""
    left = number

    def count(execute: Any, *statement: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            die()
        return execute(*statement)

    with connection.execute_wrapper(count):
        sign_up(**WEST)


def sign_up_dying_at_commit() -> None:
    connection._commit = die  # type: ignore[method-assign]
    sign_up(**WEST)


def sign_up_dying_at_its_answer() -> None:
    sign_up(**WEST)
    die()


@pytest.fixture
def cleared(committed: None) -> Iterator[dict[str, set[str]]]:
    """What there is before; whatever a test adds to it is removed after it."""
    services.refill_slots()
    yield traces()
    empty_pool()
    with context.owner():
        gone = Slot.objects.filter(enterprise__slug__startswith="westwind-forge")
        for slot in list(gone):
            drop(slot.pk)
        Enterprise.objects.filter(slug__startswith="westwind-forge").delete()
        User.objects.filter(email__contains="@westwind-forge").delete()


@pytest.mark.parametrize("pool", ["full", "empty"])
class TestKilledSignUp:
    def test_leaves_nothing_whatever_statement_it_was_at(
        self, cleared: dict[str, set[str]], pool: str
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()
        kills = 0
        while True:
            ended = forked(partial(sign_up_dying_at, kills + 1))
            if not os.WIFSIGNALED(ended):
                break
            kills += 1
            assert traces() == before, f"killed before statement {kills}"

        assert ended == 0
        assert kills >= 8
        assert added(before)["enterprises"] == 1

    def test_leaves_nothing_when_killed_at_the_commit(
        self, cleared: dict[str, set[str]], pool: str
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()

        assert os.WIFSIGNALED(forked(sign_up_dying_at_commit))

        assert traces() == before

    def test_leaves_all_when_killed_after_the_commit(
        self, cleared: dict[str, set[str]], pool: str
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()

        assert os.WIFSIGNALED(forked(sign_up_dying_at_its_answer))

        made = added(before)
        assert {part: made[part] for part in WHOLE} == dict.fromkeys(WHOLE, 1)


WHOLE = ("claimed", "enterprises", "domains", "people", "places")


class TestTwoAtOnce:
    @pytest.mark.parametrize("pool", ["full", "empty"])
    @pytest.mark.parametrize(
        ("same", "other", "refusal"),
        [("slug", "email", SlugTaken), ("email", "slug", EmailTaken)],
    )
    def test_give_one_enterprise_and_one_refusal(
        self,
        cleared: dict[str, set[str]],
        pool: str,
        same: str,
        other: str,
        refusal: type[Exception],
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()
        start = threading.Barrier(2)
        ended: list[object] = []

        def run(number: int) -> None:
            facts = {**WEST, "password": f"{PASSWORD}-{number}"}
            facts[other] = {
                "slug": f"westwind-forge-{number}",
                "email": f"owner{number}@westwind-forge.example",
            }[other]
            start.wait()
            try:
                ended.append(sign_up(**facts)[0])
            except (SlugTaken, EmailTaken) as error:
                ended.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(type(end).__name__ for end in ended) == sorted(
            [EnterpriseRef.__name__, refusal.__name__]
        )
        made = added(before)
        assert {part: made[part] for part in WHOLE} == dict.fromkeys(WHOLE, 1)
        # No schema, and no role, that no slot knows of.
        now = traces()
        known = now["free"] | now["claimed"] | {services.TEMPLATE_SCHEMA}
        assert now["schemas"] - before["schemas"] <= known
        assert now["roles"] - before["roles"] <= known
