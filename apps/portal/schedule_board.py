"""The chart of a plan: which machines and how much time an address asks for, drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t

from apps.capacity import selectors as capacity
from apps.capacity.rules.working_time import working_periods
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal import formats, gantt
from apps.portal.machine_forms import site_choices
from apps.portal.machine_list import LONGEST, Chip, center_choices
from apps.portal.machines import uuid_of
from apps.portal.paging import Page, page_of
from apps.portal.schedule_words import (
    assumed_title,
    is_moved,
    key_of,
    last_of_each,
    late_text,
    period_text,
    reservation_words,
    title_of,
    tone_of,
)
from apps.scheduling import selectors as scheduling

ROWS_SHOWN = 40
ASKED = ("zoom", "from", "q", "site", "center", "work", "only")
FILTERS = ("q", "site", "center", "work", "only")
LATE, MOVED = "late", "moved"


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of work as the list by machine has it."""

    href: str
    title: str
    machine: str
    machine_id: UUID
    starts_at: datetime
    finishes_at: datetime
    due_at: datetime | None
    late: str
    was: str
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class ZoomLink:
    """One way to see more time, or less."""

    label: gantt.Text
    href: str
    is_current: bool


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return what an address asks of the chart; what it cannot mean is left out."""
    asked = {
        # PostgreSQL keeps no NUL, so nothing has one.
        name: str(query.get(name, "")).replace("\x00", "").strip()[:LONGEST]
        for name in ASKED
    }
    if asked["zoom"] not in set(gantt.Zoom):
        asked["zoom"] = gantt.Zoom.WEEK
    if asked["only"] not in {LATE, MOVED}:
        asked["only"] = ""
    for name in ("site", "center", "work"):
        if uuid_of(asked[name]) is None:
            asked[name] = ""
    return asked


class Board:
    """A plan over the window and the machines that an address asks for."""

    def __init__(
        self,
        request: HttpRequest,
        *,
        schedule: Any = None,
        address: str,
        can_pin: bool,
        query: QueryDict | None = None,
    ) -> None:
        self.now = timezone.now()
        self.schedule = schedule
        self.address = address
        self.can_pin = can_pin
        self.query = request.GET if query is None else query
        self.request = request
        self.asked = asked_of(self.query)
        known = schedule.requested_at if schedule else self.now
        self.window = gantt.window_of(
            self.asked["zoom"], self.asked["from"], timezone.localdate(known)
        )

    # --- addresses

    def link(self, **changes: str) -> str:
        """Return the address of this chart with some answers changed."""
        query = QueryDict(mutable=True)
        query.update(
            {
                name: value
                for name, value in {**self.asked, **changes}.items()
                if value and not (name == "zoom" and value == gantt.Zoom.WEEK)
            }
        )
        text = query.urlencode()
        return f"{self.address}?{text}" if text else self.address

    def bar_link(self, key: str) -> str:
        """Return the address at which a piece of work says why it is there."""
        return f"{self.link(bar=key)}#why"

    @cached_property
    def back(self) -> str:
        """The answers of this address, for a form to come back to."""
        return self.link().partition("?")[2]

    # --- what is read

    @cached_property
    def page(self) -> Page:
        """The machines of this page."""
        found = machines.machines_of(
            search=self.asked["q"],
            site_id=uuid_of(self.asked["site"]),
            work_center_id=uuid_of(self.asked["center"]),
        ).exclude(state=MachineState.RETIRED)
        if self.asked["work"] or self.asked["only"]:
            ids = found.order_by().values_list("pk", flat=True)
            busy = {bar.machine_id for bar in self._kept(self._bars(list(ids)))}
            found = found.filter(pk__in=busy)
        return page_of(self.request, found, ROWS_SHOWN)

    @cached_property
    def machines(self) -> list[Any]:
        """The machines of this page by code."""
        return sorted(self.page.rows, key=lambda row: str(row.code))

    @cached_property
    def bars(self) -> list[Any]:
        """The work on these machines in this window, that filters keep."""
        return self._kept(self._bars([row.pk for row in self.machines]))

    @cached_property
    def pinnings(self) -> Mapping[UUID, Any]:
        """What may be pinned where, by job order."""
        return scheduling.pinnings_of(
            {bar.job_order_id for bar in self.bars if bar.job_order_id}
        )

    @cached_property
    def _titles(self) -> Mapping[UUID, str]:
        return scheduling.work_titles(
            {bar.work_request_id for bar in self.bars if bar.work_request_id}
        )

    def title_of(self, bar: Any) -> str:
        """Return what a piece of work is called, with what it is for."""
        if bar.job_order_id is None and self.schedule is not None:
            return assumed_title(self.schedule, bar.title)
        return title_of(self._titles.get(bar.work_request_id, ""), bar.title)

    @cached_property
    def codes(self) -> Mapping[UUID, str]:
        """The codes of the machines that this page names."""
        shown = {row.pk: row.code for row in self.machines}
        named = {bar.was_machine_id for bar in self.bars}
        named |= {one.machine_id for one in self.pinnings.values()}
        named -= {None, *shown}
        if named:
            rows = machines.machines_of().filter(pk__in=named)
            shown |= dict(rows.values_list("pk", "code"))
        return shown

    def _bars(self, machine_ids: list[UUID]) -> list[Any]:
        if self.schedule is not None:
            found = scheduling.bars_of(self.schedule.pk, self.window.period)
            wanted = set(machine_ids)
            return [bar for bar in found if bar.machine_id in wanted]
        plan = scheduling.plan_in_force(
            machine_ids=machine_ids, period=self.window.period, at=self.now
        )
        return [bar for row in plan.rows for bar in row.bars]

    def _kept(self, bars: Iterable[Any]) -> list[Any]:
        work, only = uuid_of(self.asked["work"]), self.asked["only"]
        return [
            bar
            for bar in bars
            if (work is None or bar.work_request_id == work)
            and (only != LATE or bar.tardiness_minutes)
            and (only != MOVED or is_moved(bar))
        ]

    # --- what is drawn

    def chart(self, selected: str = "") -> gantt.Chart:
        """Draw the rows."""
        rows = {
            row.pk: gantt.Row(
                machine_id=row.pk,
                code=row.code,
                note=row.label,
                href=reverse("portal:machine", args=[row.pk]),
            )
            for row in self.machines
        }
        self._draw_time(rows)
        for bar in self.bars:
            self._draw_bar(rows, bar, selected)
        for bar in last_of_each(self.bars):
            if bar.due_at and self.window.holds(bar.due_at):
                rows[bar.machine_id].dues.append(
                    gantt.Mark(
                        gantt.percent(self.window.share(bar.due_at)),
                        _t("%(title)s is due %(due)s")
                        % {
                            "title": self.title_of(bar),
                            "due": formats.moment(bar.due_at),
                        },
                        is_missed=bool(bar.tardiness_minutes),
                    )
                )
        return gantt.Chart(
            window=self.window,
            ticks=gantt.ticks_of(self.window),
            rows=list(rows.values()),
            now=gantt.percent(self.window.share(self.now))
            if self.window.holds(self.now)
            else "",
        )

    def _draw_time(self, rows: Mapping[UUID, gantt.Row]) -> None:
        calendars = capacity.calendar_facts(list(rows))
        known: dict[Any, list[gantt.Stretch]] = {}
        for machine_id, row in rows.items():
            facts = calendars[machine_id]
            key = (facts.week, facts.exceptions)
            if key not in known:
                working = working_periods(*key, self.window.period)
                known[key] = gantt.closed_stretches(self.window, working)
            row.closed = known[key]
        shown = {(bar.machine_id, bar.starts_at) for bar in self.bars}
        shown |= {(bar.was_machine_id, bar.was_starts_at) for bar in self.bars}
        ours = scheduling.reservations_of_job_orders(list(rows), self.window.period)
        for one in capacity.reservations_of(
            list(rows), self.window.period, at=self.now
        ):
            if one.pk not in ours and (one.machine_id, one.start) not in shown:
                rows[one.machine_id].taken.append(self._taken(one))

    def _taken(self, one: Any) -> gantt.Stretch:
        kind, label, href = reservation_words(one)
        period = Period(one.start, one.finish)
        return gantt.stretch(
            self.window,
            one.start,
            one.finish,
            kind=kind,
            label=label,
            title=f"{label}, {period_text(period)}",
            href=href,
        )

    def _draw_bar(
        self, rows: Mapping[UUID, gantt.Row], bar: Any, selected: str
    ) -> None:
        key = key_of(bar)
        pinning = self.pinnings.get(bar.job_order_id)
        whole = max(bar.setup_minutes + bar.run_minutes, 1)
        can_move = bool(self.can_pin and pinning and pinning.option_ids)
        rows[bar.machine_id].bars.append(
            gantt.Bar(
                key=key,
                place=gantt.stretch(self.window, bar.starts_at, bar.finishes_at),
                setup=gantt.percent(100 * bar.setup_minutes / whole)
                # The setup of a bar that began before is not seen.
                if bar.setup_minutes and bar.starts_at >= self.window.start
                else "",
                href=self.bar_link(key),
                label=self.title_of(bar),
                summary=self._summary(bar),
                tone=tone_of(bar),
                is_late=bool(bar.tardiness_minutes),
                is_pinned=bar.is_pinned,
                is_moved=is_moved(bar),
                is_selected=key == selected,
                can_move=can_move,
                starts=bar.starts_at.isoformat(),
                minutes=int((bar.finishes_at - bar.starts_at).total_seconds() // 60),
                version=pinning.version if pinning else 0,
                machines=" ".join(str(one) for one in pinning.option_ids)
                if pinning and can_move
                else "",
                pin_machine=str(pinning.machine_id or "") if pinning else "",
                pin_starts=pinning.start_at.isoformat()
                if pinning and pinning.start_at
                else "",
            )
        )
        if is_moved(bar) and bar.was_starts_at and bar.was_machine_id in rows:
            self._draw_ghost(rows[bar.was_machine_id], bar)
        if pinning and pinning.start_at and pinning.machine_id in rows:
            self._draw_pin(rows[pinning.machine_id], bar, pinning)

    def _draw_ghost(self, row: gantt.Row, bar: Any) -> None:
        # How long it took there is known only if it took as long as it does now.
        finish = bar.was_finishes_at or (
            bar.was_starts_at + (bar.finishes_at - bar.starts_at)
        )
        if self.window.shows(bar.was_starts_at, finish):
            row.ghosts.append(
                gantt.stretch(
                    self.window,
                    bar.was_starts_at,
                    finish,
                    title=_t("%(title)s was here: %(during)s")
                    % {
                        "title": self.title_of(bar),
                        "during": period_text(Period(bar.was_starts_at, finish)),
                    },
                )
            )

    def _draw_pin(self, row: gantt.Row, bar: Any, pinning: Any) -> None:
        if (pinning.machine_id, pinning.start_at) == (bar.machine_id, bar.starts_at):
            return
        finish = pinning.start_at + (bar.finishes_at - bar.starts_at)
        if self.window.shows(pinning.start_at, finish):
            row.pins.append(
                gantt.Pin(
                    gantt.stretch(
                        self.window,
                        pinning.start_at,
                        finish,
                        title=_t("%(title)s is pinned here: %(start)s")
                        % {
                            "title": self.title_of(bar),
                            "start": formats.moment(pinning.start_at),
                        },
                    ),
                    key_of(bar),
                )
            )

    def _summary(self, bar: Any) -> str:
        parts = [
            self.title_of(bar),
            self.codes.get(bar.machine_id, ""),
            period_text(Period(bar.starts_at, bar.finishes_at)),
        ]
        if bar.tardiness_minutes:
            parts.append(late_text(bar.tardiness_minutes))
        if bar.is_pinned:
            parts.append(_t("pinned"))
        return ", ".join(parts)

    # --- what the template needs

    def context(self, selected: str = "") -> dict[str, Any]:
        """Return all that the chart and its list show."""
        chart = self.chart(selected)
        days = gantt.DAYS_SHOWN[self.window.zoom]
        step = timedelta(days=days)
        is_filtered = any(self.asked[name] for name in FILTERS)
        first = self.window.first
        return {
            "chart": chart,
            "window_label": gantt.window_label(self.window),
            "window_seconds": round(
                self.window.end.timestamp() - self.window.start.timestamp()
            ),
            "zone": timezone.get_current_timezone_name(),
            "zooms": [
                ZoomLink(label, self.link(zoom=zoom), zoom == self.window.zoom)
                for zoom, label in gantt.ZOOM_LABELS.items()
            ],
            "earlier": self.link(**{"from": (first - step).isoformat()}),
            "later": self.link(**{"from": (first + step).isoformat()}),
            "today": self.link(**{"from": ""}),
            "clear": self.link(**dict.fromkeys(FILTERS, "")),
            "page": self.page,
            "asked": self.asked,
            "chips": self._chips(),
            "sites": site_choices(),
            "centers": center_choices(),
            "lines": self.lines(),
            "nothing": _t("Nothing in these days is like that. Loosen a filter.")
            if is_filtered
            else _t(
                "No work is planned in these days. Add work requests, then have a"
                " proposal worked out."
            ),
            "is_proposal": self.schedule is not None,
            "can_pin": self.can_pin,
            "board_key": str(self.schedule.pk) if self.schedule else "",
            "back": self.back,
            "pin_url": reverse("portal:job-order-pin", args=[NOBODY]),
            "unpin_url": reverse("portal:job-order-unpin", args=[NOBODY]),
        }

    def lines(self) -> list[Line]:
        """Return the same work as a list, machine by machine."""
        ordered = sorted(
            self.bars, key=lambda bar: (self.codes[bar.machine_id], bar.starts_at)
        )
        return [
            Line(
                href=self.bar_link(key_of(bar)),
                title=self.title_of(bar),
                machine=self.codes[bar.machine_id],
                machine_id=bar.machine_id,
                starts_at=bar.starts_at,
                finishes_at=bar.finishes_at,
                due_at=bar.due_at,
                late=late_text(bar.tardiness_minutes) if bar.tardiness_minutes else "",
                was=self.was_text(bar) if is_moved(bar) else "",
                is_pinned=bar.is_pinned,
            )
            for bar in ordered
        ]

    def was_text(self, bar: Any) -> str:
        """Say where a piece of work was before."""
        if bar.was_starts_at is None:
            return _t("not planned")
        start = formats.moment(bar.was_starts_at)
        if bar.was_machine_id in {None, bar.machine_id}:
            return start
        code = self.codes.get(bar.was_machine_id, "")
        return f"{code}, {start}" if code else start

    def _chips(self) -> Sequence[Chip]:
        if not self.asked["work"]:
            return []
        return [Chip(_t("One work request"), self.link(work=""))]


NOBODY = UUID(int=0)
