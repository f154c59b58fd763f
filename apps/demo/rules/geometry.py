"""Parts for demo requests, made as solids and written as binary STL.

Made at seed time instead of being shipped: a few lines say exactly what they are.
"""

import trimesh
from trimesh import Trimesh
from trimesh.transformations import rotation_matrix, translation_matrix

SECTIONS = 96


def _block(x: float, y: float, z: float, at: tuple[float, float, float]) -> Trimesh:
    return trimesh.creation.box(extents=(x, y, z), transform=translation_matrix(at))


def _bore(
    diameter: float, depth: float, at: tuple[float, float, float], *, axis: str = "z"
) -> Trimesh:
    turned = {
        "x": rotation_matrix(1.5707963267948966, (0, 1, 0)),
        "y": rotation_matrix(1.5707963267948966, (1, 0, 0)),
        "z": translation_matrix((0, 0, 0)),
    }[axis]
    return trimesh.creation.cylinder(
        radius=diameter / 2,
        height=depth,
        sections=SECTIONS,
        transform=translation_matrix(at) @ turned,
    )


def _cut(body: Trimesh, tools: list[Trimesh]) -> Trimesh:
    return trimesh.boolean.difference([body, *tools], engine="manifold")


def wheel_bracket() -> Trimesh:
    """Return an angle bracket of 120 x 80 x 90 mm with a bored upright."""
    base = _block(120, 80, 14, (0, 0, 7))
    upright = _block(16, 80, 78, (-52, 0, 51))
    body = trimesh.boolean.union([base, upright], engine="manifold")
    holes = [_bore(9, 60, (x, y, 7)) for x in (-20, 40) for y in (-28, 28)]
    return _cut(
        body,
        [
            *holes,
            _bore(42, 60, (-52, 0, 54), axis="x"),
            _block(44, 40, 20, (12, 0, 14)),
        ],
    )


def sensor_housing() -> Trimesh:
    """Return an open housing of 160 x 110 x 55 mm with 6 mm walls."""
    body = _block(160, 110, 55, (0, 0, 27.5))
    pocket = _block(148, 98, 49, (0, 0, 31))
    bosses = [
        _bore(4.2, 120, (x, y, 27.5)) for x in (-76.5, 76.5) for y in (-51.5, 51.5)
    ]
    connectors = [_bore(18, 40, (x, -52, 30), axis="y") for x in (-40, 0, 40)]
    return _cut(body, [pocket, *bosses, *connectors])


def pump_flange() -> Trimesh:
    """Return a round flange of 180 mm with a hub, a bore and eight bolt holes."""
    disc = _bore(180, 22, (0, 0, 11))
    hub = _bore(95, 40, (0, 0, 42))
    body = trimesh.boolean.union([disc, hub], engine="manifold")
    circle = [
        trimesh.creation.cylinder(
            radius=7,
            height=60,
            sections=32,
            transform=rotation_matrix(0.7853981633974483 * step, (0, 0, 1))
            @ translation_matrix((70, 0, 11)),
        )
        for step in range(8)
    ]
    return _cut(body, [_bore(60, 140, (0, 0, 30)), *circle])


def drive_shaft() -> Trimesh:
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
    solid = SOLIDS[name]()
    return bytes(solid.export(file_type="stl"))
