"""The outlines of countries, read from TopoJSON of Natural Earth once per process."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

Line = npt.NDArray[np.float32]
"""Points of longitude and latitude, one a row."""

TURN = 360.0
COARSE, FINE = "countries-110m.json", "countries-50m.json"


@dataclass(frozen=True, slots=True)
class Atlas:
    """Rings of land, and the lines where two countries meet."""

    land: tuple[Line, ...] = ()
    borders: tuple[Line, ...] = ()


NOTHING = Atlas()


def atlas(name: str) -> Atlas:
    """Return the outlines of one scale; none while the assets are not there."""
    path = Path(settings.SPINDLE_ATLAS) / name
    return _read(path) if path.exists() else NOTHING


@cache
def _read(path: Path) -> Atlas:
    return decoded(json.loads(path.read_bytes()))


def decoded(topology: dict[str, Any]) -> Atlas:
    """Read a topology: arcs of quantized steps, and objects that are made of arcs."""
    scale = np.array(topology["transform"]["scale"])
    origin = np.array(topology["transform"]["translate"])
    arcs = [
        (np.cumsum(np.array(arc), axis=0) * scale + origin).astype(np.float32)
        for arc in topology["arcs"]
    ]
    used = Counter(
        index if index >= 0 else ~index
        for ring in _rings(topology["objects"]["countries"])
        for index in ring
    )
    return Atlas(
        land=tuple(
            _whole(_joined([arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]))
            for ring in _rings(topology["objects"]["land"])
        ),
        # A coast belongs to one country, a border to two.
        borders=tuple(
            _unwound(arcs[index]) for index in sorted(used) if used[index] > 1
        ),
    )


def _rings(shape: dict[str, Any]) -> Iterator[list[int]]:
    """Yield each ring as the arcs that it is made of; ~i is arc i backwards."""
    match shape["type"]:
        case "GeometryCollection":
            for part in shape["geometries"]:
                yield from _rings(part)
        case "MultiPolygon":
            for polygon in shape["arcs"]:
                yield from polygon
        case "Polygon":
            yield from shape["arcs"]


def _joined(parts: list[Line]) -> Line:
    """Put arcs end to end; each begins where the one before ended."""
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _unwound(line: Line) -> Line:
    """Let a line that crosses the antimeridian go on beyond 180°, not jump to -180°."""
    jumps = np.round(np.diff(line[:, 0]) / TURN)
    found = line.copy()
    found[1:, 0] -= np.cumsum(jumps) * TURN
    found[:, 0] -= np.floor((found[:, 0].min() + TURN / 2) / TURN) * TURN
    return found


def _whole(ring: Line) -> Line:
    """Return a ring that is closed on the plane: one around a pole goes along it."""
    found = _unwound(ring)
    first, last = found[0], found[-1]
    if abs(last[0] - first[0]) < TURN / 2:
        return found
    pole = np.copysign(90.0, first[1])
    return np.concatenate(
        [found, np.array([[last[0], pole], [first[0], pole]], dtype=np.float32)]
    )
