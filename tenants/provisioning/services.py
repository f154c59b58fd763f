"""Makes schemas ahead, and hands them out without a single DDL statement."""

import base64
import secrets
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from tenants import context
from tenants.models import Enterprise, Slot, Template
from tenants.provisioning import rendering, selectors
from tenants.types import SlotState

TEMPLATE_SCHEMA = "t_template"

CLAIM = """
    SELECT schema_name FROM tenants_slot
    WHERE state = 'free' AND template_digest = %s
    ORDER BY schema_name LIMIT 1 FOR UPDATE SKIP LOCKED
"""


class NotPrepared(RuntimeError):
    """Raised when no template has been rendered yet."""


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


def refill_slots() -> int:
    """Make schemas until the pool is full, where it has run low; return how many."""
    with context.directory():
        template = selectors.current_template()
        if template is None:
            return 0
        free = selectors.free_slots(template.digest)
    if free >= settings.SLOTS_LOW_WATER:
        return 0
    missing = settings.SLOTS_HIGH_WATER - free
    for _ in range(missing):
        make_slot(template)
    return missing


def make_slot(template: Template) -> str:
    """Make one schema with its role and its row, in one transaction."""
    schema = new_schema_name()
    with transaction.atomic():
        _replay(schema, template)
        with context.directory():
            Slot.objects.create(schema_name=schema, template_digest=template.digest)
    return schema


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


def claim_slot() -> str:
    """Take a free schema for a sign-up, within the sign-up's transaction.

    With none left one is made on the spot, from the template, in this transaction.

    :raises NotPrepared: if there is no template.
    """
    template = selectors.current_template()
    if template is None:
        msg = "No template has been rendered. Run `manage.py prepare`."
        raise NotPrepared(msg)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [template.digest])
        found = cursor.fetchone()
    if found is not None:
        return str(found[0])
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
        with transaction.atomic():
            with context.directory():
                Slot.objects.filter(pk=slot.schema_name, state=SlotState.FREE).delete()
            with context.owner(), connection.cursor() as cursor:
                cursor.execute(f'DROP SCHEMA "{slot.schema_name}" CASCADE')
                cursor.execute(f'DROP ROLE "{slot.schema_name}"')
    return len(old)
