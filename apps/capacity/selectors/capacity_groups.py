"""Work centers or processes as Catena-X capacity groups, and what is not in them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

import numpy as np
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.capacity.rules import capacity_groups as rules
from apps.capacity.rules import load as loads
from apps.capacity.rules.buckets import work_in
from apps.capacity.rules.capacity_groups import Capacity, CapacityGroup
from apps.capacity.rules.limits import PUBLISHED_WEEKS
from apps.capacity.selectors.calendars import calendar_facts
from apps.capacity.selectors.loads import week_load
from apps.catalog import selectors as catalog
from apps.kernel.errors import InvalidInput
from apps.machines import selectors as machines
from apps.machines.rules.document_machines import NotCarried
from apps.machines.types import MachineState

MOST_MACHINES = 2_000
By = Literal["work_center", "process"]


class TooManyMachines(InvalidInput):
    """Raised when more machines are asked for than one file sums up."""

    code = "too_many_machines"


def capacity_groups(*, by: By, at: datetime) -> list[CapacityGroup]:
    """Return the machines in use as groups, with the half year after this week.

    Actual is what nobody has reserved, the maximum all working time but maintenance. A
    machine is in the group of each process that it offers, and adds to each of them.

    :raises TooManyMachines: if they are more than one file sums up.
    """
    found = machines.machines_of(state=MachineState.ACTIVE)
    rows = list(found[: MOST_MACHINES + 1])
    if len(rows) > MOST_MACHINES:
        raise TooManyMachines(
            _("There are more than %(most)d machines in use.")
            % {"most": MOST_MACHINES},
            field="by",
            remedy=_("Read their loads one by one."),
        )
    members: dict[str, list[UUID]] = {}
    names: dict[str, str] = {}
    language = get_language() or "en"
    for row in rows:
        if by == "process":
            keys = {
                one.process_code: catalog.label(one.process_code, language)
                for one in row.capabilities.all()
            }
        else:
            center = row.work_center
            keys = {str(center.pk): f"{center.code} {center.name}"} if center else {}
        names |= keys
        for key in keys:
            members.setdefault(key, []).append(row.pk)
    monday = loads.monday_of(at.date()) + timedelta(weeks=1)
    weeks = _weeks(
        sorted({one for group in members.values() for one in group}), monday, at
    )
    return [
        CapacityGroup(
            f"{by}:{key}",
            names[key],
            [
                Capacity(
                    monday + timedelta(weeks=week),
                    sum(weeks[one][week][0] for one in members[key]),
                    sum(weeks[one][week][1] for one in members[key]),
                )
                for week in range(PUBLISHED_WEEKS)
            ],
        )
        for key in sorted(members, key=lambda key: names[key])
    ]


def written_capacity_groups(
    *, by: By, customer: str, supplier: str, at: datetime
) -> bytes:
    """Return capacity groups for a customer as aspects in JSON.

    :raises InvalidInput: if a business partner number is none.
    :raises TooManyMachines: if there are more than one file sums up.
    """
    for field, number in (("customer", customer), ("supplier", supplier)):
        if not rules.IS_BPNL.fullmatch(number):
            raise InvalidInput(
                _("%(number)s is no business partner number.")
                % {"number": number[:20]},
                field=field,
                value=number[:20],
                remedy=_("Give one such as BPNL7588787849VQ."),
            )
    groups = capacity_groups(by=by, at=at)
    return rules.as_json(groups, supplier=supplier, customer=customer, at=at)


def not_in_capacity_groups() -> list[NotCarried]:
    """Name what is known, or asked for by the model, and is not written."""
    unknown = _("Nobody has said it here.")
    return [
        NotCarried(
            "capacities[]",
            _("the running week"),
            _("Half a week would read as a full one."),
        ),
        NotCarried(
            "capacities[]",
            _("held and booked time"),
            _("The model has what is left, and not who has the rest."),
        ),
        NotCarried(
            "capacities[]",
            _("efficiency above 100 %"),
            _("No more is told than the clock holds."),
        ),
        NotCarried(
            "-",
            _("machines in maintenance"),
            _("Nothing is to be had of them for now."),
        ),
        NotCarried(
            "-",
            _("machines without a work center"),
            _("They are in no group, unless groups are processes."),
        ),
        NotCarried(
            "linkedDemandSeries",
            _("customer's materials"),
            _("Demand series are the customer's; none are known here."),
        ),
        NotCarried("supplierLocations", "BPNS", unknown),
        NotCarried("capacities[].agreedCapacity", "", unknown),
        NotCarried("capacities[].deltaProductionResult", "", unknown),
        NotCarried(
            "linkedCapacityGroups", "", _("Groups here have no groups below them.")
        ),
        NotCarried("demandVolatilityParameters", "", unknown),
    ]


def _weeks(
    machine_ids: Sequence[UUID], monday: date, at: datetime
) -> dict[UUID, list[tuple[int, int]]]:
    """Return each machine's actual and largest capacity, week by week."""
    calendars = calendar_facts(machine_ids)
    found = {}
    for load in week_load(
        machine_ids=machine_ids, from_monday=monday, weeks=PUBLISHED_WEEKS, at=at
    ):
        figures = np.array(
            [
                (week.free_minutes, week.total_minutes - week.maintenance_minutes)
                for week in load.weeks
            ],
            dtype=np.int64,
        )
        counted = work_in(figures, calendars[load.machine_id].efficiency_percent)
        found[load.machine_id] = [(int(one), int(two)) for one, two in counted]
    return found
