"""Which part of the world a map shows, and where on it a place lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, isfinite, log2, radians

from apps.portal.maps.projection import (
    FLATTEST,
    WIDTH_OF_THE_GLOBE,
    EqualEarth,
    Equirectangular,
    Projection,
)

# A map is twice as wide as it is high.
WIDTH, HEIGHT = 2000, 1000
HALF_TURN, TURN = 180.0, 360.0

# Degrees of latitude across a map: as near as the outlines bear, several places, one
# place with the country around it, and beyond the last the whole globe.
NEAREST, TOWNS, SURROUNDINGS, WIDEST = 2.0, 4.0, 16.0, 100.0
STEPS_PER_DOUBLING = 2
MARGIN = 0.14
"""What stays free on each side, of the map's width or height."""

Point = tuple[float, float]
"""Longitude and latitude."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A view of the world; `span` is in degrees of latitude, None: the whole globe."""

    longitude: float = 0.0
    latitude: float = 0.0
    span: float | None = None

    @property
    def projection(self) -> Projection:
        """How degrees become places of this map."""
        if self.span is None:
            return EqualEarth(self.longitude)
        return Equirectangular(self.longitude, self.latitude)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The west, south, east and north of what is drawn, a little more than shown."""
        if self.span is None:
            return self.longitude - HALF_TURN, -90.0, self.longitude + HALF_TURN, 90.0
        up = self.span / 4 * 1.04
        across = min(
            self.span / 2 / max(cos(radians(self.latitude)), FLATTEST) * 1.04, HALF_TURN
        )
        return (
            self.longitude - across,
            self.latitude - up,
            self.longitude + across,
            self.latitude + up,
        )

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point lies, from the map's upper left corner."""
        near = (
            self.longitude + (longitude - self.longitude + HALF_TURN) % TURN - HALF_TURN
        )
        return self.drawn(near, latitude)

    def drawn(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point lies whose longitude is counted from the middle."""
        x, y = self.projection.to_plane(longitude, latitude)
        scale = WIDTH / (WIDTH_OF_THE_GLOBE if self.span is None else self.span)
        return WIDTH / 2 + x * scale, HEIGHT / 2 - y * scale


WORLD = Frame()


def frame_of(points: Sequence[Point], *, least: float = TOWNS) -> Frame:
    """Return the smallest of the usual frames that shows all points with a margin.

    Frames come in steps, so that the same outlines serve many maps. None is narrower
    than `least`, and one place is shown with what is around it.
    """
    if not points:
        return WORLD
    west, east = _shortest_arc([longitude for longitude, _latitude in points])
    south = min(latitude for _longitude, latitude in points)
    north = max(latitude for _longitude, latitude in points)
    middle, up = (west + east) / 2, (south + north) / 2
    narrowing = max(cos(radians(up)), FLATTEST)
    shown = 1 - 2 * MARGIN
    span = max((east - west) * narrowing, 2 * (north - south)) / shown
    if span > WIDEST:
        return Frame(_around(round(middle / 15) * 15.0))
    if span == 0:
        least = SURROUNDINGS
    steps = ceil(log2(max(span, least) / NEAREST) * STEPS_PER_DOUBLING - 1e-9)
    span = NEAREST * 2 ** (steps / STEPS_PER_DOUBLING)
    raster = span / 32
    across = raster / narrowing
    return Frame(
        _around(round(round(middle / across) * across, 4)),
        round(round(up / raster) * raster, 4),
        round(span, 4),
    )


def box_of(text: str) -> list[Point] | None:
    """Read corners from an address: west, south, east, north; None if it is no box."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    degrees = (west, south, east, north)
    if not all(isfinite(one) for one in degrees):
        return None
    if max(abs(west), abs(east)) > HALF_TURN or max(abs(south), abs(north)) > 90:
        return None
    return [(west, south), (east, north)]


def _shortest_arc(longitudes: Sequence[float]) -> tuple[float, float]:
    """Return where the shortest stretch begins and ends that has all longitudes.

    It may cross the antimeridian: then its end is beyond 180°.
    """
    known = sorted({_around(degrees) for degrees in longitudes})
    following = [*known[1:], known[0] + TURN]
    # The stretch begins after the widest gap.
    last = max(range(len(known)), key=lambda place: following[place] - known[place])
    west, east = known[(last + 1) % len(known)], known[last]
    return west, east if east >= west else east + TURN


def _around(degrees: float) -> float:
    """Return the same longitude between -180° and 180°."""
    return (degrees + HALF_TURN) % TURN - HALF_TURN
