"""Whether a route can be meant, before anything is read."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.capacity.rules import limits
from apps.capacity.rules.wording import moment_text
from apps.capacity.rules.work import thousandths, working_minutes
from apps.capacity.types import RouteRequest, RouteStep
from apps.kernel.errors import InvalidInput


def check_route(request: RouteRequest, at: datetime) -> None:
    """Refuse what cannot be promised by anybody.

    :raises InvalidInput: naming the field, its value and what helps.
    """
    _check_number("quantity", request.quantity, 1, limits.LARGEST_BATCH)
    _check_number("steps", len(request.steps), 1, limits.MOST_STEPS)
    if request.release_at > at + limits.FURTHEST_START:
        raise InvalidInput(
            _("%(start)s is too far ahead to promise.")
            % {"start": moment_text(request.release_at, "UTC")},
            field="release_at",
            value=request.release_at.isoformat(),
            remedy=_("Ask for a start within ten years."),
        )
    if request.due_at is not None and request.due_at <= max(request.release_at, at):
        raise InvalidInput(
            _("It is due at %(due)s, before work can begin.")
            % {"due": moment_text(request.due_at, "UTC")},
            field="due_at",
            value=request.due_at.isoformat(),
            remedy=_("Give a due date after the release that is still to come."),
        )
    for number, step in enumerate(request.steps, start=1):
        _check_step(number, step, request.quantity)


def _check_step(number: int, step: RouteStep, quantity: int) -> None:
    _check_number("machines", len(step.options), 1, limits.MOST_OPTIONS)
    if len({option.machine_id for option in step.options}) < len(step.options):
        raise InvalidInput(
            _("A machine is named twice for one step."),
            field="machines",
            remedy=_("Name each machine once."),
        )
    _check_number(
        "transport_minutes",
        step.transport_minutes,
        0,
        limits.LONGEST_TRANSPORT_MINUTES,
    )
    _check_number("most_lots", step.most_lots, 1, limits.MOST_LOTS)
    _check_number("smallest_lot", step.smallest_lot, 1, limits.LARGEST_BATCH)
    for option in step.options:
        _check_number(
            "setup_minutes",
            option.setup_minutes,
            0,
            limits.LONGEST_PIECE_OF_WORK_MINUTES,
        )
        _check_minutes_per_part(option.minutes_per_part)
        minutes = working_minutes(
            quantity,
            setup_minutes=option.setup_minutes,
            part_thousandths=thousandths(option.minutes_per_part),
        )
        if minutes > limits.LONGEST_PIECE_OF_WORK_MINUTES:
            raise InvalidInput(
                _(
                    "Step %(step)d: %(quantity)d parts take %(hours)d hours of work,"
                    " more than a machine has in a year."
                )
                % {"step": number, "quantity": quantity, "hours": minutes // 60},
                field="quantity",
                value=quantity,
                remedy=_("Ask for fewer parts, or check the minutes for each."),
            )


def _check_minutes_per_part(minutes: Decimal) -> None:
    most = limits.LONGEST_PIECE_OF_WORK_MINUTES
    if not minutes.is_finite() or not 0 < minutes <= most:
        raise InvalidInput(
            _("%(minutes)s minutes for a part cannot be meant.") % {"minutes": minutes},
            field="minutes_per_part",
            value=minutes,
            remedy=_("Give more than 0 and up to %(most)d.") % {"most": most},
        )


def _check_number(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput(
            _("%(field)s cannot be %(value)d.") % {"field": field, "value": value},
            field=field,
            value=value,
            remedy=_("Give %(least)d to %(most)d.") % {"least": least, "most": most},
        )
