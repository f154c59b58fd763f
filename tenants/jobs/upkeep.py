"""Work that falls due at a moment: asked for when the moment is known, not by polling.

Whoever writes a moment down, such as a hold's expiry, enqueues what is to be done then
(`enqueue_when_due`). Once a day each enterprise is looked at, in its own hour, for what
was missed; nothing is enqueued where nothing is due. See ADR 0024.
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.registry import selectors as enterprises

log = logging.getLogger(__name__)

# What falls due within so long is done together, by one job of the enterprise.
TOGETHER = timedelta(minutes=5)
HOURS = 24
# So begins the key of what is put down for a moment to come.
DUE = "due:"

# Not by the unique key: whoever came second would wait for the other's commit, with
# machines locked. Two causes at once may make two jobs, of which one finds nothing.
WRITE = """
    INSERT INTO tenants_job (id, enterprise_id, kind, args, run_after, dedup_key)
    SELECT %(id)s, %(enterprise)s, %(kind)s, %(args)s, %(run_after)s, %(key)s
    WHERE NOT EXISTS (
        SELECT FROM tenants_job
        WHERE state = 'queued' AND run_after = %(run_after)s
        AND enterprise_id = %(enterprise)s AND kind = %(kind)s AND args = %(args)s)
"""

IsDue = Callable[[datetime], bool]
_upkeep: dict[str, IsDue] = {}


def register_upkeep(kind: str, is_due: IsDue) -> None:
    """Have each enterprise asked once a day whether work of this kind is due."""
    _upkeep[kind] = is_due


def upkeep() -> dict[str, IsDue]:
    """Return all that is registered, by kind of work."""
    return dict(_upkeep)


def enqueue_when_due(kind: str, *, due_at: datetime, **args: Any) -> None:
    """Have the enterprise in force do this soon after a moment, once for all causes.

    One statement, in the transaction of its cause. The sweeper pokes it when due.
    """
    whole = int(due_at.timestamp() // TOGETHER.total_seconds()) + 1
    run_after = datetime.fromtimestamp(whole * TOGETHER.total_seconds(), UTC)
    job_id = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "id": job_id,
                "enterprise": context.current().id,
                "kind": kind,
                "args": json.dumps(args),
                "run_after": run_after,
                "key": f"{DUE}{job_id}",
            },
        )


def look_after(*, at: datetime) -> int:
    """Ask the enterprises whose hour it is what is due, and enqueue that; count jobs."""
    asked = 0
    for ref in enterprises.active_enterprises():
        if ref.id.int % HOURS != at.hour or ref.is_write_stopped:
            continue
        # By the second within the hour, so that not all of them come at its beginning.
        due_at = at + timedelta(seconds=ref.id.int // HOURS % 3600)
        for kind, is_due in _upkeep.items():
            try:
                with context.enterprise(ref):
                    if is_due(at):
                        enqueue_when_due(kind, due_at=due_at)
                        asked += 1
            except Exception:
                # One that cannot be asked must not keep the others waiting.
                log.exception("%s could not be asked about %s.", ref.slug, kind)
    return asked
