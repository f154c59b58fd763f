"""Runs a reader of strangers' files as a process that may take only what it is given."""

import logging
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

# Nothing else of ours reaches the child: neither secrets nor the database's address.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "PYTHONPATH": str(Path(__file__).parents[3]),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reader of one file may take."""

    memory_mb: int = 1024
    cpu_seconds: int = 60
    wall_seconds: int = 90
    file_mb: int = 128


class ReaderLost(RuntimeError):
    """Raised when the reader was killed from outside; trying again may help."""


def run_reader(
    module: str, source: Path, answer: Path, limits: Limits, more: Iterable[str] = ()
) -> str:
    """Have a module read a file and write its answer; return a fault, or nothing.

    :raises ReaderLost: if the reader was killed from outside.
    """
    command = [
        sys.executable,
        # Neither the working folder, which holds the file, nor the user's packages.
        "-P",
        "-s",
        "-m",
        module,
        f"--file={source}",
        f"--answer={answer}",
        *more,
        f"--memory-mb={limits.memory_mb}",
        f"--cpu-seconds={limits.cpu_seconds}",
        f"--file-mb={limits.file_mb}",
    ]
    try:
        done = subprocess.run(  # noqa: S603  (our own reader, no shell)
            command,
            cwd=source.parent,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "too_slow"
    if done.returncode == -signal.SIGXCPU:
        return "too_slow"
    if done.returncode < 0:
        msg = f"the reader {module} was ended by signal {-done.returncode}"
        raise ReaderLost(msg)
    if done.returncode or not answer.exists() or not answer.stat().st_size:
        said = done.stderr.decode(errors="replace")[-2000:]
        logger.error("reader %s ended with %s: %s", module, done.returncode, said)
        return "too_large" if "MemoryError" in said else "reader_failed"
    return ""
