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
    directory.mkdir(parents=True, exist_ok=True)
    ports = PortBook(directory / "ports.json")
    with DirectoryLock(directory / "services.lock"):
        postgres = PostgresServer(
            directory, ports=ports, binaries=postgres_binaries, durable=durable
        )
        valkey = ValkeyServer(directory, ports=ports, durable=durable)
        try:
            postgres.start()
            valkey.start()
            yield ServiceUrls(
                database_admin_url=postgres.admin_url,
                redis_url=valkey.url,
                postgres=postgres,
                valkey=valkey,
            )
        finally:
            valkey.stop()
            postgres.stop()
            if not durable:
                postgres.remove()
                shutil.rmtree(directory / "valkey", ignore_errors=True)
