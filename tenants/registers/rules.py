"""Checks one row of a register, and completes it from its country."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from anyascii import anyascii
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from tenants.registers import defaults
from tenants.registers.types import Entry, Problem, Record
from tenants.registry import rules

LONGEST = {
    "register_number": 80,
    "name": 160,
    "name_local": 160,
    "region": 80,
    "city": 80,
    "website": 200,
    "about": 4000,
}
MOST_ACTIVITIES = 50
LONGEST_ACTIVITY = 40
SHOWN_CHARACTERS = 120
SUFFIX_LENGTH = 6
# Control characters, and those that turn the direction of what stands after them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_BREAKS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_ACTIVITY_BREAK = re.compile(r"[;|]")
_HOST = re.compile(r"(?=.{4,253}$)([^\s./?#@:]{1,63}\.)+[^\s./?#@:\d]{2,63}(:\d{1,5})?")


def checked_entry(source: str, record: Record) -> Entry | list[Problem]:
    """Return an enterprise that the directory can hold, or all that is wrong with it."""
    found = _Row(record.facts)
    number = found.text("register_number", is_needed=True)
    name = found.text("name", is_needed=True)
    country = found.coded("country", rules.check_country, default="")
    if not country and not found.is_refused("country"):
        found.refuse(
            "country",
            "",
            _("This row has no country."),
            _("Give the two letters of ISO 3166-1, such as DE."),
        )
    city = found.text("city")
    entry: dict[str, Any] = {
        "name_local": found.text("name_local"),
        "region": found.text("region"),
        "language": found.coded(
            "language", rules.check_language, default=defaults.language_of(country)
        ),
        "currency": found.coded(
            "currency", rules.check_currency, default=defaults.currency_of(country)
        ),
        "time_zone": found.coded(
            "time_zone", rules.check_time_zone, default=defaults.time_zone_of(country)
        ),
        "website": found.website(),
        "about": found.text("about"),
        "activities": found.activities(),
    }
    if country:
        for field in ("currency", "time_zone"):
            if not entry[field] and not found.is_refused(field):
                found.refuse(
                    field,
                    "",
                    _("%(country)s does not say which one.") % {"country": country},
                    _("Give it in a column of its own."),
                )
    slug = found.coded("slug", _checked_slug, default="")
    if found.refusals:
        return [Problem(record.line, *refusal) for refusal in found.refusals]
    reserve = reserve_slug(source, number, name)
    return Entry(
        line=record.line,
        register_number=number,
        slug=slug or _proposed(name, city) or reserve,
        reserve_slug=reserve,
        is_slug_given=bool(slug),
        name=name,
        country=country,
        city=city,
        **entry,
    )


def reserve_slug(source: str, number: str, name: str) -> str:
    """Return an address that is this entry's alone, the same at every reading."""
    digest = hashlib.sha256(f"{source}\0{number}".encode()).digest()
    suffix = base64.b32encode(digest).decode().lower()[:SUFFIX_LENGTH]
    room = rules.LONGEST - SUFFIX_LENGTH - 1
    base = _hyphened(name).lstrip("-0123456789")[:room].rstrip("-")
    try:
        return rules.check_slug(f"{base}-{suffix}")
    except InvalidInput:
        return f"enterprise-{suffix}"


def _proposed(name: str, city: str) -> str:
    base = _hyphened(name)
    for words in (base, _hyphened(f"{name} {city}") if city else ""):
        try:
            return rules.check_slug(words)
        except InvalidInput:
            continue
    return ""


def _hyphened(words: str) -> str:
    """Write words as an address has them, with no word cut in two where that can be."""
    whole = re.sub(r"-+", "-", slugify(anyascii(words))).strip("-")
    if len(whole) <= rules.LONGEST:
        return whole
    cut = whole[: rules.LONGEST + 1]
    return cut.rpartition("-")[0] or whole[: rules.LONGEST]


def _checked_slug(slug: str) -> str:
    return rules.check_slug(slug.lower())


class _Row:
    """The facts of one row, and what is wrong with them."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        self._facts = facts
        self.refusals: list[tuple[str, str, str, str]] = []

    def refuse(self, field: str, value: object, problem: str, remedy: str) -> None:
        self.refusals.append((field, str(value)[:SHOWN_CHARACTERS], problem, remedy))

    def is_refused(self, field: str) -> bool:
        return any(refusal[0] == field for refusal in self.refusals)

    def _given(self, field: str) -> str:
        value = self._facts.get(field)
        if value is None:
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            # Register numbers and activities are often numbers to those who write JSON.
            return str(value)
        if not isinstance(value, str):
            self.refuse(field, value, _("This is no text."), _("Write it in quotes."))
            return ""
        return unicodedata.normalize("NFC", value).strip()

    def text(self, field: str, *, is_needed: bool = False) -> str:
        text = self._given(field)
        bad = _CONTROL_BUT_BREAKS if field == "about" else _CONTROL
        if is_needed and not text and not self.is_refused(field):
            self.refuse(field, "", _("This is empty."), _("Fill it in."))
        elif len(text) > LONGEST[field]:
            self.refuse(
                field,
                text,
                _("This has %(count)d characters.") % {"count": len(text)},
                _("Use at most %(longest)d.") % {"longest": LONGEST[field]},
            )
        elif bad.search(text):
            self.refuse(
                field,
                bad.sub("�", text),
                _("This holds control characters."),
                _("Leave them out."),
            )
        else:
            return text
        return ""

    def coded(self, field: str, check: Any, *, default: str) -> str:
        text = self._given(field)
        if not text:
            return "" if self.is_refused(field) else default
        try:
            return str(check(text))
        except InvalidInput as error:
            self.refuse(field, text, str(error.detail), str(error.remedy))
            return ""

    def website(self) -> str:
        text = self.text("website")
        if not text:
            return ""
        whole = text if "://" in text else f"https://{text}"
        try:
            parts = urlsplit(whole)
            is_good = (
                parts.scheme in ("http", "https")
                and _HOST.fullmatch(parts.netloc) is not None
                and not re.search(r"[\s\"'<>\\]", whole)
                and len(whole) <= LONGEST["website"]
            )
        except ValueError:
            is_good = False
        if is_good:
            return whole
        self.refuse(
            "website",
            text,
            _("This is no address of a website."),
            _("Write it as https://www.example.com, or leave it out."),
        )
        return ""

    def activities(self) -> tuple[str, ...]:
        given = self._facts.get("activities")
        if isinstance(given, list):
            codes = [str(code).strip() for code in given]
        else:
            codes = [
                code.strip()
                for code in _ACTIVITY_BREAK.split(self._given("activities"))
            ]
        codes = [code for code in codes if code]
        if len(codes) > MOST_ACTIVITIES or any(
            len(code) > LONGEST_ACTIVITY or _CONTROL.search(code) for code in codes
        ):
            self.refuse(
                "activities",
                _CONTROL.sub("�", "|".join(codes)),
                _("These are no codes of activities."),
                _("Give at most %(most)d, each of at most %(longest)d characters.")
                % {"most": MOST_ACTIVITIES, "longest": LONGEST_ACTIVITY},
            )
            return ()
        return tuple(dict.fromkeys(codes))
