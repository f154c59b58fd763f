"""The whole cloud on one machine, as `make up` runs it."""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg2

from spindle.local import assets, environment, faces, given, messages, ports, services
from spindle.local.console import Console, LogTail, beside_home, columns
from spindle.local.environment import ROOT, VAR, Wishes
from spindle.local.errors import LocalError
from spindle.local.lock import DirectoryInUse, DirectoryLock
from spindle.local.processes import Process, Supervisor, describe_exit, tail
from spindle.local.secret_files import remembered_secret
from spindle.local.state import LOCK, LOGS, STATE, AlreadyUp, write_state

PATIENCE = 120.0
LOOK_EVERY = 0.1
# A web server that dies this often before it ever answers will not come up.
HOPELESS_AFTER = 3
# What each management command is called on the screen.
TITLES = {
    "prepare": "Migrations and slots",
    "demo --once": "Demo world",
    "demo --logins": "Demo logins",
}


class Stopped(KeyboardInterrupt):
    """Raised when the person, or the machine, asks us to stop."""


@dataclass
class Timing:
    """How long the start took, without what was fetched from the network."""

    began: float
    fetching: float = 0.0

    @property
    def seconds(self) -> float:
        """Return the time so far."""
        return time.perf_counter() - self.began - self.fetching


def up(environ: Mapping[str, str], console: Console) -> None:
    """Start everything, show the logs, and stop everything when asked to."""
    timing = Timing(began=time.perf_counter())
    wishes = Wishes.from_environment(environ)
    try:
        with (
            DirectoryLock(LOCK),
            # Around the stack: it unwinds undisturbed by an impatient second Ctrl-C.
            _signals(console),
            ExitStack() as stack,
        ):
            Cloud(wishes, dict(environ), console, timing, stack).run()
    except DirectoryInUse as error:
        raise AlreadyUp(error.holder) from None
    except Stopped:
        console.line("Everything is stopped.")


@dataclass(frozen=True)
class Command:
    """A command that ends, and what it writes."""

    words: str
    log: Path
    child: "subprocess.Popen[bytes]"

    def failed(self, words: str = "") -> LocalError:
        """Return the error that says how it ended, and its last words."""
        return LocalError(
            f"`{words or self.words}` {describe_exit(self.child.returncode)}.",
            mend=f"{tail(self.log, lines=25)}\n\nAll of it: {beside_home(self.log)}",
        )


