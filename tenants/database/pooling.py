"""Leaves nothing on the session, for a pooler that hands out servers by transaction.

Such a pooler gives the next transaction of anybody the session of this one. So a
transaction begins with BEGIN, SET LOCAL ROLE and SET LOCAL search_path in one
message, and a statement outside of a transaction carries both SETs in front of it:
PostgreSQL makes one transaction of one message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.utils import NotSupportedError, ProgrammingError


class Operations(DatabaseOperations):
    """Shows a statement without what was put in front of it."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """Return the statement as it was written."""
        text: str = super().last_executed_query(cursor, sql, params)
        # Only our wrapper has it, and only our wrapper has these operations.
        prefix: str = getattr(self.connection, "last_prefix", "").replace("%%", "%")
        return text.removeprefix(prefix) if prefix else text


class Pooled:
    """What a wrapper does differently behind such a pooler.

    The driver stays in autocommit mode all the while; BEGIN, COMMIT and ROLLBACK
    are sent by the wrapper, the first along with the context.
    """

    ops_class = Operations
    connection: Any
    wrap_database_errors: Any
    autocommit: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._is_open = False
        self.last_prefix = ""
        super().__init__(*args, **kwargs)
        known: dict[str, Any] = self.settings_dict  # type: ignore[attr-defined]  # mixin
        self.is_pooled = bool(
            known.get("TRANSACTION_POOLING", settings.SPINDLE_TRANSACTION_POOLING)
        )

    @property
    def is_alone(self) -> bool:
        """Whether the next statement is a transaction by itself, behind a pooler."""
        return self.is_pooled and self.autocommit and not self._is_open

    def opening(self) -> str:
        """Return what the next message must begin with."""
        begins = self.is_pooled and not self.autocommit and not self._is_open
        return "BEGIN; " if begins else ""

    def note_opened(self) -> None:
        """Remember that a transaction is open, where this connection began one."""
        self._is_open = self.is_pooled and (self._is_open or not self.autocommit)

    @contextmanager
    def in_one_transaction(self) -> Iterator[None]:
        """Keep what takes more than one message on one server."""
        if not self.is_alone:
            yield
            return
        with self.wrap_database_errors:
            self._say("BEGIN")
        self._is_open = True
        self._applied: Any = None
        try:
            yield
        except BaseException:
            self._end("ROLLBACK")
            raise
        self._end("COMMIT")

    def connect(self) -> None:
        """Open the connection, in no transaction."""
        self._is_open = False
        super().connect()  # type: ignore[misc]  # mixin

    def close(self) -> None:
        """Close, whatever was open."""
        self._is_open = False
        super().close()  # type: ignore[misc]  # mixin

    def refuse_named_cursor(self, name: str | None) -> None:
        """Refuse a cursor on the server: the next statement may meet another one.

        :raises NotSupportedError: for a cursor with a name, behind a pooler.
        """
        if name and self.is_pooled:
            msg = "A cursor on the server cannot outlive its transaction's server."
            raise NotSupportedError(msg)

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001  (Django's)
        if not self.is_pooled:
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # mixin
            return
        if self._is_open:
            msg = "The transaction must end before autocommit is changed."
            raise ProgrammingError(msg)
        super()._set_autocommit(True)  # type: ignore[misc]  # mixin

    def _commit(self) -> None:
        if self.is_pooled:
            self._end("COMMIT")
        else:
            super()._commit()  # type: ignore[misc]  # mixin

    def _rollback(self) -> None:
        if self.is_pooled:
            self._end("ROLLBACK")
        else:
            super()._rollback()  # type: ignore[misc]  # mixin

    def _end(self, word: str) -> None:
        self._applied = None
        if not self._is_open or self.connection is None:
            return
        # Over even if it fails: a COMMIT that is refused has rolled back.
        self._is_open = False
        with self.wrap_database_errors:
            self._say(word)

    def _say(self, word: str) -> None:
        with self.connection.cursor() as plumbing:
            plumbing.execute(word)
