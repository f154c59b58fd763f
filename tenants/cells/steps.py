"""The steps of a move, each done in the database that it is about.

A process serves one database. What is to be done in another is done by a child process
that is given that database's address: `manage.py cells serve`.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, DomainError
from tenants import context
from tenants.archive import restoring, storing, writing
from tenants.cells import clearing, stopping
from tenants.cells.selectors import is_reachable
from tenants.database.session import unit_of_work
from tenants.jobs.runner import die_at
from tenants.lifecycle import hooks as lifecycle
from tenants.models import Archive, Database, Enterprise
from tenants.registry.selectors import as_ref
from tenants.types import Actor, ArchivePurpose, Tier

log = logging.getLogger(__name__)

Facts = dict[str, Any]
# Begins a child's answers; what else it prints is not meant for us.
MARK = "SPINDLE-STEP "
LOCK_CLASS = 727276


class Unreachable(Conflict):
    """Raised when this process does not know a database's address."""

    code = "database_unreachable"


class StepFailed(DomainError):
    """Raised when a step in another database did not end well."""

    code = "step_failed"


class Reach:
    """Does steps in whichever database they are about.

    The child of another database is started before it is needed, for nothing can be
    written while it would start. It ends when this process does, however that ends.
    """

    def __init__(self) -> None:
        self._children: dict[str, _Child] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the children."""
        for child in self._children.values():
            child.end()

    def prepare(self, code: str) -> None:
        """Start what is needed to do steps in a database.

        :raises Unreachable: if CELL_DATABASE_URLS does not name the database.
        :raises StepFailed: if the child does not come up.
        """
        if code == settings.DATABASE_CODE or code in self._children:
            return
        if not is_reachable(code):
            raise unreachable(code)
        self._children[code] = _Child(code)

    def at(self, code: str, step: str, **facts: Any) -> Facts:
        """Do a step in a database, here or by its child.

        :raises StepFailed: if it does not end well there, with the reason.
        """
        if code == settings.DATABASE_CODE:
            return run(step, facts)
        self.prepare(code)
        try:
            return self._children[code].ask(step, facts)
        except StepFailed:
            if not self._children[code].is_alive:
                self._children.pop(code).end()
            raise


class _Child:
    """A process of ours that serves another database."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._words = tempfile.TemporaryFile("w+")  # noqa: SIM115  (closed by end())
        self._process = subprocess.Popen(
            [sys.executable, "-m", "django", "cells", "serve"],
            env={
                **os.environ,  # noqa: TID251  (passed on, not read)
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "DATABASE_URL": settings.CELL_DATABASE_URLS[code],
                "SPINDLE_DATABASE_CODE": code,
                "SPINDLE_ARCHIVE_ROOT": str(settings.ARCHIVE_ROOT),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            text=True,
        )
        self._answer("start")

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, step: str, facts: Facts) -> Facts:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps([step, facts]) + "\n")
            self._process.stdin.flush()
        return self._answer(step)

    def _answer(self, step: str) -> Facts:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(MARK):
                said: Facts = json.loads(line.removeprefix(MARK))
                if "error" in said:
                    raise StepFailed(said["error"], field=step, value=self.code)
                return said
        status = self._process.wait()
        self._words.seek(0)
        last = " ".join(self._words.read().strip().splitlines()[-1:])
        raise StepFailed(
            _("Step %(step)s in database %(code)s ended with %(status)s. %(words)s")
            % {"step": step, "code": self.code, "status": status, "words": last},
            field=step,
            value=self.code,
        )

    def end(self) -> None:
        with suppress(BrokenPipeError):
            self._process.communicate()
        self._words.close()


def unreachable(code: str) -> Unreachable:
    """Return the refusal of a database whose address is not known here."""
    return Unreachable(
        _("This process does not know where database %(code)s is.") % {"code": code},
        field="database",
        value=code,
        remedy=_("Name it in SPINDLE_CELL_DATABASES."),
    )


def serve(asked: Iterable[str], say: Callable[[str], object]) -> None:
    """Do steps as they are asked for, one a line, until there are no more."""
    say(MARK + "{}")
    for line in asked:
        step, facts = json.loads(line)
        try:
            with unit_of_work():
                said = run(step, facts)
        except DomainError as error:
            said = {"error": str(error)}
        except Exception as error:
            log.exception("Step %s broke.", step)
            said = {"error": f"{type(error).__name__}: {error}"}
        say(MARK + json.dumps(said))


def run(step: str, facts: Facts) -> Facts:
    """Do a step in this process's own database.

    :raises LookupError: for a step that there is none of.
    """
    return _STEPS[step](**facts)


def _check(*, enterprise: str) -> Facts:
    with context.directory():
        row = Enterprise.objects.get(pk=enterprise)
    lifecycle.check_nothing_open(as_ref(row))
    return {}


