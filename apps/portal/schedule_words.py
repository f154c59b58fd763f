"""How pieces of work are named, and what their times and reservations say."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.periods import Period
from apps.portal import formats
from apps.scheduling import selectors as scheduling
from apps.scheduling.types import BEGUN_STATES


def title_of(work: str, step: str) -> str:
    """Return what a step is called, with what it is for."""
    return _t("%(work)s: %(step)s") % {"work": work, "step": step} if work else step


def assumed_title(schedule: Any, step: str) -> str:
    """Return what a step is called that is only supposed, with what it is for."""
    for draft in scheduling.assumptions_of(schedule).work:
        if step in {one.title for one in draft.steps}:
            return title_of("" if draft.title == step else draft.title, step)
    return step


def key_of(bar: Any) -> str:
    """Return what an address calls a piece of work."""
    return str(bar.job_order_id or f"assumed-{bar.position}")


def is_moved(bar: Any) -> bool:
    """Say whether a piece of work is not where it was."""
    before = (bar.was_machine_id, bar.was_starts_at)
    return before != (None, None) and before != (bar.machine_id, bar.starts_at)


def tone_of(bar: Any) -> str:
    """Return how a bar looks: what asks most of the reader comes first."""
    if bar.tardiness_minutes:
        return "late"
    if bar.job_order_id is None:
        return "assumed"
    return "running" if bar.state in BEGUN_STATES else "plain"


def late_text(minutes: int) -> str:
    """Say by how much something is late."""
    return _t("%(time)s late") % {"time": formats.duration(minutes)}


def moved_text(before: datetime | None, after: datetime) -> str:
    """Say by how much something begins earlier or later."""
    if before is None:
        return ""
    minutes = int((after - before).total_seconds() // 60)
    if minutes == 0:
        return _t("the same time")
    time = formats.duration(abs(minutes))
    text = _t("%(time)s later") if minutes > 0 else _t("%(time)s earlier")
    return text % {"time": time}


def due_text(bar: Any) -> str:
    """Say in a sentence whether work is finished by when it is due."""
    if bar.due_at is None:
        return _t("It has no due date.")
    due = formats.moment(bar.due_at)
    if bar.tardiness_minutes:
        return _t("It is due %(due)s, and finished %(time)s too late.") % {
            "due": due,
            "time": formats.duration(bar.tardiness_minutes),
        }
    return _t("It is due %(due)s, and finished in time.") % {"due": due}


def period_text(period: Period) -> str:
    """Write a period, its day only once where it begins and ends on the same."""
    start, end = timezone.localtime(period.start), timezone.localtime(period.end)
    if start.date() == end.date():
        return f"{formats.moment(start)} – {end:%H:%M}"
    return f"{formats.moment(start)} – {formats.moment(end)}"


def reservation_words(one: Any) -> tuple[str, str, str]:
    """Return a reservation's kind for the eye, its name, and where it leads."""
    if one.kind == ReservationKind.MAINTENANCE:
        return "maintenance", one.reason or _t("Maintenance"), ""
    if one.state == ReservationState.HELD:
        href = reverse("portal:quote", args=[one.quote_id]) if one.quote_id else ""
        return "held", _t("Held for a quote"), href
    if one.kind == ReservationKind.WORK:
        return "booked", _t("Work of our own"), ""
    href = reverse("portal:order", args=[one.order_id]) if one.order_id else ""
    return "booked", _t("Booked for an order"), href


def last_of_each(bars: Iterable[Any]) -> list[Any]:
    """Return the last piece of work of each request, which is what is due."""
    last: dict[Any, Any] = {}
    for bar in bars:
        known = last.get(bar.work_request_id)
        if known is None or bar.finishes_at > known.finishes_at:
            last[bar.work_request_id] = bar
    return list(last.values())
