"""How times and steps of a promise read to a person."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.capacity.types import PromiseStep, StepKind
from apps.kernel.periods import Period


def moment_text(moment: datetime, time_zone: str) -> str:
    """Write a moment as the clock at the machine shows it, alike in all languages."""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"


def period_text(period: Period, time_zone: str) -> str:
    """Write a period as the clock at the machine shows it."""
    start = period.start.astimezone(ZoneInfo(time_zone))
    end = period.end.astimezone(ZoneInfo(time_zone))
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M} – {until}"


def step_text(step: PromiseStep, time_zone: str) -> str:
    """Write one step of a promise's explanation."""
    facts = {
        "period": period_text(step.period, time_zone),
        "minutes": step.minutes,
    }
    match step.kind:
        case StepKind.TAKEN:
            return _("%(period)s: %(minutes)d min are already reserved") % facts
        case StepKind.TOO_SHORT:
            return _("%(period)s: %(minutes)d min are free, too few") % facts
        case StepKind.OWN_LOT:
            return _("%(period)s: %(minutes)d min of another lot") % facts
        case StepKind.WORK:
            return _("%(period)s: %(minutes)d min of the work") % facts
