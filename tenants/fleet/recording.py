"""A schema editor that keeps the text of all that it does."""

from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def recording_editor(*, collect_only: bool = False) -> Any:
    """Return the connection's editor, which also keeps each statement as sent.

    What is kept is what ran, parameters and all, so that a replay is the same. With
    `collect_only` nothing runs. Statements that Django puts off to the end of a
    migration come last, for the editor sends them when it is left.
    """
    stock: type[BaseDatabaseSchemaEditor] = connection.SchemaEditorClass

    class RecordingEditor(stock):  # type: ignore[valid-type, misc]  # chosen at run time
        def __init__(self) -> None:
            super().__init__(connection, collect_sql=collect_only, atomic=False)
            self.kept: list[str] = []

        def execute(self, sql: Any, params: Any = ()) -> None:
            text = str(sql)
            if params:
                text = self.connection.ops.compose_sql(text, params)
            self.kept.append(text)
            super().execute(text, None)

    return RecordingEditor()
