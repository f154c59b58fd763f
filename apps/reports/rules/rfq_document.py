"""RFQs, matches and quotes of a period, laid out for the buyer or the seller."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.reports.rules import charts, formats, rfq_figures
from apps.reports.types import (
    BuyerFacts,
    CellKind,
    Column,
    Document,
    Fact,
    Figure,
    Kpi,
    NativeChart,
    Origin,
    QuoteFact,
    ReportKind,
    RfqParameters,
    Row,
    Section,
    SellerFacts,
    Side,
    Table,
)

Money: TypeAlias = "tuple[tuple[str, Decimal], ...]"
PAPER_ROWS = 200


def heading(side: Side) -> str:
    """Head a summary for one side of the market."""
    return _("RFQs and matches") if side == Side.BUYER else _("Demands and quotes")


def covers(parameters: RfqParameters) -> str:
    """Say from which day to which a summary goes."""
    ends = {
        "start": formats.day(parameters.starts_on),
        "end": formats.day(parameters.ends_on),
    }
    return _("%(start)s to %(end)s") % ends


def lay_out(
    *,
    facts: BuyerFacts | SellerFacts,
    parameters: RfqParameters,
    origin: Origin,
    language: str,
) -> Document:
    """Lay a summary of RFQs out in the language in force."""
    match facts:
        case BuyerFacts():
            kpis, sections, notes = _buyer(facts)
        case SellerFacts():
            kpis, sections, notes = _seller(facts)
    return Document(
        kind=ReportKind.RFQ_SUMMARY.value,
        language=language,
        title=heading(parameters.side),
        subtitle=covers(parameters),
        origin=origin,
        facts=(
            Fact(_("Seen"), str(parameters.side.label)),
            Fact(_("State as of"), formats.moment(origin.at, origin.time_zone)),
            Fact(_("Time zone"), origin.time_zone),
            Fact(_("Made for"), origin.by),
        ),
        kpis=kpis,
        sections=sections,
        notes=(*notes, _as_of(origin)),
    )


_Parts: TypeAlias = "tuple[tuple[Kpi, ...], tuple[Section, ...], tuple[str, ...]]"


def _buyer(facts: BuyerFacts) -> _Parts:
    figures = rfq_figures.of_buyer(facts)
    kpis = (
        Kpi(
            _("RFQs published"),
            formats.integer(figures.rfqs),
            _counted(
                ngettext("%(count)s line", "%(count)s lines", figures.lines),
                figures.lines,
            ),
        ),
        Kpi(
            _("Listings that fit"),
            formats.integer(figures.fitting),
            _("of %(all)s considered") % {"all": formats.integer(figures.considered)},
        ),
        Kpi(
            _("Quotes received"),
            formats.integer(figures.quotes),
            ngettext(
                "for %(count)s line", "for %(count)s lines", figures.lines_with_quote
            )
            % {"count": formats.integer(figures.lines_with_quote)},
        ),
        Kpi(
            pgettext("heading", "Awarded"),
            formats.integer(figures.awards),
            _sums(figures.awarded),
        ),
    )
    sections = (
        _rfq_lines(facts, figures),
        _refusals(figures),
        _quotes_received(facts, figures),
        _awards(facts.quotes, as_buyer=True),
    )
    notes = (
        _(
            "Considered, fitting and refused are those of the latest finished match run"
            " of each line; a line without one has not been matched."
        ),
        _(
            "A listing is refused by the first reason that applies, in a fixed order. “Only"
            " reason” counts the listings that would fit if that one thing were different."
        ),
        _(
            "Totals in the currency of the RFQ use the exchange rate kept with the quote, of"
            " the day it was submitted."
        ),
    )
    return kpis, sections, notes


def _seller(facts: SellerFacts) -> _Parts:
    figures = rfq_figures.of_seller(facts)
    kpis = (
        Kpi(
            _("Demands that fit"),
            formats.integer(figures.demands),
            _("%(count)s quoted") % {"count": formats.integer(figures.quoted)},
        ),
        Kpi(
            _("Quotes given"),
            formats.integer(figures.quotes),
            _("%(count)s still open") % {"count": formats.integer(figures.open)},
        ),
        Kpi(
            pgettext("quotes", "Won"),
            formats.integer(figures.won),
            _sums(figures.won_value),
        ),
        Kpi(
            _("Win rate"),
            formats.percent(figures.win_rate),
            _("%(won)s of %(decided)s decided")
            % {
                "won": formats.integer(figures.won),
                "decided": formats.integer(figures.decided),
            },
        ),
    )
    sections = (
        _outcomes(figures),
        _quotes_given(facts),
        _awards(facts.quotes, as_buyer=False),
        _demands(facts),
    )
    notes = (
        _(
            "A demand counts as fitting when one of our listings passed every requirement in"
            " its latest finished match run."
        ),
        _(
            "Won = accepted. Decided = accepted, declined or expired; withdrawn quotes and"
            " drafts are left out. Win rate = won ÷ decided."
        ),
    )
    return kpis, sections, notes


def _rfq_lines(facts: BuyerFacts, figures: rfq_figures.BuyerFigures) -> Section:
    title = _("RFQs and what was found for them")
    return Section(
        title=title,
        tables=(
            Table(
                title=title,
                sheet=_("RFQ lines"),
                columns=(
                    Column(_("RFQ"), CellKind.CODE),
                    Column(pgettext("RFQ", "Line"), CellKind.INTEGER),
                    Column(_("Part"), share=3),
                    Column(_("Process"), share=2),
                    Column(_("Quantity"), CellKind.INTEGER),
                    Column(_("Due"), CellKind.DATE),
                    Column(_("State")),
                    Column(_("Considered"), CellKind.INTEGER),
                    Column(_("Fit"), CellKind.INTEGER),
                    Column(_("Quotes"), CellKind.INTEGER),
                ),
                rows=tuple(
                    (
                        line.rfq_number,
                        line.position,
                        line.part,
                        line.processes,
                        line.quantity,
                        line.due_on,
                        line.rfq_state,
                        line.considered,
                        line.fitting,
                        figures.quotes_of(line.rfq_number, line.position),
                    )
                    for line in facts.lines
                ),
                total=(
                    _("Total"),
                    *[""] * 6,
                    figures.considered,
                    figures.fitting,
                    figures.quotes,
                ),
                empty=_("No RFQ was published in this period."),
                paper_limit=PAPER_ROWS,
            ),
        ),
    )


def _refusals(figures: rfq_figures.BuyerFigures) -> Section:
    title = _("Why listings were refused")
    table = Table(
        title=_("Reasons"),
        sheet=_("Refusals"),
        columns=(
            Column(_("Reason"), share=1),
            Column(_("Refused first"), CellKind.INTEGER),
            Column(_("Only reason"), CellKind.INTEGER),
            Column(_("Share of refusals"), CellKind.PERCENT),
        ),
        rows=tuple(
            (
                each.reason,
                each.first,
                each.only,
                formats.share(each.first, figures.refused),
            )
            for each in figures.refusals
        ),
        total=(
            _("Total"),
            figures.refused,
            sum(each.only for each in figures.refusals),
            formats.share(figures.refused, figures.refused),
        ),
        empty=_("No listing was refused in this period."),
        chart=NativeChart(
            kind="bars", title=title, category=0, values=(1,), colors=(charts.BOOKED,)
        ),
    )
    drawn = (
        Figure(
            title=title,
            description=_("How many listings each reason refused."),
            spec=charts.lying_bars(
                title=title,
                subtitle=_("Listings refused first by each reason, over all lines"),
                description=_("How many listings each reason refused."),
                bars=[
                    charts.Bar(
                        label=each.reason,
                        value=each.first,
                        text=formats.integer(each.first),
                        part=each.only,
                    )
                    for each in figures.refusals
                ],
                axis=_("listings"),
                series=(_("Refused first"), _("Only reason")),
            ),
        ),
    )
    return Section(
        title=title, figures=drawn if figures.refusals else (), tables=(table,)
    )


def _quotes_received(facts: BuyerFacts, figures: rfq_figures.BuyerFigures) -> Section:
    title = _("Quotes received")
    own = {quote.own_currency for quote in facts.quotes}
    own_total = _("Total in own currency")
    if len(own) == 1:
        own_total = _("Total in %(currency)s") % {"currency": min(own)}
    table = Table(
        title=title,
        sheet=title,
        columns=(
            Column(_("Quote"), CellKind.CODE),
            Column(_("RFQ"), CellKind.CODE),
            Column(pgettext("RFQ", "Line"), CellKind.INTEGER),
            Column(_("Seller"), share=2),
            Column(_("Unit price"), CellKind.MONEY),
            Column(_("Total"), CellKind.MONEY),
            Column(_("Currency"), CellKind.CODE),
            Column(_("Rate"), CellKind.RATE, on_paper=False),
            Column(_("Rate of"), CellKind.DATE, on_paper=False),
            Column(own_total, CellKind.MONEY),
            Column(_("Own currency"), CellKind.CODE, on_paper=len(own) > 1),
            Column(_("Ready"), CellKind.DATE),
            Column(_("State")),
        ),
        rows=tuple(
            (
                quote.number,
                quote.about,
                quote.position,
                quote.counterparty,
                quote.unit_price,
                quote.total,
                quote.currency,
                quote.exchange_rate,
                quote.exchange_rate_on,
                quote.own_total,
                quote.own_currency,
                quote.finish_on,
                quote.state_label,
            )
            for quote in facts.quotes
        ),
        empty=_("No quote came in for these RFQs."),
        paper_limit=PAPER_ROWS,
    )
    points = [
        charts.Point(
            x=(quote.finish_on - quote.due_on).days,
            y=formats.share(_cents(quote.own_total), _cents(cheapest)) or Decimal(100),
            group=quote.state_label,
            label=quote.counterparty,
        )
        for quote in facts.quotes
        if quote.finish_on and quote.due_on
        # Same currency or no comparison: one line has one currency of its own.
        if (cheapest := figures.cheapest_of(quote.about, quote.position))
    ]
    heading = _("Price against date")
    drawn = (
        Figure(
            title=heading,
            description=_("Each quote by how early it is ready and what it costs."),
            spec=charts.price_and_date(
                title=heading,
                subtitle=_("100 is the cheapest quote of the same RFQ line"),
                description=_("Each quote by how early it is ready and what it costs."),
                points=points,
                groups=_distinct(quote.state_label for quote in facts.quotes),
                x_axis=_("days before (−) or after (+) the due date"),
                y_axis=_("price, % of the cheapest"),
                due=_("due date"),
            ),
        ),
    )
    return Section(
        title=title, figures=drawn if figures.can_compare else (), tables=(table,)
    )


def _outcomes(figures: rfq_figures.SellerFigures) -> Section:
    title = _("What became of our quotes")
    table = Table(
        title=_("Outcomes"),
        sheet=_("Outcomes"),
        columns=(
            Column(_("State"), share=1),
            Column(_("Quotes"), CellKind.INTEGER),
            Column(_("Share"), CellKind.PERCENT),
        ),
        rows=tuple(
            (label, count, formats.share(count, figures.quotes))
            for label, count in figures.outcomes
        ),
        total=(
            _("Total"),
            figures.quotes,
            formats.share(figures.quotes, figures.quotes),
        ),
        empty=_("No quote was given in this period."),
        chart=NativeChart(
            kind="bars", title=title, category=0, values=(1,), colors=(charts.BOOKED,)
        ),
    )
    drawn = (
        Figure(
            title=title,
            description=_("How many quotes are in each state."),
            spec=charts.lying_bars(
                title=title,
                subtitle="",
                description=_("How many quotes are in each state."),
                bars=[
                    charts.Bar(label=label, value=count, text=formats.integer(count))
                    for label, count in figures.outcomes
                ],
                axis=_("quotes"),
            ),
        ),
    )
    return Section(
        title=title, figures=drawn if figures.outcomes else (), tables=(table,)
    )


def _quotes_given(facts: SellerFacts) -> Section:
    title = _("Quotes given")
    return Section(
        title=title,
        tables=(
            Table(
                title=title,
                sheet=title,
                columns=(
                    Column(_("Quote"), CellKind.CODE),
                    Column(_("Demand"), share=2),
                    Column(_("Buyer"), share=1),
                    Column(_("Quantity"), CellKind.INTEGER),
                    Column(_("Unit price"), CellKind.MONEY),
                    Column(_("Total"), CellKind.MONEY),
                    Column(_("Currency"), CellKind.CODE),
                    Column(_("Ready"), CellKind.DATE),
                    Column(_("Made")),
                    Column(_("State")),
                ),
                rows=tuple(
                    (
                        quote.number,
                        quote.about,
                        quote.counterparty or _("anonymous"),
                        quote.quantity,
                        quote.unit_price,
                        quote.total,
                        quote.currency,
                        quote.finish_on,
                        quote.origin,
                        quote.state_label,
                    )
                    for quote in facts.quotes
                ),
                empty=_("No quote was given in this period."),
                paper_limit=PAPER_ROWS,
            ),
        ),
    )


def _awards(quotes: tuple[QuoteFact, ...], *, as_buyer: bool) -> Section:
    title = _("Awards") if as_buyer else _("Orders won")
    rows: tuple[Row, ...] = tuple(
        (
            quote.order_number or None,
            quote.number,
            quote.about,
            quote.counterparty,
            quote.total,
            quote.currency,
            quote.finish_on,
        )
        for quote in quotes
        if quote.state == rfq_figures.ACCEPTED
    )
    return Section(
        title=title,
        tables=(
            Table(
                title=title,
                sheet=title,
                columns=(
                    Column(_("Order"), CellKind.CODE),
                    Column(_("Quote"), CellKind.CODE),
                    Column(_("RFQ") if as_buyer else _("Demand"), share=1),
                    Column(_("Seller") if as_buyer else _("Buyer"), share=1),
                    Column(_("Total"), CellKind.MONEY),
                    Column(_("Currency"), CellKind.CODE),
                    Column(_("Ready"), CellKind.DATE),
                ),
                rows=rows,
                empty=_("Nothing was awarded in this period."),
                paper_limit=PAPER_ROWS,
            ),
        ),
    )


def _demands(facts: SellerFacts) -> Section:
    title = _("Demands that fit")
    return Section(
        title=title,
        tables=(
            Table(
                title=title,
                sheet=title,
                columns=(
                    Column(_("Demand"), share=3),
                    Column(_("Process"), share=2),
                    Column(_("Material"), share=1),
                    Column(_("Country"), CellKind.CODE),
                    Column(_("Quantity"), CellKind.INTEGER),
                    Column(_("Due"), CellKind.DATE),
                    Column(_("Machine"), share=1),
                    Column(_("Score"), CellKind.PERCENT),
                    Column(_("Quoted")),
                ),
                rows=tuple(
                    (
                        demand.title,
                        demand.process,
                        demand.material,
                        demand.country,
                        demand.quantity,
                        demand.due_on,
                        demand.machine,
                        demand.score,
                        pgettext("answer", "yes")
                        if demand.has_quote
                        else pgettext("answer", "no"),
                    )
                    for demand in facts.demands
                ),
                empty=_("No demand fitted our listings: publish more machines."),
                paper_limit=PAPER_ROWS,
            ),
        ),
    )


def _as_of(origin: Origin) -> str:
    return _(
        "Figures as they stood at %(at)s; later changes are not in this edition."
    ) % {"at": formats.moment(origin.at, origin.time_zone)}


def _counted(text: str, count: int) -> str:
    return text % {"count": formats.integer(count)}


def _sums(sums: Money) -> str:
    return " + ".join(formats.money(amount, currency) for currency, amount in sums)


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


def _distinct(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))
