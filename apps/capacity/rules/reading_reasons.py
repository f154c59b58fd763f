"""Why something of a calendar file is left out, and why a file is refused, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.capacity.rules.limits import MOST_EXCEPTIONS, MOST_FILE_BYTES


def reason_text(code: str) -> str:
    """Say why a part of a file is left out."""
    texts = {
        "other_calendar": _("Only the first calendar of a file is read."),
        "no_event": _("It is no event, so it says nothing about working time."),
        "broken_event": _("The event cannot be read."),
        "no_start": _("The event does not say when it starts."),
        "too_slow_event": _("It takes too long to find out when it repeats."),
        "too_many_of_series": _("It repeats more than %(most)d times in two years.")
        % {"most": MOST_EXCEPTIONS},
        "cancelled": _("The event is canceled."),
        "free": _("The event is marked as free time, so it is no working time."),
        "too_often": _("It repeats more often than every hour."),
        "no_place": _("A calendar of machines has no place for it."),
        "production_day": _(
            "To which production day a shift counts is not kept; its times are."
        ),
        "unknown_zone": _(
            "The time zone is not known; the clock of the calendar is meant."
        ),
        "broken_break": _("The break cannot be read."),
        "no_length": _("The event has no length."),
        "too_many_exceptions": _(
            "It and what follows: a calendar has at most %(most)d exceptions."
        )
        % {"most": MOST_EXCEPTIONS},
        "file_element": _("The submodel has no place for it."),
        "inherited_from": _(
            "What a calendar inherits is given by its level, not by a reference."
        ),
    }
    return texts.get(code, code)


def refusal_of(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Say why a file is refused, and what helps."""
    save = _("Export the calendar again as iCalendar (.ics).")
    shorter = _("Export a shorter time, or fewer calendars.")
    texts = {
        "no_calendar": (_("The file is no calendar of RFC 5545."), save),
        "no_submodel": (
            _("The file holds no production calendar of IDTA 02067."),
            _("Export the submodel with its calendar."),
        ),
        "no_file": (
            _("The submodel names a calendar file, but does not hold it."),
            _("Send the whole package (AASX), or the calendar itself."),
        ),
        "broken": (_("The file cannot be read: %(reason)s."), save),
        "too_large": (_("The file is larger than %(mb)d MB."), shorter),
        "too_many": (_("The file has more than %(most)d components."), shorter),
        "too_many_occurrences": (
            _("The file has more than %(most)d events in two years."),
            shorter,
        ),
        "empty": (_("The file is empty."), save),
        "password": (
            _("The file is protected by a password."),
            _("Save a copy without a password."),
        ),
        "no_environment": (
            _("The file holds no Asset Administration Shell."),
            _("Export the submodel with its calendar."),
        ),
        "old_version": (
            _("The file follows the metamodel before version 3."),
            _("Save it by a tool for version 3."),
        ),
        "bomb": (_("The file unpacks to far more than a calendar holds."), save),
        "too_slow": (_("The file takes too long to read."), shorter),
        "reader_failed": (_("The file could not be read."), save),
    }
    # Readers of packages know more faults, each with the words of its reason.
    unknown = texts["broken" if answer.get("reason") else "reader_failed"]
    detail, remedy = texts.get(str(answer["fault"]), unknown)
    figures = {"reason": "", "most": 0, "mb": MOST_FILE_BYTES >> 20, **answer}
    return detail % figures, remedy
