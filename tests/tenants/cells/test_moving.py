"""An enterprise goes from one database to another, whatever happens on the way."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from apps.exchange.models import Listing
from apps.machines.models import Site
from apps.notify.models import Notice
from tenants import context
from tenants.archive.verifying import checksums
from tenants.cells import moving, selectors, services, steps, stopping
from tenants.lifecycle import hooks as lifecycle
from tenants.lifecycle.hooks import Blocker, Hooks, WorkIsOpen
from tenants.models import Archive, Enterprise, Job, Membership, Move, Slot
from tenants.provisioning.services import NoRoom
from tenants.registry.selectors import as_ref
from tenants.types import (
    SYSTEM,
    ArchivePurpose,
    DatabaseState,
    EnterpriseRef,
    MoveState,
)
from tests.factories import notify
from tests.factories.tenants import enterprise as sign_up_west
from tests.support.world import NOON
from tests.tenants.cells.conftest import SecondDatabase

COUNT = 'SELECT count(*) FROM "{schema}".notify_notice'
# In the order in which a mover comes by.
BEFORE_THE_FLIP = (
    "move_planned",
    "move_stopping",
    "move_stopped",
    "move_written",
    "move_received",
    "move_copied",
)
AFTER_THE_FLIP = ("move_flipped", "move_opened", "move_released")


def row_of(enterprise_id: UUID) -> Enterprise:
    with context.directory():
        return Enterprise.objects.get(pk=enterprise_id)


def move(ref: EnterpriseRef, target: str = "b") -> Move:
    return services.move_enterprise(
        enterprise_id=ref.id, target=target, by=SYSTEM, at=NOON
    )


def die_while_moving(ref: EnterpriseRef, target: str, point: str) -> int:
    """Have a process of its own killed at a point of a move; return the signal."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        settings.JOBS_FAILPOINT = point
        try:
            move(ref, target)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) * -1


def without_checks(at: Callable[..., Any]) -> Callable[..., Any]:
    """Do every step but the look for open work, in the child's process too."""

    def go(reach: steps.Reach, code: str, step: str, **facts: Any) -> Any:
        return {} if step == "check" else at(reach, code, step, **facts)

    return go


@pytest.fixture
def small(places: SecondDatabase) -> EnterpriseRef:
    """A Polish shop with a single notice."""
    ref = as_ref(sign_up_west())
    with context.enterprise(ref):
        notify.notice()
    return ref


