"""Cuts and choices tried one by one, minute by minute: what lots and routes must equal.

Worlds are of a few minutes, so that everything can be tried. Nothing here knows of
gaps, bisection or labels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Shop:
    """One machine: its minutes, and what a batch takes there."""

    worked: frozenset[int]
    reserved: frozenset[int]
    setup: int
    per_part: Fraction
    efficiency: int = 100

    def time(self, parts: int) -> int:
        """Count the working minutes up, one by one, until the work is done."""
        needed = self.setup + parts * self.per_part
        minutes = 0
        while minutes * Fraction(self.efficiency, 100) < needed:
            minutes += 1
        return minutes


Placed = tuple[int, int, int, int]
"""Machine, start, finish, parts."""


def walked(shop: Shop, start: int, minutes: int, until: int) -> int | None:
    """Work from a minute on; return when it is done, or None if it is broken into."""
    if start not in shop.worked:
        return None
    done = 0
    for minute in range(start, until):
        if minute in shop.reserved:
            return None
        done += minute in shop.worked
        if done == minutes:
            return minute + 1
    return None


def cuts(quantity: int, lots: int, smallest: int) -> Iterator[list[int]]:
    """Cut a batch into up to so many lots, the larger first."""

    def rest(left: int, most: int, room: int) -> Iterator[list[int]]:
        if not left:
            yield []
        elif room:
            for size in range(min(left, most), 0, -1):
                if size >= min(smallest, quantity):
                    for more in rest(left - size, size, room - 1):
                        yield [size, *more]

    yield from rest(quantity, quantity, lots)


def placings(
    shops: Sequence[Shop], sizes: Sequence[int], release: int, until: int
) -> Iterator[list[Placed]]:
    """Put lots on machines at all starts at which they do not meet each other."""
    if not sizes:
        yield []
        return
    for others in placings(shops, sizes[1:], release, until):
        for machine, shop in enumerate(shops):
            for start in range(release, until):
                finish = walked(shop, start, shop.time(sizes[0]), until)
                if finish is not None and all(
                    taken != machine or finish <= begun or ended <= start
                    for taken, begun, ended, _size in others
                ):
                    yield [(machine, start, finish, sizes[0]), *others]


def best_lots(
    shops: Sequence[Shop],
    quantity: int,
    lots: int,
    smallest: int,
    release: int,
    until: int,
) -> tuple[int, int, list[tuple[int, int]]] | None:
    """Return the least finish, then the fewest lots, then the first machines."""
    return min(
        (
            (
                max(finish for _m, _s, finish, _q in placed),
                len(placed),
                sorted((machine, start) for machine, start, _f, _q in placed),
            )
            for sizes in cuts(quantity, lots, smallest)
            for placed in placings(shops, sizes, release, until)
        ),
        default=None,
    )


def best_arrival(
    stages: Sequence[tuple[Mapping[str, Sequence[Shop]], int, int]],
    quantity: int,
    release: int,
    until: int,
) -> int | None:
    """Try every site and every finish of every step, with what came before kept.

    A stage is its machines by site, the most lots, and the transport after it.
    """

    def after(number: int, came_from: str | None, done: int) -> Iterator[int]:
        if number == len(stages):
            yield done + stages[-1][2]
            return
        sites, lots, _transport = stages[number]
        for site, shops in sites.items():
            ready = done
            if number and site != came_from:
                ready += stages[number - 1][2]
            finishes = {
                max(finish for _m, _s, finish, _q in placed)
                for sizes in cuts(quantity, lots, 1)
                for placed in placings(shops, sizes, ready, until)
            }
            # Not only the earliest: whether being late ever pays is the question.
            for finish in finishes:
                yield from after(number + 1, site, finish)

    return min(after(0, None, release), default=None)
