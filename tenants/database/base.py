"""Sets database role and search path together, from the context in force.

django-tenants' wrapper sets the search path only, and swallows an error while
doing so; ours adds the role, and lets the error out. A SET is undone by a
rollback to before it, so what was applied is forgotten at every rollback.

Behind a pooler that hands out a server for one transaction only, nothing is left
on the session: see `tenants.database.pooling`.
"""

from typing import Any

from django.conf import settings
from django.db.backends import utils as backend_utils
from django_tenants.postgresql_backend import base as stock

from tenants import context
from tenants.database import pooling
from tenants.database.introspection import Introspection
from tenants.database.layers import Layer, is_off
from tenants.database.names import quoted
from tenants.database.schema_editor import SchemaEditor

_django = stock.original_backend.DatabaseWrapper
_VERSION = "SELECT version FROM public.tenants_directoryversion"
# The login itself, which owns nothing and inherits nothing.
_NOBODY = context.Context(role="none", schema=context.SHARED_SCHEMA)


class _InContext:
    """Applies the context at the moment of execution, not of opening."""

    db: "DatabaseWrapper"

    def execute(self, sql: Any, params: Any = None) -> Any:
        self.db.apply_context()
        return super().execute(sql, params)  # type: ignore[misc]  # mixin

    def _execute(self, sql: Any, params: Any, *rest: Any) -> Any:
        if self.db.is_alone:
            sql = self.db.with_context(sql, params)
        return super()._execute(sql, params, *rest)  # type: ignore[misc]  # mixin

    def executemany(self, sql: Any, param_list: Any) -> Any:
        with self.db.in_one_transaction():
            self.db.apply_context()
            return super().executemany(sql, param_list)  # type: ignore[misc]  # mixin

    def callproc(self, *args: Any, **kwargs: Any) -> Any:
        with self.db.in_one_transaction():
            self.db.apply_context()
            return super().callproc(*args, **kwargs)  # type: ignore[misc]  # mixin

    def copy_expert(self, *args: Any, **kwargs: Any) -> Any:
        with self.db.in_one_transaction():
            self.db.apply_context()
            return self.cursor.copy_expert(*args, **kwargs)  # type: ignore[attr-defined]  # mixin


class Cursor(_InContext, backend_utils.CursorWrapper):
    """A cursor that acts in somebody's name."""


class DebugCursor(_InContext, backend_utils.CursorDebugWrapper):
    """The same, keeping a log of its statements."""


