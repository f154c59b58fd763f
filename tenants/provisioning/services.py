"""Makes schemas ahead, and hands them out without a single DDL statement."""

import base64
import logging
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from tenants import context
from tenants.models import Database, Enterprise, Slot, Template
from tenants.provisioning import rendering, selectors
from tenants.types import DatabaseState, SlotState

log = logging.getLogger(__name__)

TEMPLATE_SCHEMA = "t_template"
# One refill at a time, in any process: see `_add_slot`.
REFILL_LOCK = (727275, 2)

# The next free schema of today's template, unless the database takes no newcomers.
NEXT_FREE = """
    SELECT schema_name FROM tenants_slot
    WHERE state = 'free'
    AND template_digest = (SELECT digest FROM tenants_template WHERE is_current)
    AND NOT EXISTS (
        SELECT FROM tenants_database WHERE code = %(database)s AND state = 'closed')
    ORDER BY schema_name LIMIT 1 FOR UPDATE SKIP LOCKED
"""
TAKE = f"""
    UPDATE tenants_slot
    SET state = 'claimed', enterprise_id = %(enterprise)s, claimed_at = %(at)s,
        updated_at = now()
    WHERE schema_name = ({NEXT_FREE}) RETURNING schema_name
"""  # noqa: S608  (constants only)
NAME_IS_TAKEN = """
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(name)s)
        OR EXISTS (SELECT FROM pg_namespace WHERE nspname = %(name)s)
"""


class NotPrepared(RuntimeError):
    """Raised when no template has been rendered yet."""


class NoRoom(Conflict):
    """Raised when the database takes no more enterprises."""

    code = "no_room"


def new_schema_name() -> str:
    """Return an opaque name; nothing that a person typed ever becomes one."""
    return "t_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


def render_template() -> Template:
    """Render the template schema and make it the current one, once per content."""
    statements = rendering.render_schema(TEMPLATE_SCHEMA)
    digest = rendering.digest_of(statements)
    with context.directory(), transaction.atomic():
        known = Template.objects.filter(digest=digest).first()
        if known is not None and known.is_current:
            return known
        Template.objects.filter(is_current=True).update(is_current=False)
        made, _ = Template.objects.update_or_create(
            digest=digest, defaults={"statements": statements, "is_current": True}
        )
        return made


def refill_slots(*, most: int | None = None) -> int:
    """Make a few schemas ahead, where there are too few; return how many.

    Below the low-water mark as many as a run may make (`SLOTS_PER_RUN`), above it one,
    up to the high-water mark. Nothing is made while a fleet migration runs, while
    another refill does, or where the database is at its limit.
    """
    pool = _note_room(selectors.pool())
    budget = 1
    if pool.free < settings.SLOTS_LOW_WATER:
        budget = settings.SLOTS_PER_RUN if most is None else most
    made = 0
    while made < budget and _add_slot():
        made += 1
    if made:
        _note_room(selectors.pool())
    return made


def _add_slot() -> bool:
    with context.directory(), transaction.atomic():
        with connection.cursor() as cursor:
            # For this transaction only: each slot is made alone, and whoever comes
            # meanwhile finds the lock taken and leaves it to the one who makes.
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", REFILL_LOCK)
            if not cursor.fetchone()[0] or not selectors.pool().wants_more:
                return False
        template = selectors.current_template()
        assert template is not None
        make_slot(template)
    return True


def _note_room(pool: selectors.Pool) -> selectors.Pool:
    """Say in the directory that the database is full, or that it no longer is."""
    state = DatabaseState.FULL if pool.is_at_limit else DatabaseState.OPEN
    if pool.state not in (state, DatabaseState.CLOSED):
        with context.owner():
            Database.objects.filter(
                code=settings.DATABASE_CODE, state=pool.state
            ).update(state=state)
    return pool


def make_slot(template: Template) -> str:
    """Make one schema with its role and its row, in one transaction."""
    schema = _unused_name()
    with context.directory(), transaction.atomic():
        _replay(schema, template)
        Slot.objects.create(schema_name=schema, template_digest=template.digest)
    return schema


