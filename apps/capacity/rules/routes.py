"""A batch through several steps: the earliest finish by labels.

The rule: each step is done at one site, on one of its machines or cut into lots over
them; the batch goes on as a whole when the last lot is done, and takes the transport
time where the next step is at another site. A label is the earliest moment at which a
step can be done at a site.

Why the labels are the optimum under this rule: whatever can be done from a later
release can be done from an earlier one, so to be early at a site is never worse; and a
later step begins after all that was reserved for those before it, so what they take on
a machine is never in its way, even where a machine comes twice.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from apps.capacity.rules.lots import Cut, Lane, Lot, earliest_lots
from apps.capacity.rules.promises import promise_of
from apps.capacity.rules.spans import NO_SPANS, Spans, moment_of
from apps.capacity.rules.work import PARTS_OF_A_MINUTE, thousandths
from apps.capacity.types import LotPromise, RoutePromise, RouteStep

Site = Hashable


@dataclass(frozen=True, slots=True)
class Stage:
    """One step as the rules see it: lanes by site, each site's in the order of keys."""

    sites: Mapping[Site, Sequence[Lane]]
    cut: Cut
    transport: int


@dataclass(frozen=True, slots=True)
class _Label:
    """A step done at a site: when, how, and from which site the batch came."""

    done: int
    lots: tuple[Lot, ...]
    came_from: Site | None


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a plan: at which site, in which lots, from when on."""

    site: Site
    release: int
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each step is done, and when all parts have arrived."""

    legs: tuple[Leg, ...]
    arrives: int


def earliest_route(
    quantity: int, release: int, stages: Sequence[Stage], until: int
) -> Plan | int:
    """Return the plan that arrives first, or the number of the step that fails.

    Of sites at which a step is done alike, the one named first is taken.
    """
    labels: list[dict[Site, _Label]] = []
    for number, stage in enumerate(stages):
        reached: dict[Site, _Label] = {}
        for site, lanes in stage.sites.items():
            came_from, ready = _earliest_at(site, labels, stages, release)
            lots = earliest_lots(
                quantity,
                [replace(lane, release=ready) for lane in lanes],
                stage.cut,
                until,
            )
            if lots is not None:
                done = max(lot.stretch.finish for lot in lots)
                reached[site] = _Label(done, lots, came_from)
        if not reached:
            return number
        labels.append(reached)
    return _traced(labels, stages, release)


def _earliest_at(
    site: Site,
    labels: Sequence[Mapping[Site, _Label]],
    stages: Sequence[Stage],
    release: int,
) -> tuple[Site | None, int]:
    """Return from where the batch is at a site first, and when."""
    if not labels:
        return None, release
    transport = stages[len(labels) - 1].transport
    arrivals = [
        (label.done + (0 if origin == site else transport), number, origin)
        for number, (origin, label) in enumerate(labels[-1].items())
    ]
    ready, _number, origin = min(arrivals, key=lambda arrival: arrival[:2])
    return origin, ready


def _traced(
    labels: Sequence[Mapping[Site, _Label]], stages: Sequence[Stage], release: int
) -> Plan:
    last = labels[-1]
    site: Site | None = min(last, key=lambda name: last[name].done)
    arrives = last[site].done + stages[-1].transport if site is not None else 0
    legs: list[Leg] = []
    for number in reversed(range(len(labels))):
        if site is None:
            break
        label = labels[number][site]
        _origin, ready = _earliest_at(site, labels[:number], stages, release)
        legs.append(Leg(site, ready, label.lots))
        site = label.came_from
    return Plan(tuple(reversed(legs)), arrives)


@dataclass(frozen=True, slots=True)
class MachineTime:
    """Where a machine stands, and what is known of its time up to the horizon."""

    site: Site
    working: Spans
    reserved: Spans
    efficiency_percent: int


def machines_by_site(
    step: RouteStep, times: Mapping[UUID, MachineTime]
) -> dict[Site, list[UUID]]:
    """Return a step's machines in the order of their keys, by site."""
    found: dict[Site, list[UUID]] = {}
    for machine_id in sorted(option.machine_id for option in step.options):
        found.setdefault(times[machine_id].site, []).append(machine_id)
    return found


def stages_of(
    steps: Iterable[RouteStep], times: Mapping[UUID, MachineTime]
) -> list[Stage]:
    """Put steps as they were asked for into the terms of the rule."""
    stages = []
    for step in steps:
        options = {option.machine_id: option for option in step.options}
        sites = {
            site: [
                Lane(
                    working=times[machine_id].working,
                    reserved=times[machine_id].reserved,
                    setup_minutes=options[machine_id].setup_minutes,
                    part_thousandths=thousandths(options[machine_id].minutes_per_part),
                    efficiency_percent=times[machine_id].efficiency_percent,
                )
                for machine_id in machine_ids
            ]
            for site, machine_ids in machines_by_site(step, times).items()
        }
        cut = Cut(step.most_lots, step.smallest_lot)
        stages.append(Stage(sites, cut, step.transport_minutes))
    return stages


def promise_of_plan(
    plan: Plan,
    steps: Sequence[RouteStep],
    stages: Sequence[Stage],
    times: Mapping[UUID, MachineTime],
) -> RoutePromise:
    """Put a plan into the words of a promise, each lot with what led to it."""
    lots = []
    for number, leg in enumerate(plan.legs):
        machine_ids = machines_by_site(steps[number], times)[leg.site]
        lanes = stages[number].sites[leg.site]
        for lot in leg.lots:
            machine_id, lane = machine_ids[lot.lane], lanes[lot.lane]
            others = Spans.of(
                (other.stretch.start, other.stretch.finish)
                for other in leg.lots
                if other.lane == lot.lane and other is not lot
            )
            promise = promise_of(
                machine_id,
                lane.minutes_of(lot.quantity),
                leg.release,
                lot.stretch,
                working=lane.working,
                reserved=lane.reserved,
                own=others,
            )
            lots.append(
                LotPromise(
                    step=number,
                    quantity=lot.quantity,
                    promise=promise,
                    ready_at=moment_of(leg.release),
                    setup_minutes=lane.setup_minutes,
                    minutes_per_part=Decimal(lane.part_thousandths) / PARTS_OF_A_MINUTE,
                    efficiency_percent=lane.efficiency_percent,
                )
            )
    return RoutePromise(tuple(lots), moment_of(plan.arrives))


def without_reservations(
    times: Mapping[UUID, MachineTime],
) -> dict[UUID, MachineTime]:
    """Return machines as if nothing were reserved, to tell why there is no promise."""
    return {key: replace(time, reserved=NO_SPANS) for key, time in times.items()}
