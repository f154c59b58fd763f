"""What a change of a calendar publishes and whom it hits, in words."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from apps.capacity import selectors as capacity
from apps.capacity.rules.drafts import facts_of_draft
from apps.capacity.rules.effects import Endangered, WeekChange
from apps.capacity.rules.inheritance import Said, facts_of
from apps.capacity.selectors import CalendarChain, CalendarEffect
from apps.capacity.types import CalendarDraft, ReservationKind
from apps.portal import formats
from apps.portal.calendar_forms import minutes_of
from apps.scheduling import selectors as scheduling

SHOWN_WEEKS = 8
SHOWN_MACHINES = 12
SHOWN_RESERVATIONS = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before a change, after it, and what is between them."""

    label: str
    before: str
    after: str
    change: str
    tone: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A reservation that would come short."""

    machine: str
    machine_href: str
    what: str
    href: str
    during: str
    short: str
    after: str
    is_promise: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """All that a change comes to."""

    digest: str
    week: Difference
    others: Sequence[Difference]
    weeks: Sequence[Difference]
    more_weeks: int
    machine_count: int
    published: Sequence[Difference]
    published_count: int
    hits: Sequence[Hit]
    hit_count: int
    promise_count: int
    hold_count: int
    work_count: int
    outdates: Any
    is_same: bool

    @property
    def hits_text(self) -> str:
        """Say whom it hits, in a sentence."""
        if not self.hit_count:
            return _t("Nothing that is held or booked comes short.")
        parts = [
            ngettext("%d booking", "%d bookings", self.promise_count)
            % self.promise_count
            if self.promise_count
            else "",
            ngettext("%d hold", "%d holds", self.hold_count) % self.hold_count
            if self.hold_count
            else "",
            ngettext("%d piece of own work", "%d pieces of own work", self.work_count)
            % self.work_count
            if self.work_count
            else "",
        ]
        return _t("Too little time is left for %(what)s.") % {
            "what": ", ".join(part for part in parts if part)
        }


def digest_of(draft: CalendarDraft) -> str:
    """Return what tells a draft that was looked at from any other."""
    text = json.dumps(facts_of_draft(draft), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def effect_of(chain: CalendarChain, draft: CalendarDraft, at: datetime) -> Effect:
    """Say what would happen if the level of a chain said this."""
    found = capacity.preview_calendar(level=chain.own.level, draft=draft, at=at)
    said = [Said(link.level.kind, link.draft) for link in chain.links[:-1]]
    after = facts_of([*said, Said(chain.own.level.kind, draft)], chain.standing)
    changed = [week for week in found.weeks if week.change]
    names = {one.machine_id: one.code for one in found.machines}
    zones = {key: facts.week.time_zone for key, facts in found.calendars.items()}
    overtaken = scheduling.plans_overtaken_by(found.calendars, at=at)
    own_work = [
        one for one in found.endangered if one.reservation.kind is ReservationKind.WORK
    ]
    booked = [
        one
        for one in found.endangered
        if one not in found.holds and one not in own_work
    ]
    return Effect(
        digest=digest_of(draft),
        week=_difference(
            _t("Working time of an ordinary week"),
            minutes_of(chain.facts.week.shifts),
            minutes_of(after.week.shifts),
        ),
        others=_others(chain, after.efficiency_percent, draft),
        weeks=[_week(week) for week in changed[:SHOWN_WEEKS]],
        more_weeks=max(0, len(changed) - SHOWN_WEEKS),
        machine_count=len(found.machines),
        published=[
            _difference(
                one.code,
                one.before,
                one.after,
                href=reverse("portal:machine", args=[one.machine_id]),
            )
            for one in found.published[:SHOWN_MACHINES]
        ],
        published_count=len(found.published),
        hits=[_hit(one, names, zones) for one in found.endangered[:SHOWN_RESERVATIONS]],
        hit_count=len(found.endangered),
        promise_count=len(booked),
        hold_count=len(found.holds),
        work_count=len(own_work),
        outdates=overtaken[-1].schedule if overtaken else None,
        is_same=_is_same(chain, draft, found),
    )


def _is_same(chain: CalendarChain, draft: CalendarDraft, found: CalendarEffect) -> bool:
    return draft == chain.own.draft and not found.machines


def _others(
    chain: CalendarChain, efficiency: int, draft: CalendarDraft
) -> list[Difference]:
    rows = []
    if efficiency != chain.facts.efficiency_percent:
        before = chain.facts.efficiency_percent
        rows.append(
            Difference(
                _t("Efficiency"),
                formats.percent(before / 100),
                formats.percent(efficiency / 100),
                "",
                "better" if efficiency > before else "worse",
            )
        )
    was = chain.own.draft
    if len(draft.exceptions) != len(was.exceptions):
        rows.append(
            Difference(
                _t("Exceptions of its own"),
                formats.number(len(was.exceptions), 0),
                formats.number(len(draft.exceptions), 0),
                "",
                "",
            )
        )
    return rows


def _difference(label: str, before: int, after: int, href: str = "") -> Difference:
    change = after - before
    sign = "+" if change > 0 else "−"
    return Difference(
        label,
        formats.duration(before),
        formats.duration(after),
        f"{sign}{formats.duration(abs(change))}" if change else "–",
        "better" if change > 0 else "worse" if change else "",
        href,
    )


def _week(week: WeekChange) -> Difference:
    label = _t("Week %(week)d, from %(monday)s") % {
        "week": week.monday.isocalendar().week,
        "monday": formats.day(week.monday),
    }
    return _difference(label, week.before, week.after)


def _hit(one: Endangered, names: Mapping[Any, str], zones: Mapping[Any, str]) -> Hit:
    row = one.reservation
    with timezone.override(ZoneInfo(zones[row.machine_id])):
        start, end = formats.moment(one.during.start), formats.moment(one.during.end)
        finish = formats.moment(one.finishes_at) if one.finishes_at else ""
    if not finish:
        after = _t("not within a year")
    elif one.is_in_the_way:
        after = _t("%(finish)s, were the next work not in the way") % {"finish": finish}
    else:
        after = finish
    what, href = _about(one)
    return Hit(
        machine=names[row.machine_id],
        machine_href=reverse("portal:machine", args=[row.machine_id]),
        what=what,
        href=href,
        during=f"{start} – {end}",
        short=formats.duration(one.short_minutes),
        after=after,
        is_promise=one.is_promise,
    )


def _about(one: Endangered) -> tuple[str, str]:
    row = one.reservation
    if row.order_id is not None:
        return _t("Booked for an order"), reverse("portal:order", args=[row.order_id])
    if row.quote_id is not None:
        return _t("Held for a quote"), reverse("portal:quote", args=[row.quote_id])
    if row.kind is ReservationKind.WORK:
        return _t("Work of our own"), reverse("portal:schedule")
    return _t("Held"), ""
