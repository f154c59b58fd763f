"""What stands ready for the next sign-up."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from tenants import context
from tenants.models import Slot, Template
from tenants.types import DatabaseState, SlotState

# The plan that runs says so in its row; a look at it costs an index of one entry.
POOL = """
    SELECT t.digest,
           (SELECT count(*) FROM tenants_slot
            WHERE template_digest = t.digest AND state = 'free'),
           (SELECT count(*) FROM tenants_slot WHERE state = 'free'),
           (SELECT count(*) FROM tenants_slot),
           d.slot_limit, d.state,
           EXISTS (SELECT FROM tenants_fleetplan WHERE state = 'running')
    FROM (SELECT) nothing
    LEFT JOIN tenants_template t ON t.is_current
    LEFT JOIN tenants_database d ON d.code = %s
"""


@dataclass(frozen=True, slots=True)
class Pool:
    """The schemas made ahead in this database, and the room there is for more."""

    digest: str
    free: int
    free_of_older: int
    made: int
    slot_limit: int | None
    state: DatabaseState
    is_fleet_running: bool

    @property
    def is_at_limit(self) -> bool:
        """Whether the database may get no more schemas."""
        return self.slot_limit is not None and self.made >= self.slot_limit

    @property
    def wants_more(self) -> bool:
        """Whether a schema is to be made ahead now."""
        return (
            bool(self.digest)
            and self.free < settings.SLOTS_HIGH_WATER
            and self.state != DatabaseState.CLOSED
            and not self.is_at_limit
            and not self.is_fleet_running
        )


def is_prepared() -> bool:
    """Say whether the shared schema is migrated and a template rendered."""
    with context.directory(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.tenants_template') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        return Template.objects.filter(is_current=True).exists()


def current_template() -> Template | None:
    """Return the template that slots are made from."""
    return Template.objects.filter(is_current=True).first()


def free_slots(digest: str) -> int:
    """Return how many schemas of this template wait to be claimed."""
    return Slot.objects.filter(template_digest=digest, state=SlotState.FREE).count()


def pool() -> Pool:
    """Return how the pool of schemas stands in this process's database."""
    with context.directory(), connection.cursor() as cursor:
        cursor.execute(POOL, [settings.DATABASE_CODE])
        digest, free, free_of_all, made, limit, state, runs = cursor.fetchone()
    return Pool(
        digest=digest or "",
        free=free,
        free_of_older=free_of_all - free,
        made=made,
        slot_limit=limit,
        state=DatabaseState(state or DatabaseState.OPEN),
        is_fleet_running=runs,
    )
