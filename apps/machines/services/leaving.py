"""What files of machines leave out, summed over many of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.machines.models import Machine
from apps.machines.rules.table_columns import BY_KEY
from apps.machines.services.aas_writing import MOST_MACHINES, left_out_of

OF_A_PROCESS = re.compile(r"^capabilities/[^/]+/")
COST = "cost_model/"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A fact that files do not carry, of how many machines, and why."""

    fact: str
    machines: int
    reason: str
    # A table has a column for it: only the other formats leave it out.
    is_in_tables: bool


def left_out_of_files(machines: Iterable[Machine]) -> list[LeftOut]:
    """Sum what files of machines leave out, the most frequent first.

    Of more machines than one document holds, as many are looked at.
    """
    found = list(machines)[:MOST_MACHINES]
    own = _("Files say what a machine can do, not how its enterprise works with it.")
    whose = _("A file does not say whose word a figure is.")
    told: dict[tuple[str, str], set[object]] = {}
    for machine, (path, _value, reason) in left_out_of(found, own=own, whose=whose):
        fact = OF_A_PROCESS.sub("capabilities/*/", path)
        told.setdefault((fact, reason), set()).add(machine.pk)
    summed = [
        LeftOut(fact, len(ids), reason, fact.removeprefix(COST) in BY_KEY)
        for (fact, reason), ids in told.items()
    ]
    return sorted(summed, key=lambda one: (-one.machines, one.fact))
