"""Two schemas side by side, object by object."""

from django.db import connection

from tenants import context
from tenants.models import Domain, Enterprise, Membership, Slot, User
from tenants.types import SlotState

# What a schema consists of, each as rows that must be equal in any two schemas.
CATALOGUE = {
    "tables": """
        SELECT relname, relkind::text, relpersistence::text, relrowsecurity,
               relforcerowsecurity, pg_get_userbyid(relowner), reloptions::text
        FROM pg_class WHERE relnamespace = %(schema)s::regnamespace
        AND relkind IN ('r', 'v', 'm', 'p')""",
    "columns": """
        SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
               a.attnotnull, a.attidentity::text, a.attgenerated::text,
               a.attcollation::regcollation::text, a.attstorage::text,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'v')
        AND a.attnum > 0""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, condeferrable,
               condeferred, convalidated, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace""",
    "indexes": """
        SELECT i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid),
               i.indisunique, i.indisprimary, i.indisvalid, i.indnullsnotdistinct
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r'""",
    "triggers": """
        SELECT pg_get_triggerdef(t.oid), t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal""",
    "functions": """
        SELECT pg_get_functiondef(oid), prosecdef, proconfig::text,
               pg_get_userbyid(proowner)
        FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace""",
    "sequences": """
        SELECT c.relname, s.seqtypid::regtype::text, s.seqstart, s.seqincrement,
               s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
               d.refobjid::regclass::text, d.refobjsubid
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i')
        AND d.classid = 'pg_class'::regclass
        WHERE c.relnamespace = %(schema)s::regnamespace""",
    "types": """
        SELECT typname, typtype::text FROM pg_type
        WHERE typnamespace = %(schema)s::regnamespace AND typtype <> 'c'
        AND typelem = 0""",
    "grants": """
        SELECT c.relname, pg_get_userbyid(a.grantor), pg_get_userbyid(a.grantee),
               a.privilege_type, a.is_grantable
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = %(schema)s::regnamespace
        UNION ALL
        SELECT 'the schema', pg_get_userbyid(a.grantor), pg_get_userbyid(a.grantee),
               a.privilege_type, a.is_grantable
        FROM pg_namespace n, aclexplode(n.nspacl) a
        WHERE n.oid = %(schema)s::regnamespace""",
    "ledger": "SELECT app, name FROM django_migrations",
}


def catalogue(schema: str) -> dict[str, list[str]]:
    """Return all that a schema consists of, without its name."""
    found = {}
    with context.owner(schema), connection.cursor() as cursor:
        for part, sql in CATALOGUE.items():
            cursor.execute(sql, {"schema": schema} if "%(" in sql else None)
            found[part] = sorted(
                str(row).replace(schema, "<schema>") for row in cursor.fetchall()
            )
    return found


def differences(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> dict[str, set[str]]:
    """Return what one has and the other has not, by kind."""
    differing = {part: set(one[part]) ^ set(other[part]) for part in CATALOGUE}
    return {part: rows for part, rows in differing.items() if rows}


def told(found: dict[str, set[str]]) -> str:
    """Write differences down for whoever reads the failure."""
    return "\n".join(
        f"{part}:\n" + "\n".join(f"  {row}" for row in sorted(rows))
        for part, rows in sorted(found.items())
    )


def drop(schema: str) -> None:
    """Remove a schema and its role."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        cursor.execute(f'DROP ROLE IF EXISTS "{schema}"')


def traces() -> dict[str, set[str]]:
    """All that a sign-up leaves anywhere."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^t_'")
        schemas = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^t_'")
        roles = {row[0] for row in cursor.fetchall()}
    with context.directory():
        slots = list(Slot.objects.all())
        return {
            "schemas": schemas,
            "roles": roles,
            "free": {slot.pk for slot in slots if slot.state == SlotState.FREE},
            "claimed": {slot.pk for slot in slots if slot.state == SlotState.CLAIMED},
            "enterprises": set(Enterprise.objects.values_list("slug", flat=True)),
            "domains": set(Domain.objects.values_list("domain", flat=True)),
            "people": set(User.objects.values_list("email", flat=True)),
            "places": set(
                Membership.objects.values_list("enterprise__slug", "user__email")
            ),
        }


def empty_pool() -> None:
    """Throw the free schemas away."""
    with context.directory():
        free = list(Slot.objects.filter(state=SlotState.FREE))
        Slot.objects.filter(state=SlotState.FREE).delete()
    for slot in free:
        drop(slot.pk)
