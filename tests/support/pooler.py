"""A pooler that hands out one server for the length of a transaction, in this process.

Several database wrappers share one physical connection. Whoever sends a message holds
the server until it is idle again, as behind PgBouncer in transaction mode, and what is
left on the session by one meets the next.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2.extensions
import psycopg2.extras
from django.db import connections
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from tenants.database.base import DatabaseWrapper

CLEAN = ("spindle_app", "spindle_app", '"$user", public')
LOOK = "SELECT session_user, current_user, current_setting('search_path')"


class Server:
    """One physical session, and whose turn it is."""

    def __init__(self, *, checks_every: int = 1) -> None:
        self._turn = threading.Lock()
        self._holder: int | None = None
        self._checks_every = checks_every
        self.transactions = 0
        # What was found on the session between transactions, where it was not clean.
        self.left_behind: list[Any] = []
        wrapper = connections["default"]
        self.physical: Any = psycopg2.connect(
            **{
                **wrapper.get_connection_params(),
                "cursor_factory": self._cursor_class(),
            }
        )
        self.physical.autocommit = True
        # As Django's own wrapper does for each connection that it makes.
        psycopg2.extras.register_default_jsonb(
            conn_or_curs=self.physical, loads=lambda text: text
        )

    def _cursor_class(self) -> type:
        server = self

        class Cursor(psycopg2.extensions.cursor):
            def execute(self, *args: Any) -> None:
                with server.turn():
                    super().execute(*args)

            def executemany(self, *args: Any) -> None:
                with server.turn():
                    super().executemany(*args)

            def copy_expert(self, *args: Any) -> None:
                with server.turn():
                    super().copy_expert(*args)

        return Cursor

    @contextmanager
    def turn(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._holder != me:
            self._turn.acquire()
            self._holder = me
        try:
            yield
        finally:
            if self.physical.info.transaction_status == TRANSACTION_STATUS_IDLE:
                self.transactions += 1
                if self.transactions % self._checks_every == 0:
                    self.look()
                self._holder = None
                self._turn.release()

    def look(self) -> None:
        """Note what the next transaction would meet."""
        with psycopg2.extensions.cursor(self.physical) as cursor:
            cursor.execute(LOOK)
            found = cursor.fetchone()
        if found != CLEAN:
            self.left_behind.append(found)

    def client(self) -> DatabaseWrapper:
        """Return a wrapper that has this server when it needs one."""
        known = connections["default"].settings_dict
        wrapper = Client({**known, "TRANSACTION_POOLING": True, "CONN_MAX_AGE": None})
        wrapper.server = self
        return wrapper

    def close(self) -> None:
        """End the session."""
        self.physical.close()


class Client(DatabaseWrapper):
    """A wrapper whose connection is a pooler's."""

    server: Server

    def get_new_connection(self, conn_params: Any) -> Any:
        return self.server.physical

    def _close(self) -> None:
        """Hang up; the pooler keeps the server, and ends what was open on it."""
        if self.server._holder == threading.get_ident():
            with psycopg2.extensions.cursor(self.server.physical) as cursor:
                cursor.execute("ROLLBACK")
            self.server._holder = None
            self.server._turn.release()


@contextmanager
def as_default(wrapper: DatabaseWrapper) -> Iterator[None]:
    """Have this thread ask through the wrapper."""
    before = connections["default"]
    connections["default"] = wrapper
    try:
        yield
    finally:
        wrapper.close()
        connections["default"] = before
