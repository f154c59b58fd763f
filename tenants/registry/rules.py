"""What may be said of an enterprise: its address, and where in the world it is."""

import re
from functools import cache
from unicodedata import category
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput

SHORTEST, LONGEST = 3, 40
RESERVED = frozenset(
    [
        "account",
        "accounts",
        "admin",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "billing",
        "blog",
        "cdn",
        "console",
        "dashboard",
        "demo-api",
        "dev",
        "docs",
        "download",
        "email",
        "files",
        "ftp",
        "help",
        "home",
        "imap",
        "internal",
        "localhost",
        "login",
        "logout",
        "mail",
        "media",
        "mx",
        "news",
        "ns",
        "ns1",
        "ns2",
        "oauth",
        "openapi",
        "operator",
        "ops",
        "pop",
        "portal",
        "postmaster",
        "public",
        "register",
        "root",
        "secure",
        "security",
        "server",
        "shop",
        "signup",
        "smtp",
        "spindle",
        "staff",
        "static",
        "status",
        "support",
        "system",
        "test",
        "testing",
        "user",
        "users",
        "webmaster",
        "wiki",
        "www",
    ]
)
# Without two hyphens in a row: a punycode label ("xn--…") can look like another's.
_ALLOWED = re.compile(r"[a-z](?:[a-z0-9]|-(?!-))*[a-z0-9]")
# Territories of CLDR that are no country of ISO 3166-1.
NOT_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "IC", "TA", "UN", "XK"))
# What the zone database says of this machine or of nowhere.
NOT_PLACES = frozenset(("Factory", "localtime", "posixrules"))


def check_slug(slug: str) -> str:
    """Return an address that a host name can bear.

    :raises InvalidInput: if it is too short, too long, reserved or no host name.
    """
    remedy = _(
        "Use %(shortest)d to %(longest)d small letters, digits and single hyphens,"
        " beginning with a letter."
    ) % {"shortest": SHORTEST, "longest": LONGEST}
    if not SHORTEST <= len(slug) <= LONGEST or not _ALLOWED.fullmatch(slug):
        raise InvalidInput(
            _("“%(slug)s” cannot be an address.") % {"slug": slug},
            field="slug",
            value=slug,
            remedy=remedy,
        )
    if slug in RESERVED:
        raise InvalidInput(
            _("“%(slug)s” is reserved.") % {"slug": slug},
            field="slug",
            value=slug,
            remedy=_("Add a word, such as the city."),
        )
    return slug


def propose_slug(name: str) -> str:
    """Return an address made from a name, possibly taken, possibly empty."""
    return re.sub(r"-+", "-", slugify(name))[:LONGEST].strip("-")


def check_country(code: str) -> str:
    """Return an ISO 3166-1 code in capitals.

    :raises InvalidInput: if no country has it.
    """
    wanted = code.strip().upper()
    if wanted not in _countries_and_currencies()[0]:
        raise InvalidInput(
            _("“%(code)s” is no country.") % {"code": code},
            field="country",
            value=code,
            remedy=_("Give the two letters of ISO 3166-1, such as DE."),
        )
    return wanted


def check_currency(code: str) -> str:
    """Return the ISO 4217 code of money that is legal tender somewhere, in capitals.

    :raises InvalidInput: if it is nobody's money today.
    """
    wanted = code.strip().upper()
    if wanted not in _countries_and_currencies()[1]:
        raise InvalidInput(
            _("“%(code)s” is no currency in use.") % {"code": code},
            field="currency",
            value=code,
            remedy=_("Give the three letters of ISO 4217, such as EUR."),
        )
    return wanted


def check_time_zone(name: str) -> str:
    """Return a time zone's name as the IANA database has it.

    :raises InvalidInput: if the database does not know it.
    """
    if name not in _time_zones():
        raise InvalidInput(
            _("“%(name)s” is no time zone.") % {"name": name},
            field="time_zone",
            value=name,
            remedy=_("Give an IANA name, such as Europe/Berlin."),
        )
    return name


def check_language(code: str) -> str:
    """Return a language that Spindle speaks.

    :raises InvalidInput: if it does not.
    """
    known = [language for language, _name in settings.LANGUAGES]
    if code not in known:
        raise InvalidInput(
            _("Spindle does not speak “%(code)s”.") % {"code": code},
            field="language",
            value=code,
            remedy=_("Choose from: %(codes)s.") % {"codes": ", ".join(known)},
        )
    return code


def check_text(text: str, *, field: str, longest: int, is_needed: bool = False) -> str:
    """Return a text without blanks around it.

    :raises InvalidInput: if it is too long, missing, or holds control characters.
    """
    stripped = text.strip()
    remedy: object = ""
    if is_needed and not stripped:
        detail: object = _("This must not be empty.")
        remedy = _("Fill it in.")
    elif len(stripped) > longest:
        detail = _("This has %(count)d characters.") % {"count": len(stripped)}
        remedy = _("Use at most %(longest)d.") % {"longest": longest}
    elif any(category(sign) == "Cc" and sign not in "\r\n\t" for sign in stripped):
        detail = _("This holds control characters.")
        remedy = _("Leave them out.")
    else:
        return stripped
    raise InvalidInput(detail, field=field, value=text, remedy=remedy)


@cache
def _countries_and_currencies() -> tuple[frozenset[str], frozenset[str]]:
    from babel.core import get_global

    countries, currencies = set(), set()
    for territory, monies in get_global("territory_currencies").items():
        in_use = {code for code, _from, until, tender in monies if tender and not until}
        if len(territory) == len("DE") and territory not in NOT_COUNTRIES and in_use:
            countries.add(territory)
            currencies |= in_use
    return frozenset(countries), frozenset(currencies)


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - NOT_PLACES)
