"""The programs that face people: web server, worker and clock."""

import http
import http.client
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress

from spindle.local import ports
from spindle.local.environment import ROOT, VAR
from spindle.local.processes import Program
from spindle.local.state import LOGS

AS_ROOT_WARNING = "You're running the worker with superuser privileges"
PYTHON = (sys.executable, "-W", f"ignore:{AS_ROOT_WARNING}", "-m")
CELERY = (*PYTHON, "celery", "--quiet", "--app=spindle.celery:app")


def programs(port: int, environ: Mapping[str, str]) -> Iterator[Program]:
    """Yield how each is started, the web server first."""
    yield _program(
        "web",
        [
            *(*PYTHON, "gunicorn", "spindle.wsgi:application"),
            f"--bind={ports.LOOPBACK}:{port}",
            *("--worker-class=gthread", "--workers=2", "--threads=4"),
            *("--graceful-timeout=5", "--log-level=warning", "--access-logfile=-"),
            "--access-logformat=%({host}i)s %(m)s %(U)s %(s)s %(M)s ms",
        ],
        environ,
    )
    yield _program(
        "worker",
        [
            *(*CELERY, "worker", "--loglevel=INFO", "--concurrency=2"),
            *("--without-gossip", "--without-mingle"),
        ],
        environ,
        # Jobs are rows: what is cut short is done again. Asked more politely,
        # Celery would wait for a broker and a database that are gone.
        orphan_signal=signal.SIGKILL,
    )
    yield _program(
        "beat",
        [
            *(*CELERY, "beat", "--loglevel=WARNING", "--pidfile="),
            f"--schedule={VAR / 'run' / 'schedule'}",
        ],
        environ,
    )


def is_ready(port: int) -> bool:
    """Tell whether the web server can serve."""
    wire = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=10)
    with suppress(OSError, http.client.HTTPException), closing(wire):
        wire.request("GET", "/readyz", headers={"Host": "localhost"})
        return wire.getresponse().status == http.HTTPStatus.OK
    return False


def _program(
    name: str,
    argv: Sequence[str],
    environ: Mapping[str, str],
    orphan_signal: signal.Signals = signal.SIGTERM,
) -> Program:
    return Program(
        name=name,
        argv=argv,
        log=LOGS / f"{name}.log",
        directory=ROOT,
        environment=environ,
        orphan_signal=orphan_signal,
        record=VAR / "run" / f"{name}.pid",
    )
