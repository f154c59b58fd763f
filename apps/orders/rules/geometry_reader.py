"""Reads one part file in a process of its own, because the file may be hostile.

Run with `python -m` by `geometry.read`; of Spindle it imports nothing but `limits`
and `surfaces`. It limits itself before it opens the file and answers with one JSON
document: either `{"facts": {...}}` or `{"fault": code, ...}`.
"""

import argparse
import json
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from apps.kernel.limits import limit_self
from apps.orders.rules.surfaces import Array, Measured, Unreadable, measure

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

MOST_TRIANGLES = 2_200_000
PREVIEW_TRIANGLES = 150_000

# What OpenCASCADE prints about a file that it cannot parse.
PARSE_FAULT = re.compile(r"Line (\d+): ([^*\n]{1,200}?)\s*(?:\*|\n|$)")


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
