"""Looks at one schema's tables, whatever else the database holds."""

from typing import Any

from django.db.backends.postgresql.introspection import TableInfo
from django_tenants.postgresql_backend.introspection import DatabaseSchemaIntrospection

from tenants import context

TABLES = """
    SELECT c.relname,
           CASE WHEN c.relispartition THEN 'p'
                WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END,
           obj_description(c.oid, 'pg_class')
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND c.relnamespace = %s::regnamespace
"""


class Introspection(DatabaseSchemaIntrospection):
    """The stock look, without a visibility check of every table of every schema."""

    def get_table_list(self, cursor: Any) -> list[TableInfo]:
        """Return the tables of the schema in force, and of no other."""
        cursor.execute(TABLES, [context.required().schema])
        return [TableInfo(*row) for row in cursor.fetchall()]
