"""Who is in Spindle: the directory of enterprises, and a page for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.exchange.types import TrafficLight
from apps.portal.access import public
from apps.portal.public import places
from tenants.registry import selectors as enterprises
from tenants.types import Verification

if TYPE_CHECKING:
    from tenants.models import Enterprise

SHOWN = 200
TAGS_SHOWN = 5
LIGHTS = {
    TrafficLight.MUCH: "good",
    TrafficLight.SOME: "attention",
    TrafficLight.LITTLE: "quiet",
}


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise as anyone may see it."""

    slug: str
    name: str
    name_local: str
    place: str
    about: str
    is_verified: bool
    entry: exchange.DirectoryEntry | None
    processes: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """Give as many processes as a card has room for."""
        return self.processes[:TAGS_SHOWN]

    @property
    def tags_left_out(self) -> int:
        """Count the processes that a card has no room for."""
        return max(len(self.processes) - TAGS_SHOWN, 0)

    @property
    def light(self) -> tuple[str, str]:
        """Give tone and words of the free time, empty where nothing is published."""
        if self.entry is None:
            return "", ""
        return LIGHTS[self.entry.free], str(self.entry.free.label)


@public
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """List enterprises, narrowed by words, country, process and certificate."""
    wanted = {
        name: request.GET.get(name, "").strip()
        for name in ("q", "country", "process", "certificate")
    }
    firms = _firms(**wanted)
    language = get_language() or "en"
    return render(
        request,
        "public/directory.html",
        {
            "section": "directory",
            "firms": firms,
            "is_cut": len(firms) == SHOWN,
            "wanted": wanted,
            "countries": places.countries(),
            "processes": [
                (node.code, f"{' ' * node.depth}{catalog.label(node, language)}")
                for node in catalog.process_tree()
            ],
            "certificates": [
                (kind.code, kind.label) for kind in catalog.certificate_kinds()
            ],
        },
    )


@public
@require_safe
def enterprise(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what an enterprise publishes of itself."""
    ref = enterprises.enterprise_by_slug(slug)
    if ref is None or ref.is_suspended:
        raise Http404
    rows = enterprises.enterprises_directory(search=ref.name)
    firm = next((_firm(row, _market()) for row in rows if row.slug == slug), None)
    if firm is None:
        raise Http404
    return render(
        request, "public/enterprise.html", {"section": "directory", "firm": firm}
    )


def _firms(*, q: str, country: str, process: str, certificate: str) -> list[Firm]:
    entries = _market(process)
    rows = enterprises.enterprises_directory(
        country=country.upper(), search=q, limit=SHOWN
    )
    if process:
        rows = [row for row in rows if row.pk in entries]
    if certificate:
        rows = [
            row
            for row in rows
            if row.pk in entries and certificate in entries[row.pk].certificate_codes
        ]
    return [_firm(row, entries) for row in rows]


def _market(process: str = "") -> dict[object, exchange.DirectoryEntry]:
    found = exchange.enterprise_directory(process_code=process, limit=SHOWN)
    return {entry.enterprise_id: entry for entry in found}


def _firm(row: "Enterprise", entries: dict[object, exchange.DirectoryEntry]) -> Firm:
    entry = entries.get(row.pk)
    return Firm(
        slug=row.slug,
        name=row.name,
        name_local=row.name_local,
        place=", ".join(filter(None, (row.city, places.country_name(row.country)))),
        about=row.about,
        is_verified=row.verification == Verification.VERIFIED,
        entry=entry,
        processes=_named(entry.process_codes) if entry else (),
        certificates=_certified(entry.certificate_codes) if entry else (),
    )


def _named(codes: Iterable[str]) -> tuple[str, ...]:
    language = get_language() or "en"
    return tuple(sorted(catalog.label(code, language) for code in codes))


def _certified(codes: Iterable[str]) -> tuple[str, ...]:
    names = {kind.code: kind.label for kind in catalog.certificate_kinds()}
    return tuple(names.get(code, code) for code in codes)
