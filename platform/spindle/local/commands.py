"""Runs several management commands in one process, as starting Django takes a while.

Called as `python -m spindle.local.commands REPORT "prepare" "demo --once"`. One line of
JSON is added to the file REPORT when a command starts and another when it has ended.
"""

import io
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.core.management import CommandError, call_command


class Tee(io.StringIO):
    """Keeps what is written, and shows it at once."""

    def write(self, text: str) -> int:
        """Write to the real output too."""
        sys.stdout.write(text)
        sys.stdout.flush()
        return super().write(text)


def main(report: Path, lines: list[str]) -> int:
    """Run the commands; stop at the first that fails."""
    django.setup()
    with report.open("a", buffering=1) as file:

        def tell(**facts: Any) -> None:
            file.write(json.dumps(facts) + "\n")

        for line in lines:
            name, *options = shlex.split(line)
            tell(started=line)
            started = time.perf_counter()
            said = Tee()
            try:
                call_command(name, *options, stdout=said)
            except CommandError as error:
                sys.stderr.write(f"{error}\n")
                return error.returncode
            seconds = round(time.perf_counter() - started, 3)
            tell(ended=line, seconds=seconds, said=said.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
