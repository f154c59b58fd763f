"""Whether schemas are what the template says, by digests of their catalogues.

Everything is read set by set: one statement for many schemas. Names of schemas are
left out, so that what is equal has an equal digest.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tenants import context
from tenants.fleet.types import Difference, Drift, Say, Verification, unheard
from tenants.models import Slot, Template
from tenants.provisioning import selectors
from tenants.provisioning.services import TEMPLATE_SCHEMA

SCHEMAS_A_STATEMENT = 50

# One line for each thing that a schema holds: (schema, kind, name, definition). What
# PostgreSQL names after the schema is stripped of it. The template has no role, so that
# the grants that a slot gets are written down for it instead.
#
# What a schema holds is found by its dependants, and each table's things by the table,
# both by index: `OFFSET 0` keeps PostgreSQL from reading the catalogs of all schemas.
LINES = r"""
    WITH spaces AS MATERIALIZED (
        SELECT oid, nspname, '\m' || nspname || '\.' AS prefix
        FROM pg_namespace WHERE nspname = ANY(%(schemas)s)
    ), held AS MATERIALIZED (
        SELECT s.oid AS space, s.nspname, s.prefix, p.classid, p.objid
        FROM spaces s, LATERAL (
            SELECT classid, objid FROM pg_depend
            WHERE refclassid = 'pg_namespace'::regclass AND refobjid = s.oid OFFSET 0) p
    ), rels AS MATERIALIZED (
        SELECT h.nspname, h.prefix, c.*
        FROM held h, LATERAL (
            SELECT oid, relname, relkind, relpersistence, relrowsecurity,
                   relforcerowsecurity, reloptions, relacl, relowner
            FROM pg_class WHERE oid = h.objid OFFSET 0) c
        WHERE h.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    ), stored AS MATERIALIZED (SELECT * FROM rels WHERE relkind IN ('r', 'p'))
    SELECT nspname, 'table' AS kind, relname::text AS name,
           concat_ws(' ', relkind, relpersistence, relrowsecurity,
                     relforcerowsecurity, relowner::regrole, reloptions::text) AS def
    FROM rels WHERE relkind <> 'S'
    UNION ALL
    SELECT r.nspname, 'column', r.relname || '.' || a.attname,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                     CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END,
                     nullif('identity ' || a.attidentity::text, 'identity '),
                     nullif('generated ' || a.attgenerated::text, 'generated '),
                     nullif('collate ' || a.attcollation::regcollation::text,
                            'collate -'),
                     'default ' || regexp_replace(a.def, r.prefix, '', 'g'))
    FROM rels r, LATERAL (
        SELECT a.*, CASE WHEN a.atthasdef THEN (
                   SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
                   WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END AS def
        FROM pg_attribute a
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped OFFSET 0) a
    WHERE r.relkind <> 'S'
    UNION ALL
    SELECT r.nspname, 'constraint', r.relname || '.' || k.conname,
           regexp_replace(pg_get_constraintdef(k.oid), r.prefix, '', 'g')
    FROM stored r, LATERAL (
        SELECT oid, conname FROM pg_constraint
        WHERE conrelid = r.oid AND contype <> 'n' OFFSET 0) k
    UNION ALL
    SELECT r.nspname, 'index', i.relname::text,
           concat_ws(' ', regexp_replace(
               pg_get_indexdef(i.indexrelid), r.prefix, '', 'g'),
               CASE WHEN i.indisvalid AND i.indisready THEN 'valid' ELSE 'INVALID' END)
    FROM stored r, LATERAL (
        SELECT i.*, (SELECT relname FROM pg_class WHERE oid = i.indexrelid)
        FROM pg_index i WHERE i.indrelid = r.oid OFFSET 0) i
    UNION ALL
    SELECT r.nspname, 'sequence', r.relname::text,
           concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin,
                     q.seqmax, q.seqcache, q.seqcycle,
                     'owned by ' || regexp_replace(
                         p.refobjid::regclass::text, r.prefix, '') || '.' || p.attname)
    FROM rels r
    CROSS JOIN LATERAL (SELECT * FROM pg_sequence WHERE seqrelid = r.oid OFFSET 0) q
    LEFT JOIN LATERAL (
        SELECT p.refobjid, (SELECT attname FROM pg_attribute
                            WHERE attrelid = p.refobjid AND attnum = p.refobjsubid)
        FROM pg_depend p WHERE p.classid = 'pg_class'::regclass AND p.objid = r.oid
        AND p.deptype IN ('a', 'i') AND p.refobjsubid > 0 OFFSET 0) p ON true
    WHERE r.relkind = 'S'
    UNION ALL
    SELECT r.nspname, 'trigger', r.relname || '.' || t.tgname,
           concat_ws(' ', regexp_replace(
               pg_get_triggerdef(t.oid), r.prefix, '', 'g'), t.tgenabled)
    FROM stored r, LATERAL (
        SELECT oid, tgname, tgenabled FROM pg_trigger
        WHERE tgrelid = r.oid AND NOT tgisinternal OFFSET 0) t
    UNION ALL
    SELECT h.nspname, 'function',
           regexp_replace(p.oid::regprocedure::text, h.prefix, '', 'g'),
           concat_ws(' ', regexp_replace(
               pg_get_functiondef(p.oid), h.prefix, '', 'g'),
               p.proowner::regrole, regexp_replace(
                   p.proacl::text, '\m' || h.nspname || '\M', '@', 'g'))
    FROM held h, LATERAL (
        SELECT oid, proowner, proacl FROM pg_proc WHERE oid = h.objid OFFSET 0) p
    WHERE h.classid = 'pg_proc'::regclass
    UNION ALL
    SELECT r.nspname, 'grant', r.relname::text,
           string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
           || ' to ' || CASE WHEN g.grantee = 0 THEN 'public'
                             WHEN g.grantee::regrole::text = r.nspname THEN '@'
                             ELSE g.grantee::regrole::text END
    FROM rels r, aclexplode(r.relacl) g
    WHERE g.grantee <> r.relowner AND r.nspname <> %(template)s
    GROUP BY r.nspname, r.relname, g.grantee
    UNION ALL
    SELECT nspname, 'grant', relname::text,
           CASE WHEN relkind = 'S' THEN 'USAGE'
                WHEN relname = 'django_migrations' THEN 'SELECT'
                ELSE 'DELETE, INSERT, SELECT, UPDATE' END || ' to @'
    FROM rels WHERE nspname = %(template)s