class DatabaseWrapper(pooling.Pooled, stock.DatabaseWrapper):
    """A PostgreSQL connection whose every statement acts in somebody's name."""

    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._applied: context.Context | None = None
        self._is_in_unit = False
        self._is_check_due = False
        self._version: int | None = None
        self._has_announced = False
        # What this transaction has read and nobody else may see yet.
        self.transaction_entries: dict[Any, Any] = {}
        self._visited: set[str] = set()
        super().__init__(*args, **kwargs)
        self.introspection = Introspection(self)

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
        self._forget_session()
        super().connect()

    def close(self) -> None:
        """Close, and forget what was applied."""
        self._forget_session()
        super().close()

    def _forget_session(self) -> None:
        self._applied = None
        self._visited = set()
        self._forget_transaction()

    def _forget_transaction(self) -> None:
        self.transaction_entries.clear()
        self.transaction_entries = {}
        self._forget_announcement()

    def _forget_announcement(self) -> None:
        if self._has_announced:
            self._has_announced = False
            self._ask_again()

    def _commit(self) -> None:
        super()._commit()
        # Left as they are for who publishes them now that they are true.
        self.transaction_entries = {}
        self._forget_announcement()

    def _rollback(self) -> None:
        self._applied = None
        self._forget_transaction()
        super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        # On the driver's own cursor: in a failed transaction no SET may come first.
        with self.wrap_database_errors, self.connection.cursor() as plumbing:
            plumbing.execute(self.ops.savepoint_rollback_sql(sid))
        self._applied = None
        self.transaction_entries.clear()
        self.transaction_entries = {}
        if self._has_announced:
            self._ask_again()

    def _cursor(self, name: str | None = None) -> Any:
        # Skips the stock _cursor(): it would set the search path a second time.
        self.refuse_named_cursor(name)
        return _django._cursor(self, name=name)

    # --- role and search path

    def apply_context(self) -> None:
        """Make the session act as the context in force, in one message.

        :raises NoContext: if the caller acts in nobody's name.
        """
        wanted = self._wanted()
        known = self._applied
        if known is not None and (
            known is wanted
            or (known.role == wanted.role and known.schema == wanted.schema)
        ):
            return
        asks = self._is_check_due and wanted.role != context.OWNER_ROLE
        if self.is_alone and not asks:
            # It rides with the statement itself.
            return
        self._applied = None
        text = self.opening() + self._settings(wanted)
        with self.wrap_database_errors, self.connection.cursor() as plumbing:
            plumbing.execute(f"{text}; {_VERSION}" if asks else text)
            self.note_opened()
            if asks:
                # Another process may have changed an enterprise since the last
                # request; asked along with what has to be sent anyway.
                self._version = plumbing.fetchone()[0]
                self._is_check_due = False
        if not self.is_alone:
            self._applied = wanted

    def _wanted(self) -> context.Context:
        found = context.active()
        if found is None:
            if not is_off(Layer.CONTEXT):
                return context.required()
            return _NOBODY
        return found

    def _settings(self, wanted: context.Context) -> str:
        if wanted.schema != context.SHARED_SCHEMA:
            self._visited.add(wanted.schema)
        word = "SET LOCAL" if self.is_pooled else "SET"
        # SET ROLE is checked against the login, so no RESET has to come first.
        parts = [f"{word} ROLE {quoted(wanted.role)}"]
        if wanted is _NOBODY and is_off(Layer.ROLE):
            parts = []
        if not is_off(Layer.SEARCH_PATH):
            path = ", ".join(quoted(schema) for schema in wanted.search_path)
            parts.append(f"{word} search_path = {path}")
        return "; ".join(parts) or "SELECT"

    def with_context(self, sql: Any, params: Any) -> str:
        """Return a statement with what makes it act in the name of the context."""
        prefix = self._settings(self._wanted()) + "; "
        if params is not None:
            prefix = prefix.replace("%", "%%")
        self.last_prefix = prefix
        text: str = sql.as_string(self.connection) if hasattr(sql, "as_string") else sql
        return prefix + text

    # --- the version of the directory

    def begin_unit(self) -> None:
        """Begin a request or a job: trust nothing that was known before it."""
        self.close_if_worn()
        self._is_in_unit = True
        self._ask_again()

    def end_unit(self) -> None:
        """End a request or a job; what comes without one asks each time."""
        self._is_in_unit = False
        self.close_if_worn()

    def _ask_again(self) -> None:
        self._applied = None
        self._version = None
        self._is_check_due = True

    def directory_version(self) -> int:
        """Return the directory's version as of the beginning of this unit of work.

        Outside one it is asked for each time. Costs nothing where the unit has sent
        a statement already.
        """
        if self._version is None or not self._is_in_unit:
            self._ask_again()
            with context.directory(), self.cursor():
                self.apply_context()
        assert self._version is not None
        return self._version

    def known_directory_version(self) -> int | None:
        """Return the directory's version if this unit of work has learned of it."""
        return self._version if self._is_in_unit else None

    def note_directory_change(self) -> None:
        """Read the version anew: this transaction has raised it."""
        self._has_announced = True
        self._ask_again()

    # --- the age of a session, in schemas

    @property
    def schemas_visited(self) -> int:
        """How many schemas this session's server process has met."""
        return len(self._visited)

    def close_if_worn(self) -> None:
        """Close a session that has met too many schemas, unless work is under way.

        A server process keeps what it has learned of every table for as long as it
        lives.
        """
        most: int = settings.SPINDLE_CONN_MAX_SCHEMAS
        if (
            most
            and len(self._visited) > most
            # Behind a pooler, how long a server lives is the pooler's to say.
            and not self.is_pooled
            and self.connection is not None
            and not self.in_atomic_block
            and self.get_autocommit()
        ):
            self.close()

    def close_if_unusable_or_obsolete(self) -> None:
        """Close what is broken, too old, or has met too many schemas."""
        super().close_if_unusable_or_obsolete()
        self.close_if_worn()
