"""The tables of a report on RFQs, each a section of its own."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.reports.rules import charts, formats, rfq_figures
from apps.reports.types import (
    BuyerFacts,
    CellKind,
    Column,
    Figure,
    NativeChart,
    Origin,
    QuoteFact,
    Row,
    Section,
    SellerFacts,
    Table,
)

Money: TypeAlias = "tuple[tuple[str, Decimal], ...]"
PAPER_ROWS = 200


def rfq_lines(facts: BuyerFacts, figures: rfq_figures.BuyerFigures) -> Section:
    title = _("RFQs and what was found for them")
    return Section(
        title=title,
        tables=(
            Table(
                title=title,
                sheet=pgettext("report", "RFQ lines"),
                columns=(
                    Column(pgettext("report", "RFQ"), CellKind.CODE),
                    Column(pgettext("RFQ", "Line"), CellKind.INTEGER),
                    Column(pgettext("report", "Part"), share=3),
                    Column(pgettext("report", "Process"), share=2),
                    Column(pgettext("report", "Quantity"), CellKind.INTEGER),
                    Column(pgettext("report", "Due"), CellKind.DATE),
                    Column(pgettext("report", "State")),
                    Column(pgettext("report", "Considered"), CellKind.INTEGER),
                    Column(pgettext("report", "Fit"), CellKind.INTEGER),
                    Column(pgettext("report", "Unclear"), CellKind.INTEGER),
                    Column(pgettext("report", "Quotes"), CellKind.INTEGER),
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
                        line.unclear,
                        figures.quotes_of(line.rfq_number, line.position),
                    )
                    for line in facts.lines
                ),
                total=(
                    pgettext("report", "Total"),
                    *[""] * 6,
                    figures.considered,
                    figures.fitting,
                    figures.unclear,
                    figures.quotes,
                ),
                empty=_("No RFQ was published in this period."),
                paper_limit=PAPER_ROWS,
            ),
        ),
    )


def refusals(figures: rfq_figures.BuyerFigures) -> Section:
    title = _("Why listings were refused")
    table = Table(
        title=pgettext("report", "Reasons"),
        sheet=pgettext("report", "Refusals"),
        columns=(
            Column(pgettext("report", "Reason"), share=1),
            Column(pgettext("report", "Refused first"), CellKind.INTEGER),
            Column(pgettext("report", "Only reason"), CellKind.INTEGER),
            Column(pgettext("report", "Share of refusals"), CellKind.PERCENT),
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
            pgettext("report", "Total"),
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
                axis=pgettext("report", "listings"),
                series=(
                    pgettext("report", "Refused first"),
                    pgettext("report", "Only reason"),
                ),
            ),
        ),
    )
    return Section(
        title=title, figures=drawn if figures.refusals else (), tables=(table,)
    )


def quotes_received(facts: BuyerFacts, figures: rfq_figures.BuyerFigures) -> Section:
    title = pgettext("report", "Quotes received")
    own = {quote.own_currency for quote in facts.quotes}
    own_total = _("Total in own currency")
    if len(own) == 1:
        own_total = _("Total in %(currency)s") % {"currency": min(own)}
    table = Table(
        title=title,
        sheet=title,
        columns=(
            Column(pgettext("row", "No."), CellKind.INTEGER),
            Column(pgettext("report", "Quote"), CellKind.CODE),
            Column(pgettext("report", "RFQ"), CellKind.CODE),
            Column(pgettext("RFQ", "Line"), CellKind.INTEGER),
            Column(pgettext("report", "Seller"), share=2),
            Column(pgettext("report", "Unit price"), CellKind.MONEY),
            Column(pgettext("quote", "Total"), CellKind.MONEY),
            Column(pgettext("report", "Currency"), CellKind.CODE),
            Column(pgettext("report", "Rate"), CellKind.RATE, on_paper=False),
            Column(pgettext("report", "Rate of"), CellKind.DATE, on_paper=False),
            Column(own_total, CellKind.MONEY),
            Column(
                pgettext("report", "Own currency"), CellKind.CODE, on_paper=len(own) > 1
            ),
            Column(pgettext("report", "Ready"), CellKind.DATE),
            Column(pgettext("report", "State")),
        ),
        rows=tuple(
            (
                number,
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
            for number, quote in enumerate(facts.quotes, start=1)
        ),
        empty=_("No quote came in for these RFQs."),
        paper_limit=PAPER_ROWS,
    )
    points = [
        charts.Point(
            x=(quote.finish_on - quote.due_on).days,
            y=formats.share(_cents(quote.own_total), _cents(cheapest)) or Decimal(100),
            group=quote.state_label,
            label=str(number),
        )
        for number, quote in enumerate(facts.quotes, start=1)
        if quote.finish_on and quote.due_on
        # Same currency or no comparison: one line has one currency of its own.
        if (cheapest := figures.cheapest_of(quote.about, quote.position))
    ]
    heading = pgettext("report", "Price against date")
    drawn = (
        Figure(
            title=heading,
            description=_("Each quote by how early it is ready and what it costs."),
            spec=charts.price_and_date(
                title=heading,
                subtitle=_(
                    "100 is the cheapest quote of the same RFQ line; numbers are those of"
                    " the table"
                ),
                description=_("Each quote by how early it is ready and what it costs."),
                points=points,
                groups=_distinct(quote.state_label for quote in facts.quotes),
                x_axis=_("days before (−) or after (+) the due date"),
                # xgettext:no-python-format
                y_axis=_("price, % of the cheapest"),
                due=pgettext("report", "due date"),
            ),
        ),
    )
    return Section(
        title=title, figures=drawn if figures.can_compare else (), tables=(table,)
    )


def outcomes(figures: rfq_figures.SellerFigures) -> Section:
    title = _("What became of our quotes")
    table = Table(
        title=pgettext("report", "Outcomes"),
        sheet=pgettext("report", "Outcomes"),
        columns=(
            Column(pgettext("report", "State"), share=1),
            Column(pgettext("report", "Quotes"), CellKind.INTEGER),
            Column(pgettext("report", "Share"), CellKind.PERCENT),
        ),
        rows=tuple(
            (label, count, formats.share(count, figures.quotes))
            for label, count in figures.outcomes
        ),
        total=(
            pgettext("report", "Total"),
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
                axis=pgettext("report", "quotes"),
            ),
        ),
    )
    return Section(
        title=title, figures=drawn if figures.outcomes else (), tables=(table,)
    )


def quotes_given(facts: SellerFacts) -> Section:
    title = pgettext("report", "Quotes given")
    return Section(
        title=title,
        tables=(
            Table(
                title=title,
                sheet=title,
                columns=(
                    Column(pgettext("report", "Quote"), CellKind.CODE),
                    Column(pgettext("report", "Demand"), share=2),
                    Column(pgettext("report", "Buyer"), share=2),
                    Column(pgettext("report", "Quantity"), CellKind.INTEGER),
                    Column(pgettext("report", "Unit price"), CellKind.MONEY),
                    Column(pgettext("quote", "Total"), CellKind.MONEY),
                    Column(pgettext("report", "Currency"), CellKind.CODE),
                    Column(pgettext("report", "Ready"), CellKind.DATE),
                    Column(pgettext("report", "Worked out"), on_paper=False),
                    Column(pgettext("report", "State")),
                ),
                rows=tuple(
                    (
                        quote.number,
                        quote.about,
                        quote.counterparty or pgettext("report", "anonymous"),
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


def awards(quotes: tuple[QuoteFact, ...], *, as_buyer: bool) -> Section:
    title = (
        pgettext("report", "Awards") if as_buyer else pgettext("report", "Orders won")
    )
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
                    Column(pgettext("report", "Order"), CellKind.CODE),
                    Column(pgettext("report", "Quote"), CellKind.CODE),
                    Column(
                        pgettext("report", "RFQ")
                        if as_buyer
                        else pgettext("report", "Demand"),
                        share=1,
                    ),
                    Column(
                        pgettext("report", "Seller")
                        if as_buyer
                        else pgettext("report", "Buyer"),
                        share=1,
                    ),
                    Column(pgettext("quote", "Total"), CellKind.MONEY),
                    Column(pgettext("report", "Currency"), CellKind.CODE),
                    Column(pgettext("report", "Ready"), CellKind.DATE),
                ),
                rows=rows,
                empty=_("Nothing was awarded in this period."),
                paper_limit=PAPER_ROWS,
            ),
        ),
    )


def demands(facts: SellerFacts) -> Section:
    title = pgettext("report", "Demands that fit")
    return Section(
        title=title,
        tables=(
            Table(
                title=title,
                sheet=title,
                columns=(
                    Column(pgettext("report", "Demand"), share=3),
                    Column(pgettext("report", "Process"), share=2),
                    Column(pgettext("report", "Material"), share=1),
                    Column(pgettext("report", "Country"), CellKind.CODE),
                    Column(pgettext("report", "Quantity"), CellKind.INTEGER),
                    Column(pgettext("report", "Due"), CellKind.DATE),
                    Column(pgettext("report", "Machine"), share=1),
                    Column(pgettext("report", "Score"), CellKind.PERCENT),
                    Column(pgettext("report", "Quoted")),
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


def as_of(origin: Origin) -> str:
    return _(
        "Figures as they stood at %(at)s; later changes are not in this edition."
    ) % {"at": formats.moment(origin.at, origin.time_zone)}


def counted(text: str, count: int) -> str:
    return text % {"count": formats.integer(count)}


def sums(sums: Money) -> str:
    return " + ".join(formats.money(amount, currency) for currency, amount in sums)


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


def _distinct(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))
