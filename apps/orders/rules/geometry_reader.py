"""Reads one part file in a process of its own, because the file may be hostile.

Run by path, isolated from the environment, by `geometry.read`; it imports nothing of
Spindle. It limits itself before it opens the file and answers with one JSON document:
either `{"facts": {...}}` or `{"fault": code, ...}`.
"""

import argparse
import ctypes
import json
import math
import os
import re
import resource
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

# Named so that the module can be read by a type checker without the heavy libraries.
Array: TypeAlias = Any

MM_PER_UNIT = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "[in_i]": 25.4}
# glTF is in metres by its specification.
MM_PER_GLTF_UNIT = 1000.0

# Linear (mm) and angular (rad) deflection. From one level to the next the linear one
# falls by four and the angular one by two, so that the error of either falls by four:
# this is what makes the extrapolation of `read_step` right.
Level: TypeAlias = tuple[float, float]
ROUGH_LEVEL: Level = (0.32, 0.8)
PREVIEW_LEVEL: Level = (0.08, 0.4)
COARSE_LEVEL: Level = (0.02, 0.2)
FINE_LEVEL: Level = (0.005, 0.1)
LADDER = (ROUGH_LEVEL, PREVIEW_LEVEL, COARSE_LEVEL, FINE_LEVEL)
ERROR_RATIO = 4.0
# Above this size the linear deflections grow with the part.
REFERENCE_DIAGONAL_MM = 500.0
# Above this count the next level would cost more than it tells.
TRIANGLES_BEFORE_COARSE = 150_000
TRIANGLES_BEFORE_FINE = 120_000

LARGEST_COORDINATE_MM = 100_000.0
MOST_TRIANGLES = 2_200_000
PREVIEW_TRIANGLES = 150_000
# Corners this close, as a share of the diagonal, are one corner.
WELD_SHARES = (1e-6, 1e-5)
# Below this share of its bounding box a closed surface holds nothing.
SMALLEST_FILL = 1e-7

# What OpenCASCADE prints about a file that it cannot parse.
PARSE_FAULT = re.compile(r"Line (\d+): ([^*\n]{1,200}?)\s*(?:\*|\n|$)")


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


