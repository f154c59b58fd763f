"""Reads one Catena-X aspect in a process of its own: it may be hostile.

Run with `python -m` by `catena_x_file`; of Spindle it imports nothing but the limits
that it takes upon itself before it opens the file. The answer is one object of JSON:
`{"fault": code, ...}`, or `{"aspect": ...}` with texts that can be stored.
"""

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from apps.kernel.limits import read_limited

MOST_ELEMENTS = 200_000
# The model itself nests some ten levels deep.
MOST_LEVELS = 32
MOST_DIGITS = 40
MOST_TEXT = 2_000
SETS = (
    "machines",
    "capabilities",
    "machineTools",
    "processes",
    "products",
    "certificates",
)
# What the database, or any text, cannot hold.
UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Unreadable(Exception):
    """The file is no aspect."""

    def __init__(self, fault: str, **facts: object) -> None:
        super().__init__(fault)
        self.fault, self.facts = fault, facts


def read(raw: bytes) -> dict[str, Any]:
    """Read an aspect, within its limits."""
    try:
        said = json.loads(
            raw.decode("utf-8-sig"), parse_constant=refuse, parse_int=whole
        )
    except UnicodeDecodeError as error:
        raise Unreadable("no_text") from error
    except RecursionError as error:
        raise Unreadable("too_deep", most=MOST_LEVELS) from error
    except ValueError as error:
        raise Unreadable("json_broken", reason=str(error)[:200]) from error
    check_size(said)
    if not isinstance(said, dict) or not any(name in said for name in SETS):
        raise Unreadable("no_aspect")
    for name in SETS:
        if not isinstance(said.get(name, []), list):
            raise Unreadable("no_set", path=f"$.{name}")
    found = cleaned(said)
    assert isinstance(found, dict)
    return found


def refuse(constant: str) -> NoReturn:
    """Refuse what JSON does not know, though readers of it often do."""
    msg = f"{constant} is no value of JSON"
    raise ValueError(msg)


def whole(digits: str) -> int:
    """Refuse numbers so long that reading them takes time."""
    if len(digits) > MOST_DIGITS:
        msg = f"a number has {len(digits)} digits"
        raise ValueError(msg)
    return int(digits)


def check_size(said: Any) -> None:
    """Refuse what is nested deeper or holds more than any real aspect."""
    level = count = 0
    at = [said]
    while at:
        level += 1
        count += len(at)
        if level > MOST_LEVELS:
            raise Unreadable("too_deep", most=MOST_LEVELS)
        if count > MOST_ELEMENTS:
            raise Unreadable("too_many", most=MOST_ELEMENTS)
        at = [
            below
            for one in at
            if isinstance(one, dict | list)
            for below in (one.values() if isinstance(one, dict) else one)
        ]


def cleaned(said: Any) -> Any:
    """Return texts without what cannot be stored, and without endless ones."""
    if isinstance(said, dict):
        return {cleaned(key): cleaned(value) for key, value in said.items()}
    if isinstance(said, list):
        return [cleaned(one) for one in said]
    if isinstance(said, str):
        return UNSAYABLE.sub("", said[:MOST_TEXT]).strip()
    return said


def write_answer(source: Path, answer: Path) -> None:
    """Write what the file says."""
    said: dict[str, Any]
    try:
        said = {"aspect": read(source.read_bytes())}
    except Unreadable as fault:
        said = {"fault": fault.fault, **fault.facts}
    except MemoryError:
        said = {"fault": "too_large"}
    answer.write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    read_limited(write_answer)
