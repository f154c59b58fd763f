"""A report set on A4 as PDF/A, with its fonts inside."""

import json
import re
from pathlib import Path
from typing import Any, Final

from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext

from apps.reports.rules import formats
from apps.reports.services import chart
from apps.reports.types import CellKind, Column, Document, Section, Table

TEMPLATE = Path(__file__).resolve().parents[1] / "typst" / "report.typ"
# Letters of the enterprise's name that fit a running head beside the title.
RUNNING_HEAD = 48
STANDARDS: Final = "a-2a"
_LONG_WORD = re.compile(r"[!-~]{16}(?=[!-~])")
_RIGHT = frozenset(
    (
        CellKind.INTEGER,
        CellKind.MINUTES,
        CellKind.PERCENT,
        CellKind.MONEY,
        CellKind.RATE,
    )
)
# Typst breaks lines and hyphenates by language and chooses glyphs by region.
_TYPESETTING = {"en": ("en", "GB"), "zh-hans": ("zh", "CN"), "ru": ("ru", "RU")}


def draw(document: Document) -> bytes:
    """Set a document as a PDF; the language in force must be the document's.

    :raises ReportNotDrawn: if the typesetter refuses.
    """
    import typst

    try:
        pdf: bytes = typst.compile(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            font_paths=[str(path) for path in chart.font_directories()],
            # The same fonts on every machine, or the pages would break elsewhere.
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=int(document.origin.at.timestamp()),
            sys_inputs={"report": json.dumps(_as_data(document), ensure_ascii=False)},
        )
    except typst.TypstError as error:
        raise chart.ReportNotDrawn(
            gettext("The report could not be set as a PDF: %(reason)s.")
            % {"reason": error.message},
            field="format",
            value="pdf",
            remedy=gettext(
                "Have it made once more; if it fails again, tell the operator of Spindle."
            ),
        ) from error
    return pdf


def _as_data(document: Document) -> dict[str, Any]:
    origin = document.origin
    lang, region = _TYPESETTING[document.language]
    return {
        "lang": lang,
        "region": region,
        "title": document.title,
        "subtitle": document.subtitle,
        "enterprise": origin.enterprise,
        "short_enterprise": Truncator(origin.enterprise).chars(RUNNING_HEAD),
        "reference": origin.reference,
        "colophon": _colophon(document),
        "facts": [{"label": each.label, "text": each.text} for each in document.facts],
        "kpis": [
            {"label": each.label, "text": _breakable(each.text), "note": each.note}
            for each in document.kpis
        ],
        "sections": [_section(document, each) for each in document.sections],
        "notes": list(document.notes),
        "words": {
            "notes": pgettext("heading", "Where these figures come from"),
            "page": gettext("Page {page} of {pages}"),
        },
    }


def _colophon(document: Document) -> str:
    origin = document.origin
    return gettext(
        "%(reference)s, edition %(edition)d · made %(at)s by %(by)s · Spindle %(version)s"
    ) % {
        "reference": origin.reference,
        "edition": origin.edition,
        "at": formats.moment(origin.at, origin.time_zone),
        "by": origin.by,
        "version": origin.software,
    }


def _section(document: Document, section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "text": section.text,
        "figures": [
            {
                "alt": f"{figure.title}. {figure.description}",
                "svg": chart.draw(
                    figure,
                    language=document.language,
                    on_paper=True,
                    with_title=figure.title != section.title,
                ),
            }
            for figure in section.figures
        ],
        "tables": [_table(document, table) for table in section.tables],
    }


def _table(document: Document, table: Table) -> dict[str, Any]:
    shown, note = table.rows, table.note
    limit = table.paper_limit
    if limit is not None and len(shown) > limit:
        shown = shown[:limit]
        more = gettext(
            "The first %(shown)s of %(all)s rows; the workbook has them all."
        )
        cut = more % {"shown": formats.integer(limit), "all": _count(table)}
        note = f"{cut} {note}".strip()
    return {
        "title": table.title,
        "columns": [_column(column) for column in table.columns if column.on_paper],
        "rows": [_row(document, table, row) for row in shown],
        "total": None if table.total is None else _row(document, table, table.total),
        "note": note,
        "empty": table.empty,
    }


def _count(table: Table) -> str:
    return formats.integer(len(table.rows))


def _column(column: Column) -> dict[str, Any]:
    return {
        "label": formats.header(column, on_paper=True),
        "share": column.share,
        "right": column.kind in _RIGHT,
    }


def _row(document: Document, table: Table, row: tuple[Any, ...]) -> list[str]:
    time_zone = document.origin.time_zone
    return [
        "" if value == "" else _breakable(formats.text(value, column.kind, time_zone))
        for value, column in zip(row, table.columns, strict=True)
        if column.on_paper
    ]


def _breakable(text: str) -> str:
    # A code of sixty letters in one word would run over its neighbors.
    return _LONG_WORD.sub(lambda found: f"{found[0]}\u200b", text)