def _unused_name() -> str:
    while True:
        name = new_schema_name()
        # Roles are shared by all databases of a server, schemas are not.
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(NAME_IS_TAKEN, {"name": name})
            if not cursor.fetchone()[0]:
                return name


def _replay(schema: str, template: Template) -> None:
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{schema}" NOLOGIN')
        cursor.execute(f'GRANT "{context.TENANT_GROUP_ROLE}" TO "{schema}"')
        cursor.execute(f'GRANT "{schema}" TO "{context.LOGIN_ROLE}"')
        cursor.execute(f'CREATE SCHEMA "{schema}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}"')
    with context.owner(schema), connection.cursor() as cursor:
        cursor.execute(template.statements)
        grant_schema(schema)


def grant_schema(schema: str) -> None:
    """Let a schema's role use its tables; the ledger it may only read.

    Called in the owner's context.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE"
            f' ON ALL TABLES IN SCHEMA "{schema}" TO "{schema}"'
        )
        cursor.execute(
            f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{schema}"'
        )
        cursor.execute(
            "REVOKE INSERT, UPDATE, DELETE"
            f' ON "{schema}".django_migrations FROM "{schema}"'
        )


def take_slot(*, enterprise_id: UUID, at: datetime) -> str:
    """Give an enterprise a schema in one statement; its row may follow till the commit.

    With none left one is made on the spot, from the template, in this transaction.

    :raises NotPrepared: if there is no template.
    :raises NoRoom: if the database takes no more enterprises.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {
                "database": settings.DATABASE_CODE,
                "enterprise": enterprise_id,
                "at": at,
            },
        )
        found = cursor.fetchone()
    if found is not None:
        return str(found[0])
    schema = _make_on_the_spot()
    Slot.objects.filter(schema_name=schema).update(
        state=SlotState.CLAIMED, enterprise=enterprise_id, claimed_at=at
    )
    return schema


def claim_slot() -> str:
    """Hold a free schema in this transaction, for whom `assign_slot` says then.

    With none left one is made on the spot, from the template, in this transaction.

    :raises NotPrepared: if there is no template.
    :raises NoRoom: if the database takes no more enterprises.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT_FREE, {"database": settings.DATABASE_CODE})
        found = cursor.fetchone()
    return str(found[0]) if found is not None else _make_on_the_spot()


def _make_on_the_spot() -> str:
    pool = selectors.pool()
    if pool.state == DatabaseState.CLOSED or pool.is_at_limit:
        log.error("Database %s turned an enterprise away.", settings.DATABASE_CODE)
        raise NoRoom(
            _("Spindle takes no more enterprises here just now."),
            field="enterprise",
            value=settings.DATABASE_CODE,
            remedy=_("Ask the platform's operator, who can add a database."),
        )
    template = selectors.current_template()
    if template is None:
        msg = "No template has been rendered. Run `manage.py prepare`."
        raise NotPrepared(msg)
    return make_slot(template)


def assign_slot(*, schema: str, enterprise: Enterprise, at: datetime) -> None:
    """Write down whose schema it is now."""
    Slot.objects.filter(schema_name=schema).update(
        state=SlotState.CLAIMED, enterprise=enterprise, claimed_at=at
    )


def drop_free_slots_of_old_templates() -> int:
    """Throw away schemas that were made from an older template."""
    with context.directory():
        template = selectors.current_template()
        old = list(
            Slot.objects.filter(state=SlotState.FREE).exclude(
                template_digest=template.digest if template else ""
            )
        )
    for slot in old:
        with context.directory(), transaction.atomic():
            gone, _rows = Slot.objects.filter(
                pk=slot.schema_name, state=SlotState.FREE
            ).delete()
            if gone:
                drop_schema(slot.schema_name)
    return len(old)


def drop_schema(schema: str) -> None:
    """Drop a schema with all that is in it, and its role; called in a transaction."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        cursor.execute(f'DROP ROLE IF EXISTS "{schema}"')
