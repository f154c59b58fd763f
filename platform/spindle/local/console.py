"""What the person at the terminal sees."""

import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO
from unicodedata import east_asian_width

COLORS = {
    "web": "32",
    "worker": "34",
    "beat": "35",
    "postgres": "36",
    "valkey": "33",
    "spindle": "1",
}
RED, YELLOW, GREEN, DIM, BOLD = "31", "33", "32", "2", "1"
TITLE_WIDTH = 20
NAME_WIDTH = 8


class Console:
    """Writes steps with their times, log lines with their source, and problems."""

    def __init__(
        self, stream: TextIO | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self._stream = stream or sys.stdout
        environ = {} if environ is None else environ
        self._is_terminal = self._stream.isatty() and environ.get("TERM") != "dumb"
        self._has_color = (
            self._is_terminal or "FORCE_COLOR" in environ
        ) and "NO_COLOR" not in environ
        self._has_unicode = "utf" in (self._stream.encoding or "").lower()

    def line(self, text: str = "") -> None:
        """Write one line."""
        self._write(text + "\n")

    def paint(self, text: str, code: str) -> str:
        """Return text in a color, where colors are shown."""
        return f"\033[{code}m{text}\033[0m" if self._has_color else text

    @contextmanager
    def step(self, title: str) -> Iterator["Step"]:
        """Show a step while it runs and, when it ends, how long it took."""
        step = Step(self, title)
        step.show_running()
        try:
            yield step
        except BaseException:
            step.show_end(self.paint("✗" if self._has_unicode else "x", RED))
            raise
        step.show_end(self.paint("✓" if self._has_unicode else "+", GREEN))

    def log(self, name: str, text: str) -> None:
        """Show one line that a child wrote to its log."""
        bar = "│" if self._has_unicode else "|"
        prefix = self.paint(f"{name:<{NAME_WIDTH}} {bar}", COLORS.get(name, BOLD))
        self.line(f"{prefix} {self._by_severity(text)}")

    def problem(self, what: str, mend: str = "") -> None:
        """Say what is wrong and how to mend it."""
        self.line()
        self.line(self.paint(what, RED))
        if mend:
            self.line(mend)

    def transient(self, text: str) -> None:
        """Show text that the next line replaces; nothing if that is not possible."""
        if self._is_terminal:
            width = shutil.get_terminal_size().columns - 1
            self._write(f"\r\033[K{text[:width]}\r")

    def _by_severity(self, text: str) -> str:
        if any(word in text for word in ("ERROR", "CRITICAL", "FATAL", "Traceback")):
            return self.paint(text, RED)
        if "WARNING" in text:
            return self.paint(text, YELLOW)
        return text

    def _write(self, text: str) -> None:
        if not self._has_unicode:
            encoding = self._stream.encoding or "ascii"
            text = text.encode(encoding, errors="replace").decode(encoding)
        # The terminal may be closed while the cloud goes on to stop cleanly.
        with suppress(OSError, ValueError):
            if self._is_terminal and not text.startswith("\r"):
                text = f"\r\033[K{text}"
            self._stream.write(text)
            self._stream.flush()


class Step:
    """One step of a longer way."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._started = time.perf_counter()
        self._note = ""

    @property
    def seconds(self) -> float:
        """Return how long the step has taken so far."""
        return time.perf_counter() - self._started

    def note(self, text: str) -> None:
        """Say something short about the outcome."""
        self._note = text

    def show_running(self, detail: str = "") -> None:
        """Show that the step goes on."""
        self._console.transient(f"  … {self._title:<{TITLE_WIDTH}} {detail}")

    def show_end(self, mark: str) -> None:
        """Show the step with its time."""
        note = self._console.paint(self._note, DIM)
        line = f"  {mark} {self._title:<{TITLE_WIDTH}} {self.seconds:6.1f} s   {note}"
        self._console.line(line.rstrip())


class LogTail:
    """Reads what has been added to a log since the last look."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._offset = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def new_lines(self) -> Iterator[str]:
        """Yield the whole lines added since the last look."""
        try:
            size = self._path.stat().st_size
            if size < self._offset:  # A new file: the old one was set aside.
                self._offset = 0
            if size == self._offset:
                return
            with self._path.open("rb") as file:
                file.seek(self._offset)
                chunk = file.read(1_000_000)
        except OSError:
            return
        self._offset += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            text = line.decode(errors="replace").rstrip()
            if text:
                yield text


def columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Set rows in columns."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        padded = (cell + " " * (width - _width(cell)) for cell, width in cells)
        yield "   ".join(padded).rstrip()


def _width(text: str) -> int:
    """Return how many columns text takes; a Chinese character takes two."""
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def beside_home(path: Path) -> str:
    """Return a path as a person would write it from the folder they are in."""
    with suppress(ValueError):
        return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
    return str(path)