class TestMoveEnterprise:
    def test_takes_all_along_and_back(
        self,
        west: EnterpriseRef,
        places: SecondDatabase,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # It has open orders, which would keep it where it is.
        monkeypatch.setattr(steps.Reach, "at", without_checks(steps.Reach.at))
        before = checksums(west.schema)

        there = move(west)

        assert there.state == MoveState.DONE
        assert there.stopped_seconds is not None
        assert there.stopped_seconds > 0
        row = row_of(west.id)
        assert (row.database_id, row.schema_name) == ("b", there.target_schema)
        assert row.write_stopped_at is None
        [(tier, database, schema, stopped)] = places.ask(
            "SELECT tier, database_id, schema_name, write_stopped_at"
            " FROM tenants_enterprise WHERE id = %s",
            str(west.id),
        )
        assert (tier, database, schema, stopped) == (
            "activated",
            "b",
            there.target_schema,
            None,
        )
        assert places.ask(
            "SELECT count(*) FROM exchange_listing WHERE owner_id = %s", str(west.id)
        ) == [(1,)]
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regnamespace(%s)", [west.schema])
            assert cursor.fetchone() == (None,)
            cursor.execute("SELECT to_regrole(%s)", [west.schema])
            assert cursor.fetchone() == (None,)
            assert not Listing.objects.filter(owner_id=west.id).exists()
            assert not Job.objects.filter(enterprise_id=west.id).exists()
            assert not Slot.objects.filter(enterprise_id=west.id).exists()
            assert Membership.objects.filter(enterprise_id=west.id).count() == 2

        back = move(west, "main")

        assert back.state == MoveState.DONE
        ref = as_ref(row_of(west.id))
        assert ref.database == "main"
        assert checksums(ref.schema) == before
        assert places.ask("SELECT count(*) FROM tenants_enterprise") == [(0,)]
        with context.owner():
            assert Listing.objects.filter(owner_id=west.id).count() == 1
            assert not Archive.objects.filter(purpose=ArchivePurpose.MOVE).exists()

    def test_is_finished_by_the_next_mover_wherever_one_was_killed(
        self, small: EnterpriseRef, places: SecondDatabase
    ) -> None:
        before = checksums(small.schema)
        for number, point in enumerate(BEFORE_THE_FLIP + AFTER_THE_FLIP):
            source, target = ("b", "main") if number % 2 else ("main", "b")

            killed_by = die_while_moving(small, target, point)

            assert killed_by == signal.SIGKILL, point
            is_flipped = point in AFTER_THE_FLIP
            lives_in = target if is_flipped else source
            assert row_of(small.id).database_id == lives_in, point
            assert self.notices(row_of(small.id), places) == 1, point

            done = move(small, target)

            assert done.state == MoveState.DONE, point
            assert done.stopped_seconds is not None, point
            row = row_of(small.id)
            assert (row.database_id, row.write_stopped_at) == (target, None), point
            assert self.notices(row, places) == 1, point
        # Nine journeys end in the other database; home again for the checksums.
        move(small, "main")
        assert checksums(row_of(small.id).schema_name or "") == before

    def notices(self, row: Enterprise, places: SecondDatabase) -> int:
        if row.database_id == "b":
            [(count,)] = places.ask(COUNT.format(schema=row.schema_name))
            return int(count)
        with context.enterprise(as_ref(row)):
            return Notice.objects.count()

    def test_rolls_back_when_the_other_side_dies(
        self,
        small: EnterpriseRef,
        places: SecondDatabase,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SPINDLE_FAILPOINT", "move_receiving")

        with pytest.raises(steps.StepFailed, match="ended with -9"):
            move(small)

        with context.directory():
            failed = Move.objects.get(enterprise_id=small.id)
        assert failed.state == MoveState.FAILED
        assert "ended with -9" in failed.error
        assert row_of(small.id).write_stopped_at is None
        with context.enterprise(small):
            notify.notice(title="Written after all")
            assert Notice.objects.count() == 2
        assert places.ask("SELECT count(*) FROM tenants_enterprise") == [(0,)]

    def test_can_be_given_up_before_the_flip(
        self, small: EnterpriseRef, places: SecondDatabase
    ) -> None:
        assert die_while_moving(small, "b", "move_received") == signal.SIGKILL
        with pytest.raises(DatabaseError, match="permission denied"):
            with context.enterprise(small), transaction.atomic():
                notify.notice(title="While it is stopped")

        given_up = services.abandon_move(enterprise_id=small.id, at=NOON)

        assert given_up.state == MoveState.FAILED
        with context.enterprise(small):
            notify.notice(title="Written after all")
        assert places.ask("SELECT count(*) FROM tenants_enterprise") == [(0,)]


class TestRefusals:
    def test_names_what_binds_it(
        self, small: EnterpriseRef, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        quote = Blocker("Open quotes", 1, ("Q-2030-000001 to Südwind",))
        monkeypatch.setitem(
            lifecycle._hooks,
            "test",
            Hooks(lambda ref: [quote], on_rest=None, on_return=None, kept=None),
        )

        with pytest.raises(WorkIsOpen, match="Open quotes: Q-2030-000001 to Südwind"):
            move(small)

        with context.directory():
            assert not Move.objects.exists()

    @pytest.mark.parametrize(
        ("target", "error", "words"),
        [
            ("main", moving.CannotMove, "lives in main"),
            ("c", selectors.NoSuchDatabase, "Choose one of: b, main"),
        ],
    )
    def test_refuses_a_place_that_makes_no_sense(
        self,
        small: EnterpriseRef,
        target: str,
        error: type[Exception],
        words: str,
    ) -> None:
        with pytest.raises(error, match=words):
            move(small, target)

    def test_refuses_a_database_without_room(
        self, small: EnterpriseRef, places: SecondDatabase
    ) -> None:
        services.set_database_state(code="b", state=DatabaseState.CLOSED)

        with pytest.raises(NoRoom, match="takes no newcomers"):
            move(small)

    def test_refuses_one_that_cannot_be_reached(
        self, small: EnterpriseRef, settings: object
    ) -> None:
        settings.CELL_DATABASE_URLS = {}  # type: ignore[attr-defined]

        with pytest.raises(steps.Unreachable, match="SPINDLE_CELL_DATABASES"):
            move(small)


class TestStopWrites:
    def test_waits_for_who_is_writing(
        self, small: EnterpriseRef, in_thread: Callable[..., threading.Thread]
    ) -> None:
        has_written, may_end = threading.Event(), threading.Event()

        def write() -> None:
            with context.enterprise(small), transaction.atomic():
                notify.notice(title="In flight")
                has_written.set()
                may_end.wait(10)

        writer = in_thread(write)
        has_written.wait(10)
        threading.Timer(0.3, may_end.set).start()

        stopping.stop_writes(enterprise_id=small.id, at=NOON)

        assert not writer.is_alive() or may_end.is_set()
        with context.enterprise(small):
            assert Notice.objects.count() == 2
            with pytest.raises(DatabaseError, match="permission denied"):
                Site.objects.update(name="x")
        stopping.let_write(enterprise_id=small.id)
        with context.enterprise(small):
            notify.notice()

    def test_gives_up_on_who_writes_on_and_on(
        self,
        small: EnterpriseRef,
        in_thread: Callable[..., threading.Thread],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(stopping, "LOCK_TIMEOUT", "100ms")
        has_written, may_end = threading.Event(), threading.Event()

        def write() -> None:
            with context.enterprise(small), transaction.atomic():
                notify.notice(title="In flight")
                has_written.set()
                may_end.wait(10)

        in_thread(write)
        has_written.wait(10)

        with pytest.raises(stopping.WritersBusy):
            stopping.stop_writes(enterprise_id=small.id, at=NOON)

        may_end.set()
        assert row_of(small.id).write_stopped_at is None
        with context.enterprise(small):
            notify.notice()

    def test_without_the_lock_a_writer_would_be_lost(
        self, small: EnterpriseRef, in_thread: Callable[..., threading.Thread]
    ) -> None:
        """The control: what the lock waits for is not in the rows before it ends."""
        has_written, may_end = threading.Event(), threading.Event()

        def write() -> None:
            with context.enterprise(small), transaction.atomic():
                notify.notice(title="In flight")
                has_written.set()
                may_end.wait(10)

        writer = in_thread(write)
        has_written.wait(10)
        with context.owner(small.schema), connection.cursor() as cursor:
            cursor.execute(
                f"REVOKE {stopping.WRITING} ON ALL TABLES IN SCHEMA"
                f' "{small.schema}" FROM "{small.schema}"'
            )

        copied = checksums(small.schema)

        may_end.set()
        writer.join()
        assert checksums(small.schema) != copied
