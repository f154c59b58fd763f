"""What lies under the markers of a map: sea, net, land and borders, as SVG paths."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil, floor

from apps.portal.maps.atlas import COARSE, FINE, Line, atlas
from apps.portal.maps.frames import HALF_TURN, TURN, Frame, Point

Place = tuple[float, float]
Bounds = tuple[float, float, float, float]

FINE_UP_TO = 70.0
"""Degrees across a map up to which the finer outlines are told from the coarser."""
LEAST_STEP = 3.0
"""Of 2000 across a map: nearer points are drawn as one."""
SMALLEST_ISLAND = 8.0
NET_STEPS = (1, 2, 5, 10, 15, 30)
NET_LINES = 14
SAMPLES = 30


@dataclass(frozen=True, slots=True)
class Outline:
    """The paths of a frame."""

    sea: str
    net: str
    land: str
    borders: str


@lru_cache(maxsize=64)
def outline(frame: Frame) -> Outline:
    """Return the paths of a frame; drawn once, as they are the same for all."""
    known = atlas(COARSE if frame.span is None or frame.span > FINE_UP_TO else FINE)
    return Outline(
        sea=_path(_edge(frame), is_closed=True),
        net="".join(_path(line, is_closed=False) for line in _net(frame)),
        land="".join(
            _path(ring, is_closed=True)
            for ring in _thinned(
                frame, _in_frame(frame, known.land, clipped_ring), SMALLEST_ISLAND
            )
        ),
        borders="".join(
            _path(line, is_closed=False)
            for line in _thinned(
                frame, _in_frame(frame, known.borders, clipped_lines), 0.0
            )
        ),
    )


def _edge(frame: Frame) -> list[Place]:
    west, south, east, north = frame.bounds
    steps = [south + (north - south) * part / SAMPLES for part in range(SAMPLES + 1)]
    return [frame.drawn(east, latitude) for latitude in steps] + [
        frame.drawn(west, latitude) for latitude in reversed(steps)
    ]


def _net(frame: Frame) -> Iterator[list[Place]]:
    west, south, east, north = frame.bounds
    step = _step(east - west)
    samples = SAMPLES if frame.span is None else 1
    for longitude in range(ceil(west / step) * step, floor(east) + 1, step):
        yield [
            frame.drawn(longitude, south + (north - south) * part / samples)
            for part in range(samples + 1)
        ]
    step = _step(2 * (north - south))
    for latitude in range(ceil(south / step) * step, floor(north) + 1, step):
        if abs(latitude) < HALF_TURN / 2:
            yield [frame.drawn(west, latitude), frame.drawn(east, latitude)]


def _step(across: float) -> int:
    return next((one for one in NET_STEPS if across / one <= NET_LINES), NET_STEPS[-1])


def _in_frame(
    frame: Frame,
    lines: Iterable[Line],
    clip: Callable[[list[Point], Bounds], list[list[Point]]],
) -> Iterator[list[Point]]:
    """Yield what of the lines is in the frame, which may lie across ±180°."""
    bounds = frame.bounds
    west, south, east, north = bounds
    for line in lines:
        (left, low), (right, high) = line.min(axis=0), line.max(axis=0)
        if high < south or low > north:
            continue
        for turn in (-2 * TURN, -TURN, 0.0, TURN):
            if right + turn < west or left + turn > east:
                continue
            points = [(x + turn, y) for x, y in line.tolist()]
            is_inside = (
                left + turn >= west
                and right + turn <= east
                and low >= south
                and high <= north
            )
            yield from [points] if is_inside else clip(points, bounds)


def clipped_ring(ring: Sequence[Point], bounds: Bounds) -> list[list[Point]]:
    """Return the part of an area within bounds, as Sutherland and Hodgman cut it."""
    found = list(ring)
    for axis, limit, side in _sides(bounds):
        if not found:
            return []
        kept: list[Point] = []
        before = found[-1]
        for point in found:
            is_in = (point[axis] - limit) * side >= 0
            was_in = (before[axis] - limit) * side >= 0
            if is_in != was_in:
                kept.append(_crossing(before, point, axis, limit))
            if is_in:
                kept.append(point)
            before = point
        found = kept
    return [found] if found else []


def clipped_lines(line: Sequence[Point], bounds: Bounds) -> list[list[Point]]:
    """Return the pieces of a line within bounds."""
    pieces = [list(line)]
    for side in _sides(bounds):
        pieces = [part for piece in pieces for part in _pieces(piece, *side)]
    return pieces


def _pieces(
    line: Sequence[Point], axis: int, limit: float, side: int
) -> Iterator[list[Point]]:
    piece: list[Point] = []
    before: Point | None = None
    for point in line:
        is_in = (point[axis] - limit) * side >= 0
        if before is not None and is_in != bool(piece):
            piece.append(_crossing(before, point, axis, limit))
            if not is_in:
                yield piece
                piece = []
        if is_in:
            piece.append(point)
        before = point
    if len(piece) > 1:
        yield piece


def _sides(bounds: Bounds) -> tuple[tuple[int, float, int], ...]:
    west, south, east, north = bounds
    return ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1))


def _crossing(start: Point, end: Point, axis: int, limit: float) -> Point:
    share = (limit - start[axis]) / (end[axis] - start[axis])
    other = start[1 - axis] + (end[1 - axis] - start[1 - axis]) * share
    return (limit, other) if axis == 0 else (other, limit)


def _thinned(
    frame: Frame, lines: Iterable[list[Point]], least_size: float
) -> Iterator[list[Place]]:
    """Project lines and leave out what is too small to be seen."""
    draw = partial(_drawn, frame)
    for line in lines:
        places = [draw(point) for point in line]
        if least_size and _size(places) < least_size:
            continue
        kept = [places[0]]
        for place in places[1:-1]:
            x, y = kept[-1]
            if abs(place[0] - x) + abs(place[1] - y) >= LEAST_STEP:
                kept.append(place)
        kept.append(places[-1])
        yield kept


def _drawn(frame: Frame, point: Point) -> Place:
    return frame.drawn(*point)


def _size(places: Sequence[Place]) -> float:
    across = [x for x, _y in places]
    up = [y for _x, y in places]
    return max(across) - min(across) + max(up) - min(up)


def _path(places: Sequence[Place], *, is_closed: bool) -> str:
    """Write a line in whole steps from each place to the next, the shortest way."""
    rounded = [(round(x), round(y)) for x, y in places]
    start, steps, last = rounded[0], [], rounded[0]
    for place in rounded[1:]:
        if place != last:
            steps.append(f"{place[0] - last[0]} {place[1] - last[1]}")
            last = place
    if not steps:
        return ""
    text = " ".join(steps).replace(" -", "-")
    return f"M{start[0]} {start[1]}l{text}{'z' if is_closed else ''}"
