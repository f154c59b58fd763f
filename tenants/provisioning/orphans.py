"""Finds schemas and roles that nothing points to any more, and drops them.

A slot is made in one transaction with its role, so that a process killed on the way
leaves neither. What is found here was left by a hand, a restored backup or a copied
database; it is logged by name before it goes.
"""

import logging

from django.db import Error, connection, transaction

from tenants import context

log = logging.getLogger(__name__)

# As `new_schema_name` makes them: a schema by any other name is not ours to judge.
OPAQUE = "^t_[a-z2-7]{16}$"
SCHEMAS = """
    SELECT nspname FROM pg_namespace n
    WHERE nspname ~ %(opaque)s
    AND NOT EXISTS (SELECT FROM tenants_slot WHERE schema_name = nspname)
    AND NOT EXISTS (SELECT FROM tenants_enterprise WHERE schema_name = nspname)
    ORDER BY nspname
"""
# A role is the server's and not the database's. One that has rights in any database
# has an entry in pg_shdepend, which is the server's too: such a role has a home, here
# or next door.
ROLES = """
    SELECT rolname FROM pg_roles r
    WHERE rolname ~ %(opaque)s
    AND NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = rolname)
    AND NOT EXISTS (SELECT FROM tenants_slot WHERE schema_name = rolname)
    AND NOT EXISTS (SELECT FROM tenants_enterprise WHERE schema_name = rolname)
    AND NOT EXISTS (
        SELECT FROM pg_shdepend d
        WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
        AND d.dbid <> 0)
    ORDER BY rolname
"""


def drop_orphans() -> list[str]:
    """Drop schemas without a slot and roles without a schema; return their names."""
    gone = _drop(SCHEMAS, 'DROP SCHEMA "{0}" CASCADE; DROP ROLE IF EXISTS "{0}"')
    return gone + _drop(ROLES, 'DROP ROLE "{0}"')


def _drop(which: str, statement: str) -> list[str]:
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(which, {"opaque": OPAQUE})
        names = [row[0] for row in cursor.fetchall()]
    gone = []
    for name in names:
        log.warning("%s belongs to nothing and is dropped.", name)
        try:
            with context.owner(), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement.format(name))
        except Error as error:
            log.warning("%s could not be dropped: %s", name, error)
        else:
            gone.append(name)
    return gone
