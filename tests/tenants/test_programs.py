"""Two thousand random programs over three enterprises: each sees its own rows.

The seeds are fixed, so that a failure names a program that can be run again.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction

from apps.machines.models import Machine, Site
from apps.notify.models import Notice
from tenants import context
from tenants.database import base, pooling
from tenants.isolation import models as isolation
from tenants.models import Enterprise, Job, Slot
from tenants.registry.selectors import forget_enterprises
from tenants.registry.services import sign_up
from tests.support.pooler import Server, as_default
from tests.support.programs import BLOCKS, LEAVES, Result, Tenant, run_many
from tests.support.world import CAST, NOON, PASSWORD

log = logging.getLogger(__name__)

PROGRAMS = 2000
# Enough for every planted fault to be met; see TestPlanted.
CONTROL = 400
NAMES = {
    "quill": """Robert'); DROP TABLE "machines_site"; --\\ %s %(name)s {0}""",
    "forge": "工厂 🏭 «Été» Ω≈ç√ İstanbul",
    "rtl": "مصنع\u200b \u202eתעשייה\u202c\u200d\u2066 \ufeffcafe\u0301",
}


@pytest.fixture(scope="module")
def three(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Tenant]]:
    """Three enterprises with names that bite, each row of theirs bearing the name."""
    with django_db_blocker.unblock():
        made = [_made(slug, name) for slug, name in NAMES.items()]
        yield made
        for tenant in made:
            _removed(tenant)
        forget_enterprises()
        connections.close_all()


def _made(slug: str, name: str) -> Tenant:
    facts = {**CAST["north"], "name": name, "slug": slug, "email": f"o@{slug}.example"}
    ref, _ = sign_up(**facts, password=PASSWORD, at=NOON)
    with context.enterprise(ref), transaction.atomic():
        for number in range(3):
            Site.objects.create(name=f"{name} {number}", country="DE", time_zone="UTC")
        # In the database's order, which is not Python's.
        sites = tuple(Site.objects.order_by("name").values_list("name", flat=True))
        Machine.objects.create(
            site=Site.objects.get(name=sites[0]), code="M1", name=sites[0]
        )
        Notice.objects.create(
            kind="test.happened", title=name, roles=["planner"], created_at=NOON
        )
        Job.objects.create(
            enterprise_id=ref.id,
            kind="tests.nothing",
            state="cancelled",
            run_after=NOON,
            requested_by=name,
        )
    return Tenant(ref=ref, label=name, sites=sites)


def _removed(tenant: Tenant) -> None:
    schema = tenant.ref.schema
    with context.owner(), transaction.atomic(), connection.cursor() as cursor:
        Job.objects.filter(enterprise_id=tenant.ref.id).delete()
        Slot.objects.filter(schema_name=schema).delete()
        Enterprise.objects.filter(pk=tenant.ref.id).delete()
        cursor.execute(f'DROP SCHEMA "{schema}" CASCADE; DROP ROLE "{schema}"')


Connect = Callable[[str], AbstractContextManager[None]]


@contextmanager
def own_sessions() -> Iterator[Connect]:
    """Each thread has a session of its own, which remembers."""

    @contextmanager
    def connect(_: str) -> Iterator[None]:
        try:
            yield
        finally:
            connections.close_all()

    yield connect


@contextmanager
def shared_servers(found: list[Server]) -> Iterator[Connect]:
    """All workers share one server and all helpers another, by transaction."""
    servers = {part: Server(checks_every=5) for part in ("worker", "helper")}
    found += servers.values()
    try:

        @contextmanager
        def connect(part: str) -> Iterator[None]:
            with as_default(servers[part].client()):
                yield

        yield connect
    finally:
        for server in servers.values():
            server.close()


def run(three: list[Tenant], mode: str, count: int, first: int = 0) -> Result:
    seeds = range(first, first + count)
    if mode == "session":
        with own_sessions() as connect:
            return run_many(three, seeds, connect=connect)
    found: list[Server] = []
    with shared_servers(found) as connect:
        result = run_many(
            three,
            seeds,
            connect=connect,
            is_enough=lambda: any(server.left_behind for server in found),
        )
    result.failures += [
        f"Left on the session: {left}"
        for server in found
        for left in server.left_behind
    ]
    return result


