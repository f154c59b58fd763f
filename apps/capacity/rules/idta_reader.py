"""Reads the calendar out of a package of IDTA 02067 in a process of its own.

Run with `python -m` by `idta_file`; packages are opened as `aas_reader` does, within the
same bounds. The answer is one object of JSON: `{"fault": code, ...}`, or the calendar
file and what else the package holds.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

from apps.kernel.limits import read_limited
from apps.machines.rules.aas_reader import Unreadable, read

MOST_CALENDAR_MB = 2
MOST_TOLD = 200
KNOWN = {"X_BREAK", "X_MAINTENANCE", "X_PRODUCTION_DAY"}


def calendar_in(source: Path) -> dict[str, Any]:
    """Tell the calendar of the first production calendar in a package."""
    from basyx.aas import model

    if not zipfile.is_zipfile(source):
        raise Unreadable("no_file")
    found = read(source)
    left: list[dict[str, str]] = []
    calendars = []
    for one in found.objects:
        if not isinstance(one, model.Submodel):
            continue
        if is_calendar(one):
            calendars.append(one)
        else:
            left.append({"what": str(one.id_short or one.id), "why": "file_element"})
    if not calendars:
        raise Unreadable("no_submodel")
    left += [
        {"what": str(other.id), "why": "other_calendar"} for other in calendars[1:]
    ]
    path = ""
    for element in calendars[0].submodel_element:
        name = str(element.id_short)
        if isinstance(element, model.File) and name.lower() == "calendar":
            path = str(element.value or "")
        elif name == "specificationExtensionVariables":
            left += unknown_variables(element)
        else:
            why = "inherited_from" if name == "inheritedFrom" else "file_element"
            left.append({"what": name, "why": why})
    return {"ics": part(source, path), "left": left[:MOST_TOLD]}


def is_calendar(submodel: Any) -> bool:
    """Say whether a submodel is a production calendar by its meaning or its name."""
    meaning = submodel.semantic_id
    keys = [key.value.lower() for key in meaning.key] if meaning is not None else []
    name = str(submodel.id_short or "").lower()
    return any("productioncalendar" in word for word in (*keys, name))


def unknown_variables(element: Any) -> list[dict[str, str]]:
    """Name variables that extend the calendar in a way that is not read."""
    found = []
    for one in element.value or ():
        for child in getattr(one, "value", None) or ():
            if str(child.id_short) == "variableName":
                name = str(child.value)
                plain = name.upper().replace("-", "_")
                if plain not in KNOWN and not plain.startswith("X_SPINDLE_"):
                    found.append({"what": name, "why": "no_place"})
    return found


def part(source: Path, path: str) -> str:
    """Return the text of a file in the package."""
    with zipfile.ZipFile(source) as package:
        try:
            info = package.getinfo(path.removeprefix("file://").lstrip("/"))
        except KeyError as error:
            raise Unreadable("no_file") from error
        if info.file_size > MOST_CALENDAR_MB << 20:
            raise Unreadable("too_large")
        with package.open(info) as file:
            raw = file.read((MOST_CALENDAR_MB << 20) + 1)
    if len(raw) > MOST_CALENDAR_MB << 20:
        raise Unreadable("too_large")
    return raw.decode("utf-8-sig", errors="replace")


def write_answer(source: Path, answer: Path) -> None:
    """Write what the package says."""
    said: dict[str, Any]
    try:
        said = calendar_in(source)
    except Unreadable as fault:
        said = {"fault": fault.fault, **fault.facts}
    except MemoryError:
        said = {"fault": "too_large"}
    except RecursionError:
        said = {"fault": "broken", "reason": "nested too deeply"}
    except Exception as error:  # noqa: BLE001  (libraries raise anything on such files)
        said = {"fault": "broken", "reason": str(error)[:MOST_TOLD]}
    answer.write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    read_limited(write_answer)
