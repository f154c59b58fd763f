"""A line of progress in a terminal: bar, count, rate and time left."""

import time
from typing import TextIO

from tenants.fleet import rules
from tenants.fleet.types import Advance

WIDTH = 30
SECONDS_BETWEEN = 0.1


class ProgressBar:
    """Draws how far a run has come, over itself; in a file it says nothing.

    Lines that are said meanwhile go above it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._is_terminal = stream.isatty()
        self._drawn_at = 0.0
        self._line = ""

    def watch(self, advance: Advance) -> None:
        """Draw, unless it was drawn a moment ago and more is to come."""
        now = time.monotonic()
        is_over = advance.done >= advance.total
        if not self._is_terminal or (
            not is_over and now - self._drawn_at < SECONDS_BETWEEN
        ):
            return
        self._drawn_at = now
        self._show(line_of(advance))

    def say(self, text: str) -> None:
        """Write a line of its own."""
        line = self._line
        self._show("")
        self.stream.write(f"{text}\n")
        self._show(line)

    def close(self) -> None:
        """Leave the last drawing where it is."""
        if self._line:
            self.stream.write("\n")
            self._line = ""

    def _show(self, line: str) -> None:
        if self._is_terminal and (line or self._line):
            self.stream.write("\r\x1b[2K" + line)
            self.stream.flush()
        self._line = line


def line_of(advance: Advance) -> str:
    """Return the bar as text."""
    share = advance.done / advance.total if advance.total else 1.0
    rate = advance.done / advance.seconds if advance.seconds > 0 else 0.0
    left = rules.seconds_left(done=advance.done, total=advance.total, per_second=rate)
    full = round(share * WIDTH)
    return (
        f"[{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}"
        f" {advance.done}/{advance.total}, {rate:.0f}/s, {time_of(left)} left"
        + (f", {advance.failed} failed" if advance.failed else "")
        + f" - {advance.label}"
    )


def time_of(seconds: float | None) -> str:
    """Return a length of time in a few letters."""
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
