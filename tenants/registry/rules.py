"""What may be said of an enterprise, and where in the world it is."""

from functools import cache
from unicodedata import category
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput
from tenants.registry.addresses import (
    LONGEST,
    RESERVED,
    SHORTEST,
    check_slug,
    propose_slug,
)

__all__ = [
    "LONGEST",
    "RESERVED",
    "SHORTEST",
    "check_country",
    "check_currency",
    "check_email",
    "check_language",
    "check_slug",
    "check_text",
    "check_time_zone",
    "propose_slug",
]

LONGEST_EMAIL = 254
# Territories of CLDR that are no country of ISO 3166-1.
NOT_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "IC", "TA", "UN", "XK"))
# What the zone database says of this machine or of nowhere.
NOT_PLACES = frozenset(("Factory", "localtime", "posixrules"))


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


def check_email(email: str) -> str:
    """Return an e-mail address in small letters.

    :raises InvalidInput: if it is none.
    """
    email = check_text(email, field="email", longest=LONGEST_EMAIL).lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(
            _("“%(email)s” is not an e-mail address.") % {"email": email},
            field="email",
            value=email,
            remedy=_("Write it as name@example.com."),
        ) from error
    return email


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
