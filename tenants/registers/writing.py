"""Writes a chunk of checked entries with a handful of statements, however many they are.

The entries are copied into a table that ends with the transaction. What is there
already is compared and brought up to date by one statement, what is new is inserted
by another. An enterprise that has been activated speaks for itself: a register never
changes it.
"""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.kernel.identifiers import uuid7
from tenants.models.expressions import Skeleton
from tenants.registers.types import Entry, Outcome, Problem

FACTS = (
    "name",
    "name_local",
    "country",
    "region",
    "city",
    "language",
    "currency",
    "time_zone",
    "website",
    "about",
    "activities",
)
MAKE = """
    CREATE TEMPORARY TABLE register_rows (
        line integer, id uuid, register_number text, slug text, reserve_slug text,
        is_slug_given boolean, name text, name_local text, country text, region text,
        city text, language text, currency text, time_zone text, website text,
        about text, activities jsonb
    ) ON COMMIT DROP
"""
# As the index has it: entries are not compared with each other, but none may look like
# somebody who is here.
_LOOKS_K, _LOOKS_R = (
    Skeleton.template % {"expressions": column} for column in ("k.slug", "r.slug")
)
COPY = "COPY register_rows FROM STDIN"
_OURS = ", ".join(f"e.{name}" for name in FACTS)
_GIVEN = ", ".join(f"r.{name}" for name in FACTS)
KNOWN = f"""
    SELECT r.line, e.tier, ({_OURS}) IS DISTINCT FROM ({_GIVEN})
    FROM register_rows r JOIN tenants_enterprise e
      ON e.register_source = %s AND e.register_number = r.register_number
"""  # noqa: S608  (names of our own columns)
UPDATE = f"""
    UPDATE tenants_enterprise e SET ({", ".join(FACTS)}) = ({_GIVEN}),
           updated_at = now()
    FROM register_rows r
    WHERE e.register_source = %s AND e.register_number = r.register_number
      AND e.tier = 'registered'
      AND ({_OURS}) IS DISTINCT FROM ({_GIVEN})
"""  # noqa: S608  (names of our own columns)
# Of several that want one address, who names it comes before whom it was proposed to.
INSERT = f"""
    INSERT INTO tenants_enterprise (
        id, slug, register_source, register_number, tier, tier_since, verification,
        version, suspension_reason, created_at, updated_at, {", ".join(FACTS)})
    SELECT r.id, r.slug, %(source)s, r.register_number, 'registered', %(at)s,
           'unverified', 1, '', now(), now(), {_GIVEN}
    FROM (
        SELECT n.*, row_number() OVER (
                   PARTITION BY n.slug ORDER BY n.is_slug_given DESC, n.line) AS place
        FROM register_rows n
        WHERE NOT EXISTS (
            SELECT 1 FROM tenants_enterprise k WHERE k.register_source = %(source)s
            AND k.register_number = n.register_number)
    ) r
    WHERE r.place = 1 AND NOT EXISTS (
        SELECT 1 FROM tenants_enterprise k
        WHERE k.tier <> 'registered' AND {_LOOKS_K} = {_LOOKS_R})
    ORDER BY r.line
    ON CONFLICT DO NOTHING
"""  # noqa: S608  (names of our own columns)
# Once more for those whose address is another's, under the one kept for them.
YIELD = """
    UPDATE register_rows r SET slug = r.reserve_slug
    WHERE NOT r.is_slug_given AND NOT EXISTS (
        SELECT 1 FROM tenants_enterprise k WHERE k.register_source = %s
        AND k.register_number = r.register_number)
"""
LEFT_OVER = """
    SELECT r.line, r.slug FROM register_rows r WHERE NOT EXISTS (
        SELECT 1 FROM tenants_enterprise k WHERE k.register_source = %s
        AND k.register_number = r.register_number)
    ORDER BY r.line
"""


def write_entries(source: str, entries: Sequence[Entry], at: datetime) -> Outcome:
    """Bring the directory up to these entries, within the caller's transaction."""
    found = Outcome(rows=len(entries))
    if not entries:
        return found
    with connection.cursor() as cursor:
        cursor.execute(MAKE)
        cursor.copy_expert(COPY, io.StringIO("".join(map(_copied, entries))))
        cursor.execute(KNOWN, [source])
        known = cursor.fetchall()
        cursor.execute(UPDATE, [source])
        found.updated = cursor.rowcount
        found.unchanged = len(known) - found.updated
        found.problems = [
            _kept(line) for line, tier, differs in known if differs and tier in SPEAKING
        ]
        facts: dict[str, str | datetime] = {"source": source, "at": at}
        cursor.execute(INSERT, facts)
        found.created = cursor.rowcount
        if found.created < len(entries) - len(known):
            cursor.execute(YIELD, [source])
            cursor.execute(INSERT, facts)
            found.created += cursor.rowcount
            cursor.execute(LEFT_OVER, [source])
            taken = [_taken(line, slug) for line, slug in cursor.fetchall()]
            found.refused = len(taken)
            found.problems += taken
        cursor.execute("DROP TABLE register_rows")
    return found


# Tiers in which an enterprise has facts of its own.
SPEAKING = ("activated", "dormant", "archived")


def _kept(line: int) -> Problem:
    return Problem(
        line,
        "",
        "",
        _("The enterprise is activated: its own facts were kept."),
        _("Nothing is to be done. Its owner or the operator can change them."),
    )


def _taken(line: int, slug: str) -> Problem:
    return Problem(
        line,
        "slug",
        slug,
        _("The address “%(slug)s” is another's, or looks like it.") % {"slug": slug},
        _("Give another, or leave it out: one is proposed then."),
    )


def _copied(entry: Entry) -> str:
    values: list[Any] = [
        entry.line,
        uuid7(),
        entry.register_number,
        entry.slug,
        entry.reserve_slug,
        "t" if entry.is_slug_given else "f",
        *(getattr(entry, name) for name in FACTS[:-1]),
        json.dumps(entry.activities),
    ]
    return "\t".join(map(_escaped, values)) + "\n"


def _escaped(value: object) -> str:
    text = str(value).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
