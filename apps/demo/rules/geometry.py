"""Parts for demo requests, made as solids and written as binary STL.

Made at seed time instead of being shipped: a few lines say exactly what they are.
"""

import math
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray

# trimesh has types, but not for what it returns from its makers of solids.
Solid = Any
Point = tuple[float, float, float]

SECTIONS = 96
ALONG = {
    "x": ((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    "y": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "z": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def _placed(at: Point, *, axis: str = "z") -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, :3] = ALONG[axis]
    matrix[:3, 3] = at
    return matrix


def _block(x: float, y: float, z: float, at: Point) -> Solid:
    return trimesh.creation.box(extents=(x, y, z), transform=_placed(at))


def _bore(diameter: float, depth: float, at: Point, *, axis: str = "z") -> Solid:
    return trimesh.creation.cylinder(
        radius=diameter / 2,
        height=depth,
        sections=SECTIONS,
        transform=_placed(at, axis=axis),
    )


def _joined(*bodies: Solid) -> Solid:
    return trimesh.boolean.union(list(bodies), engine="manifold")


def _cut(body: Solid, *tools: Solid) -> Solid:
    return trimesh.boolean.difference([body, *tools], engine="manifold")


def wheel_bracket() -> Solid:
    """Return an angle bracket of 120 x 80 x 90 mm with a bored upright."""
    base = _block(120, 80, 14, (0, 0, 7))
    upright = _block(16, 80, 78, (-52, 0, 51))
    return _cut(
        _joined(base, upright),
        *[_bore(9, 60, (x, y, 7)) for x in (-20, 40) for y in (-28, 28)],
        _bore(42, 60, (-52, 0, 54), axis="x"),
        _block(44, 40, 20, (12, 0, 14)),
    )


def sensor_housing() -> Solid:
    """Return an open housing of 160 x 110 x 55 mm with 6 mm walls."""
    return _cut(
        _block(160, 110, 55, (0, 0, 27.5)),
        _block(148, 98, 49, (0, 0, 31)),
        *[_bore(4.2, 120, (x, y, 27.5)) for x in (-76.5, 76.5) for y in (-51.5, 51.5)],
        *[_bore(18, 40, (x, -52, 30), axis="y") for x in (-40, 0, 40)],
    )


def pump_flange() -> Solid:
    """Return a round flange of 180 mm with a hub, a bore and eight bolt holes."""
    disc = _bore(180, 22, (0, 0, 11))
    hub = _bore(95, 40, (0, 0, 42))
    turns = [math.pi / 4 * step for step in range(8)]
    return _cut(
        _joined(disc, hub),
        _bore(60, 140, (0, 0, 30)),
        *[_bore(14, 60, (70 * math.cos(t), 70 * math.sin(t), 11)) for t in turns],
    )


def drive_shaft() -> Solid:
    """Return a stepped shaft of 310 mm with diameters 30, 45, 52 and 35 mm."""
    profile = [(0, 0), (15, 0), (15, 70), (22.5, 70), (22.5, 150), (26, 150)]
    profile += [(26, 190), (17.5, 190), (17.5, 310), (0, 310)]
    return trimesh.creation.revolve(profile, sections=SECTIONS)


SOLIDS = {
    "wheel-bracket": wheel_bracket,
    "sensor-housing": sensor_housing,
    "pump-flange": pump_flange,
    "drive-shaft": drive_shaft,
}


def stl_of(name: str) -> bytes:
    """Return a part as binary STL, the same bytes each time."""
    written: bytes = SOLIDS[name]().export(file_type="stl")
    return written
