"""Sets database role and search path together, from the context in force.

django-tenants' wrapper sets the search path only, and swallows an error while
doing so; ours adds the role, and lets the error out. A SET is undone by a
rollback to before it, so what was applied is forgotten at every rollback.
"""

from typing import Any

from django.db.backends import utils as backend_utils
from django_tenants.postgresql_backend import base as stock

from tenants import context

_django = stock.original_backend.DatabaseWrapper


class _InContext:
    """Applies the context at the moment of execution, not of opening."""

    db: "DatabaseWrapper"

    def execute(self, sql: Any, params: Any = None) -> Any:
        self.db.apply_context()
        return super().execute(sql, params)  # type: ignore[misc]  # mixin

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self.db.apply_context()
        return super().executemany(sql, param_list)  # type: ignore[misc]  # mixin

    def callproc(self, *args: Any, **kwargs: Any) -> Any:
        self.db.apply_context()
        return super().callproc(*args, **kwargs)  # type: ignore[misc]  # mixin

    def copy_expert(self, *args: Any, **kwargs: Any) -> Any:
        self.db.apply_context()
        return self.cursor.copy_expert(*args, **kwargs)  # type: ignore[attr-defined]  # mixin


class Cursor(_InContext, backend_utils.CursorWrapper):
    """A cursor that acts in somebody's name."""


class DebugCursor(_InContext, backend_utils.CursorDebugWrapper):
    """The same, keeping a log of its statements."""


class DatabaseWrapper(stock.DatabaseWrapper):
    """A PostgreSQL connection whose every statement acts in somebody's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._applied: tuple[str, tuple[str, ...]] | None = None
        super().__init__(*args, **kwargs)

    # The stock wrapper keeps schema_name as state; here it follows the context,
    # so that no path exists by which the two could differ.
    @property
    def schema_name(self) -> str:
        """The schema in which tables are made and looked for first."""
        found = context.active()
        return found.schema if found else context.SHARED_SCHEMA

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        """Accept the stock constructor's default and nothing else."""
        if value not in (None, context.SHARED_SCHEMA):
            msg = "Use tenants.context.enterprise(ref), not connection.set_schema()."
            raise context.NoContext(msg)

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002  (the stock signature)
        """Refuse: a context is entered, never set.

        :raises NoContext: for any schema but the shared one.
        """
        self.schema_name = tenant.schema_name

    def make_cursor(self, cursor: Any) -> Cursor:
        """Wrap a driver's cursor."""
        return Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> DebugCursor:
        """Wrap a driver's cursor and log its statements."""
        return DebugCursor(cursor, self)

    def connect(self) -> None:
        """Open the connection; nothing is applied to it yet."""
        self._applied = None
        super().connect()

    def close(self) -> None:
        """Close, and forget what was applied."""
        self._applied = None
        super().close()

    def _rollback(self) -> None:
        self._applied = None
        super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        # On the driver's own cursor: in a failed transaction no SET may come first.
        with self.wrap_database_errors, self.connection.cursor() as plumbing:
            plumbing.execute(self.ops.savepoint_rollback_sql(sid))
        self._applied = None

    def _cursor(self, name: str | None = None) -> Any:
        # Skips the stock _cursor(): it would set the search path a second time.
        return _django._cursor(self, name=name)

    def apply_context(self) -> None:
        """Make the session act as the context in force, in one message.

        :raises NoContext: if the caller acts in nobody's name.
        """
        wanted = context.required()
        key = (wanted.role, wanted.search_path)
        if self._applied == key:
            return
        self._applied = None
        path = ", ".join(f'"{schema}"' for schema in wanted.search_path)
        with self.wrap_database_errors, self.connection.cursor() as plumbing:
            # SET ROLE is checked against the login, so no RESET has to come first.
            plumbing.execute(f'SET ROLE "{wanted.role}"; SET search_path = {path}')
        self._applied = key
