"""How much of a site's place others learn; coarsened here, before it leaves."""

from math import cos, floor, radians

from apps.machines.types import LocationDisclosure, Place

KM_PER_DEGREE = 111.195
GRID_KM = 10.0
REGION_KM = 100.0
COORDINATE_PLACES = 4


def disclosed(place: Place, disclosure: str) -> Place:
    """Return the place as exactly as its owner lets others know it.

    Within a cell of the grid every site looks the same: its middle is given. A region
    is a cell of 100 km, and a country has no coordinates at all.
    """
    if disclosure == LocationDisclosure.EXACT:
        return place
    if disclosure == LocationDisclosure.COUNTRY:
        return Place(place.country, "", "", None, None)
    is_grid = disclosure == LocationDisclosure.GRID
    latitude, longitude = _cell(place, GRID_KM if is_grid else REGION_KM)
    return Place(
        country=place.country,
        region=place.region,
        city=place.city if is_grid else "",
        latitude=latitude,
        longitude=longitude,
    )


def _cell(place: Place, size_km: float) -> tuple[float | None, float | None]:
    if place.latitude is None or place.longitude is None:
        return None, None
    row = size_km / KM_PER_DEGREE
    latitude = _middle(place.latitude, row, 90.0)
    # By the middle of the row, so that all sites of a row share its columns.
    column = row / max(cos(radians(latitude)), 0.01)
    longitude = _middle(place.longitude, column, 180.0)
    return round(latitude, COORDINATE_PLACES), round(longitude, COORDINATE_PLACES)


def _middle(degrees: float, step: float, most: float) -> float:
    """Return the middle of a cell, or the edge of the globe if that is nearer."""
    return max(-most, min((floor(degrees / step) + 0.5) * step, most))
