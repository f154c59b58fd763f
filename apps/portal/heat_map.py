"""How full machines are, weeks by machines, and the rows behind each figure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.capacity import selectors as capacity
from apps.capacity.rules.load import sum_of_loads
from apps.capacity.rules.spans import moment_of
from apps.capacity.types import CalendarLevel, MachineLoad, WeekLoad
from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.exchange.rules.load_colors import color_of
from apps.exchange.types import LoadColor
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal import charts, formats
from apps.portal.access import access
from apps.portal.home import load_chart
from apps.portal.machine_forms import site_choices
from apps.portal.machine_list import offered_processes
from apps.portal.machines import found_machine, uuid_of
from tenants.middleware import role_in
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
ROWS_SHOWN = 60
# Loads of more machines than these are not laid side by side: narrow them first.
MOST_COMPARED = 2_000
ZOOMS = (12, 26, 52)
MONDAY_FORMAT = "%Y-%m-%d"
MACHINE, CENTER, PROCESS, SITE = "machine", "center", "process", "site"
ROWS_BY: tuple[tuple[str, str | Promise], ...] = (
    (MACHINE, _("Machine")),
    (CENTER, _("Work center")),
    (PROCESS, _("Process")),
    (SITE, _("Site")),
)
SORTS: tuple[tuple[str, str | Promise], ...] = (
    ("", pgettext_lazy("sorted by", "Name")),
    ("idle", pgettext_lazy("sorted by", "Most free time")),
    ("full", pgettext_lazy("sorted by", "Least free time")),
)
# Who may offer idle time.
OFFERING = (Role.OWNER, Role.PLANNER, Role.SELLER)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row of the map is about: a machine, or several together."""

    label: str
    note: str
    href: str
    machine_ids: tuple[UUID, ...]
    # A machine's week has a page of its own; several are shown apart first.
    cell_href: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One subject over the weeks."""

    label: str
    note: str
    href: str
    cells: Sequence[charts.HeatCell]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what it cannot mean is left out."""

    process: str
    site: str
    center: str
    weeks: int
    by: str
    sort: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """Read an address."""
        weeks = query.get("weeks", "")
        return cls(
            process=query.get("process", "")[:64],
            site=str(uuid_of(query.get("site", "")) or ""),
            center=str(uuid_of(query.get("center", "")) or ""),
            weeks=int(weeks) if weeks in {str(zoom) for zoom in ZOOMS} else ZOOMS[0],
            by=_known(query.get("by", ""), ROWS_BY),
            sort=_known(query.get("sort", ""), SORTS),
        )

    @property
    def is_filtered(self) -> bool:
        """Say whether some machines are left out."""
        return bool(self.process or self.site or self.center)

    def machines(self) -> Any:
        """Return the machines asked for, those out of use for good left out."""
        return machines.machines_of(
            process_code=self.process,
            site_id=uuid_of(self.site),
            work_center_id=uuid_of(self.center),
        ).exclude(state=MachineState.RETIRED)

    def narrowed(self, **asked: str) -> str:
        """Write the address of the machines of one row."""
        kept = {
            "process": self.process,
            "site": self.site,
            "center": self.center,
            "weeks": str(self.weeks),
        }
        query = {name: value for name, value in (kept | asked).items() if value}
        return f"{reverse('portal:capacity')}?{urlencode(query)}"


@access(*READERS)
@require_safe
def heat_map(request: HttpRequest) -> HttpResponse:
    """Show the load of machines week by week, alone or in groups."""
    now = timezone.now()
    asked = Asked.of(request.GET)
    found = asked.machines()
    count = found.count()
    is_whole = asked.by != MACHINE or bool(asked.sort)
    is_too_many = is_whole and count > MOST_COMPARED
    rows: list[HeatRow] = []
    page = None
    if not is_too_many and count:
        subjects = _subjects(asked, found)
        if is_whole:
            rows, page = _compared(request, asked, subjects, now)
        else:
            page = _page(request, found)
            rows = _rows(
                asked,
                [_machine_subject(row) for row in page.object_list],
                now,
            )
    total = capacity.fleet_week_load(
        found=found, from_monday=timezone.localdate(now), weeks=asked.weeks, at=now
    )
    return render(
        request,
        "portal/capacity/overview.html",
        {
            "asked": asked,
            "page": page,
            "count": count,
            "is_too_many": is_too_many,
            "most": MOST_COMPARED,
            "rows": rows,
            "columns": [week_name(week.monday) for week in total],
            "chart": load_chart(total) if total else None,
            "has_hours": any(week.total_minutes for week in total),
            "processes": offered_processes(),
            "sites": site_choices(),
            "centers": machines.work_centers(),
            "zooms": ZOOMS,
            "rows_by": ROWS_BY,
            "sorts": SORTS,
            "corner": dict(ROWS_BY)[asked.by],
            "may_offer": role_in(request) in OFFERING,
        },
    )


