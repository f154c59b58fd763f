"""RFQs, matches and quotes of a period, laid out for the buyer or the seller."""

from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.reports.rules import formats, rfq_figures, rfq_tables
from apps.reports.types import (
    BuyerFacts,
    Document,
    Fact,
    Kpi,
    Origin,
    ReportKind,
    RfqParameters,
    Section,
    SellerFacts,
    Side,
)

Money: TypeAlias = "tuple[tuple[str, Decimal], ...]"
PAPER_ROWS = 200


def heading(side: Side) -> str:
    """Head a summary for one side of the market."""
    return (
        pgettext("report", "RFQs and matches")
        if side == Side.BUYER
        else pgettext("report", "Demands and quotes")
    )


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
            Fact(pgettext("report", "Seen"), str(parameters.side.label)),
            Fact(
                pgettext("report", "State as of"),
                formats.moment(origin.at, origin.time_zone),
            ),
            Fact(pgettext("report", "Time zone"), origin.time_zone),
            Fact(pgettext("report", "Made for"), origin.by),
        ),
        kpis=kpis,
        sections=sections,
        notes=(*notes, rfq_tables.as_of(origin)),
    )


_Parts: TypeAlias = "tuple[tuple[Kpi, ...], tuple[Section, ...], tuple[str, ...]]"


def _buyer(facts: BuyerFacts) -> _Parts:
    figures = rfq_figures.of_buyer(facts)
    kpis = (
        Kpi(
            pgettext("report", "RFQs published"),
            formats.integer(figures.rfqs),
            rfq_tables.counted(
                ngettext("%(count)s line", "%(count)s lines", figures.lines),
                figures.lines,
            ),
        ),
        Kpi(
            pgettext("report", "Listings that fit"),
            formats.integer(figures.fitting),
            _("of %(all)s considered") % {"all": formats.integer(figures.considered)},
        ),
        Kpi(
            pgettext("report", "Quotes received"),
            formats.integer(figures.quotes),
            ngettext(
                "for %(count)s line", "for %(count)s lines", figures.lines_with_quote
            )
            % {"count": formats.integer(figures.lines_with_quote)},
        ),
        Kpi(
            pgettext("heading", "Awarded"),
            formats.integer(figures.awards),
            rfq_tables.sums(figures.awarded),
        ),
    )
    sections = (
        rfq_tables.rfq_lines(facts, figures),
        rfq_tables.refusals(figures),
        rfq_tables.quotes_received(facts, figures),
        rfq_tables.awards(facts.quotes, as_buyer=True),
    )
    notes = (
        _(
            "Considered, fitting and refused are those of the latest finished match run"
            " of each line; a line without one has not been matched."
        ),
        _(
            "A listing is refused by the first reason that applies, in a fixed order. “Only"
            " reason” counts the listings that would fit if that one thing were different."
            " It is unclear if nothing speaks against it but something asked is not stated."
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
            pgettext("report", "Demands that fit"),
            formats.integer(figures.demands),
            _("%(count)s quoted") % {"count": formats.integer(figures.quoted)},
        ),
        Kpi(
            pgettext("report", "Quotes given"),
            formats.integer(figures.quotes),
            _("%(count)s still open") % {"count": formats.integer(figures.open)},
        ),
        Kpi(
            pgettext("quotes", "Won"),
            formats.integer(figures.won),
            rfq_tables.sums(figures.won_value),
        ),
        Kpi(
            pgettext("report", "Win rate"),
            formats.percent(figures.win_rate),
            _("%(won)s of %(decided)s decided")
            % {
                "won": formats.integer(figures.won),
                "decided": formats.integer(figures.decided),
            },
        ),
    )
    sections = (
        rfq_tables.outcomes(figures),
        rfq_tables.quotes_given(facts),
        rfq_tables.awards(facts.quotes, as_buyer=False),
        rfq_tables.demands(facts),
    )
    notes = (
        _(
            "A demand counts as fitting when one of our listings passed every requirement in"
            " its latest match run. The market shows a demand while it is open; one that has"
            " closed since is found among the quotes, if we gave any."
        ),
        _(
            "Won = accepted. Decided = accepted, declined or expired; withdrawn quotes and"
            " drafts are left out. Win rate = won ÷ decided."
        ),
    )
    return kpis, sections, notes
