"""Has a file of strangers read by a process that may take only what it is given."""

import json
import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from apps.kernel import children
from apps.kernel.children import TooSlow

logger = logging.getLogger(__name__)


class Limits(children.Limits):
    """What the reader of one file may take, unless it is said otherwise."""

    def __init__(
        self,
        memory_mb: int = 1024,
        cpu_seconds: int = 60,
        wall_seconds: int = 90,
        file_mb: int = 128,
    ) -> None:
        super().__init__(memory_mb, cpu_seconds, wall_seconds, file_mb)


class ReaderLost(RuntimeError):
    """Raised when the reader was killed from outside; trying again may help."""


def answer_of(
    raw: bytes, module: str, limits: Limits, more: Iterable[str] = ()
) -> dict[str, Any]:
    """Return what a module says of a file, or the fault that keeps it from that.

    :raises ReaderLost: if the reader was killed from outside.
    """
    with tempfile.TemporaryDirectory(prefix="spindle-reading-") as folder:
        source, answer = Path(folder, "document"), Path(folder, "answer.json")
        source.write_bytes(raw)
        fault = run_reader(module, source, answer, limits, more)
        if fault:
            return {"fault": fault}
        said: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return said


def run_reader(
    module: str, source: Path, answer: Path, limits: Limits, more: Iterable[str] = ()
) -> str:
    """Have a module read a file and write its answer; return a fault, or nothing.

    :raises ReaderLost: if the reader was killed from outside.
    """
    try:
        done = children.run(
            module,
            f"--file={source}",
            f"--answer={answer}",
            *more,
            folder=source.parent,
            limits=limits,
        )
    except TooSlow:
        return "too_slow"
    if done.returncode < 0:
        msg = f"the reader {module} was ended by signal {-done.returncode}"
        raise ReaderLost(msg)
    if done.returncode or not answer.exists() or not answer.stat().st_size:
        said = done.stderr.decode(errors="replace")[-2000:]
        logger.error("reader %s ended with %s: %s", module, done.returncode, said)
        return "too_large" if "MemoryError" in said else "reader_failed"
    return ""
