"""Writes free weeks as the Catena-X aspect WeekBasedCapacityGroup 3.0.0.

`urn:samm:io.catenax.week_based_capacity_group:3.0.0`, of CX-0128, Demand and Capacity
Management: what a supplier can make for one customer, week by week. Only what is known
is written; capacities are minutes of machine time, for no other unit is known of work
that nobody has asked for yet.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

MEDIA_TYPE = "application/json"
MODEL = "urn:samm:io.catenax.week_based_capacity_group:3.0.0#WeekBasedCapacityGroup"
IS_BPNL = re.compile(r"BPNL[a-zA-Z0-9]{12}")
UNIT = "unit:minuteUnitOfTime"


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one week holds for a customer, in minutes of machine time."""

    monday: date
    actual: int
    maximum: int


@dataclass(frozen=True, slots=True)
class CapacityGroup:
    """Machines that are offered to a customer as one."""

    key: str
    name: str
    weeks: Sequence[Capacity]


def group_id(supplier: str, customer: str, key: str) -> UUID:
    """Return the same identifier whenever the same group is written for a customer.

    The model asks for a random one (version 4); this one has its form.
    """
    digest = sha256(f"{supplier}/{customer}/{key}".encode()).digest()
    return UUID(bytes=digest[:16], version=4)


def as_json(
    groups: Iterable[CapacityGroup], *, supplier: str, customer: str, at: datetime
) -> bytes:
    """Write groups as a list of aspects."""
    written = [_aspect(one, supplier, customer, at) for one in groups]
    return json.dumps(written, ensure_ascii=False, indent=1).encode()


def _aspect(
    group: CapacityGroup, supplier: str, customer: str, at: datetime
) -> dict[str, Any]:
    return {
        "capacityGroupId": str(group_id(supplier, customer, group.key)),
        "name": group.name,
        "customer": customer,
        "supplier": supplier,
        "unitOfMeasure": UNIT,
        "unitOfMeasureIsOmitted": False,
        "capacityGroupIsInactive": False,
        "changedAt": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "capacities": [
            {
                "pointInTime": week.monday.isoformat(),
                "actualCapacity": week.actual,
                "maximumCapacity": week.maximum,
            }
            for week in group.weeks
        ],
    }
