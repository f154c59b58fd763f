"""From degrees to the plane: two projections, one for the globe and one for a region."""

from dataclasses import dataclass
from math import asin, cos, pi, radians, sin, sqrt
from typing import Protocol

# Šavrič, Patterson, Jenny: The Equal Earth map projection (2018).
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
M = sqrt(3) / 2
FLATTEST = 0.05
"""Below this share of its length at the equator no degree of longitude is drawn."""

WIDTH_OF_THE_GLOBE = 2 * pi / (M * A1)


class Projection(Protocol):
    """Turns degrees into places on a plane, x to the east and y to the north."""

    def to_plane(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point lies on the plane."""
        ...


@dataclass(frozen=True, slots=True)
class EqualEarth:
    """The whole globe, each country as large as it is; x and y in radii of the globe."""

    center: float = 0.0

    def to_plane(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point lies on the plane."""
        angle = asin(M * sin(radians(latitude)))
        square = angle * angle
        sixth = square * square * square
        slope = A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square)
        return (
            radians(longitude - self.center) * cos(angle) / (M * slope),
            angle * (A1 + A2 * square + sixth * (A3 + A4 * square)),
        )


@dataclass(frozen=True, slots=True)
class Equirectangular:
    """A region, true to its shape at one latitude; x and y in degrees of latitude."""

    center: float
    true_at: float

    @property
    def narrowing(self) -> float:
        """How long a degree of longitude is, of one of latitude."""
        return max(cos(radians(self.true_at)), FLATTEST)

    def to_plane(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point lies on the plane."""
        return (longitude - self.center) * self.narrowing, latitude - self.true_at
