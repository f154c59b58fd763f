"""What a change makes of one machine: worked out in memory, written by nobody here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict, DomainError, InvalidInput
from apps.machines import selectors
from apps.machines.models import Capability, CostModel, Machine, Site, WorkCenter
from apps.machines.rules import figures
from apps.machines.rules.changes import Changes
from apps.machines.services.publishing import (
    machine_incomplete,
    machine_retired,
    unpublish,
)
from apps.machines.services.standing import elsewhere
from apps.machines.types import CapabilityDraft, MachineChange, MachineState
from tenants import context

CENT = Decimal("0.01")
# Beyond these a percentage is a slip.
LEAST_PERCENT, MOST_PERCENT = Decimal(-99), Decimal(1000)


class NothingAsked(InvalidInput):
    """A change names nothing that is to be changed, or the same thing twice."""

    code = "nothing_asked"


class NoRate(Conflict):
    """The machine has no hourly rate that could be raised or lowered."""

    code = "no_rate"


class OtherCurrency(Conflict):
    """The machine's costs are in another currency."""

    code = "other_currency"


class OffersNothing(Conflict):
    """The machine offers no process whose batches could be said."""

    code = "offers_nothing"


@dataclass(slots=True)
class Ground:
    """The sites and work centers that changes speak of."""

    sites: Mapping[UUID, Site]
    centers: Mapping[str, WorkCenter]

    @classmethod
    def of(cls, changes: Iterable[MachineChange], *, is_locked: bool) -> "Ground":
        """Fetch them once; locked, so that nobody drops a center before the end."""
        asked = list(changes)
        codes = {one.work_center for one in asked if one.work_center}
        ids = {one.site_id for one in asked if one.site_id}
        centers = WorkCenter.objects.filter(code__in=codes).order_by("pk")
        if is_locked:
            centers = centers.select_for_update(of=("self",), no_key=True)
        return cls(
            {site.pk: site for site in Site.objects.filter(pk__in=ids)},
            {center.code: center for center in centers.select_related("site")},
        )


@dataclass(slots=True)
class Planned:
    """A machine as it is to be, not yet saved, and what that changes."""

    machine: Machine
    changed: Changes = field(default_factory=dict)
    # What would make it as it was.
    before: dict[str, Any] = field(default_factory=dict)
    capabilities: list[Capability] = field(default_factory=list)
    cost: CostModel | None = None
    drops_costs: bool = False


def check_change(change: MachineChange) -> None:
    """Refuse a change that no machine could follow.

    :raises NothingAsked: if it asks nothing, or two things of the same figure.
    :raises ImpossibleFigure: if a figure cannot be.
    """
    if change.asks_nothing:
        raise NothingAsked(
            _("Nothing is to be changed."),
            field="change",
            remedy=_("Say what the machines are to be."),
        )
    if change.hourly_rate is not None and change.hourly_rate_percent is not None:
        raise NothingAsked(
            _("The hourly rate is said twice."),
            field="hourly_rate_percent",
            value=str(change.hourly_rate_percent),
            remedy=_("Give either a rate or a percentage."),
        )
    if change.state is not None and change.state not in MachineState.values:
        raise figures.impossible(
            "state",
            change.state,
            _("Use one of: %(known)s.") % {"known": ", ".join(MachineState.values)},
        )
    percent = change.hourly_rate_percent
    if percent is not None and not (
        percent.is_finite() and LEAST_PERCENT <= percent <= MOST_PERCENT
    ):
        raise figures.impossible(
            "hourly_rate_percent",
            percent,
            _("Give a percentage from %(least)s to %(most)s.")
            % {"least": LEAST_PERCENT, "most": MOST_PERCENT},
        )
    if change.hourly_rate is not None:
        figures.check_rate(change.hourly_rate)
    figures.check_capability(
        CapabilityDraft(
            process_code="", batch_min=change.batch_min, batch_max=change.batch_max
        )
    )


def plan(machine: Machine, change: MachineChange, ground: Ground) -> Planned:
    """Make a machine in memory what it is to be, and say what that changes.

    It comes with its site, work center, capabilities and costs, and is of no use
    after a refusal.

    :raises DomainError: if the machine cannot be so, with the remedy.
    """
    planned = Planned(machine)
    _set(planned, "auto_quote", change.auto_quote)
    _stand(planned, change, ground)
    _cost(planned, change)
    _batches(planned, change)
    _state(planned, change)
    if planned.changed and machine.is_published:
        missing = selectors.missing_facts(machine)
        if missing:
            raise machine_incomplete(machine, missing)
    return planned


def _set(planned: Planned, name: str, value: Any) -> None:
    was = getattr(planned.machine, name)
    if value is None or value == was:
        return
    setattr(planned.machine, name, value)
    planned.changed[name] = [was, value]
    planned.before[name] = was


