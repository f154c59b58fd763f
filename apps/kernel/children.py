"""Starts a module of ours as a child process that may take only what it is given."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Nothing else of ours reaches the child: neither secrets nor the database's address.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "PYTHONPATH": str(Path(__file__).parents[2]),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may take."""

    memory_mb: int
    cpu_seconds: int
    wall_seconds: int
    file_mb: int


class TooSlow(Exception):
    """The child took more time than it was given, and was ended."""


def run(
    module: str,
    *arguments: str,
    folder: Path,
    limits: Limits,
    environment: Mapping[str, str] = ENVIRONMENT,
) -> subprocess.CompletedProcess[bytes]:
    """Run a module in a folder, and hand it the limits to set upon itself.

    :raises TooSlow: if it takes longer than it may, by its own clock or by ours.
    """
    command = [
        sys.executable,
        # Neither the working folder, which holds the file, nor the user's packages.
        "-P",
        "-s",
        "-m",
        module,
        *arguments,
        f"--memory-mb={limits.memory_mb}",
        f"--cpu-seconds={limits.cpu_seconds}",
        f"--file-mb={limits.file_mb}",
    ]
    try:
        done = subprocess.run(  # noqa: S603  (our own module, no shell)
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooSlow from error
    if done.returncode == -signal.SIGXCPU:
        raise TooSlow
    return done
