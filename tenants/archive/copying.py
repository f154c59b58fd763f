"""Moves lines between PostgreSQL and files, without ever holding them all."""

import hashlib
from typing import IO, Any, Protocol

from tenants.archive import catalogue
from tenants.archive.types import EntryFacts

CHUNK = 256 * 1024


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> Any:
        """Take some."""


class Meter:
    """Counts bytes and lines on their way to a sink, and digests them."""

    def __init__(self, sink: Sink | None = None) -> None:
        self._sink = sink
        self._digest = hashlib.sha256()
        self.size = 0
        self.rows = 0

    def write(self, data: bytes) -> int:
        """Pass bytes on."""
        self._digest.update(data)
        self.size += len(data)
        self.rows += data.count(b"\n")
        if self._sink is not None:
            self._sink.write(data)
        return len(data)

    @property
    def facts(self) -> EntryFacts:
        """What came by."""
        return EntryFacts(self.rows, self.size, self._digest.hexdigest())


class Metered:
    """Counts and digests what is read, and stops at a limit.

    :raises OverflowError: if there is more than `limit` bytes.
    """

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._source = source
        self._limit = limit
        self._meter = Meter()

    def read(self, size: int = CHUNK) -> bytes:
        """Read some."""
        data = self._source.read(size if size > 0 else CHUNK)
        self._meter.write(data)
        if self._meter.size > self._limit:
            raise OverflowError(self._limit)
        return data

    def drain(self) -> EntryFacts:
        """Read the rest, and say what there was."""
        while self.read(CHUNK):
            pass
        return self._meter.facts


def copy_out(cursor: Any, query: str, sink: Sink | None = None) -> EntryFacts:
    """Send the lines of a query to a sink."""
    meter = Meter(sink)
    cursor.copy_expert(f"COPY ({query}) TO STDOUT {catalogue.AS_LINES}", meter, CHUNK)
    return meter.facts


def copy_in(cursor: Any, source: Metered, table: str) -> None:
    """Write lines to a table with a single column."""
    cursor.copy_expert(
        f"COPY {table} (line) FROM STDIN {catalogue.AS_LINES}", source, CHUNK
    )