def _stand(planned: Planned, change: MachineChange, ground: Ground) -> None:
    machine = planned.machine
    site, center = machine.site, machine.work_center
    code = center.code if center else ""
    if change.site_id is not None and change.site_id != machine.site_id:
        if change.site_id not in ground.sites:
            raise selectors.site_not_found(change.site_id)
        machine.site = ground.sites[change.site_id]
        machine.work_center = None
        planned.changed["site"] = [site.name, machine.site.name]
        planned.before["site_id"] = str(site.pk)
    if change.work_center:
        wanted = ground.centers.get(change.work_center)
        if wanted is None:
            raise selectors.work_center_not_found(change.work_center)
        if wanted.site_id != machine.site_id:
            raise elsewhere(
                wanted.code, site=wanted.site.name, of_machine=machine.site.name
            )
        machine.work_center = wanted
    elif change.work_center is not None:
        machine.work_center = None
    now = machine.work_center.code if machine.work_center else ""
    if now != code:
        planned.changed["work_center"] = [code, now]
        planned.before["work_center"] = code


def _cost(planned: Planned, change: MachineChange) -> None:
    machine = planned.machine
    cost = selectors.cost_model_of(machine)
    if change.drops_costs and cost is not None:
        planned.drops_costs = True
        planned.changed["hourly_rate"] = [str(cost.hourly_rate), None]
        # Read by the rule of completeness.
        machine._state.fields_cache["costmodel"] = None
        return
    rate, percent = change.hourly_rate, change.hourly_rate_percent
    if rate is None and percent is None:
        return
    if cost is None:
        if rate is None:
            raise NoRate(
                _("%(code)s has no hourly rate.") % {"code": machine.code},
                field="hourly_rate_percent",
                value=str(percent),
                remedy=_("Give it a rate first."),
            )
        currency = change.currency or context.current().currency
        figures.check_currency(currency)
        planned.cost = CostModel(machine=machine, currency=currency, hourly_rate=rate)
        planned.changed["hourly_rate"] = [None, str(rate)]
        planned.changed["currency"] = [None, currency]
        planned.before["drops_costs"] = True
        return
    if rate is not None and change.currency not in ("", cost.currency):
        raise OtherCurrency(
            _("The costs of %(code)s are in %(currency)s.")
            % {"code": machine.code, "currency": cost.currency},
            field="currency",
            value=change.currency,
            remedy=_("Give the rate in that currency, or change it by percent."),
        )
    was = cost.hourly_rate
    now = rate if rate is not None else raised(was, percent or Decimal(0))
    figures.check_rate(now)
    if now != was:
        cost.hourly_rate = now
        planned.cost = cost
        planned.changed["hourly_rate"] = [str(was), str(now)]
        planned.before["hourly_rate"] = str(was)


def raised(rate: Decimal, percent: Decimal) -> Decimal:
    """Return a rate so many percent higher, in whole cents."""
    return (rate * (100 + percent) / 100).quantize(CENT, ROUND_HALF_UP)


def _batches(planned: Planned, change: MachineChange) -> None:
    asked = change.batch_min is not None or change.batch_max is not None
    if not asked and not change.batches:
        return
    machine = planned.machine
    offered = sorted(machine.capabilities.all(), key=lambda row: row.process_code)
    if not offered:
        raise OffersNothing(
            _("%(code)s offers no process yet.") % {"code": machine.code},
            field="batch_min",
            value=change.batch_min,
            remedy=_("State what it can do first."),
        )
    for row in offered:
        was = (row.batch_min, row.batch_max)
        now = change.batches.get(row.process_code, was)
        if asked:
            now = (
                now[0] if change.batch_min is None else change.batch_min,
                now[1] if change.batch_max is None else change.batch_max,
            )
        if now == was:
            continue
        figures.check_capability(
            CapabilityDraft(
                process_code=row.process_code, batch_min=now[0], batch_max=now[1]
            )
        )
        row.batch_min, row.batch_max = now
        planned.capabilities.append(row)
        planned.changed[f"batch.{row.process_code}"] = [list(was), list(now)]
        planned.before.setdefault("batches", {})[row.process_code] = list(was)


def _state(planned: Planned, change: MachineChange) -> None:
    """Set whether it works and whether others see it: the last, for both look around.

    A retired machine leaves the exchange.
    """
    machine, was_published = planned.machine, planned.machine.is_published
    _set(planned, "state", change.state)
    is_retired = machine.state == MachineState.RETIRED
    if change.is_published and is_retired:
        raise machine_retired(machine)
    wanted = was_published if change.is_published is None else change.is_published
    if is_retired:
        wanted = False
    if wanted == was_published:
        return
    planned.changed["is_published"] = [was_published, wanted]
    planned.before["is_published"] = was_published
    if not wanted:
        unpublish(machine)
        return
    missing = selectors.missing_facts(machine)
    if missing:
        raise machine_incomplete(machine, missing)


def refused(error: DomainError) -> dict[str, Any]:
    """Write a refusal as a record can keep it."""
    return {
        "code": error.code,
        "field": error.field or "",
        "detail": str(error.detail),
        "remedy": str(error.remedy),
    }
