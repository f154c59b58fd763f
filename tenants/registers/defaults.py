"""What a country says of its enterprises, where their register says nothing."""

from functools import cache
from zoneinfo import available_timezones

from django.conf import settings

# Where a country has several zones, the one that most of its people live in.
MOST_PEOPLED_ZONES = {
    "AQ": "Antarctica/McMurdo",
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Chuuk",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Gaza",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UM": "Pacific/Wake",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
# Of the languages of CLDR, those that Spindle speaks.
SPOKEN = {"zh": "zh-hans", "zh_Hant": "zh-hans", "ru": "ru", "en": "en"}


@cache
def currency_of(country: str) -> str:
    """Return what a country pays in today, or "" where nobody says."""
    from babel.numbers import get_territory_currencies

    known = get_territory_currencies(country)
    return str(known[0]) if known else ""


@cache
def time_zone_of(country: str) -> str:
    """Return a country's zone, of several the one with the most people, or ""."""
    from babel.core import get_global

    if country in MOST_PEOPLED_ZONES:
        return MOST_PEOPLED_ZONES[country]
    known = available_timezones()
    zones = sorted(
        zone
        for zone, territory in get_global("zone_territories").items()
        if territory == country and zone in known
    )
    return zones[0] if len(zones) == 1 else ""


@cache
def language_of(country: str) -> str:
    """Return a country's first official language that Spindle speaks."""
    from babel.languages import get_official_languages

    spoken = {code for code, _name in settings.LANGUAGES}
    first, *others = [*get_official_languages(country, de_facto=True), ""]
    # Beside another language, English is an office's and Russian a shop floor's.
    wanted = [SPOKEN.get(first), *(SPOKEN.get(code) for code in others if code == "ru")]
    return next((code for code in wanted if code in spoken), "en")
