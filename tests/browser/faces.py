"""The web server and a worker in processes of their own, as `make up` starts them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from spindle.local import faces, ports
from spindle.local.environment import ROOT, for_children, inherited
from spindle.local.processes import Process

PATIENCE_SECONDS = 60


@contextmanager
def running_faces(directory: Path) -> Iterator[str]:
    """Serve on a free port with the test's own database; yield the domain."""
    port = ports.free_port()
    domain = f"localhost:{port}"
    environ = for_children(
        inherited(),
        DJANGO_SETTINGS_MODULE="spindle.settings.dev",
        SPINDLE_DOMAIN=domain,
        SPINDLE_VAR=str(directory),
        SPINDLE_LOG_LEVEL="WARNING",
    )
    (directory / "assets").symlink_to(ROOT / "var" / "assets")
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=ROOT,
        env=environ,
        check=True,
    )
    with ExitStack() as stack:
        started = []
        for program in faces.programs(port, environ):
            # Nothing waits long enough here to need the clock; and what `make up`
            # runs beside this checkout keeps its own logs and notes.
            if program.name == "beat":
                continue
            log = directory / f"{program.name}.log"
            process = Process(replace(program, log=log, record=None, grace=10))
            stack.callback(process.stop)
            process.start()
            started.append(process)
        _wait_until_ready(port, started)
        yield domain
        # Shown with a test that failed.
        for process in started:
            sys.stdout.write(f"--- {process.name}\n{process.last_words(40)}\n")


def _wait_until_ready(port: int, started: list[Process]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not faces.is_ready(port):
        for process in started:
            assert process.is_running, process.last_words()
        assert time.monotonic() < deadline, started[0].last_words()
        time.sleep(0.1)
