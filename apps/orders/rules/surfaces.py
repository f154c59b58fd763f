"""Measures surfaces of triangles; it runs where part files are read."""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

# Named so that the module can be imported without numpy.
Array: TypeAlias = Any

LARGEST_COORDINATE_MM = 100_000.0
# Corners this close, as a share of the diagonal, are one corner.
WELD_SHARES = (1e-6, 1e-5)
# Below this share of its bounding box a closed surface holds nothing.
SMALLEST_FILL = 1e-7


class Unreadable(Exception):
    """The file cannot give a part; `code` says why, `facts` with which figures."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Measured:
    """What a closed triangle mesh says about a part, in millimetres."""

    volume: float
    area: float
    low: tuple[float, ...]
    high: tuple[float, ...]
    triangles: int
    bodies: int
    cavities: int

    @property
    def diagonal(self) -> float:
        """Length of the bounding box from corner to corner."""
        return math.dist(self.low, self.high)


def open_edges(faces: Array) -> Array:
    """Return the edges, as pairs of corners, that the facets do not close.

    A surface is closed when each edge is walked as often one way as the other. This
    holds where bodies touch along an edge, and where a facet has shrunk to a line,
    which the usual "two facets an edge" refuses.
    """
    import numpy as np

    starts = faces.reshape(-1)
    ends = np.roll(faces, -1, axis=1).reshape(-1)
    way = np.sign(ends - starts)
    corners = int(faces.max()) + 1
    keys = np.minimum(starts, ends) * corners + np.maximum(starts, ends)
    edges, place = np.unique(keys, return_inverse=True)
    balance = np.bincount(place, weights=way, minlength=len(edges))
    unclosed = edges[balance != 0]
    return np.column_stack((unclosed // corners, unclosed % corners))


def weld(vertices: Array, faces: Array, edges: Array, distance: float) -> Array:
    """Return the faces with corners of open edges that nearly coincide made one."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    loose = np.unique(edges)
    pairs = cKDTree(vertices[loose]).query_pairs(distance, output_type="ndarray")
    if not len(pairs):
        return faces
    links = coo_array(
        (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(loose),) * 2
    )
    _, group = connected_components(links, directed=False)
    _, first = np.unique(group, return_index=True)
    target = np.arange(len(vertices))
    target[loose] = loose[first[group]]
    return target[faces]


def shells(faces: Array) -> tuple[int, Array]:
    """Return how many connected surfaces there are, and to which each facet belongs."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = np.concatenate((faces[:, 0], faces[:, 1]))
    columns = np.concatenate((faces[:, 1], faces[:, 2]))
    size = int(faces.max()) + 1
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    _, group = connected_components(links, directed=False)
    used, place = np.unique(group[faces[:, 0]], return_inverse=True)
    return len(used), place


def winding(point: Array, corners: Array) -> float:
    """Return how often the surface goes round the point: 1 inside, 0 outside."""
    import numpy as np

    a, b, c = (corners[:, i] - point for i in range(3))
    la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    spat = np.einsum("ij,ij->i", a, np.cross(b, c))
    below = (
        la * lb * lc
        + np.einsum("ij,ij->i", a, b) * lc
        + np.einsum("ij,ij->i", b, c) * la
        + np.einsum("ij,ij->i", c, a) * lb
    )
    return float(np.arctan2(spat, below).sum() / (2 * np.pi))


def measure(surfaces: list[tuple[Array, Array]]) -> Measured:
    """Measure closed surfaces, each given by its corners in mm and its facets.

    :raises Unreadable: if a surface is open, flat, or beyond any part's size.
    """
    import numpy as np

    found = [
        _measure_one(vertices, faces) for vertices, faces in surfaces if len(faces)
    ]
    if not found:
        raise Unreadable("no_facets")
    return Measured(
        volume=sum(one.volume for one in found),
        area=sum(one.area for one in found),
        low=tuple(np.min([one.low for one in found], axis=0).tolist()),
        high=tuple(np.max([one.high for one in found], axis=0).tolist()),
        triangles=sum(one.triangles for one in found),
        bodies=sum(one.bodies for one in found),
        cavities=sum(one.cavities for one in found),
    )


def _measure_one(vertices: Array, faces: Array) -> Measured:
    import numpy as np

    used = vertices[np.unique(faces)]
    if not np.isfinite(used).all() or np.abs(used).max() > LARGEST_COORDINATE_MM:
        raise Unreadable("out_of_range", limit_m=int(LARGEST_COORDINATE_MM / 1000))
    low, high = used.min(axis=0), used.max(axis=0)
    box = {
        "size_x_mm": float(high[0] - low[0]),
        "size_y_mm": float(high[1] - low[1]),
        "size_z_mm": float(high[2] - low[2]),
        "triangle_count": len(faces),
        "is_watertight": False,
    }
    edges = open_edges(faces)
    for share in WELD_SHARES:
        if not len(edges):
            break
        faces = weld(vertices, faces, edges, share * float(np.linalg.norm(high - low)))
        edges = open_edges(faces)
    if len(edges):
        raise Unreadable("not_closed", open_edges=len(edges), facts=box)

    # About the middle of the box: far from the origin the sum would lose digits.
    corners = vertices[faces] - (low + high) / 2
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    spat = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    count, shell = shells(faces)
    volumes = np.bincount(shell, weights=spat, minlength=count) / 6
    bodies, cavities, volume = _solids(corners, shell, volumes)
    if volume <= SMALLEST_FILL * float(np.prod(high - low)) or volume <= 0:
        raise Unreadable("encloses_nothing", facts=box)
    return Measured(
        volume=volume,
        area=float(np.linalg.norm(normals, axis=1).sum() / 2),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        triangles=len(faces),
        bodies=bodies,
        cavities=cavities,
    )


def _solids(corners: Array, shell: Array, volumes: Array) -> tuple[int, int, float]:
    """Tell bodies from the cavities inside them, whichever way the file winds."""
    import numpy as np

    if volumes[np.argmax(np.abs(volumes))] < 0:
        volumes, corners = -volumes, corners[:, ::-1]
    outer = corners[(volumes > 0)[shell]]
    cavities = 0
    volume = float(volumes[volumes > 0].sum())
    for index in np.flatnonzero(volumes < 0):
        point = corners[shell == index][0, 0]
        if winding(point, outer) > 1 / 2:
            cavities += 1
        volume += float(volumes[index]) * (1 if winding(point, outer) > 1 / 2 else -1)
    return int(np.count_nonzero(volumes)) - cavities, cavities, volume
