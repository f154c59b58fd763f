"""What a page tells of a level: from whom it has what, what it said, what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from apps.capacity import selectors as capacity
from apps.capacity.rules.drafts import draft_of_facts
from apps.capacity.selectors import CalendarChain, ChainLink
from apps.capacity.types import NOTHING_SAID, CalendarDraft, LevelKind
from apps.machines.rules.holiday_places import region_name
from apps.portal import formats
from apps.portal.calendar_forms import PRESETS, minutes_of
from apps.portal.public import places
from tenants.middleware import enterprise_of

REVISIONS_SHOWN = 10
EXCEPTIONS_SHOWN = 50
LEVELS_SHOWN = 30
# An exception that ended so long ago is only history.
KEPT_IN_SIGHT = timedelta(days=7)
SUBJECT_PAGES = {
    LevelKind.SITE: "portal:site",
    LevelKind.WORK_CENTER: "portal:work-center",
    LevelKind.MACHINE: "portal:machine",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One level over the page's, or its own, as a link."""

    kind: str
    name: str
    href: str
    is_own: bool
    says: str


def subject_of(request: HttpRequest, link: ChainLink | None) -> UUID | None:
    """Return by which id a level is asked for."""
    if link is None:
        return None
    return link.level.subject_id or enterprise_of(request).id


def today_at(chain: CalendarChain) -> date:
    """Return which day it is on the clock of the week."""
    return timezone.now().astimezone(ZoneInfo(chain.facts.week.time_zone)).date()


def steps_of(request: HttpRequest, chain: CalendarChain) -> list[Step]:
    """Return the levels from the top down, its own last."""
    return [
        Step(
            kind=str(link.level.kind.label),
            name=link.name,
            href=reverse("portal:calendar", args=[subject_of(request, link)]),
            is_own=link is chain.own,
            says=said_text(link.draft),
        )
        for link in chain.links
    ]


def said_text(draft: CalendarDraft) -> str:
    """Say in few words what a level says itself."""
    parts = []
    if draft.shifts is not None:
        parts.append(
            _t("%(hours)s a week")
            % {"hours": formats.duration(minutes_of(draft.shifts))}
        )
    if draft.efficiency_percent is not None:
        parts.append(
            _t("efficiency %(percent)s")
            % {"percent": formats.percent(draft.efficiency_percent / 100)}
        )
    if draft.exceptions:
        parts.append(
            _t("exceptions: %(count)s")
            % {"count": formats.number(len(draft.exceptions), 0)}
        )
    if not draft.keeps_exceptions:
        parts.append(_t("without exceptions from above"))
    if draft.shifts is None and draft.holiday_country:
        parts.append(places.country_name(draft.holiday_country))
    return ", ".join(str(part) for part in parts)


def source_of(
    request: HttpRequest, chain: CalendarChain, link: ChainLink | None
) -> dict[str, Any] | None:
    """Return which level says something, as a link."""
    if link is None:
        return None
    return {
        "name": link.name,
        "is_own": link is chain.own,
        "href": reverse("portal:calendar", args=[subject_of(request, link)]),
    }


def subject_page(chain: CalendarChain) -> str:
    """Return the address of what the calendar is of."""
    level = chain.own.level
    name = SUBJECT_PAGES.get(level.kind)
    return (
        reverse(name, args=[level.subject_id]) if name else reverse("portal:capacity")
    )


def holidays_kept_at(chain: CalendarChain) -> str:
    """Say whose public holidays are kept."""
    week = chain.facts.week
    if not week.holiday_country:
        return ""
    country = places.country_name(week.holiday_country)
    if not week.holiday_subdivision:
        return country
    region = region_name(week.holiday_country, week.holiday_subdivision)
    return f"{country}, {region}"


def presets() -> list[dict[str, Any]]:
    """Return the weeks to begin with, as links and for the script."""
    return [
        {
            "key": key,
            "label": label,
            "shifts": " ".join(
                f"{one.weekday}/{one.starts:%H:%M}/{one.ends:%H:%M}/{one.break_minutes}"
                for one in shifts
            ),
        }
        for key, (label, shifts) in PRESETS.items()
    ]


def exceptions_of(request: HttpRequest, chain: CalendarChain) -> list[dict[str, Any]]:
    """Return the exceptions in force that are not long over, the next first."""
    now = timezone.now()
    rows = sorted(chain.exceptions, key=lambda one: one.exception.period.start)
    with timezone.override(ZoneInfo(chain.time_zone)):
        return [
            {
                "exception": one.exception,
                "starts": formats.moment(one.exception.period.start),
                "ends": formats.moment(one.exception.period.end),
                "is_over": one.exception.period.end <= now,
                "is_own": one.link is chain.own,
                "source": one.link.name,
                "href": reverse(
                    "portal:calendar", args=[subject_of(request, one.link)]
                ),
            }
            for one in rows
            if one.exception.period.end > now - KEPT_IN_SIGHT
        ]


def revisions_of(chain: CalendarChain, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what a level said, newest first; what nobody changed is left out."""
    found = []
    for row in rows[:REVISIONS_SHOWN]:
        said = draft_of_facts(row.facts)
        found.append(
            {
                "version": row.version,
                "at": row.changed_at,
                "by": row.changed_by,
                "says": said_text(said),
                "is_now": row.version == chain.version,
                "is_nothing": said == NOTHING_SAID,
            }
        )
    return found


def levels_below(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the levels below the enterprise that say something of their own."""
    links = [
        link
        for link in capacity.calendar_links()
        if link.level.kind is not LevelKind.ENTERPRISE
    ]
    return [
        {
            "kind": str(link.level.kind.label),
            "name": link.name,
            "href": reverse("portal:calendar", args=[subject_of(request, link)]),
            "says": said_text(link.draft),
        }
        for link in links[:LEVELS_SHOWN]
    ]


def moment_at_place(chain: CalendarChain, moment: datetime) -> str:
    """Write a moment on the clock of the place."""
    with timezone.override(ZoneInfo(chain.time_zone)):
        return formats.moment(moment)
