"""What a proposal comes to, in words: figures before and after, late work, moves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.machines import selectors as machines
from apps.portal import formats
from apps.portal.gantt import Text
from apps.portal.schedule_words import (
    assumed_title,
    due_text,
    late_text,
    moved_text,
    period_text,
    title_of,
)
from apps.portal.states import tone_of
from apps.scheduling import selectors as scheduling
from apps.scheduling.types import ScheduleObjective, ScheduleState

# What is counted, how it is called, and whether it is a time.
FIGURES: tuple[tuple[str, Text, bool], ...] = (
    ("late_jobs", _("Late work requests"), False),
    ("weighted_tardiness", _("Lateness, each by its priority"), True),
    ("makespan", _("Time until all is finished"), True),
    ("setup_minutes", _("Setups"), True),
    ("changes", _("Moved against the plan in force"), False),
)
LEADING: Mapping[str, str] = {
    ScheduleObjective.TARDINESS: "weighted_tardiness",
    ScheduleObjective.MAKESPAN: "makespan",
    ScheduleObjective.SETUPS: "setup_minutes",
    ScheduleObjective.STABILITY: "changes",
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure before and after."""

    label: Text
    before: str
    after: str
    change: str
    tone: str


@dataclass(frozen=True, slots=True)
class LateRow:
    """A work request that would be late."""

    title: str
    href: str
    due_at: datetime
    finishes_at: datetime
    late: str
    before: str


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A piece of work that would be elsewhere."""

    title: str
    href: str
    before: str
    after: str
    by: str


def figure_rows(schedule: Any) -> list[FigureRow]:
    """Return the figures of a schedule beside those of the plan in force."""
    before: Mapping[str, Any] = schedule.figures.get("before") or {}
    after: Mapping[str, Any] = schedule.figures.get("after") or {}
    return [
        _figure(label, before.get(name), after[name], is_time=is_time)
        for name, label, is_time in FIGURES
        if after.get(name) is not None
    ]


def _figure(label: Text, before: Any, after: Any, *, is_time: bool) -> FigureRow:
    write = formats.duration if is_time else _whole
    if before is None:
        return FigureRow(label, formats.UNKNOWN, write(after), "", "")
    gap = after - before
    if gap == 0:
        change, tone = _t("the same"), ""
    elif gap < 0:
        change, tone = _t("%(by)s less") % {"by": write(-gap)}, "better"
    else:
        change, tone = _t("%(by)s more") % {"by": write(gap)}, "worse"
    return FigureRow(label, write(before), write(after), change, tone)


def _whole(value: Any) -> str:
    return formats.number(value, 0)


def bound_text(schedule: Any) -> str:
    """Say how far from the best a schedule can be, where that is known."""
    if schedule.gap_percent is None:
        return (
            _t("How far it is from the best there can be is not known.")
            if schedule.figures.get("after")
            else ""
        )
    if schedule.gap_percent == 0:
        return _t("Proven: no order of work is better in what matters most.")
    said = _t(
        "Within at most %(gap)s of the best there can be, in what matters most."
    ) % {"gap": formats.percent(schedule.gap_percent / 100, 1)}
    label, write = leading_figure(schedule)
    if schedule.lower_bound is None:
        return said
    least = _t("No order of work comes below this there: %(figure)s, %(bound)s.") % {
        "figure": label,
        "bound": write(schedule.lower_bound),
    }
    return f"{said} {least}"


def verdict_text(schedule: Any) -> str:
    """Say how a schedule compares with the plan in force in what matters most."""
    name = LEADING[schedule.objective]
    before = (schedule.figures.get("before") or {}).get(name)
    after = (schedule.figures.get("after") or {}).get(name)
    if before is None or after is None:
        return ""
    label, write = leading_figure(schedule)
    facts = {"figure": label, "before": write(before), "after": write(after)}
    if after < before:
        return _t(
            "Better in what matters most: %(figure)s, %(after)s, not %(before)s."
        ) % (facts)
    if after == before:
        return _t("As good in what matters most: %(figure)s, %(after)s.") % facts
    return _t("Worse in what matters most: %(figure)s, %(after)s, not %(before)s.") % (
        facts
    )


def leading_figure(schedule: Any) -> tuple[Text, Callable[[Any], str]]:
    """Return what matters most is called, and how it is written."""
    name = LEADING[schedule.objective]
    label, is_time = next(
        (label, is_time) for known, label, is_time in FIGURES if known == name
    )
    return label, formats.duration if is_time else _whole


def late_share(schedule: Any) -> str:
    """Say how many would be late, in a list of schedules."""
    after = schedule.figures.get("after") or {}
    if "late_jobs" not in after:
        return formats.UNKNOWN
    return late_count(after["late_jobs"])


def late_count(count: int) -> str:
    """Say how many work requests are late."""
    if count == 0:
        return _t("none late")
    return ngettext("%(count)s late", "%(count)s late", count) % {
        "count": formats.number(count, 0)
    }


def late_rows(schedule: Any) -> list[LateRow]:
    """Return who would be late, the latest first."""
    return [
        LateRow(
            title=one.title
            if one.work_request_id
            else assumed_title(schedule, one.title),
            href=reverse("portal:work-request", args=[one.work_request_id])
            if one.work_request_id
            else "",
            due_at=one.due_at,
            finishes_at=one.finishes_at,
            late=late_text(one.tardiness_minutes),
            before=_late_before(one),
        )
        for one in scheduling.late_work(schedule.pk)
    ]


def _late_before(one: Any) -> str:
    if one.was_tardiness_minutes is None:
        return _t("not planned")
    if one.was_tardiness_minutes == 0:
        return _t("in time")
    return late_text(one.was_tardiness_minutes)


def moved_rows(schedule: Any) -> list[MovedRow]:
    """Return what would be elsewhere, from where to where."""
    rows = scheduling.moved_jobs(schedule.pk)
    codes = codes_of({row.was_machine_id for row in rows if row.was_machine_id})
    page = reverse("portal:schedule-proposal", args=[schedule.pk])
    return [
        MovedRow(
            title=title_of(row.job_order.work_request.title, row.title)
            if row.job_order
            else row.title,
            href=f"{page}?bar={row.job_order_id}#why",
            before=_place(
                codes.get(row.was_machine_id, "") if row.was_machine_id else "",
                row.was_starts_at,
            ),
            after=_place(row.machine.code, row.starts_at),
            by=moved_text(row.was_starts_at, row.starts_at),
        )
        for row in rows
    ]


def _place(code: str, start: datetime | None) -> str:
    return ", ".join(part for part in (code, formats.moment(start)) if part)


def codes_of(machine_ids: set[UUID]) -> Mapping[UUID, str]:
    """Return the codes of machines."""
    if not machine_ids:
        return {}
    rows = machines.machines_of().filter(pk__in=machine_ids)
    return dict(rows.values_list("pk", "code"))


def tone_of_state(state: str) -> str:
    """Return the tone of a schedule's state: a proposal wants a decision."""
    if state == ScheduleState.PROPOSED:
        return "attention"
    return tone_of(state)


