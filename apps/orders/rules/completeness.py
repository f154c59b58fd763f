"""What a request still lacks before sellers can answer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from apps.orders.types import Audience, GeometryState, RfqDraft, RfqLineDraft

COARSEST_IT_GRADE = 18
LARGEST_QUANTITY = 10_000_000
LARGEST_PRICE_DIGITS = 12
LONGEST_TITLE = 160
CURRENCY_LETTERS = 3
COUNTRY_LETTERS = 2
WEIGHTS = frozenset({"price", "lead_time", "quality", "distance"})


@dataclass(frozen=True, slots=True)
class Lack:
    """One field, and what is wrong with it; `lines.0.quantity` is the first line's."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class PartReading:
    """Where a part of a request stands: its state, and why it failed."""

    label: str
    state: str
    error: str = ""


def nonsense(draft: RfqDraft) -> list[Lack]:
    """Return what cannot be meant, even in a draft."""
    lacks = []
    if not draft.title.strip() or len(draft.title) > LONGEST_TITLE:
        lacks.append(Lack("title", _("Give a title of up to 160 characters.")))
    if not _is_code(draft.currency, CURRENCY_LETTERS):
        lacks.append(
            Lack("currency", _("Give the currency as three letters, such as EUR."))
        )
    if draft.audience not in Audience.values:
        lacks.append(Lack("audience", _("Choose who may see the request.")))
    if draft.delivery_country and not _is_code(draft.delivery_country, COUNTRY_LETTERS):
        lacks.append(
            Lack("delivery_country", _("Give the country as two letters, such as DE."))
        )
    lacks += _wrong_place(draft)
    lacks += _wrong_countries(draft)
    if not set(draft.weights) <= WEIGHTS or any(
        weight < 0 for weight in draft.weights.values()
    ):
        lacks.append(
            Lack(
                "weights",
                _("Weigh price, lead_time, quality and distance with 0 or more."),
            )
        )
    for position, line in enumerate(draft.lines):
        lacks += _nonsense_in_line(f"lines.{position}.", line)
    return lacks


def _wrong_place(draft: RfqDraft) -> list[Lack]:
    if (draft.latitude is None) != (draft.longitude is None):
        return [Lack("latitude", _("Give both latitude and longitude, or neither."))]
    lacks = []
    if draft.latitude is not None and not -90 <= draft.latitude <= 90:
        lacks.append(Lack("latitude", _("Give a latitude from -90 to 90.")))
    if draft.longitude is not None and not -180 <= draft.longitude <= 180:
        lacks.append(Lack("longitude", _("Give a longitude from -180 to 180.")))
    return lacks


def _wrong_countries(draft: RfqDraft) -> list[Lack]:
    lacks = [
        Lack(name, _("Give countries as two letters each, such as DE."))
        for name in ("allowed_countries", "excluded_countries")
        if not all(_is_code(code, COUNTRY_LETTERS) for code in getattr(draft, name))
    ]
    both = sorted(set(draft.allowed_countries) & set(draft.excluded_countries))
    if both:
        lacks.append(
            Lack(
                "excluded_countries",
                _("%(countries)s cannot be both allowed and excluded.")
                % {"countries": ", ".join(both)},
            )
        )
    return lacks


def _nonsense_in_line(prefix: str, line: RfqLineDraft) -> list[Lack]:
    lacks = []
    if not 1 <= line.quantity <= LARGEST_QUANTITY:
        lacks.append(
            Lack(prefix + "quantity", _("Give a quantity from 1 to 10,000,000."))
        )
    if line.it_grade is not None and not 1 <= line.it_grade <= COARSEST_IT_GRADE:
        lacks.append(Lack(prefix + "it_grade", _("Give an IT grade from 1 to 18.")))
    if line.roughness_um is not None and not line.roughness_um > 0:
        lacks.append(
            Lack(prefix + "roughness_um", _("Give a roughness Ra above 0 µm."))
        )
    target = line.target_unit_price
    if target is not None and not (
        0 < target < 10**LARGEST_PRICE_DIGITS and target == round(target, 2)
    ):
        lacks.append(
            Lack(
                prefix + "target_unit_price",
                _("Give a price above 0 with at most 2 decimals."),
            )
        )
    return lacks


def lacking(
    draft: RfqDraft,
    parts: Mapping[int, PartReading],
    *,
    today: date,
    at: datetime,
) -> list[Lack]:
    """Return what must be filled in before publishing; `parts` are by line."""
    lacks = nonsense(draft)
    if not draft.lines:
        lacks.append(Lack("lines", _("Add at least one part.")))
    if not draft.delivery_country:
        lacks.append(
            Lack("delivery_country", _("Say in which country it is delivered."))
        )
    lacks += _lacking_dates(draft, today=today, at=at)
    if draft.audience == Audience.INVITED and not draft.invited_enterprise_ids:
        lacks.append(
            Lack(
                "invited_enterprise_ids",
                _("Invite at least one enterprise, or widen the audience."),
            )
        )
    for position, line in enumerate(draft.lines):
        prefix = f"lines.{position}."
        if not line.process_codes:
            lacks.append(
                Lack(prefix + "process_codes", _("Choose at least one process."))
            )
        if not line.material_code:
            lacks.append(Lack(prefix + "material_code", _("Choose the material.")))
        lacks += _lacking_geometry(prefix, parts[position])
    return lacks


def _lacking_dates(draft: RfqDraft, *, today: date, at: datetime) -> list[Lack]:
    lacks = []
    if draft.due_on is None:
        lacks.append(Lack("due_on", _("Say when the parts are due.")))
    elif draft.due_on <= today:
        lacks.append(Lack("due_on", _("Choose a due date after today.")))
    if draft.response_deadline_at is None:
        lacks.append(
            Lack("response_deadline_at", _("Say until when sellers may answer."))
        )
    elif draft.response_deadline_at <= at:
        lacks.append(
            Lack("response_deadline_at", _("Choose a deadline that is still to come."))
        )
    elif draft.due_on and draft.response_deadline_at.date() > draft.due_on:
        lacks.append(
            Lack("response_deadline_at", _("Choose a deadline before the due date."))
        )
    return lacks


def _lacking_geometry(prefix: str, part: PartReading) -> list[Lack]:
    if part.state == GeometryState.PENDING:
        text = _("%(part)s is still being read. Try again in a moment.")
    elif part.state == GeometryState.FAILED:
        text = _("%(part)s could not be read. %(error)s")
    else:
        return []
    return [Lack(prefix + "part", text % {"part": part.label, "error": part.error})]


def _is_code(value: str, letters: int) -> bool:
    return (
        len(value) == letters
        and value.isascii()
        and value.isalpha()
        and value.isupper()
    )