"""
DIGESTS = f"""
    SELECT nspname, encode(sha256(convert_to(
        string_agg(concat_ws(E'\\t', kind, name, def), E'\\n'
                   ORDER BY kind COLLATE "C", name COLLATE "C", def COLLATE "C"),
        'UTF8')), 'hex')
    FROM ({LINES}) lines GROUP BY nspname
"""  # noqa: S608  (constants only)


def catalogue_digests(schemas: Sequence[str]) -> dict[str, str]:
    """Return a digest of all that each schema consists of; absent ones are left out.

    Two schemas have equal digests when their tables, columns, constraints, indexes,
    sequences, triggers, functions and grants are equal, whatever the schemas' names.
    """
    found: dict[str, str] = {}
    with context.owner(), _catalogue() as cursor:
        for chunk in chunks(schemas, SCHEMAS_A_STATEMENT):
            cursor.execute(DIGESTS, {"schemas": chunk, "template": TEMPLATE_SCHEMA})
            found.update(cursor.fetchall())
    return found


@contextmanager
def _catalogue() -> Iterator[Any]:
    """A cursor for reading the catalog: to compile that would take longer than it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        yield cursor


def differences(schema: str, expected: str = TEMPLATE_SCHEMA) -> tuple[Difference, ...]:
    """Return what one schema has otherwise than another, named thing by thing."""
    lines: dict[str, dict[tuple[str, str], str]] = {schema: {}, expected: {}}
    # In the owner's name where nobody's is: the console looks in the operator's.
    door = context.owner() if context.active() is None else nullcontext()
    with door, _catalogue() as cursor:
        cursor.execute(
            LINES, {"schemas": [schema, expected], "template": TEMPLATE_SCHEMA}
        )
        for space, kind, name, definition in cursor.fetchall():
            known = lines[space].get((kind, name))
            both = f"{known}; {definition}" if known else definition
            lines[space][kind, name] = both
    keys = sorted(lines[schema].keys() | lines[expected].keys())
    return tuple(
        Difference(
            kind=kind,
            name=name,
            expected=lines[expected].get((kind, name), ""),
            found=lines[schema].get((kind, name), ""),
        )
        for kind, name in keys
        if lines[schema].get((kind, name)) != lines[expected].get((kind, name))
    )


def template_catalogue_digest() -> str:
    """Return the digest that every schema of the current template must have."""
    with context.owner():
        current = selectors.current_template()
        if current is not None and current.catalogue_digest:
            return current.catalogue_digest
        digest = catalogue_digests([TEMPLATE_SCHEMA]).get(TEMPLATE_SCHEMA, "")
        if current is not None:
            Template.objects.filter(pk=current.pk).update(catalogue_digest=digest)
    return digest


def verify_fleet(*, at: datetime, say: Say = unheard) -> Verification:
    """Compare every schema of the current template with it, and note the result.

    Schemas that are still behind are counted, not compared.
    """
    expected = template_catalogue_digest()
    with context.owner():
        current = selectors.current_template()
        digest = current.digest if current else ""
        names = list(
            Slot.objects.filter(template_digest=digest)
            .order_by("schema_name")
            .values_list("schema_name", flat=True)
        )
        behind = Slot.objects.exclude(template_digest=digest).count()
    drifted = []
    for chunk in chunks(names, SCHEMAS_A_STATEMENT):
        found = catalogue_digests(chunk)
        _note(found, at)
        for name in chunk:
            if found.get(name) != expected:
                drift = Drift(name, differences(name))
                drifted.append(drift)
                for each in drift.differences:
                    say(f"{name}: {each}")
    return Verification(checked=len(names), behind=behind, drifted=tuple(drifted))


def _note(found: dict[str, str], at: datetime) -> None:
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_slot s SET catalogue_digest = v.digest, verified_at = %s"
            " FROM unnest(%s, %s) AS v(name, digest) WHERE s.schema_name = v.name",
            [at, list(found), list(found.values())],
        )


def chunks(names: Sequence[str], size: int) -> Iterable[list[str]]:
    """Split names into lists of at most so many."""
    return (list(names[at : at + size]) for at in range(0, len(names), size))
