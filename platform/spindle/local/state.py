"""What a running cloud says of itself to other commands."""

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from spindle.local import environment
from spindle.local.environment import ROOT, VAR
from spindle.local.errors import LocalError
from spindle.local.lock import holder_of

LOCK = VAR / "up.lock"
STATE = VAR / "up.json"
LOGS = VAR / "log"
# What a command must be given to work in a cloud that is up.
RUNTIME_VARIABLES = (
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "REDIS_URL",
    "SPINDLE_DOMAIN",
    "SPINDLE_SECRET_KEY",
    "SPINDLE_VAR",
)


class AlreadyUp(LocalError):
    """Raised when this checkout's cloud is running already."""

    def __init__(self, holder: str) -> None:
        state = read_state()
        where = f" at http://{state['domain']}" if "domain" in state else ""
        super().__init__(
            f"Spindle is already up{where}: process {holder} runs it.",
            mend="Use that one, or stop it by Ctrl-C in its terminal or `make stop`.",
        )


def read_state() -> dict[str, Any]:
    """Return what the running cloud says of itself; nothing if none runs."""
    if holder_of(LOCK) is None:
        return {}
    with suppress(OSError, ValueError):
        state = json.loads(STATE.read_text())
        if isinstance(state, dict):
            return state
    return {}


def within(environ: Mapping[str, str], words: list[str]) -> int:
    """Run a command with the database and secrets of the cloud that is up."""
    state = read_state()
    if not state:
        raise LocalError(
            "Spindle is not up in this checkout.", mend="Run `make up` first."
        )
    variables = environment.for_children(environ, **state["environment"])
    return subprocess.run(words, env=variables, cwd=ROOT, check=False).returncode


def write_state(environ: Mapping[str, str], **facts: Any) -> None:
    """Tell other commands how to reach this cloud."""
    known = {name: environ[name] for name in RUNTIME_VARIABLES}
    STATE.touch(mode=0o600)
    STATE.write_text(json.dumps({**facts, "environment": known}))
