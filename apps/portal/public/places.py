"""Countries, currencies and time zones, named in the reader's language."""

from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies

from apps.portal import formats

# Territories of CLDR that are no country of ISO 3166-1.
NOT_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "IC", "TA", "UN", "XK"))
# Those that the catalogue has an exchange rate of: a quote must be comparable.
CURRENCIES = ("EUR", "USD", "CNY", "RUB", "PLN", "TRY", "INR", "BRL")
DEFAULT_CURRENCY = "EUR"

Choice = tuple[str, str]


@cache
def country_codes() -> frozenset[str]:
    """Return the codes of all countries that have money of their own or another's."""
    territories = map(str, formats.locale().territories)
    return frozenset(
        code
        for code in territories
        if len(code) == len("DE")
        and code.isalpha()
        and code not in NOT_COUNTRIES
        and get_territory_currencies(code)
    )


def country_name(code: str) -> str:
    """Return a country's name, or its code where the language has none."""
    return str(formats.locale().territories.get(code, code))


def countries() -> list[Choice]:
    """Return all countries by name."""
    named = [(code, country_name(code)) for code in country_codes()]
    return sorted(named, key=lambda choice: choice[1])


def currencies() -> list[Choice]:
    """Return the currencies that quotes can be compared in."""
    language = formats.locale()
    return [
        (code, f"{code} · {get_currency_name(code, locale=language)}")
        for code in CURRENCIES
    ]


def currency_of(country: str) -> str:
    """Return what a country pays in, if quotes can be compared in it."""
    known = get_territory_currencies(country) if country in country_codes() else []
    return next((code for code in known if code in CURRENCIES), DEFAULT_CURRENCY)


def time_zones_of(country: str) -> list[str]:
    """Return a country's time zones."""
    territories = get_global("zone_territories")
    known = available_timezones()
    return sorted(
        zone for zone, code in territories.items() if code == country and zone in known
    )


@cache
def all_time_zones() -> tuple[str, ...]:
    """Return the time zones of places, without aliases such as Etc/GMT+1."""
    territories = get_global("zone_territories")
    return tuple(
        sorted(
            zone
            for zone in available_timezones()
            if "/" in zone and territories.get(zone, "001") != "001"
        )
    )


def time_zones(country: str) -> list[tuple[str, list[Choice]] | Choice]:
    """Return all time zones, a country's own before the others."""
    own = time_zones_of(country)
    groups: list[tuple[str, list[Choice]] | Choice] = []
    if own:
        groups.append((country_name(country), [_zone(zone) for zone in own]))
    regions: dict[str, list[Choice]] = {}
    for zone in all_time_zones():
        if zone not in own:
            regions.setdefault(zone.partition("/")[0], []).append(_zone(zone))
    groups.extend(regions.items())
    return groups


def _zone(zone: str) -> Choice:
    return zone, zone.replace("_", " ")
