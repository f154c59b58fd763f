"""What may be asked of a report, and what is said when it may not."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.reports.types import (
    CapacityParameters,
    Parameters,
    ReportKind,
    RfqParameters,
    Side,
)

MAX_WEEKS = 53
DEFAULT_WEEKS = 12
MAX_DAYS = 731
DEFAULT_DAYS = 90
LANGUAGES = ("en", "zh-hans", "ru")
_ALIASES = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-hans-cn": "zh-hans"}


class UnknownReportKind(InvalidInput):
    """Raised when there is no report of that kind."""

    code = "unknown_report_kind"


class ReportParameterRefused(InvalidInput):
    """Raised when a report cannot cover what was asked of it."""

    code = "report_parameter_refused"


def known_kind(value: object) -> ReportKind:
    """Return the kind of report that a name stands for.

    :raises UnknownReportKind: if it stands for none.
    """
    try:
        return ReportKind(str(value))
    except ValueError as error:
        raise UnknownReportKind(
            _("There is no report of kind “%(kind)s”.") % {"kind": value},
            field="kind",
            value=value,
            remedy=_one_of(ReportKind.values),
        ) from error


def known_language(value: str) -> str:
    """Return the language that a report can be written in.

    :raises ReportParameterRefused: if it is not one of them.
    """
    code = value.lower().replace("_", "-")
    code = _ALIASES.get(code, code)
    if code not in LANGUAGES:
        code = code.partition("-")[0]
    if code not in LANGUAGES:
        raise ReportParameterRefused(
            _("Reports are not written in “%(language)s”.") % {"language": value},
            field="language",
            value=value,
            remedy=_one_of(LANGUAGES),
        )
    return code


def read(kind: ReportKind, given: Mapping[str, Any], *, today: date) -> Parameters:
    """Read what was asked of a report, with defaults for what was left out.

    :raises ReportParameterRefused: if a parameter is unknown or out of its range.
    """
    match kind:
        case ReportKind.CAPACITY_UTILISATION:
            return _capacity(given, today)
        case ReportKind.RFQ_SUMMARY:
            return _rfqs(given, today)


def write(parameters: Parameters) -> dict[str, Any]:
    """Write parameters down as JSON that `read` gives back."""
    match parameters:
        case CapacityParameters():
            return {
                "starts_on": parameters.starts_on.isoformat(),
                "weeks": parameters.weeks,
                "machine_ids": [str(key) for key in parameters.machine_ids],
            }
        case RfqParameters():
            return {
                "starts_on": parameters.starts_on.isoformat(),
                "ends_on": parameters.ends_on.isoformat(),
                "side": parameters.side.value,
            }


def _capacity(given: Mapping[str, Any], today: date) -> CapacityParameters:
    _refuse_unknown(given, ("starts_on", "weeks", "machine_ids"))
    starts_on = _date(given, "starts_on", today)
    # Whole ISO weeks: a report that began on a Wednesday would show a week that
    # looks emptier than it is.
    starts_on -= timedelta(days=starts_on.weekday())
    return CapacityParameters(
        starts_on=starts_on,
        weeks=_weeks(given.get("weeks", DEFAULT_WEEKS)),
        machine_ids=_machine_ids(given.get("machine_ids") or ()),
    )


def _rfqs(given: Mapping[str, Any], today: date) -> RfqParameters:
    _refuse_unknown(given, ("starts_on", "ends_on", "side"))
    ends_on = _date(given, "ends_on", today)
    starts_on = _date(given, "starts_on", ends_on - timedelta(days=DEFAULT_DAYS))
    if ends_on < starts_on:
        raise ReportParameterRefused(
            _("The period ends on %(end)s, before it starts on %(start)s.")
            % {"end": ends_on, "start": starts_on},
            field="ends_on",
            value=ends_on.isoformat(),
            remedy=_("Give a last day that is not before the first."),
        )
    if (ends_on - starts_on).days > MAX_DAYS:
        raise ReportParameterRefused(
            _("A period of %(days)d days is longer than a summary covers.")
            % {"days": (ends_on - starts_on).days},
            field="ends_on",
            value=ends_on.isoformat(),
            remedy=_("Ask for %(days)d days at most.") % {"days": MAX_DAYS},
        )
    return RfqParameters(
        starts_on=starts_on,
        ends_on=ends_on,
        side=_side(given.get("side", Side.BUYER)),
    )


def _weeks(value: object) -> int:
    try:
        weeks = int(str(value))
    except ValueError:
        weeks = 0
    if not 1 <= weeks <= MAX_WEEKS:
        raise ReportParameterRefused(
            _("A report cannot cover “%(weeks)s” weeks.") % {"weeks": value},
            field="weeks",
            value=value,
            remedy=_("Give a whole number from 1 to %(most)d.") % {"most": MAX_WEEKS},
        )
    return weeks


def _machine_ids(value: object) -> tuple[UUID, ...]:
    keys = [value] if isinstance(value, str | UUID) else value
    if not isinstance(keys, list | tuple | set | frozenset):
        keys = [keys]
    found = []
    for key in keys:
        try:
            found.append(UUID(str(key)))
        except ValueError as error:
            raise ReportParameterRefused(
                _("“%(key)s” is not the id of a machine.") % {"key": key},
                field="machine_ids",
                value=str(key),
                remedy=_("Give ids of machines, or none for all of them."),
            ) from error
    return tuple(sorted(set(found)))


def _side(value: object) -> Side:
    try:
        return Side(str(value))
    except ValueError as error:
        raise ReportParameterRefused(
            _("“%(side)s” is not a side of the market.") % {"side": value},
            field="side",
            value=value,
            remedy=_one_of(Side.values),
        ) from error


def _date(given: Mapping[str, Any], field: str, default: date) -> date:
    value = given.get(field)
    if value in (None, ""):
        return default
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ReportParameterRefused(
            _("“%(value)s” is not a day of the calendar.") % {"value": value},
            field=field,
            value=value,
            remedy=_("Write it as year-month-day, for example 2026-11-30."),
        ) from error


def _refuse_unknown(given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for field in given:
        if field not in known:
            raise ReportParameterRefused(
                _("This report has no parameter “%(field)s”.") % {"field": field},
                field=field,
                value=given[field],
                remedy=_one_of(known),
            )


def _one_of(values: Iterable[str]) -> str:
    names = ", ".join(values)
    return _("Use one of: %(values)s.") % {"values": names}
