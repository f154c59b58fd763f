"""The checksum of every table of an enterprise, the same wherever its schema lives."""

from typing import Any

from django.db import connection, transaction

from tenants import context
from tenants.archive import catalogue, copying


def checksums(schema: str) -> dict[str, str]:
    """Return the SHA-256 over the lines of each table of a schema."""
    with context.owner(schema), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(catalogue.PLAIN_OUTPUT)
        return checksums_with(cursor, schema)


def checksums_with(
    cursor: Any, schema: str, files: dict[str, list[str]] | None = None
) -> dict[str, str]:
    """Return the same, asked through a cursor that writes values plainly.

    `files` names the columns with paths of files, where the models of today may not
    be those of the schema.
    """
    return {
        table.name: copying.copy_out(
            cursor, catalogue.lines_of(table, prefix=prefix_of(schema))
        ).sha256
        for table in catalogue.describe_all(cursor, schema, files)
    }


def prefix_of(schema: str) -> str:
    """Return the folder of the enterprise's files in the storage."""
    return f"{schema}/"
