"""Stopping a running cloud, and starting afresh."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from spindle.local import lock, state
from spindle.local.accounts import outside_folder_of
from spindle.local.console import Console, beside_home
from spindle.local.environment import ROOT, VAR
from spindle.local.errors import LocalError
from spindle.local.processes import ancestors, processes_in, wait_until

LONGEST_STOP = 60.0
# What costs only time to make again, and is the same in every world.
KEPT = ("npm", "assets", "static", "static.fingerprint")


def stop(console: Console) -> None:
    """Stop the cloud of this checkout, if one runs."""
    holder = lock.holder_of(state.LOCK)
    if holder is None:
        console.line("Spindle is not running here.")
        return
    with suppress(ProcessLookupError):
        os.kill(holder, signal.SIGTERM)
    if not wait_until(
        lambda: lock.holder_of(state.LOCK) is None, seconds=LONGEST_STOP, every=0.2
    ):
        raise LocalError(
            f"Process {holder} has not stopped within {LONGEST_STOP:.0f} s.",
            mend=f"See its terminal; `kill -9 {holder}` ends it, and its children.",
        )
    console.line("Spindle is stopped.")


def reset(console: Console) -> None:
    """Throw away the data of this checkout: tables, queues, files, secrets."""
    stop(console)
    with lock.DirectoryLock(state.LOCK):
        for path in VAR.iterdir() if VAR.exists() else ():
            if path == state.LOCK or path.name in KEPT:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        shutil.rmtree(outside_folder_of(VAR), ignore_errors=True)
    console.line(
        f"All data in {beside_home(VAR)} is gone. `make up` makes a new world."
    )


def leftovers(console: Console) -> int:
    """Name the processes that still work in this checkout's data, or on its code."""
    data = {
        pid for folder in (VAR, outside_folder_of(VAR)) for pid in processes_in(folder)
    }
    code = {
        pid
        for pid in processes_in(ROOT)
        if str(ROOT / ".venv").encode() in _command_line(pid)
    }
    left = (data | code) - ancestors()
    for pid in sorted(left):
        line = _command_line(pid).replace(bytes(1), b" ").decode(errors="replace")
        console.line(f"{pid} {line}")
    return 1 if left else 0


def _command_line(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