def _stop(*, enterprise: str, moment: str) -> Facts:
    stopping.stop_writes(
        enterprise_id=UUID(enterprise), at=datetime.fromisoformat(moment)
    )
    return {}


def _open(*, enterprise: str) -> Facts:
    stopping.let_write(enterprise_id=UUID(enterprise))
    return {}


def _write(*, enterprise: str, by: str, moment: str) -> Facts:
    with context.directory():
        row = Enterprise.objects.get(pk=enterprise)
    made = writing.write_archive(
        enterprise=row,
        purpose=ArchivePurpose.MOVE,
        by=Actor(label=by),
        at=datetime.fromisoformat(moment),
    )
    return {
        "path": made.path,
        "sha256": made.sha256,
        "tier": row.tier,
    }


def _receive(
    *,
    enterprise: str,
    path: str,
    sha256: str,
    by: str,
    moment: str,
    tier: str,
    limit: int,
) -> Facts:
    """Make the enterprise's rows and files ready here, once; it does not live here yet."""
    enterprise_id = UUID(enterprise)
    file = storing.path_of(path)
    if storing.digest_of(file) != sha256:
        raise StepFailed(
            _("The archive is not the one that was written."),
            field="archive",
            remedy=_("Keep ARCHIVE_ROOT on storage that all cells share."),
        )
    with only_one_about(enterprise_id):
        # What was agreed at home holds here too, for sign-ups and for slots made ahead.
        Database.objects.filter(pk=settings.DATABASE_CODE).update(slot_limit=limit)
        _discard_here(enterprise_id)
        received = restoring.restore_same(
            enterprise_id=enterprise_id,
            path=Path(file),
            by=Actor(label=by),
            at=datetime.fromisoformat(moment),
            tier=Tier(tier),
            is_routed=settings.DATABASE_CODE != settings.HOME_DATABASE_CODE,
            is_stopped=True,
        )
        die_at("move_receiving")
    return {"schema": received.schema, "rows": received.rows}


def _forget(*, enterprise: str) -> Facts:
    """Remove what was written for a move: it holds what people prove themselves by."""
    with context.directory():
        for row in Archive.objects.filter(
            enterprise_id=enterprise, purpose=ArchivePurpose.MOVE
        ):
            storing.remove(row.path)
            row.delete()
    return {}


def _discard(*, enterprise: str) -> Facts:
    """Take away what was received, of an enterprise that does not live here."""
    with only_one_about(UUID(enterprise)):
        _discard_here(UUID(enterprise))
    return {}


def _discard_here(enterprise_id: UUID) -> None:
    # Never called for the database in which the enterprise lives, whatever goes wrong:
    # at home the row says where that is, and elsewhere a write stop must stand.
    with context.directory():
        row = Enterprise.objects.filter(pk=enterprise_id).first()
    if row is None:
        return
    is_home = settings.DATABASE_CODE == settings.HOME_DATABASE_CODE
    lives_here = row.database_id == settings.DATABASE_CODE
    if lives_here and (is_home or row.write_stopped_at is None):
        raise StepFailed(
            _("%(name)s lives in this database.") % {"name": row.name},
            field="enterprise",
        )
    clearing.clear_schemas(enterprise_id=enterprise_id)
    clearing.clear_shared(enterprise_id=enterprise_id)


def _release(*, enterprise: str, schema: str) -> Facts:
    """Take away what is left where the enterprise lived before."""
    with only_one_about(UUID(enterprise)):
        if schema:
            clearing.drop_schema(schema)
        cleared = clearing.clear_shared(enterprise_id=UUID(enterprise))
    return {"cleared": cleared}


@contextmanager
def only_one_about(enterprise_id: UUID) -> Iterator[None]:
    """Wait for whoever is at the same enterprise in this database, in one transaction.

    A child outlives a mover that was killed, and may still be at work.
    """
    with context.owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)",
                [LOCK_CLASS, _key_of(enterprise_id)],
            )
        yield


@contextmanager
def only_one_mover(enterprise_id: UUID) -> Iterator[None]:
    """Let one process at a time move an enterprise.

    :raises Conflict: if another one is at it.
    """
    key = [LOCK_CLASS + 1, _key_of(enterprise_id)]
    with context.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise Conflict(
                _("Another process moves it at this moment."),
                field="enterprise",
                remedy=_("Wait for it; see `manage.py cells status`."),
            )
    try:
        yield
    finally:
        if connection.is_usable():
            with context.owner(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _key_of(enterprise_id: UUID) -> int:
    return int.from_bytes(enterprise_id.bytes[-4:], signed=True)


_STEPS: dict[str, Callable[..., Facts]] = {
    "check": _check,
    "stop": _stop,
    "open": _open,
    "write": _write,
    "forget": _forget,
    "receive": _receive,
    "discard": _discard,
    "release": _release,
}
