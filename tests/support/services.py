"""Starts PostgreSQL and Valkey before Django asks where they are.

A plugin named on pytest's command line (see pyproject.toml): pytest-django reads
the settings before any conftest is loaded. Run on several cores (`-n 2`), each worker
of pytest-xdist starts services of its own, for tests empty, lock and kill them.
"""

import contextlib
import os
import random
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spindle.local.services import ServiceUrls

ROOT = Path(__file__).resolve().parents[2]
SECRET = "for-the-test-suite-only-not-a-secret-at-all"
_running = contextlib.ExitStack()
started: "list[ServiceUrls]" = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config,
) -> Generator[None, object, object]:
    """Start services, make roles, and say in the environment where they are."""
    # Before anything of spindle is loaded, which would choose the settings of `make up`.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spindle.settings.test")
    option = early_config.known_args_namespace
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if getattr(option, "numprocesses", None) and not worker:
        _only_lead()
    elif "SPINDLE_TEST_READY" not in os.environ and not option.help:
        if worker:
            # What the lead put there, to load the settings with, is nobody's database.
            os.environ.pop("DATABASE_URL")
        _start()
    return (yield)


def _only_lead() -> None:
    """Let this process load the settings; its workers run the tests."""
    if os.environ.get("DATABASE_URL") or os.environ.get("REDIS_URL"):
        raise pytest.UsageError(
            "DATABASE_URL and REDIS_URL name one database, which several workers cannot "
            "share: run with -n 0."
        )
    _find_code()
    from spindle.local import messages

    messages.compile_all()
    os.environ["SPINDLE_SECRET_KEY"] = SECRET
    os.environ["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    # All workers must list the same tests, those too that are made from sets.
    os.environ.setdefault("PYTHONHASHSEED", str(random.randrange(2**32)))


def _find_code() -> None:
    for path in (str(ROOT), str(ROOT / "platform")):
        if path not in sys.path:
            sys.path.insert(0, path)


def _start() -> None:
    _find_code()
    from spindle.local import messages, services
    from tenants.provisioning.bootstrap import bootstrap

    # Tests of Chinese and Russian read the catalogues, which are not committed compiled.
    messages.compile_all()
    directory = Path(tempfile.mkdtemp(prefix="spindle-test-"))
    (directory / "static").mkdir()
    os.environ["SPINDLE_VAR"] = str(directory)
    os.environ["SPINDLE_SECRET_KEY"] = SECRET
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        urls = _running.enter_context(services.running(directory, durable=False))
        started.append(urls)
        os.environ.setdefault("DATABASE_URL", urls.database_admin_url)
        os.environ.setdefault("REDIS_URL", urls.redis_url)
    admin = os.environ["DATABASE_URL"]
    os.environ["DATABASE_ADMIN_URL"] = admin
    os.environ["DATABASE_URL"] = bootstrap(admin, SECRET)
    os.environ["SPINDLE_TEST_READY"] = "1"


def pytest_unconfigure() -> None:
    """Stop what was started."""
    _running.close()