def assumed_lines(schedule: Any) -> Sequence[str]:
    """Say what a what-if schedule supposes."""
    if not schedule.is_what_if:
        return []
    found = scheduling.assumptions_of(schedule)
    windows = (*found.closed, *found.extra)
    codes = codes_of({machine_id for machine_id, _period in windows})
    return [
        *(
            _t("%(machine)s is closed: %(during)s") % _window(codes, one)
            for one in found.closed
        ),
        *(
            _t("%(machine)s works longer: %(during)s") % _window(codes, one)
            for one in found.extra
        ),
        *_more_to_do(schedule, found.work),
    ]


def _more_to_do(schedule: Any, work: Sequence[Any]) -> Iterator[str]:
    """Say what more there is to do, and when it would be finished."""
    bars = scheduling.bars_of(schedule.pk) if work else []
    for draft in work:
        steps = {step.title for step in draft.steps}
        placed = [
            bar for bar in bars if bar.job_order_id is None and bar.title in steps
        ]
        said = _t("There is more to do: %(title)s") % {"title": draft.title}
        if not placed:
            yield said
            continue
        last = max(placed, key=lambda bar: bar.finishes_at)
        yield _t("%(said)s. It would be finished %(finish)s. %(due)s") % {
            "said": said,
            "finish": formats.moment(last.finishes_at),
            "due": due_text(last),
        }


def _window(codes: Mapping[UUID, str], window: Any) -> dict[str, str]:
    machine_id, period = window
    return {
        "machine": codes.get(machine_id, ""),
        "during": period_text(period),
    }