def limit_self(*, memory_mb: int, cpu_seconds: int, file_mb: int) -> None:
    """Give up memory, time, files and outliving the parent before trusting the file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_mb << 20, file_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    os.umask(0o077)
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


# --- surfaces


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


# --- STEP


def tessellate(source: Path, target: Path, level: Level) -> Array:
    """Write the STEP file as GLB at a deflection and return its surfaces in mm."""
    import cascadio
    import trimesh

    linear, angular = level
    failed = cascadio.step_to_glb(
        str(source),
        str(target),
        tol_linear=linear,
        tol_angular=angular,
        use_parallel=False,
    )
    if failed or not target.exists():
        raise Unreadable("step_not_parsed")
    scene = trimesh.load_scene(target, file_type="glb")
    surfaces = []
    for mesh in scene.dump():
        if not isinstance(mesh, trimesh.Trimesh) or not len(mesh.faces):
            continue
        # Each face of the model comes with corners and normals of its own.
        mesh.merge_vertices(merge_norm=True, merge_tex=True)
        surfaces.append((mesh.vertices * MM_PER_GLTF_UNIT, mesh.faces))
    if not surfaces:
        raise Unreadable("no_solid")
    return surfaces


def read_step(source: Path, preview: Path) -> dict[str, object]:
    """Measure a STEP file; OpenCASCADE turns the file's own unit into metres.

    Meshes lie inside the curves they follow. Two of them, the second with a quarter of
    the first one's error, tell where an endless row of finer ones would end.
    """
    seen: dict[Level, Measured] = {}
    faults: list[Unreadable] = []
    mesh = preview.with_suffix(".mesh")

    def look(level: Level, target: Path, scale: float = 1.0) -> None:
        linear, angular = level
        try:
            surfaces = tessellate(source, target, (linear * scale, angular))
            seen[level] = measure(surfaces)
        except Unreadable as fault:
            # One deflection may leave a gap in a face where another does not.
            if fault.code != "not_closed":
                raise
            faults.append(fault)

    look(PREVIEW_LEVEL, preview)
    drawn = seen.get(PREVIEW_LEVEL)
    scale = max(1.0, drawn.diagonal / REFERENCE_DIAGONAL_MM) if drawn else 1.0
    if drawn and drawn.triangles > TRIANGLES_BEFORE_COARSE:
        look(ROUGH_LEVEL, mesh)
    else:
        look(COARSE_LEVEL, mesh, scale)
        coarse = seen.get(COARSE_LEVEL)
        if coarse and coarse.triangles <= TRIANGLES_BEFORE_FINE:
            look(FINE_LEVEL, mesh, scale)
    mesh.unlink(missing_ok=True)
    if not seen:
        raise faults[0]
    *_, second, finest = [None, *(seen[level] for level in LADDER if level in seen)]
    volume, area, error = finest.volume, finest.area, None
    if second:
        step = (finest.volume - second.volume) / (ERROR_RATIO - 1)
        volume, error = finest.volume + step, abs(step)
        area += (finest.area - second.area) / (ERROR_RATIO - 1)
    box = _in_box_of_all(finest, seen.values())
    return _facts(box, volume=volume, area=area, error=error)


def _in_box_of_all(finest: Measured, seen: Iterable[Measured]) -> Measured:
    """Take the widest box: every corner of every mesh lies on the part."""
    boxes = list(seen)
    return replace(
        finest,
        low=tuple(min(one.low[axis] for one in boxes) for axis in range(3)),
        high=tuple(max(one.high[axis] for one in boxes) for axis in range(3)),
    )


# --- STL


def read_stl(source: Path, preview: Path, unit: str) -> dict[str, object]:
    """Measure an STL file, which is exactly its triangles, and has no unit."""
    import trimesh

    try:
        loaded = trimesh.load_scene(source, file_type="stl", process=False)
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable("stl_not_parsed", reason=str(error)[:200]) from error
    surfaces = []
    for mesh in loaded.dump():
        if not isinstance(mesh, trimesh.Trimesh) or not len(mesh.faces):
            continue
        if len(mesh.faces) > MOST_TRIANGLES:
            raise Unreadable("too_many_facets", count=len(mesh.faces))
        mesh.vertices *= MM_PER_UNIT[unit]
        mesh.merge_vertices()
        surfaces.append((mesh.vertices, mesh.faces))
    if not surfaces:
        raise Unreadable("no_facets")
    found = measure(surfaces)
    write_preview(surfaces, found, preview)
    return _facts(found, volume=found.volume, area=found.area, error=0.0)


def write_preview(
    surfaces: list[tuple[Array, Array]], found: Measured, preview: Path
) -> None:
    """Write surfaces as GLB, thinned where they hold more than a viewer needs."""
    import trimesh

    thinned = []
    for surface in surfaces:
        vertices, faces = surface
        cell = found.diagonal / 2000
        while len(faces) > PREVIEW_TRIANGLES:
            vertices, faces = thin(vertices, faces, cell)
            cell *= 1.6
        thinned.append(
            trimesh.Trimesh(vertices / MM_PER_GLTF_UNIT, faces, process=False)
        )
    scene: Any = trimesh.Scene(thinned)
    preview.write_bytes(scene.export(file_type="glb"))


def thin(vertices: Array, faces: Array, cell: float) -> tuple[Array, Array]:
    """Draw all corners within a cell of a grid together."""
    import numpy as np

    grid = np.floor((vertices - vertices.min(axis=0)) / cell).astype(np.int64)
    span = grid.max(axis=0) + 1
    keys = (grid[:, 0] * span[1] + grid[:, 1]) * span[2] + grid[:, 2]
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    moved = place[faces]
    kept = (
        (moved[:, 0] != moved[:, 1])
        & (moved[:, 1] != moved[:, 2])
        & (moved[:, 2] != moved[:, 0])
    )
    return vertices[first], moved[kept]


def _facts(
    found: Measured, *, volume: float, area: float, error: float | None
) -> dict[str, object]:
    x, y, z = (high - low for low, high in zip(found.low, found.high, strict=True))
    return {
        "volume_mm3": volume,
        "volume_error_mm3": error,
        "area_mm2": area,
        "size_x_mm": x,
        "size_y_mm": y,
        "size_z_mm": z,
        "triangle_count": found.triangles,
        "body_count": found.bodies,
        "cavity_count": found.cavities,
        "is_watertight": True,
    }


# --- the process


def _answer(arguments: argparse.Namespace) -> dict[str, object]:
    source, preview = Path(arguments.file), Path(arguments.preview)
    try:
        if arguments.kind == "step":
            return {"facts": read_step(source, preview)}
        return {"facts": read_stl(source, preview, arguments.unit)}
    except Unreadable as fault:
        preview.unlink(missing_ok=True)
        return {"fault": fault.code, **fault.facts}
    except MemoryError:
        preview.unlink(missing_ok=True)
        return {"fault": "too_complex"}


def _why_not_parsed(log: Path) -> dict[str, object]:
    """Return what OpenCASCADE said about a STEP file that gave it nothing."""
    with log.open("rb") as lines:
        said = lines.read(65536).decode("utf-8", "replace")
    found = PARSE_FAULT.search(said)
    if found:
        # It names the line that it was about to read.
        line = max(1, int(found[1]) - 1)
        return {"line": line, "reason": found[2].strip().rstrip(".")}
    # Read without complaint, and still nothing came of it.
    return {} if "ERR StepFile" in said else {"fault": "no_solid"}


def main() -> None:
    """Read the file named by the arguments and write the answer beside it."""
    parser = argparse.ArgumentParser(prog="geometry_reader")
    parser.add_argument("--file", required=True)
    parser.add_argument("--kind", choices=["step", "stl"], required=True)
    parser.add_argument("--unit", choices=sorted(MM_PER_UNIT), default="mm")
    parser.add_argument("--preview", required=True)
    parser.add_argument("--answer", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--cpu-seconds", type=int, required=True)
    parser.add_argument("--file-mb", type=int, required=True)
    arguments = parser.parse_args()
    # OpenCASCADE prints to standard output from C++.
    log = os.open(arguments.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    limit_self(
        memory_mb=arguments.memory_mb,
        cpu_seconds=arguments.cpu_seconds,
        file_mb=arguments.file_mb,
    )
    answer = _answer(arguments)
    if answer.get("fault") == "step_not_parsed":
        answer |= _why_not_parsed(Path(arguments.log))
    Path(arguments.answer).write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
