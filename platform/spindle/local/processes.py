"""Child processes that do not outlive us, and a supervisor that keeps them up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from spindle.local.accounts import Account

LONGEST_PAUSE = 10.0
SETTLED_AFTER = 30.0
LARGEST_LOG = 10_000_000

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Program:
    """How one long-running child is started and stopped."""

    name: str
    argv: Sequence[str | Path]
    log: Path
    directory: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    # What the kernel sends when we die without a word.
    orphan_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    # Where to note which process runs, so that the next command can end it if the
    # kernel did not.
    record: Path | None = None


class Process:
    """One run after another of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.runs = 0
        self.started_at = 0.0
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """Return what it is called on the screen."""
        return self.program.name

    @property
    def pid(self) -> int | None:
        """Return the number of the last run's process."""
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        """Return how the last run ended; None while it runs.

        Asking also reaps the child: PostgreSQL takes an unreaped postmaster for
        a living one and refuses to start.
        """
        return self._child.poll() if self._child else None

    @property
    def is_running(self) -> bool:
        """Tell whether the child lives."""
        return self._child is not None and self.exit_code is None

    def start(self) -> None:
        """Start another run."""
        program = self.program
        if program.record and not self.runs:
            _end_recorded(program.record, program)
        program.log.parent.mkdir(parents=True, exist_ok=True)
        if program.log.exists() and program.log.stat().st_size > LARGEST_LOG:
            program.log.replace(program.log.with_suffix(".old.log"))
        self._child = _spawn(program)
        if program.record:
            program.record.parent.mkdir(parents=True, exist_ok=True)
            born = _born(self._child.pid)
            program.record.write_text(f"{self._child.pid} {born}\n")
        self.runs += 1
        self.started_at = time.monotonic()

    def ask_to_stop(self) -> None:
        """Send the stop signal, without waiting."""
        if self._child and self.is_running:
            self._child.send_signal(self.program.stop_signal)

    def stop(self) -> None:
        """Ask the child to end; after its grace, end it and all it started."""
        if self._child is None:
            return
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(self.program.grace)
        self.kill()
        if self.program.record:
            self.program.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the child, and what is left of its process group, by SIGKILL."""
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def last_words(self, lines: int = 15) -> str:
        """Return the end of the log."""
        return tail(self.program.log, lines)


def tail(log: Path, lines: int) -> str:
    """Return the last lines of a log file."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 400 * lines))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start a child from a thread that lives as long as this process.

    The kernel sends the orphan signal when the *thread* that started the child
    ends, so a child started from a short-lived thread would be ended with it.
    """
    spawner = _spawners.get(os.getpid())
    if spawner is None:
        # Keyed by process: the threads of a parent do not survive a fork.
        spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
        _spawners[os.getpid()] = spawner
    return spawner.submit(_spawn_here, program).result()


_spawners: dict[int, ThreadPoolExecutor] = {}


def _spawn_here(program: Program) -> subprocess.Popen[bytes]:
    account = program.account
    launcher = [
        sys.executable,
        "-IS",
        str(LAUNCHER),
        str(int(program.orphan_signal)),
        str(os.getpid()),
        f"{account.uid}:{account.gid}" if account else "-",
    ]
    with program.log.open("ab") as log:
        return subprocess.Popen(
            [*launcher, *map(str, program.argv)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=program.directory,
            env=dict(program.environment),
            # Ctrl-C in the terminal reaches the children through us alone.
            start_new_session=True,
        )


class Supervisor:
    """Starts what has died again, waiting longer each time it dies young."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._processes: list[Process] = []
        self._failures: dict[str, int] = {}
        self._due: dict[str, float] = {}

    def add(self, process: Process) -> None:
        """Watch over a process that has been started."""
        self._processes.append(process)

    def tick(self) -> None:
        """Look once at every process."""
        now = time.monotonic()
        for process in self._processes:
            if process.is_running:
                continue
            due = self._due.pop(process.name, None)
            if due is None:
                self._due[process.name] = now + self._pause_after_death(process, now)
            elif now < due:
                self._due[process.name] = due
            else:
                process.start()

    def forget(self, process: Process) -> None:
        """Watch over it no longer."""
        with suppress(ValueError):  # It may not have been started yet.
            self._processes.remove(process)

    def _pause_after_death(self, process: Process, now: float) -> float:
        code = process.exit_code
        lived = now - process.started_at
        failures = self._failures.get(process.name, 0) + 1
        if lived > SETTLED_AFTER:
            failures = 1
        self._failures[process.name] = failures
        pause: float = min(0.1 * 2**failures, LONGEST_PAUSE)
        self._tell(
            f"{process.name} {describe_exit(code)} after {lived:.0f} s; "
            f"starting it again in {pause:.1f} s"
        )
        # What it had started would hold its port or its files.
        process.kill()
        return pause


def describe_exit(code: int | None) -> str:
    """Say in words how a process ended."""
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _end_recorded(record: Path, program: Program) -> None:
    """End what an earlier command started and, killed itself, could not stop."""
    try:
        pid, born = record.read_text().split()
    except (OSError, ValueError):
        return
    for sent in (program.stop_signal, signal.SIGKILL):
        for member in _session_members(int(pid), born, program.directory):
            with suppress(ProcessLookupError):
                os.kill(member, sent)
        if wait_until(
            lambda: not _session_members(int(pid), born, program.directory),
            seconds=program.grace,
        ):
            return


def _session_members(leader: int, born: str, directory: Path) -> list[int]:
    """Return the processes of a session that work in our directory.

    Numbers of processes are used again: a leader born at another moment, or a
    member that works elsewhere, is not ours.
    """
    if _born(leader) not in {born, ""}:
        return []
    members = []
    for pid in processes_in(directory):
        facts = _facts(pid)
        if facts and int(facts[_SESSION]) == leader and facts[_STATE] != "Z":
            members.append(pid)
    return members


# Where /proc/<pid>/stat has them, counted after the name of the program.
_STATE, _PARENT, _SESSION, _BORN = 0, 1, 3, 19


def _facts(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _born(pid: int) -> str:
    """Return when a process started, in the kernel's ticks; nothing if it is gone."""
    facts = _facts(pid)
    return facts[_BORN] if facts else ""


def ancestors() -> set[int]:
    """Return this process and those that brought it about."""
    found = set()
    pid = os.getpid()
    while pid:
        found.add(pid)
        pid = int((_facts(pid) or ["", "0"])[_PARENT])
    return found


def processes_in(directory: Path) -> Iterator[int]:
    """Yield the living processes whose working directory is at or below a folder."""
    home = str(directory.resolve())
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            where = os.readlink(entry / "cwd").removesuffix(" (deleted)")
            if where == home or where.startswith(home + "/"):
                yield int(entry.name)


def wait_until(
    is_true: Callable[[], bool], *, seconds: float, every: float = 0.02
) -> bool:
    """Wait for a fact; tell whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
