"""Figures that cannot be meant, refused with the field, the value and the remedy."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.machines.types import (
    CapabilityDraft,
    CertificateDraft,
    CostInputs,
    EnvelopeKind,
    FeatureClass,
    MachineDraft,
    SiteDraft,
    WorkCenterDraft,
)

BOX_SIZES = ("size_x_mm", "size_y_mm", "size_z_mm")
CYLINDER_SIZES = ("diameter_mm", "length_mm")
SIZES = {EnvelopeKind.BOX: BOX_SIZES, EnvelopeKind.CYLINDER: CYLINDER_SIZES}

# Far above the largest of their kind: what is beyond is a slip of units.
LARGEST = {
    **dict.fromkeys((*BOX_SIZES, *CYLINDER_SIZES), 200_000.0),
    "max_mass_kg": 5_000_000.0,
    "roughness_um": 1_000.0,
    "batch_min": 1_000_000_000.0,
    "batch_max": 1_000_000_000.0,
    "tolerance_um": 10_000.0,
    "axes": 100.0,
    "spindle_rpm": 1_000_000.0,
    "spindle_kw": 10_000.0,
}
OF_A_FEATURE = ("it_grade", "tolerance_um", "roughness_um")
FINEST_IT_GRADE = 1
COARSEST_IT_GRADE = 18
LARGEST_PERCENT = {"scrap_percent": Decimal("99.99")}
LARGEST_COST = Decimal(9_999)
LARGEST_MONEY = Decimal(9_999_999_999)
MONEY = ("hourly_rate", "setup_rate", "programming_rate", "minimum_charge")
CUTTING = ("removal_cm3_per_min", "finishing_cm2_per_min")
CODE_LENGTH = 3


class ImpossibleFigure(InvalidInput):
    """A figure that no machine, site or price can have."""

    code = "impossible_figure"


def check_site(draft: SiteDraft) -> None:
    """Refuse a site that is nowhere.

    :raises ImpossibleFigure: if name, country, time zone or coordinates cannot be.
    """
    _given("name", draft.name)
    if not (
        len(draft.country) == CODE_LENGTH - 1
        and draft.country.isascii()
        and draft.country.isalpha()
        and draft.country.isupper()
    ):
        raise impossible(
            "country", draft.country, _("Give an ISO 3166 code such as DE.")
        )
    check_time_zone(draft.time_zone)
    if (draft.latitude is None) != (draft.longitude is None):
        raise impossible(
            "latitude" if draft.latitude is None else "longitude",
            None,
            _("Give both coordinates or none."),
        )
    for field, value, most in (
        ("latitude", draft.latitude, 90.0),
        ("longitude", draft.longitude, 180.0),
    ):
        if value is not None and not -most <= value <= most:
            raise impossible(
                field,
                value,
                _("Give degrees from -%(most)d to %(most)d.") % {"most": most},
            )


def check_work_center(draft: WorkCenterDraft) -> None:
    """Refuse a work center without a code or a name.

    :raises ImpossibleFigure: for what is missing.
    """
    _given("code", draft.code)
    _given("name", draft.name)


def check_time_zone(name: str) -> None:
    """Refuse a time zone that the world does not keep.

    :raises ImpossibleFigure: if the name is not in the IANA data.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise impossible(
            "time_zone", name, _("Give an IANA name such as Europe/Berlin.")
        ) from error


def check_machine(draft: MachineDraft) -> None:
    """Refuse a machine without a code or with figures that it cannot have.

    :raises ImpossibleFigure: for the first such figure.
    """
    _given("code", draft.code)
    _given("name", draft.name)
    _check_sizes(
        {
            "axes": draft.axes,
            "spindle_rpm": draft.spindle_rpm,
            "spindle_kw": draft.spindle_kw,
        }
    )


def check_capability(draft: CapabilityDraft) -> None:
    """Refuse an envelope that is not whole, and figures that cannot be.

    :raises ImpossibleFigure: for the first such figure.
    """
    sizes = {name: getattr(draft, name) for name in (*BOX_SIZES, *CYLINDER_SIZES)}
    kind = draft.envelope_kind
    if kind is not None and kind not in EnvelopeKind.values:
        raise impossible(
            "envelope_kind",
            kind,
            _("Use one of: %(known)s.") % {"known": ", ".join(EnvelopeKind.values)},
        )
    wanted = () if kind is None else SIZES[EnvelopeKind(kind)]
    for name, value in sizes.items():
        if name in wanted and value is None:
            raise impossible(
                name, None, _("Give all sizes of the envelope, or no shape.")
            )
        if name not in wanted and value is not None:
            raise impossible(
                name, value, _("Give only the sizes of the envelope's own shape.")
            )
    _check_sizes(
        {
            **sizes,
            "max_mass_kg": draft.max_mass_kg,
            "roughness_um": draft.roughness_um,
            "batch_min": draft.batch_min,
            "batch_max": draft.batch_max,
        }
    )
    check_tolerances(draft.tolerances)
    grade = draft.it_grade
    if grade is not None and not FINEST_IT_GRADE <= grade <= COARSEST_IT_GRADE:
        raise impossible(
            "it_grade",
            grade,
            _("Give a grade of ISO 286 from %(finest)d to %(coarsest)d.")
            % {"finest": FINEST_IT_GRADE, "coarsest": COARSEST_IT_GRADE},
        )
    if (
        draft.batch_min is not None
        and draft.batch_max is not None
        and draft.batch_max < draft.batch_min
    ):
        raise impossible(
            "batch_max",
            draft.batch_max,
            _("Give the smallest batch, %(least)d, or more.")
            % {"least": draft.batch_min},
        )


