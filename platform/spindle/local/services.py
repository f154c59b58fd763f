"""PostgreSQL and Valkey for as long as a `with` block lasts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from spindle.local.lock import DirectoryLock
from spindle.local.ports import PortBook
from spindle.local.postgres import PostgresServer
from spindle.local.valkey import ValkeyServer


@dataclass(frozen=True)
class ServiceUrls:
    """Where the services answer, and the services themselves."""

    database_admin_url: str
    redis_url: str
    postgres: PostgresServer
    valkey: ValkeyServer


@contextmanager
def running(
    directory: Path, *, durable: bool = True, postgres_binaries: Path | None = None
) -> Iterator[ServiceUrls]:
    """Run PostgreSQL and Valkey with their data below `directory`.

    Without `durable` they are quicker, may lose data in a crash of the machine,
    and their data is removed at the end. Killing a server loses nothing either way.
    """
    with (
        DirectoryLock(directory / "services.lock"),
        postgres_running(
            directory, durable=durable, binaries=postgres_binaries
        ) as postgres,
        valkey_running(directory, durable=durable) as valkey,
    ):
        yield ServiceUrls(
            database_admin_url=postgres.admin_url,
            redis_url=valkey.url,
            postgres=postgres,
            valkey=valkey,
        )


@contextmanager
def postgres_running(
    directory: Path, *, durable: bool = True, binaries: Path | None = None
) -> Iterator[PostgresServer]:
    """Run PostgreSQL alone."""
    server = PostgresServer(
        directory,
        ports=PortBook(directory / "ports.json"),
        binaries=binaries,
        durable=durable,
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if not durable:
            server.remove()


@contextmanager
def valkey_running(directory: Path, *, durable: bool = True) -> Iterator[ValkeyServer]:
    """Run Valkey alone."""
    ports = PortBook(directory / "ports.json")
    server = ValkeyServer(directory, ports=ports, durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if not durable:
            shutil.rmtree(directory / "valkey", ignore_errors=True)
