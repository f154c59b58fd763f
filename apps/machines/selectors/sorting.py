"""Lists of machines in an order that pages can go on from."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Coalesce

from apps.machines.models import MachineQuerySet

# What is sorted by, and where it stands; machines themselves are in order of adding.
ADDED = "added"
SORTS: dict[str, Any] = {
    ADDED: None,
    "code": F("code"),
    "maker": F("maker"),
    "kind": F("kind"),
    "state": F("state"),
    "site": F("site__name"),
    "work_center": Coalesce(
        F("work_center__code"), Value(""), output_field=CharField()
    ),
}
DESCENDING = "-"
CHOICES = tuple(sign + name for name in SORTS for sign in ("", DESCENDING))


class Place(NamedTuple):
    """Where in a sorted list a machine stands."""

    value: str
    machine_id: UUID


@dataclass(frozen=True, slots=True)
class Sorting:
    """A column to sort by, and its direction; ties are in order of adding."""

    name: str = ADDED
    is_descending: bool = True

    @classmethod
    def of(cls, text: str) -> "Sorting":
        """Read what an address says, such as `-code`; anything else is newest first."""
        name = text.removeprefix(DESCENDING)
        if text not in CHOICES:
            return cls()
        return cls(name, text.startswith(DESCENDING))

    @property
    def text(self) -> str:
        """What an address says of it."""
        return f"{DESCENDING if self.is_descending else ''}{self.name}"

    def ordered(
        self,
        rows: MachineQuerySet,
        *,
        beyond: Place | None = None,
        is_backwards: bool = False,
    ) -> MachineQuerySet:
        """Sort machines, and begin beyond a place; backwards, the nearest come first."""
        is_falling = self.is_descending != is_backwards
        column = SORTS[self.name]
        if column is None:
            found = rows.order_by("-pk" if is_falling else "pk")
            step = "lt" if is_falling else "gt"
            return (
                found
                if beyond is None
                else found.filter(**{f"pk__{step}": beyond.machine_id})
            )
        found = rows.annotate(sorted_by=column)
        if beyond is not None:
            found = found.filter(_beyond(beyond, is_falling=is_falling))
        sign = DESCENDING if is_falling else ""
        return found.order_by(f"{sign}sorted_by", f"{sign}pk")

    @staticmethod
    def place(value: str, machine_id: UUID) -> Place:
        """Return a place that was kept as text."""
        return Place(value, machine_id)

    def place_of(self, row: Any) -> Place:
        """Return where a machine of such a list stands in it."""
        return Place("" if self.name == ADDED else row.sorted_by, row.pk)


def _beyond(place: Place, *, is_falling: bool) -> Q:
    step = "lt" if is_falling else "gt"
    # The first half is what an index of the column can begin with.
    return Q(**{f"sorted_by__{step}e": place.value}) & (
        Q(**{f"sorted_by__{step}": place.value})
        | Q(**{f"pk__{step}": place.machine_id})
    )