def check_tolerances(given: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse features that are not known, and figures that cannot be.

    :raises ImpossibleFigure: for the first such feature or figure.
    """
    for feature, stated in given.items():
        if feature not in FeatureClass.values:
            raise _wrong_tolerance(
                feature,
                _("Use one of: %(known)s.") % {"known": ", ".join(FeatureClass.values)},
            )
        strange = [name for name in stated if name not in OF_A_FEATURE]
        if strange or not stated:
            raise _wrong_tolerance(
                f"{feature}: {', '.join(strange)}" if strange else feature,
                _("Give one or more of: %(known)s.")
                % {"known": ", ".join(OF_A_FEATURE)},
            )
        for name, value in stated.items():
            _check_figure(feature, name, value)


def _check_figure(feature: str, name: str, value: Any) -> None:
    said = f"{feature}: {name} {value}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "it_grade":
        if not is_number or not FINEST_IT_GRADE <= value <= COARSEST_IT_GRADE:
            raise _wrong_tolerance(
                said,
                _("Give a grade of ISO 286 from %(finest)d to %(coarsest)d.")
                % {"finest": FINEST_IT_GRADE, "coarsest": COARSEST_IT_GRADE},
            )
        if value != int(value):
            raise _wrong_tolerance(said, _("Give a whole number such as 3."))
    elif not is_number or not isfinite(value) or not 0 < value <= LARGEST[name]:
        raise _wrong_tolerance(
            said,
            _("Give a number above 0, and %(most)s at most.")
            % {"most": f"{LARGEST[name]:g}"},
        )


def check_cost(cost: CostInputs) -> None:
    """Refuse rates and times that no price can be made of.

    :raises ImpossibleFigure: for the first such figure.
    """
    check_currency(cost.currency)
    for column in fields(CostInputs):
        value = getattr(cost, column.name)
        if column.name == "currency" or value is None:
            continue
        most = LARGEST_PERCENT.get(
            column.name, LARGEST_MONEY if column.name in MONEY else LARGEST_COST
        )
        is_zero_fine = column.name not in (*CUTTING, "hourly_rate")
        if not value.is_finite() or value < 0 or value > most:
            raise impossible(
                column.name,
                value,
                _("Give a number from 0 to %(most)s.") % {"most": most},
            )
        if value == 0 and not is_zero_fine:
            raise impossible(column.name, value, _("Give a number above 0."))


def check_currency(code: str) -> None:
    """Refuse what is no code of a currency.

    :raises ImpossibleFigure: if it is none.
    """
    is_code = len(code) == CODE_LENGTH and code.isascii() and code.isalpha()
    if not (is_code and code.isupper()):
        raise impossible("currency", code, _("Give an ISO 4217 code such as EUR."))


def check_rate(rate: Decimal) -> None:
    """Refuse an hourly rate that nobody could ask.

    :raises ImpossibleFigure: if it is none.
    """
    if not rate.is_finite() or not 0 < rate <= LARGEST_MONEY:
        raise impossible("hourly_rate", rate, _("Give a number above 0."))


def check_certificate(draft: CertificateDraft) -> None:
    """Refuse a certificate without number or issuer, or that ends before it begins.

    :raises ImpossibleFigure: for the first such figure.
    """
    _given("number", draft.number)
    _given("issuer", draft.issuer)
    if (
        draft.valid_from_on is not None
        and draft.valid_until_on is not None
        and draft.valid_until_on < draft.valid_from_on
    ):
        raise impossible(
            "valid_until_on",
            draft.valid_until_on.isoformat(),
            _("Give a day after %(first)s.")
            % {"first": draft.valid_from_on.isoformat()},
        )


def _given(field: str, value: str) -> None:
    if not value.strip():
        raise impossible(field, value, _("Fill it in."))


def _check_sizes(figures: Mapping[str, float | None]) -> None:
    for name, value in figures.items():
        if value is None:
            continue
        if not isfinite(value) or value <= 0 or value > LARGEST[name]:
            raise impossible(
                name,
                value,
                _("Give a number above 0 and up to %(most)g, or leave it unknown.")
                % {"most": LARGEST[name]},
            )


def impossible(field: str, value: object, remedy: str) -> ImpossibleFigure:
    """Say that a figure cannot be, and what could."""
    shown = _("nothing") if value is None or value == "" else value
    return ImpossibleFigure(
        _("%(field)s cannot be %(value)s.") % {"field": field, "value": shown},
        field=field,
        value=value,
        remedy=remedy,
    )


def _wrong_tolerance(value: str, remedy: str) -> ImpossibleFigure:
    return ImpossibleFigure(
        _("%(value)s is no tolerance of a feature.") % {"value": value},
        field="tolerances",
        value=value,
        remedy=remedy,
    )
