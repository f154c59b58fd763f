"""Makes tables, and in an enterprise's schema no more relations than are used."""

from typing import Any

from django_tenants.postgresql_backend import base as stock

from tenants import context

_Stock: Any = stock.original_backend.DatabaseWrapper.SchemaEditorClass


class SchemaEditor(_Stock):
    """The stock editor, without indexes for `LIKE 'a%'` in enterprises' schemas.

    Django makes one beside each index of a text column. A schema's tables are small
    and searched by parts of words, which such an index cannot answer, while every
    relation costs catalogue, files and memory once for each enterprise.
    """

    def _create_like_index_sql(self, model: Any, field: Any) -> Any:
        if self.connection.schema_name != context.SHARED_SCHEMA:
            return None
        return super()._create_like_index_sql(model, field)
