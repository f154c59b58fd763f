"""What may be asked of a schedule."""

from datetime import timedelta

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.machines import selectors as machines
from apps.scheduling.services.work_requests import check_draft
from apps.scheduling.types import Assumptions, ScheduleObjective

LONGEST_BUDGET = 600
MOST_WINDOWS = 100
MOST_ASSUMED = 20


def check_request(objective: str, budget_seconds: int) -> None:
    """Refuse an objective that there is not, or a budget that is too long.

    :raises InvalidInput: naming the field, the value and the remedy.
    """
    if objective not in ScheduleObjective.values:
        raise InvalidInput(
            _("%(objective)s is nothing that a plan can be best at.")
            % {"objective": objective[:40]},
            field="objective",
            value=objective[:40],
            remedy=_("Give %(known)s.")
            % {"known": ", ".join(ScheduleObjective.values)},
        )
    if not 1 <= budget_seconds <= LONGEST_BUDGET:
        raise InvalidInput(
            _("A plan cannot be worked on for %(seconds)s seconds.")
            % {"seconds": budget_seconds},
            field="budget_seconds",
            value=budget_seconds,
            remedy=_("Give 1 to %(most)d seconds.") % {"most": LONGEST_BUDGET},
        )


def check_assumptions(what_if: Assumptions) -> None:
    """Refuse what cannot be supposed.

    :raises InvalidInput: naming the field, the value and the remedy.
    :raises MachineNotFound: if a window names a machine that there is not.
    """
    windows = (*what_if.closed, *what_if.extra)
    if len(windows) > MOST_WINDOWS or len(what_if.work) > MOST_ASSUMED:
        raise InvalidInput(
            _("Too much is supposed at once."),
            field="what_if",
            value=len(windows) + len(what_if.work),
            remedy=_("Suppose at most %(windows)d windows and %(work)d pieces of work.")
            % {"windows": MOST_WINDOWS, "work": MOST_ASSUMED},
        )
    for machine_id, period in windows:
        machines.machine_detail(machine_id)
        if period.length < timedelta(minutes=1):
            raise InvalidInput(
                _("What is supposed ends before it begins."),
                field="what_if",
                value=period.start.isoformat(),
                remedy=_("Give an end that is later than the start."),
            )
    for draft in what_if.work:
        check_draft(draft)
