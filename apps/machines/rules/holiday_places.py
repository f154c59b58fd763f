"""Whose public holidays can be kept at a site: countries, and regions of some."""

from dataclasses import dataclass
from functools import cache

import holidays
from django.utils.translation import gettext as _

from apps.machines.rules.figures import ImpossibleFigure
from apps.machines.types import SiteDraft

COUNTRY_LENGTH = 2
NAMED_IN_A_MESSAGE = 30

BAVARIA = ("DE", "BY")
BAVARIA_WITHOUT_ASSUMPTION = "BY-EV"
"""Bavaria keeps 15 August in municipalities with more Catholics than Protestants (Art.
1 (1) 2 BayFTG), which most are: so BY has it, and this code is for the others."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a country with holidays of its own."""

    code: str
    name: str


@cache
def known_countries() -> frozenset[str]:
    """Return the ISO 3166 codes of the countries whose holidays are known."""
    return frozenset(
        code
        for code in holidays.list_supported_countries()
        if len(code) == COUNTRY_LENGTH
    )


def is_known(country: str) -> bool:
    """Say whether holidays of a country (ISO 3166) are known."""
    return country in known_countries()


@cache
def regions_of(country: str) -> tuple[Region, ...]:
    """Return the parts of a country that keep holidays of their own, by name."""
    if not is_known(country):
        return ()
    calendar = getattr(holidays, country)
    names: dict[str, str] = {}
    # The first alias is the name in the country's own language.
    for name, code in (calendar.subdivisions_aliases or {}).items():
        names.setdefault(code, name)
    found = [Region(code, names.get(code, code)) for code in calendar.subdivisions]
    if country == BAVARIA[0]:
        found.append(
            Region(BAVARIA_WITHOUT_ASSUMPTION, f"{names[BAVARIA[1]]} (evangelisch)")
        )
    return tuple(sorted(found, key=lambda region: region.name))


def region_name(country: str, code: str) -> str:
    """Return what a region is called, or its code."""
    return next(
        (region.name for region in regions_of(country) if region.code == code), code
    )


def check_holidays(draft: SiteDraft) -> None:
    """Refuse a site whose holidays nobody knows.

    :raises ImpossibleFigure: if the country or the region for holidays is not known.
    """
    country = draft.holiday_country
    if country and not is_known(country):
        raise ImpossibleFigure(
            _("The public holidays of %(country)s are not known.")
            % {"country": country},
            field="holiday_country",
            value=country,
            remedy=_("Leave it empty and add closed days as exceptions."),
        )
    region, holder = draft.holiday_subdivision, country or draft.country
    codes = [known.code for known in regions_of(holder)]
    if not region or region in codes:
        return
    raise ImpossibleFigure(
        _("%(country)s has no public holidays of a region %(region)s.")
        % {"country": holder, "region": region},
        field="holiday_subdivision",
        value=region,
        remedy=_("Use one of: %(known)s.")
        % {"known": ", ".join(sorted(codes)[:NAMED_IN_A_MESSAGE])}
        if codes
        else _("Leave it empty: the whole country keeps the same holidays."),
    )
