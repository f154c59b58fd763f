"""Markers and labels of a map: places in percent of it, sizes in pixels.

Every coordinate is text already: a template would write 12.5 as 12,5 for a Russian
reader, and SVG does not read that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians, sqrt
from unicodedata import east_asian_width

from apps.portal.maps.frames import (
    HALF_TURN,
    HEIGHT,
    NEAREST,
    TURN,
    WIDTH,
    Frame,
    Point,
    frame_of,
)
from apps.portal.maps.outlines import Outline, outline

# The least width of a map in pixels on a desk and on a phone: labels that do not
# overlap on it do not on a wider one. The style sheet changes over at 44rem.
DESK, PHONE = 640, 280
TOGETHER = 24.0
"""Markers nearer than this are drawn as one, in pixels of the map on a desk."""

# Places nearer than this, in degrees, are drawn as one on the nearest map too.
INSEPARABLE = NEAREST * TOGETHER / DESK

SMALLEST, LARGEST = 6.0, 20.0
LETTER, WIDE_LETTER, LINE = 7.2, 13.5, 16.0
GAP = 4.0
LONGEST_LABEL = 28
MOST_LABELS = 60


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to be marked: how many things are there, and where it leads."""

    name: str
    longitude: float
    latitude: float
    count: int
    href: str
    summary: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A circle with a label; of several places if they lie too near to tell apart."""

    x: str
    y: str
    radius: str
    label: str
    label_dx: str
    label_dy: str
    label_anchor: str
    is_label_minor: bool
    href: str
    summary: str
    spots: int


@dataclass(frozen=True, slots=True)
class Map:
    """A map of some places."""

    outline: Outline
    markers: Sequence[Marker]
    is_world: bool

    @property
    def has_land(self) -> bool:
        """Say whether outlines are known, which must say where they are from."""
        return bool(self.outline.land)


@dataclass(slots=True)
class _Group:
    x: float
    y: float
    spots: list[Spot]

    @property
    def count(self) -> int:
        return sum(spot.count for spot in self.spots)

    @property
    def radius(self) -> float:
        return min(SMALLEST + 1.6 * sqrt(self.count), LARGEST)


@dataclass(frozen=True, slots=True)
class _Label:
    dx: float
    dy: float
    anchor: str
    box: tuple[float, float, float, float]


Several = Callable[[Sequence[Spot], str], tuple[str, str, str]]
"""Names a group of spots: label, summary and where it leads, given its box."""


def draw(
    spots: Sequence[Spot],
    *,
    several: Several,
    corners: Sequence[Point] | None = None,
) -> Map:
    """Mark spots on a map of the part of the world that shows them all, or of a box."""
    frame = (
        frame_of(corners, least=NEAREST)
        if corners
        else frame_of([(spot.longitude, spot.latitude) for spot in spots])
    )
    groups = _grouped(frame, spots)
    named = [
        (
            one,
            *(several(one.spots, _box(one.spots)) if len(one.spots) > 1 else _own(one)),
        )
        for one in groups
    ]
    texts = [_short(label) for _group, label, _summary, _href in named]
    placed = _labels(groups, texts, DESK)
    on_a_phone = _labels(groups, texts, PHONE, among=placed)
    return Map(
        outline=outline(frame),
        markers=[
            _marker(one, text, summary, href, label, is_minor=narrow is None)
            for (one, _label, summary, href), text, label, narrow in zip(
                named, texts, placed, on_a_phone, strict=True
            )
        ],
        is_world=frame.span is None,
    )


def _grouped(frame: Frame, spots: Sequence[Spot]) -> list[_Group]:
    """Put spots together that lie too near, the larger first; leave out what is off."""
    groups: list[_Group] = []
    scale = DESK / WIDTH
    for spot in sorted(spots, key=lambda one: (-one.count, one.name)):
        x, y = frame.place(spot.longitude, spot.latitude)
        if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
            continue
        for group in groups:
            if hypot(group.x - x, group.y - y) * scale < TOGETHER:
                group.spots.append(spot)
                break
        else:
            groups.append(_Group(x, y, [spot]))
    return groups


def _own(group: _Group) -> tuple[str, str, str]:
    (spot,) = group.spots
    return spot.name, spot.summary, spot.href


def _box(spots: Sequence[Spot]) -> str:
    """Write the corners of a group for an address; nothing if zooming tells nothing."""
    latitudes = [spot.latitude for spot in spots]
    first = spots[0].longitude
    turns = [(spot.longitude - first + HALF_TURN) % TURN - HALF_TURN for spot in spots]
    west, east = first + min(turns), first + max(turns)
    across = (east - west) * cos(radians(latitudes[0]))
    if max(across, max(latitudes) - min(latitudes)) < INSEPARABLE:
        return ""
    corners = (_around(west), min(latitudes), _around(east), max(latitudes))
    return ",".join(f"{degrees:.3f}" for degrees in corners)


def _around(degrees: float) -> float:
    return (degrees + HALF_TURN) % TURN - HALF_TURN


def _labels(
    groups: Sequence[_Group],
    texts: Sequence[str],
    width: int,
    *,
    among: Sequence[_Label | None] | None = None,
) -> list[_Label | None]:
    """Find a place for each label at which it covers nothing, or None.

    `among`: only the places that another width has given them.
    """
    scale = width / WIDTH
    circles = [(one.x * scale, one.y * scale, one.radius) for one in groups]
    taken: list[tuple[float, float, float, float]] = []
    found: list[_Label | None] = []
    for place, (x, y, radius) in enumerate(circles):
        kept = among[place] if among is not None else None
        label = None
        if place < MOST_LABELS and (among is None or kept is not None):
            for option in _options(x, y, radius, texts[place]):
                if kept is not None and (option.dx, option.dy) != (kept.dx, kept.dy):
                    continue
                if _is_free(option.box, circles, taken, place, width):
                    label = option
                    taken.append(option.box)
                    break
        found.append(label)
    return found


def _options(x: float, y: float, radius: float, text: str) -> list[_Label]:
    length = sum(
        WIDE_LETTER if east_asian_width(letter) in "WF" else LETTER for letter in text
    )
    away = radius + GAP
    half, high = length / 2, LINE / 2
    return [
        _Label(away, 4.0, "start", (x + away, y - high, x + away + length, y + high)),
        _Label(-away, 4.0, "end", (x - away - length, y - high, x - away, y + high)),
        _Label(
            0.0, -away - 2, "middle", (x - half, y - away - LINE, x + half, y - away)
        ),
        _Label(
            0.0, away + 12, "middle", (x - half, y + away, x + half, y + away + LINE)
        ),
    ]


def _is_free(
    box: tuple[float, float, float, float],
    circles: Sequence[tuple[float, float, float]],
    taken: Sequence[tuple[float, float, float, float]],
    own: int,
    width: int,
) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > width or bottom > width * HEIGHT / WIDTH:
        return False
    if any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in taken
    ):
        return False
    return not any(
        place != own
        and left < x + radius
        and x - radius < right
        and top < y + radius
        and y - radius < bottom
        for place, (x, y, radius) in enumerate(circles)
    )


def _short(text: str) -> str:
    if len(text) <= LONGEST_LABEL:
        return text
    return text[: LONGEST_LABEL - 1].rstrip() + "…"


def _marker(
    group: _Group,
    text: str,
    summary: str,
    href: str,
    label: _Label | None,
    *,
    is_minor: bool,
) -> Marker:
    return Marker(
        x=f"{100 * group.x / WIDTH:.3f}%",
        y=f"{100 * group.y / HEIGHT:.3f}%",
        radius=f"{group.radius:.1f}",
        label=text if label else "",
        label_dx=f"{label.dx:.1f}" if label else "",
        label_dy=f"{label.dy:.1f}" if label else "",
        label_anchor=label.anchor if label else "",
        is_label_minor=is_minor,
        href=href,
        summary=summary,
        spots=len(group.spots),
    )
