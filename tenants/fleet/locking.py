"""One runner at a time: a lock of the database that dies with its holder."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from tenants import context
from tenants.models import FleetPlan

KEY = (727275, 1)
PATIENCE_SECONDS = 1.0
HOLDER = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND classid = %s AND objid = %s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class AnotherRunner(Conflict):
    """Raised when the fleet is being planned or migrated by somebody else."""

    code = "another_runner"


@contextmanager
def only_runner() -> Iterator[None]:
    """Hold the fleet's lock for a while, on this session; nested is fine.

    The lock keeps two runners from getting in each other's way. That nothing is done
    twice does not depend on it: each change of a schema compares and swaps.

    :raises AnotherRunner: if another session holds it.
    """
    # PostgreSQL ends the session of a runner that was killed when it next looks.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_locked():
        if time.monotonic() > deadline:
            raise _refusal()
        time.sleep(0.02)
    try:
        yield
    finally:
        # A broken session has let go already, and cannot be asked.
        if connection.is_usable():
            with context.owner(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", KEY)


def _is_locked() -> bool:
    with context.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", KEY)
        return bool(cursor.fetchone()[0])


def hold_for_this_transaction() -> None:
    """Hold the fleet's lock until the transaction ends.

    :raises AnotherRunner: if another session holds it.
    """
    with context.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", KEY)
        if not cursor.fetchone()[0]:
            raise _refusal()


def holder() -> int | None:
    """Return the session that holds the fleet's lock, or None. Anybody may ask."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, KEY)
        found = cursor.fetchone()
    return found[0] if found else None


def _refusal() -> AnotherRunner:
    with context.owner():
        pid = holder()
        latest = FleetPlan.objects.order_by("-updated_at").first()
    since = latest.updated_at.strftime("%Y-%m-%d %H:%M:%S UTC") if latest else "?"
    return AnotherRunner(
        _("Another runner is migrating the fleet since %(since)s (session %(pid)s).")
        % {"since": since, "pid": pid or "?"},
        remedy=_("Wait for it, or look at it with `manage.py fleet status`."),
    )
