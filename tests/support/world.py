"""Brings up a database with two enterprises, through the project's own doors."""

from datetime import UTC, datetime

from django.db import connection

from tenants import context
from tenants.models import Enterprise, Membership, User
from tenants.provisioning import migrating, services
from tenants.registry import preparation
from tenants.registry.selectors import enterprise_by_slug, forget_enterprises
from tenants.registry.services import sign_up
from tenants.types import EnterpriseRef

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
PASSWORD = "a-long-enough-pass-phrase"

CAST = {
    "north": {
        "name": "Nordlicht Precision GmbH",
        "slug": "north",
        "country": "DE",
        "language": "en",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "email": "owner@north.example",
        "person_name": "Nora Nordmann",
    },
    "south": {
        "name": "Südwind Aerospace S.A.",
        "slug": "south",
        "country": "BR",
        "language": "en",
        "currency": "BRL",
        "time_zone": "America/Sao_Paulo",
        "email": "owner@south.example",
        "person_name": "Sofia Silva",
    },
}


def prepare() -> None:
    """Migrate, render the template, load the catalogue, make slots."""
    migrating.migrate_shared()
    migrating.migrate_template()
    services.render_template()
    for _name, load in preparation.steps():
        with context.owner():
            load()
    services.refill_slots()


def sign_up_cast() -> None:
    """Sign up both enterprises of the cast."""
    for facts in CAST.values():
        sign_up(**facts, password=PASSWORD, at=NOON)


def member_of_cast(slug: str) -> EnterpriseRef:
    """Return an enterprise of the cast."""
    found = enterprise_by_slug(slug)
    assert found is not None
    return found


def empty_tenant(ref: EnterpriseRef) -> None:
    """Remove every row of an enterprise's own tables, whatever protects them."""
    with context.owner(ref.schema), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s"
            " AND tablename <> 'django_migrations'",
            [ref.schema],
        )
        tables = ", ".join(f'"{row[0]}"' for row in cursor.fetchall())
        # Append-only tables refuse TRUNCATE by a trigger; only here is it let through.
        cursor.execute(
            "SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal",
            [ref.schema],
        )
        guarded = [row[0] for row in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def empty_shared() -> None:
    """Remove what tests wrote to the shared tables, and strangers' enterprises."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND"
            " (tablename LIKE 'exchange\\_%' OR tablename LIKE 'verification\\_%'"
            " OR tablename IN ('tenants_job',"
            " 'tenants_jobprogress', 'tenants_idempotencyrecord', 'tenants_archive',"
            " 'tenants_closure', 'tenants_registerimport', 'tenants_throttle', 'tenants_apiclient'))"
        )
        tables = ", ".join(f'"{row[0]}"' for row in cursor.fetchall())
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    with context.owner():
        Enterprise.objects.exclude(slug__in=CAST).delete()
        Enterprise.objects.filter(suspended_at__isnull=False).update(
            suspended_at=None, suspended_by=None
        )
        for slug, facts in CAST.items():
            others = Membership.objects.exclude(user__email=facts["email"])
            others.filter(enterprise__slug=slug).delete()
        User.objects.exclude(email__in=[one["email"] for one in CAST.values()]).delete()
    forget_enterprises()
