"""What a process gives up before it opens a file of strangers."""

import argparse
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path


def limit_self(*, memory_mb: int, cpu_seconds: int, file_mb: int) -> None:
    """Give up memory, time, files and outliving the parent before trusting the file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_mb << 20, file_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    os.umask(0o077)
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def read_limited(write_answer: Callable[[Path, Path], object]) -> None:
    """Read the file that the arguments name, within the limits that they name.

    The whole program of a reader: it gets the file, and the place of its answer.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--cpu-seconds", type=int, required=True)
    parser.add_argument("--file-mb", type=int, required=True)
    asked = parser.parse_args()
    limit_self(
        memory_mb=asked.memory_mb, cpu_seconds=asked.cpu_seconds, file_mb=asked.file_mb
    )
    write_answer(asked.file, asked.answer)
