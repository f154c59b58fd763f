"""The catalogue of processes, for anyone to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.catalog import selectors as catalog
from apps.catalog.types import ProcessNode, TypicalRange
from apps.portal import formats
from apps.portal.access import public

# How UCUM codes that say little to people are written.
SYMBOLS = {"1": "", "Cel": "°C", "m2": "m²", "m/s2": "m/s²", "[HRC]": "HRC", "N.m": "N·m",
           "Pa.m3/s": "Pa·m³/s", "dB[SPL]": "dB", "W/m2": "W/m²", "/min": "1/min"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Branch:
    """A process as the page shows it, with what stands below it."""

    code: str
    name: str
    branches: Sequence["Branch"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A parameter as the page shows it; without ends, nobody states a range."""

    label: str
    unit: str
    low: float | None
    high: float | None
    source: str


@public
@require_safe
def process_list(request: HttpRequest) -> HttpResponse:
    """Show the tree, or what answers to some words."""
    query = request.GET.get("q", "").strip()
    language = get_language() or "en"
    found = catalog.search_processes(query, language) if query else []
    return render(
        request,
        "public/processes.html",
        {
            "section": "processes",
            "query": query,
            "found": [_row(node, language) for node in found],
            "groups": () if query else _tree(language),
            "count": sum(1 for node in catalog.process_tree() if node.is_leaf),
        },
    )


@public
@require_safe
def process(request: HttpRequest, code: str) -> HttpResponse:
    """Show one process: what it is, where it stands, what it typically reaches."""
    try:
        node = catalog.process_by_code(code)
    except catalog.UnknownProcess as error:
        raise Http404 from error
    language = get_language() or "en"
    above = node.path.split("/")[:-1]
    return render(
        request,
        "public/process.html",
        {
            "section": "processes",
            "node": node,
            "name": catalog.label(node, language),
            "above": [(code, catalog.label(code, language)) for code in above],
            "figures": [_figure(stated, language) for stated in node.parameters],
            "below": [(code, catalog.label(code, language)) for code in node.children],
        },
    )


def _figure(stated: TypicalRange, language: str) -> Figure:
    unit = catalog.parameters()[stated.parameter].unit
    return Figure(
        label=catalog.parameter_label(stated.parameter, language),
        unit=SYMBOLS[unit] if unit in SYMBOLS else formats.unit_symbol(unit),
        low=stated.minimum,
        high=stated.maximum,
        source=stated.source if stated.is_known else "",
    )


def _row(node: ProcessNode, language: str) -> dict[str, str]:
    above = node.path.split("/")[:-1]
    return {
        "code": node.code,
        "name": catalog.label(node, language),
        "place": " › ".join(catalog.label(code, language) for code in above),
    }


def _tree(language: str) -> Sequence[Branch]:
    def grow(code: str) -> Branch:
        node = catalog.process_by_code(code)
        return Branch(
            code, catalog.label(node, language), tuple(map(grow, node.children))
        )

    return tuple(
        grow(node.code) for node in catalog.process_tree() if node.parent is None
    )
