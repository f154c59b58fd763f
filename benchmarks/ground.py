"""What benchmarks stand on: databases, roles and processes of their own."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from spindle.local import environment, faces
from spindle.local.environment import ROOT

SECRET = "only-for-this-benchmark-nothing-is-kept"
PATIENCE = 900


def a_database(admin_url: str, name: str) -> str:
    """Make an empty database beside the given one; return its address."""
    admin = psycopg2.connect(admin_url)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    admin.close()
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))


def bootstrap(given: Mapping[str, str], url: str) -> str:
    """Make Spindle's roles and extensions; return the runtime login's address."""
    # In a child: of Spindle's own code this process loads what needs no settings.
    code = (
        "import sys; from tenants.provisioning.bootstrap import bootstrap;"
        "print(bootstrap(sys.argv[1], sys.argv[2]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, url, SECRET],
        env=environment.for_children(given),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def run(words: list[str], variables: Mapping[str, str]) -> str:
    """Run one of our modules and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        env=dict(variables),
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:2])} failed: {done.stdout[-2000:]}")
    return done.stdout


@contextmanager
def serving(port: int, variables: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Run the web server and the worker as `make up` does."""
    children = []
    try:
        for program in faces.programs(port, variables):
            if program.name == "beat":
                continue
            with (folder / f"{program.name}.log").open("wb") as log:
                children.append(
                    subprocess.Popen(
                        [str(word) for word in program.argv],
                        env=dict(variables),
                        cwd=ROOT,
                        stdout=log,
                        stderr=log,
                    )
                )
        until = time.monotonic() + 60
        while not faces.is_ready(port):
            if time.monotonic() > until:
                log = (folder / "web.log").read_text()
                raise SystemExit(f"The web server did not come up: {log[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=60)
