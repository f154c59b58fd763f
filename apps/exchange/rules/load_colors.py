"""The color of a week: how much of its working time is still to be had."""

from collections.abc import Sequence

from apps.exchange.types import AMBER_FROM_PERCENT, RED_FROM_PERCENT, LoadColor


def color_of(total_minutes: int, free_minutes: int) -> LoadColor:
    """Return the color of a week; one in which no work is done is red."""
    gone = 100 * (total_minutes - free_minutes)
    if not total_minutes or gone >= RED_FROM_PERCENT * total_minutes:
        return LoadColor.RED
    if gone >= AMBER_FROM_PERCENT * total_minutes:
        return LoadColor.AMBER
    return LoadColor.GREEN


def colors_of(
    total_minutes: Sequence[int] | None, free_minutes: Sequence[int] | None
) -> list[LoadColor]:
    """Return the colors of weeks; none are told where the minutes are not."""
    if not total_minutes or free_minutes is None:
        return []
    return [
        color_of(total, free)
        for total, free in zip(total_minutes, free_minutes, strict=True)
    ]
