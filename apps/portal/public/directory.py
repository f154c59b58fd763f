"""Who is in Spindle: the directory of enterprises, and a page for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.exchange.types import TrafficLight
from apps.portal.access import public
from apps.portal.formats import number
from apps.portal.offers import offer_of
from apps.portal.paging import cursor_of
from apps.portal.public import places
from tenants.registry import directory as registry
from tenants.types import Tier, Verification

if TYPE_CHECKING:
    from tenants.models import Enterprise

LONGEST_SEARCH = 160
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
    # By name, and whether it was verified.
    certificates: tuple[tuple[str, bool], ...] = ()
    # Known from a register alone: nobody of it has been here yet.
    is_claimable: bool = False
    website: str = ""
    register: str = ""
    register_number: str = ""
    activities: tuple[str, ...] = ()

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
        """Give tone and words of the free time, empty where none is shown to everyone."""
        if self.entry is None or self.entry.free is None:
            return "", ""
        return LIGHTS[self.entry.free], str(self.entry.free.label)


@public
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """List enterprises, narrowed by words, country, process and certificate."""
    wanted = {
        name: request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_SEARCH]
        for name in ("q", "country", "process", "certificate")
    }
    among = None
    if wanted["process"] or wanted["certificate"]:
        among = exchange.sellers(
            process_code=wanted["process"], certificate_code=wanted["certificate"]
        )
    page = registry.enterprises_page(
        registry.Wanted(
            search=wanted["q"], country=wanted["country"].upper(), among=among
        ),
        after=cursor_of(request.GET.get("after")),
        before=cursor_of(request.GET.get("before")),
    )
    entries = exchange.entries_of(row.pk for row in page.rows if row.schema_name)
    language = get_language() or "en"
    return render(
        request,
        "public/directory.html",
        {
            "section": "directory",
            "firms": [_firm(row, entries) for row in page.rows],
            "page": page,
            "total": _said(page.total),
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
    row = registry.public_enterprise(slug)
    if row is None:
        raise Http404
    firm = _firm(row, exchange.entries_of([row.pk]))
    return render(
        request,
        "public/enterprise.html",
        {
            "section": "directory",
            "firm": firm,
            "offers": [offer_of(row) for row in exchange.public_offers(row.pk)]
            if firm.entry
            else [],
            "photos": exchange.photos_of(row.pk),
            "contact": settings.OPERATOR_EMAIL,
        },
    )


def _said(total: registry.Total) -> str:
    count = number(total.number, 0)
    if total.is_about:
        return _("About %(count)s enterprises") % {"count": count}
    if total.is_more:
        return _("More than %(count)s enterprises") % {"count": count}
    return ngettext("One enterprise", "%(count)s enterprises", total.number) % {
        "count": count
    }


def _firm(row: "Enterprise", entries: dict[UUID, exchange.DirectoryEntry]) -> Firm:
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
        certificates=_certified(entry) if entry else (),
        is_claimable=row.tier == Tier.REGISTERED,
        website=row.website,
        register=row.register_source,
        register_number=row.register_number,
        activities=_named(row.activities),
    )


def _named(codes: Iterable[str]) -> tuple[str, ...]:
    language = get_language() or "en"
    return tuple(sorted(catalog.label(code, language) for code in codes))


def _certified(entry: exchange.DirectoryEntry) -> tuple[tuple[str, bool], ...]:
    names = {kind.code: kind.label for kind in catalog.certificate_kinds()}
    return tuple(
        (names.get(code, code), code in entry.verified_codes)
        for code in entry.certificate_codes
    )
