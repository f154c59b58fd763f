"""Starts PostgreSQL and Valkey before Django asks where they are.

A plugin named on pytest's command line (see pyproject.toml): pytest-django reads
the settings before any conftest is loaded.
"""

import contextlib
import os
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
    if "SPINDLE_TEST_READY" not in os.environ and not early_config.option.help:
        _start()
    return (yield)


def _start() -> None:
    for path in (str(ROOT), str(ROOT / "platform")):
        if path not in sys.path:
            sys.path.insert(0, path)
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
