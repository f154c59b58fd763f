"""Capacity and utilization by week, laid out."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.reports.rules import charts, formats
from apps.reports.rules.capacity_figures import CapacityFigures, Load, work_out
from apps.reports.types import (
    CapacityFacts,
    CapacityParameters,
    CellKind,
    Column,
    Document,
    Fact,
    Figure,
    Kpi,
    NativeChart,
    Origin,
    ReportKind,
    ReservationFact,
    Row,
    Section,
    Table,
)

HEAT_MAP_MACHINES = 28
PAPER_ROWS = 120


def heading() -> str:
    """Head a report of capacity."""
    return pgettext("report", "Capacity and utilization")


def covers(parameters: CapacityParameters) -> str:
    """Say from which day to which a report goes."""
    last = parameters.starts_on + timedelta(weeks=parameters.weeks, days=-1)
    ends = {"start": formats.day(parameters.starts_on), "end": formats.day(last)}
    return _("%(start)s to %(end)s") % ends


def lay_out(
    *,
    facts: CapacityFacts,
    parameters: CapacityParameters,
    origin: Origin,
    language: str,
) -> Document:
    """Lay a report of capacity out in the language in force."""
    figures = work_out(facts.machines)
    sections = [_by_week(figures), _by_machine(figures), _by_machine_and_week(figures)]
    sections.append(_reservations(facts.reservations))
    return Document(
        kind=ReportKind.CAPACITY_UTILISATION.value,
        language=language,
        title=heading(),
        subtitle=covers(parameters),
        origin=origin,
        facts=_head(figures, parameters, origin),
        kpis=_kpis(figures),
        sections=tuple(sections),
        notes=_notes(origin),
    )


def _head(
    figures: CapacityFigures, parameters: CapacityParameters, origin: Origin
) -> tuple[Fact, ...]:
    machines = len(figures.machines)
    scope = ngettext("%(count)s machine", "%(count)s machines", machines)
    weeks = ngettext("%(count)s week", "%(count)s weeks", parameters.weeks)
    return (
        Fact(
            pgettext("report", "Covers"), scope % {"count": formats.integer(machines)}
        ),
        Fact(pgettext("report", "Length"), weeks % {"count": parameters.weeks}),
        Fact(
            pgettext("report", "State as of"),
            formats.moment(origin.at, origin.time_zone),
        ),
        Fact(pgettext("report", "Time zone"), origin.time_zone),
        Fact(pgettext("report", "Made for"), origin.by),
        Fact(pgettext("report", "Edition"), str(origin.edition)),
    )


def _kpis(figures: CapacityFigures) -> tuple[Kpi, ...]:
    load = figures.load
    busiest, freest = figures.busiest_machine, figures.freest_week
    return (
        Kpi(
            pgettext("report", "Utilization"),
            formats.percent(load.utilization),
            _("%(work)s of %(total)s")
            % {
                "work": formats.hours_with_unit(load.work_minutes),
                "total": formats.hours_with_unit(load.total_minutes),
            },
        ),
        Kpi(
            pgettext("report", "Free"),
            formats.hours_with_unit(load.free_minutes),
            _("most in %(week)s: %(hours)s")
            % {
                "week": formats.week_label(freest[0]),
                "hours": formats.hours_with_unit(freest[1].free_minutes),
            }
            if freest
            else pgettext("report", "no free time"),
        ),
        Kpi(
            pgettext("report", "Booked"),
            formats.hours_with_unit(load.booked_minutes),
            _("and %(held)s held for quotes")
            % {"held": formats.hours_with_unit(load.held_minutes)},
        ),
        Kpi(
            pgettext("report", "Busiest machine"),
            busiest.code if busiest else formats.UNKNOWN,
            formats.percent(busiest.load.utilization) if busiest else "",
        ),
    )


def _by_week(figures: CapacityFigures) -> Section:
    title = pgettext("report", "Load by week")
    rows: tuple[Row, ...] = tuple(
        (_iso_week(monday), monday, *_minutes(load)) for monday, load in figures.weeks
    )
    table = Table(
        title=pgettext("report", "Weeks"),
        sheet=pgettext("report", "Weeks"),
        columns=(
            Column(pgettext("report", "ISO week"), CellKind.CODE),
            Column(pgettext("report", "Monday"), CellKind.DATE, share=1),
            *_minute_columns(),
        ),
        rows=rows,
        total=(pgettext("report", "Total"), "", *_minutes(figures.load)),
        empty=_("No machine works in this period: add shifts to its calendar."),
        chart=NativeChart(
            kind="stacked_columns",
            title=title,
            category=0,
            values=(3, 4, 5, 6),
            colors=(charts.BOOKED, charts.HELD, charts.MAINTENANCE, charts.FREE),
        ),
    )
    figure = Figure(
        title=title,
        description=_("Working hours of each week, by what they are given to."),
        spec=charts.stacked_weeks(
            title=title,
            subtitle=_("Hours of all machines; above each week its utilization")
            if len(figures.weeks) <= charts.MOST_REMARKED_WEEKS
            else pgettext("report", "Hours of all machines"),
            description=_("Working hours of each week, by what they are given to."),
            stacks=[
                charts.Stack(
                    label=formats.week_label(monday),
                    values=tuple(
                        (Decimal(minutes) / formats.MINUTES_PER_HOUR).quantize(
                            formats.TENTH
                        )
                        for minutes in (
                            load.booked_minutes,
                            load.held_minutes,
                            load.maintenance_minutes,
                            load.free_minutes,
                        )
                    ),
                    remark=_whole_percent(load),
                )
                for monday, load in figures.weeks
            ],
            series=(
                pgettext("machine time", "Booked"),
                pgettext("machine time", "Held"),
                pgettext("machine time", "Maintenance"),
                pgettext("machine time", "Free"),
            ),
            axis=pgettext("report", "hours"),
        ),
    )
    shown = (figure,) if figures.load.total_minutes else ()
    return Section(title=title, figures=shown, tables=(table,))


def _by_machine(figures: CapacityFigures) -> Section:
    title = pgettext("report", "Load by machine")
    table = Table(
        title=pgettext("report", "Machines"),
        sheet=pgettext("report", "Machines"),
        columns=(
            Column(pgettext("report", "Machine"), CellKind.CODE),
            Column(pgettext("report", "Name"), share=1),
            *_minute_columns(),
        ),
        rows=tuple(
            (each.code, each.name, *_minutes(each.load)) for each in figures.machines
        ),
        total=(pgettext("report", "Total"), "", *_minutes(figures.load)),
        empty=_("There is no machine yet: add one or import them."),
    )
    busiest = sorted(
        figures.machines, key=lambda each: each.load.work_minutes, reverse=True
    )[:HEAT_MAP_MACHINES]
    kept = {each.machine_id for each in busiest}
    shown = [each for each in figures.machines if each.machine_id in kept]
    heat = Figure(
        title=_("Utilization by machine and week"),
        description=_("Share of working time given to work, in percent."),
        spec=charts.heat_map(
            title=_("Utilization by machine and week"),
            subtitle=_("An empty cell is a week without working time")
            if len(shown) == len(figures.machines)
            else _("The %(count)d busiest machines") % {"count": len(shown)},
            description=_("Share of working time given to work, in percent."),
            cells=[
                charts.HeatCell(
                    row=each.code,
                    column=formats.week_label(monday),
                    value=load.utilization,
                    text=_whole_number(load),
                )
                for each in shown
                for monday, load in each.weeks
            ],
            legend=pgettext("report", "utilization, %"),
        ),
    )
    drawn = (heat,) if figures.load.total_minutes else ()
    return Section(title=title, figures=drawn, tables=(table,))


def _by_machine_and_week(figures: CapacityFigures) -> Section:
    title = pgettext("report", "Machine weeks")
    table = Table(
        title=title,
        sheet=title,
        columns=(
            Column(pgettext("report", "Machine"), CellKind.CODE, share=1),
            Column(pgettext("report", "ISO week"), CellKind.CODE),
            Column(pgettext("report", "Monday"), CellKind.DATE),
            *_minute_columns(),
        ),
        rows=tuple(
            (each.code, _iso_week(monday), monday, *_minutes(load))
            for each in figures.machines
            for monday, load in each.weeks
        ),
        empty=_("No machine works in this period: add shifts to its calendar."),
        paper_limit=PAPER_ROWS,
    )
    return Section(
        title=title,
        text=_("Every figure above is a sum of these rows."),
        tables=(table,),
    )


def _reservations(reservations: tuple[ReservationFact, ...]) -> Section:
    title = _("Reservations behind the reserved time")
    table = Table(
        title=title,
        sheet=pgettext("report", "Reservations"),
        columns=(
            Column(pgettext("report", "Machine"), CellKind.CODE),
            Column(pgettext("report", "From"), CellKind.MOMENT),
            Column(pgettext("report", "To"), CellKind.MOMENT),
            Column(pgettext("report", "Working time"), CellKind.MINUTES),
            Column(pgettext("report", "For"), share=1),
            Column(pgettext("report", "State"), share=1),
            Column(pgettext("report", "Reference"), CellKind.CODE),
        ),
        rows=tuple(
            (
                each.machine_code,
                each.starts_at,
                each.ends_at,
                each.minutes,
                each.kind,
                each.state,
                each.reference,
            )
            for each in reservations
        ),
        empty=_("Nothing is held or booked in this period."),
        note=_(
            "A reservation that begins before the period or ends after it is listed"
            " whole; only its working time inside the period is counted above."
        )
        if reservations
        else "",
        paper_limit=PAPER_ROWS,
    )
    return Section(title=title, tables=(table,))


def _minute_columns() -> tuple[Column, ...]:
    return (
        Column(pgettext("report", "Working time"), CellKind.MINUTES),
        Column(pgettext("machine time", "Booked"), CellKind.MINUTES),
        Column(pgettext("machine time", "Held"), CellKind.MINUTES),
        Column(pgettext("machine time", "Maintenance"), CellKind.MINUTES),
        Column(pgettext("machine time", "Free"), CellKind.MINUTES),
        Column(pgettext("report", "Utilization"), CellKind.PERCENT),
    )


def _minutes(load: Load) -> tuple[int | Decimal | None, ...]:
    return (
        load.total_minutes,
        load.booked_minutes,
        load.held_minutes,
        load.maintenance_minutes,
        load.free_minutes,
        load.utilization,
    )


def _iso_week(monday: date) -> str:
    year, week, _weekday = monday.isocalendar()
    return f"{year}-W{week:02d}"


def _whole_percent(load: Load) -> str:
    return f"{_whole_number(load)}%" if load.total_minutes else ""


def _whole_number(load: Load) -> str:
    share = load.utilization
    return "" if share is None else str(int(share.to_integral_value()))


def _notes(origin: Origin) -> tuple[str, ...]:
    return (
        _(
            "Working time is what the machine's calendar says: its shifts without breaks,"
            " public holidays and exceptions, in the time zone of its site."
        ),
        _(
            "Booked time belongs to orders, held time to quotes that are still open."
            " Maintenance is neither free nor counted as work."
        ),
        _("Utilization = (booked + held) ÷ working time, of whole ISO weeks."),
        _(
            "Free = working time − booked − held − maintenance. Each row of “Machine"
            " weeks” is counted in minutes; hours on paper are rounded to a tenth, the"
            " workbook has the minutes."
        ),
        _("Figures as they stood at %(at)s; later changes are not in this edition.")
        % {"at": formats.moment(origin.at, origin.time_zone)},
    )