@contextmanager
def _signals(console: Console) -> Iterator[None]:
    """Turn the first signal into an exception; later ones only into a word."""
    asked = False

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            console.line("Stopping already; this takes a few seconds.")
            return
        asked = True
        console.line()
        console.line(f"Stopping ({signal.Signals(number).name}) …")
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Cloud:
    """One start of the cloud, from nothing to ready, and its life after that."""

    def __init__(
        self,
        wishes: Wishes,
        environ: dict[str, str],
        console: Console,
        timing: Timing,
        stack: ExitStack,
    ) -> None:
        self._wishes = wishes
        self._console = console
        self._timing = timing
        self._stack = stack
        self._supervisor = Supervisor(lambda text: console.log("spindle", text))
        self._tails: list[LogTail] = []
        self._is_cold = False
        self._environ = environment.for_children(
            environ,
            DJANGO_SETTINGS_MODULE=environ.get(
                "DJANGO_SETTINGS_MODULE", "spindle.settings.dev"
            ),
            SPINDLE_DOMAIN=f"localhost:{wishes.port}",
            SPINDLE_VAR=str(VAR),
        )

    def run(self) -> None:
        """Bring everything up, then watch until a signal comes."""
        STATE.unlink(missing_ok=True)  # A killed one could not.
        self._check_port()
        self._fetch_assets()
        self._environ["SPINDLE_SECRET_KEY"] = remembered_secret(VAR / "secret")
        self._compile_messages()
        static = self._start_collecting_static_files()
        # Half a minute the first time, which the first who plans would wait for.
        solver = self._manage(["compile_solver"], "solver")
        self._start_postgres()
        self._start_valkey()
        self._bootstrap()
        logins = self._prepare()
        self._finish_collecting_static_files(static)
        with self._console.step("Solver of schedules"):
            self._wait_for(solver)
        self._start_faces()
        self._report(logins)
        while True:
            self._look()

    def _check_port(self) -> None:
        port = self._wishes.port
        if ports.is_free(port):
            return
        if not ports.answers(port):
            raise LocalError(
                f"This account may not listen on port {port}.",
                mend=f"Choose one above 1023: make up PORT={ports.free_port()}",
            )
        holder = ports.holder_of(port)
        raise LocalError(
            f"Port {port} is taken" + (f" by {holder}." if holder else "."),
            mend="Stop that program, or choose another port: "
            f"make up PORT={ports.free_port()}",
        )

    def _fetch_assets(self) -> None:
        with self._console.step("Assets") as step:
            step.note(assets.prepare(VAR))
        self._timing.fetching += step.seconds

    def _compile_messages(self) -> None:
        compiled = messages.compile_all()
        if compiled:
            self._console.line(f"    {compiled} translations compiled")

    def _start_collecting_static_files(self) -> Command | None:
        """Collect beside the other steps: it needs no database."""
        mark = VAR / "static.fingerprint"
        if mark.exists() and mark.read_text() == assets.static_fingerprint(VAR):
            return None
        return self._manage(["collectstatic", "--noinput", "--verbosity=0"], "static")

    def _finish_collecting_static_files(self, command: Command | None) -> None:
        if command is None:
            return
        with self._console.step("Static files"):
            self._wait_for(command)
            mark = VAR / "static.fingerprint"
            mark.write_text(assets.static_fingerprint(VAR))

    def _start_postgres(self) -> None:
        with self._console.step("PostgreSQL") as step:
            if self._wishes.database_url:
                step.note("yours, from DATABASE_URL")
                self._environ["DATABASE_URL"] = self._wishes.database_url
                given.check_database(self._wishes.database_url)
                return
            server = self._stack.enter_context(
                services.postgres_running(VAR, binaries=self._wishes.postgres_binaries)
            )
            self._is_cold = server.is_new
            self._environ["DATABASE_URL"] = server.admin_url
            self._watch(server.process)
            step.note(f"data in {beside_home(server.data)}")

    def _start_valkey(self) -> None:
        with self._console.step("Valkey") as step:
            if self._wishes.redis_url:
                step.note("yours, from REDIS_URL")
                self._environ["REDIS_URL"] = self._wishes.redis_url
                given.check_redis(self._wishes.redis_url)
                return
            server = self._stack.enter_context(services.valkey_running(VAR))
            self._environ["REDIS_URL"] = server.url
            self._watch(server.process)
            step.note(f"data in {beside_home(VAR / 'valkey')}")

    def _bootstrap(self) -> None:
        """Make the roles, and go on with the login that may do less."""
        # As `manage.py bootstrap` does, without the time that starting Django takes.
        from tenants.provisioning.bootstrap import bootstrap

        with self._console.step("Database roles"):
            try:
                self._environ["DATABASE_URL"] = bootstrap(
                    self._environ["DATABASE_URL"], self._environ["SPINDLE_SECRET_KEY"]
                )
            except psycopg2.Error as error:
                raise LocalError(
                    f"The database's roles could not be made: {str(error).strip()}",
                    mend="DATABASE_URL has to name a login that may create roles, "
                    "schemas and extensions.",
                ) from None

    def _prepare(self) -> list[dict[str, str]]:
        """Run the management commands that make the tables and the demo world."""
        report = VAR / "run" / "prepare.jsonl"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text("")
        command = self._start(
            [sys.executable, "-m", "spindle.local.commands", str(report), *TITLES],
            "prepare",
        )
        for line, title in TITLES.items():
            with self._console.step(title):
                said = self._wait_for_part(command, report, line)
        self._wait_for(command)
        try:
            return list(json.loads(said))
        except ValueError:
            raise LocalError(
                "`manage.py demo --logins` did not answer in JSON.", mend=said
            ) from None

    def _wait_for_part(self, command: Command, report: Path, line: str) -> str:
        """Wait until one of the commands in it has ended; return what it said."""
        while True:
            # Asked first: what is written before the end is read after it.
            code = command.child.poll()
            for text in report.read_text().splitlines(keepends=True):
                facts = json.loads(text) if text.endswith("\n") else {}
                if facts.get("ended") == line:
                    said: str = facts["said"]
                    return said
            if code is not None:
                raise command.failed(line)
            self._look()
            self._console.transient(f"  … {TITLES[line]}: {tail(command.log, lines=1)}")

    def _start_faces(self) -> None:
        port = self._wishes.port
        with self._console.step("Web, worker, beat"):
            started = [Process(one) for one in faces.programs(port, self._environ)]
            self._stack.callback(self._stop_faces, started)
            for process in started:
                self._watch(process)
                process.start()
            web = started[0]
            deadline = time.monotonic() + PATIENCE
            while not faces.is_ready(port):
                if web.runs >= HOPELESS_AFTER or time.monotonic() > deadline:
                    raise LocalError(
                        "The web server does not become ready.",
                        mend=f"Its last words:\n{web.last_words(30)}",
                    )
                self._supervisor.tick()
                time.sleep(LOOK_EVERY)

    def _stop_faces(self, started: list[Process]) -> None:
        for process in started:
            self._supervisor.forget(process)
            process.ask_to_stop()
        for process in started:
            process.stop()
            self._console.log("spindle", f"{process.name} stopped")

    def _report(self, logins: list[dict[str, str]]) -> None:
        domain = self._environ["SPINDLE_DOMAIN"]
        kind = "cold_start_s" if self._is_cold else "warm_start_s"
        write_state(
            self._environ,
            domain=domain,
            port=self._wishes.port,
            logins=logins,
            **{kind: round(self._timing.seconds, 2)},
        )
        self._stack.callback(STATE.unlink, missing_ok=True)
        say = self._console.line
        say()
        say(
            self._console.paint(f"Spindle is up: http://{domain}", "1")
            + f"   ({kind}={self._timing.seconds:.1f})"
        )
        say()
        rows: list[tuple[str, ...]] = [
            ("Public site", f"http://{domain}"),
            ("Portal of an enterprise", f"http://<slug>.{domain}"),
            ("API", f"http://api.{domain}/v1   with its documentation at /docs"),
            ("Console", f"http://console.{domain}"),
        ]
        for line in columns(rows):
            say(f"  {line}")
        say()
        if logins:
            facts = ("who", "host", "email", "password")
            rows = [tuple(login[fact] for fact in facts) for login in logins]
            for line in columns([("Demo login", "Host", "E-mail", "Password"), *rows]):
                say(f"  {line}")
            say()
        say(f"  Logs are in {beside_home(LOGS)}. Ctrl-C stops everything.")
        say()

    # --- what goes on meanwhile

    def _watch(self, process: Process) -> None:
        """Keep a process up and show what it writes from now on."""
        self._tails.append(LogTail(process.name, process.program.log))
        self._supervisor.add(process)

    def _look(self) -> None:
        """Look once at all children, and show what they wrote."""
        self._supervisor.tick()
        for log in self._tails:
            for text in log.new_lines():
                self._console.log(log.name, text)
        time.sleep(LOOK_EVERY)

    # --- commands that end

    def _manage(self, words: list[str], log: str) -> Command:
        return self._start([sys.executable, str(ROOT / "manage.py"), *words], log)

    def _start(self, argv: list[str], name: str) -> Command:
        LOGS.mkdir(parents=True, exist_ok=True)
        log = LOGS / f"{name}.log"
        with log.open("wb") as file:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=self._environ,
                # Ctrl-C in the terminal reaches it through us alone.
                start_new_session=True,
            )
        self._stack.callback(_end, child)
        return Command(shlex.join(argv[1:]), log, child)

    def _wait_for(self, command: Command) -> None:
        while command.child.poll() is None:
            self._look()
        if command.child.returncode:
            raise command.failed()


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