class TestPrograms:
    @pytest.mark.parametrize("mode", ["session", "pooled"])
    def test_show_each_enterprise_its_own_rows(
        self, three: list[Tenant], mode: str
    ) -> None:
        result = run(three, mode, PROGRAMS)

        assert result.failures == []
        assert result.programs == PROGRAMS
        assert result.verbs == {*LEAVES, *BLOCKS}
        log.info("%s: %d programs, %d steps", mode, result.programs, result.steps)


def forgetting(method: str) -> Callable[[Any, Any], None]:
    """Have a method of the wrapper leave `_applied` as it was."""

    def plant(monkeypatch: Any, _: Any) -> None:
        right = getattr(base.DatabaseWrapper, method)

        def wrong(self: Any, *args: Any) -> Any:
            applied = self._applied
            found = right(self, *args)
            self._applied = applied
            return found

        monkeypatch.setattr(base.DatabaseWrapper, method, wrong)

    return plant


def set_once(monkeypatch: Any, _: Any) -> None:
    """Set role and path once a connection, as a limit of calls would."""
    right = base.DatabaseWrapper.apply_context

    def wrong(self: Any) -> None:
        if self._applied is None:
            right(self)
        else:
            context.required()

    monkeypatch.setattr(base.DatabaseWrapper, "apply_context", wrong)


class _Remembered:
    """A context that all threads share, as a class attribute would be."""

    def __init__(self) -> None:
        self.value: Any = None

    def get(self) -> Any:
        return self.value

    def set(self, value: Any) -> Any:
        before, self.value = self.value, value
        return before

    def reset(self, token: Any) -> None:
        self.value = token


def share_context(monkeypatch: Any, _: Any) -> None:
    monkeypatch.setattr(context, "_active", _Remembered())


def no_stamps(monkeypatch: Any, _: Any) -> None:
    monkeypatch.setattr(isolation, "_check", lambda *_: None)


def no_refusal(monkeypatch: Any, _: Any) -> None:
    """Let whoever has no context go on as who was there before."""
    right = base.DatabaseWrapper.apply_context

    def wrong(self: Any) -> None:
        if context.active() is not None:
            right(self)

    monkeypatch.setattr(base.DatabaseWrapper, "apply_context", wrong)


def set_for_the_session(monkeypatch: Any, _: Any) -> None:
    """Leave role and path on the session, behind a pooler."""
    right = base.DatabaseWrapper._settings

    def wrong(self: Any, wanted: Any) -> str:
        return right(self, wanted).replace("SET LOCAL", "SET")

    monkeypatch.setattr(base.DatabaseWrapper, "_settings", wrong)


def bare_statements(monkeypatch: Any, _: Any) -> None:
    """Forget to put the context before a statement outside of a transaction."""
    monkeypatch.setattr(
        base.DatabaseWrapper, "with_context", lambda self, sql, params: sql
    )


def many_messages(monkeypatch: Any, _: Any) -> None:
    """Let the rows of one executemany go to whichever server is free."""

    @contextmanager
    def wrong(self: Any) -> Iterator[None]:
        yield

    monkeypatch.setattr(pooling.Pooled, "in_one_transaction", wrong)


PLANTED = {
    "savepoint rollback not heeded": ("session", forgetting("_savepoint_rollback")),
    "rollback not heeded": ("session", forgetting("_rollback")),
    "closing not heeded": ("session", forgetting("_forget_session")),
    "set once a connection": ("session", set_once),
    "context shared by threads": ("session", share_context),
    "no stamps": ("session", no_stamps),
    "no refusal in nobody's name": ("session", no_refusal),
    "savepoint rollback not heeded, pooled": (
        "pooled",
        forgetting("_savepoint_rollback"),
    ),
    "commit not heeded, pooled": ("pooled", forgetting("_commit")),
    "set for the session, pooled": ("pooled", set_for_the_session),
    "bare statements, pooled": ("pooled", bare_statements),
    "many messages, pooled": ("pooled", many_messages),
}


class TestPlanted:
    """Controls: a fault in the wrapper is found by the same programs."""

    @pytest.mark.parametrize("fault", list(PLANTED))
    def test_is_found(self, three: list[Tenant], fault: str, monkeypatch: Any) -> None:
        mode, plant = PLANTED[fault]
        plant(monkeypatch, three)

        result = run(three, mode, CONTROL)

        # A leak, or a refusal where there should be rows: never silence.
        expected = ("Leaked", "Left on the session", "ProgrammingError")
        assert any(each in told for told in result.failures for each in expected)
        log.info("%s: found after %d programs", fault, result.programs)
