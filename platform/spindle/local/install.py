"""Makes .venv and installs the pinned packages; quick when nothing has changed.

Run as a file, by whatever `python3` there is: it uses the standard library alone.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
NEWER_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14")


def main() -> int:
    """Install what `make up` needs and, if asked, what `make test` needs too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--development", action="store_true")
    wanted = ["requirements.txt"]
    if parser.parse_args().development:
        wanted.append("requirements-dev.txt")
    if sys.version_info < OLDEST:
        return _hand_over_to_newer()
    started = time.perf_counter()
    # Two commands at once: the second waits, and finds the work done.
    with (ROOT / "requirements.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = _install(wanted)
    seconds = time.perf_counter() - started
    _say_done(f"{'Python packages':<20} {seconds:6.1f} s   {note}")
    return 0


def _say_done(text: str) -> None:
    """Write as spindle.local.console does, which this file cannot import."""
    mark = "✓" if "utf" in (sys.stdout.encoding or "").lower() else "+"
    if sys.stdout.isatty() and not os.getenv("NO_COLOR"):
        mark = f"\033[32m{mark}\033[0m"
    sys.stdout.write(f"  {mark} {text}\n")


def _hand_over_to_newer() -> int:
    for name in NEWER_NAMES:
        newer = shutil.which(name)
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606  (no shell wanted)
    return _refuse(
        f"Spindle needs Python 3.11 or newer; {sys.executable} is "
        f"{sys.version.split()[0]}.",
        "Install a newer one, or name it: make up PYTHON=/path/to/python3.11",
    )


def _install(wanted: list[str]) -> str:
    if _is_whole() and _is_current(wanted):
        return "up to date"
    if not _is_whole():
        _make_venv()
    files = [part for name in wanted for part in ("-r", str(ROOT / name))]
    sys.stdout.write(f"  Installing the packages of {' and '.join(wanted)}\n")
    sys.stdout.flush()
    done = subprocess.run(
        [
            *(str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"),
            *("--quiet", *files, "-c", str(LOCK)),
        ],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-15:])
        raise SystemExit(
            _refuse(
                "pip could not install the packages.",
                "Is its index within reach, and is the disk full? Running the same "
                f"command again goes on from here. It said:\n{said}",
            )
        )
    for name in wanted:
        _mark_of(name).write_text(_fingerprint(name))
    return "installed"


def _is_whole() -> bool:
    """Tell whether .venv is there, has pip, and its Python is still this one."""
    if not PYTHON.exists():
        return False
    asked = subprocess.run(
        [
            str(PYTHON),
            "-c",
            "import pip, sys; print(sys.prefix)",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    # A folder that has been moved has the old one as its prefix.
    return asked.returncode == 0 and Path(asked.stdout.strip()) == VENV


def _is_current(wanted: list[str]) -> bool:
    return all(
        _mark_of(name).exists() and _mark_of(name).read_text() == _fingerprint(name)
        for name in wanted
    )


def _mark_of(name: str) -> Path:
    return VENV / f".installed-{name}"


def _fingerprint(name: str) -> str:
    digest = hashlib.sha256()
    for path in (ROOT / name, LOCK):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SystemExit(
            _refuse(
                f"{sys.executable} cannot make virtual environments: "
                "it comes without ensurepip.",
                "Debian and Ubuntu keep it in a package of its own:\n"
                f"  apt install python{version}-venv",
            )
        )
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            _refuse(f"{VENV} could not be made.", (done.stdout + done.stderr).strip())
        )


def _refuse(what: str, mend: str) -> int:
    sys.stderr.write(f"\n{what}\n{mend}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