@access(*READERS)
@require_safe
def machine_week(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Show the rows behind one figure: shifts, reservations, exceptions, free windows."""
    machine = found_machine(machine_id).machine
    now = timezone.now()
    chain = capacity.calendar_chain(CalendarLevel(machine_id=machine_id))
    zone = ZoneInfo(chain.facts.week.time_zone)
    monday = _monday_of(request.GET.get("from", ""), timezone.localdate(now, zone))
    week = Period(
        datetime.combine(monday, time(), tzinfo=zone),
        datetime.combine(monday + timedelta(weeks=1), time(), tzinfo=zone),
    )
    (load,) = capacity.week_load(
        machine_ids=[machine_id], from_monday=monday, weeks=1, at=now
    )
    (figures,) = load.weeks
    free = []
    if now < week.end and machine.state == MachineState.ACTIVE:
        ahead = Period(max(week.start, now), week.end)
        free = capacity.free_stretches(machine_id=machine_id, period=ahead, at=now)
    with timezone.override(zone):
        return render(
            request,
            "portal/capacity/machine_week.html",
            {
                "machine": machine,
                "monday": monday,
                "name": week_name(monday),
                "zone": zone.key,
                "load": figures,
                "color": LoadColor(
                    color_of(figures.total_minutes, figures.free_minutes)
                ),
                "working": [
                    (period_text(one), formats.duration(_minutes(one)))
                    for one in capacity.working_periods_of(machine_id, week)
                ],
                "reservations": [
                    (period_text(Period(row.start, row.finish)), row)
                    for row in capacity.reservations_of([machine_id], week, at=now)
                ],
                "exceptions": [
                    (period_text(one.exception.period), one)
                    for one in chain.exceptions
                    if one.exception.period.start < week.end
                    and one.exception.period.end > week.start
                ],
                "free": [
                    (
                        period_text(Period(moment_of(one.start), moment_of(one.end))),
                        formats.duration(one.minutes),
                        _offer_address(machine_id, one.start, one.end),
                    )
                    for one in free
                ],
                "is_listed": exchange.listings_of_machine(machine_id)
                .filter(is_active=True)
                .exists(),
                "may_offer": role_in(request) in OFFERING,
                "before": (monday - timedelta(weeks=1)).strftime(MONDAY_FORMAT),
                "after": (monday + timedelta(weeks=1)).strftime(MONDAY_FORMAT),
            },
        )


def week_name(monday: date) -> str:
    """Return what a column is headed with."""
    return _t("W%(week)d") % {"week": monday.isocalendar().week}


def period_text(period: Period) -> str:
    """Write a period, its day only once where it begins and ends on the same."""
    start, end = timezone.localtime(period.start), timezone.localtime(period.end)
    if start.date() == end.date():
        return f"{formats.moment(start)} – {end:%H:%M}"
    return f"{formats.moment(start)} – {formats.moment(end)}"


def _minutes(period: Period) -> int:
    return int((period.end - period.start).total_seconds()) // 60


def _offer_address(machine_id: UUID, start: int, end: int) -> str:
    query = {
        "machine": str(machine_id),
        "from": f"{timezone.localtime(moment_of(start)):%Y-%m-%dT%H:%M}",
        "to": f"{timezone.localtime(moment_of(end)):%Y-%m-%dT%H:%M}",
    }
    return f"{reverse('portal:idle-lot-offer')}?{urlencode(query)}"


def _monday_of(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
        # Near the ends of time there is no Monday before, or no week after.
        day + timedelta(weeks=60), day - timedelta(weeks=60)
    except (ValueError, OverflowError):
        day = today
    return day - timedelta(days=day.weekday())


def _known(text: str, choices: Iterable[tuple[str, Any]]) -> str:
    names = [name for name, _label in choices]
    return text if text in names else names[0]


# --- rows


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page"))


def _compared(
    request: HttpRequest, asked: Asked, subjects: Sequence[Subject], now: datetime
) -> tuple[list[HeatRow], Any]:
    """Return the rows of a page in the order of their free time, or by name."""
    loads = _loads(asked, subjects, now)
    order = list(range(len(subjects)))
    if asked.sort:
        free = [sum(week.free_minutes for week in load) for load in loads]
        sign = -1 if asked.sort == "idle" else 1
        order.sort(key=lambda place: (sign * free[place], subjects[place].label))
    page = _page(request, order)
    shown = [_heat_row(subjects[place], loads[place]) for place in page.object_list]
    return shown, page


def _rows(asked: Asked, subjects: Sequence[Subject], now: datetime) -> list[HeatRow]:
    loads = _loads(asked, subjects, now)
    return [
        _heat_row(subject, load) for subject, load in zip(subjects, loads, strict=True)
    ]


def _loads(
    asked: Asked, subjects: Sequence[Subject], now: datetime
) -> list[tuple[WeekLoad, ...]]:
    wanted = sorted({one for subject in subjects for one in subject.machine_ids})
    found: Mapping[UUID, MachineLoad] = {
        load.machine_id: load
        for load in capacity.week_load(
            machine_ids=wanted,
            from_monday=timezone.localdate(now),
            weeks=asked.weeks,
            at=now,
        )
    }
    return [
        found[subject.machine_ids[0]].weeks
        if len(subject.machine_ids) == 1
        else sum_of_loads(found[one] for one in subject.machine_ids)
        for subject in subjects
    ]


def _subjects(asked: Asked, found: Any) -> list[Subject]:
    if asked.by == MACHINE:
        return [_machine_subject(row) for row in found] if asked.sort else []
    members: dict[str, list[UUID]] = {}
    labels: dict[str, tuple[str, str]] = {}
    for row in found:
        for key, label, note in _groups_of(asked.by, row):
            members.setdefault(key, []).append(row.pk)
            labels[key] = (label, note)
    return [
        Subject(
            label=labels[key][0],
            note=labels[key][1],
            href=asked.narrowed(**{asked.by: key}),
            machine_ids=tuple(members[key]),
            cell_href=asked.narrowed(**{asked.by: key}),
        )
        for key in sorted(members, key=lambda key: labels[key])
    ]


def _groups_of(by: str, row: Any) -> list[tuple[str, str, str]]:
    if by == SITE:
        return [(str(row.site_id), row.site.name, "")]
    if by == PROCESS:
        language = get_language() or "en"
        return [
            (one.process_code, catalog.label(one.process_code, language), "")
            for one in row.capabilities.all()
        ]
    center = row.work_center
    return [] if center is None else [(str(center.pk), center.code, center.name)]


def _machine_subject(row: Any) -> Subject:
    return Subject(
        label=row.code,
        note=row.label,
        href=reverse("portal:machine", args=[row.pk]),
        machine_ids=(row.pk,),
        cell_href=reverse("portal:machine-week", args=[row.pk]),
    )


def _heat_row(subject: Subject, load: Sequence[WeekLoad]) -> HeatRow:
    note = subject.note
    if len(subject.machine_ids) > 1:
        counted = formats.number(len(subject.machine_ids), 0)
        note = " · ".join(
            filter(None, (note, _t("%(count)s machines") % {"count": counted}))
        )
    return HeatRow(
        label=subject.label,
        note=note,
        href=subject.href,
        cells=[_heat_cell(subject, week) for week in load],
    )


def _heat_cell(subject: Subject, week: WeekLoad) -> charts.HeatCell:
    is_machine = "?" not in subject.cell_href
    day = week.monday.strftime(MONDAY_FORMAT)
    href = f"{subject.cell_href}?from={day}" if is_machine else subject.cell_href
    facts = {
        "code": subject.label,
        "week": week_name(week.monday),
        "monday": formats.day(week.monday),
        "free": formats.duration(week.free_minutes),
        "reserved": formats.duration(week.reserved_minutes),
        "total": formats.duration(week.total_minutes),
    }
    if not week.total_minutes:
        return charts.heat_cell(
            None,
            title=_t("%(code)s, %(week)s from %(monday)s: no shifts") % facts,
            href=href,
        )
    return charts.heat_cell(
        week.reserved_minutes / week.total_minutes,
        title=_t(
            "%(code)s, %(week)s from %(monday)s: %(free)s free,"
            " %(reserved)s reserved of %(total)s"
        )
        % facts,
        href=href,
    )
