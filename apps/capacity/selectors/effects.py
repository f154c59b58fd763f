"""Whom a change of a calendar hits, before anybody makes it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F

from apps.capacity.models import Reservation
from apps.capacity.models.columns import FirstMinute, LastMinute
from apps.capacity.rules import limits
from apps.capacity.rules.calendar_checks import check_draft
from apps.capacity.rules.effects import (
    Endangered,
    Reserved,
    WeekChange,
    endangered,
    sum_of_weeks,
    weeks_changed,
)
from apps.capacity.rules.load import monday_of
from apps.capacity.rules.spans import Spans, next_minute_of
from apps.capacity.selectors.calendars import inheritance_of, machines_under
from apps.capacity.types import (
    CalendarDraft,
    CalendarFacts,
    CalendarLevel,
    ReservationKind,
    ReservationState,
)
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from tenants import context


@dataclass(frozen=True, slots=True)
class MachineEffect:
    """What a change does to one machine that it hits."""

    machine_id: UUID
    code: str
    name: str
    is_published: bool
    weeks: tuple[WeekChange, ...]
    efficiency_before: int
    efficiency_after: int

    @property
    def before(self) -> int:
        """Free minutes of all weeks before."""
        return sum(week.before for week in self.weeks)

    @property
    def after(self) -> int:
        """Free minutes of all weeks after."""
        return sum(week.after for week in self.weeks)


@dataclass(frozen=True, slots=True)
class CalendarEffect:
    """Whom a change hits: machines, their listings, reservations and promises."""

    machines: tuple[MachineEffect, ...]
    weeks: tuple[WeekChange, ...]
    endangered: tuple[Endangered, ...]
    # What the calendars of these machines would come to.
    calendars: Mapping[UUID, CalendarFacts]

    @property
    def published(self) -> tuple[MachineEffect, ...]:
        """Machines whose listings are made anew."""
        return tuple(one for one in self.machines if one.is_published)

    @property
    def promises(self) -> tuple[Endangered, ...]:
        """Reservations in danger that an order waits for."""
        return tuple(one for one in self.endangered if one.is_promise)

    @property
    def holds(self) -> tuple[Endangered, ...]:
        """Reservations in danger that are only held, such as for a quote."""
        return tuple(
            one
            for one in self.endangered
            if one.reservation.state is ReservationState.HELD
        )


def preview_calendar(
    *, level: CalendarLevel, draft: CalendarDraft, at: datetime
) -> CalendarEffect:
    """Say what would happen if a level said this and nothing else; nothing is written.

    :raises InvalidInput: if the calendar cannot mean what it would say.
    """
    check_draft(draft)
    inherited = inheritance_of(machines_under(level))
    before = inherited.facts()
    after = inherited.replaced(level, draft).facts()
    hit = [key for key in before if before[key] != after[key]]
    reserved = _reserved_of(hit, at)
    monday = monday_of(at.astimezone(ZoneInfo(context.current().time_zone)).date())
    effects = []
    in_danger: list[Endangered] = []
    # Machines that follow the same levels and have nothing reserved are alike.
    idle: dict[tuple[int, int], tuple[WeekChange, ...]] = {}
    rows = machines.machines_of().filter(pk__in=hit)
    for machine in rows.in_use().order_by("code"):
        was, will = before[machine.pk], after[machine.pk]
        theirs = reserved.get(machine.pk, [])
        alike = (id(was), id(will))
        weeks = None if theirs else idle.get(alike)
        if weeks is None:
            weeks = weeks_changed(
                monday,
                limits.PUBLISHED_WEEKS,
                next_minute_of(at),
                before=was,
                after=will,
                reserved=Spans.of((one.first, one.last) for one in theirs),
            )
        if not theirs:
            idle[alike] = weeks
        effects.append(
            MachineEffect(
                machine_id=machine.pk,
                code=machine.code,
                name=str(machine),
                is_published=machine.is_published,
                weeks=weeks,
                efficiency_before=was.efficiency_percent,
                efficiency_after=will.efficiency_percent,
            )
        )
        in_danger += endangered(theirs, before=was, after=will)
    return CalendarEffect(
        tuple(effects),
        sum_of_weeks(effect.weeks for effect in effects),
        tuple(sorted(in_danger, key=lambda one: one.during)),
        {key: after[key] for key in hit},
    )


def _reserved_of(
    machine_ids: Collection[UUID], at: datetime
) -> dict[UUID, list[Reserved]]:
    rows = (
        Reservation.objects.of_machines(*machine_ids)
        .live(at)
        .overlapping(Period(at, at + limits.FURTHEST_START))
        .annotate(
            first_minute=FirstMinute(F("during")), last_minute=LastMinute(F("during"))
        )
        .values_list(
            "id",
            "machine_id",
            "first_minute",
            "last_minute",
            "minutes",
            "state",
            "kind",
            "order_id",
            "quote_id",
        )
    )
    found: dict[UUID, list[Reserved]] = {}
    for key, machine_id, first, last, minutes, state, kind, order_id, quote_id in rows:
        found.setdefault(machine_id, []).append(
            Reserved(
                key,
                machine_id,
                first,
                last,
                minutes,
                ReservationState(state),
                ReservationKind(kind),
                order_id,
                quote_id,
            )
        )
    return found
