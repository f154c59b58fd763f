"""What cannot be meant of work that is described: each fault with its remedy."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.scheduling.types import OptionDraft, StepDraft, WorkRequestDraft

MOST_STEPS = 50
MOST_OPTIONS = 20
LONGEST_MINUTES = 366 * 24 * 60
PRIORITIES = range(1, 10)
LONGEST_TITLE, LONGEST_FAMILY = 160, 40


def check_work(draft: WorkRequestDraft) -> None:
    """Refuse work that cannot be meant.

    :raises InvalidInput: naming the field, the value and the remedy.
    """
    check_text("title", draft.title, LONGEST_TITLE)
    if draft.quantity < 1:
        raise InvalidInput(
            _("%(quantity)s pieces cannot be made.") % {"quantity": draft.quantity},
            field="quantity",
            value=draft.quantity,
            remedy=_("Give one or more."),
        )
    if draft.priority not in PRIORITIES:
        raise InvalidInput(
            _("%(priority)s is no priority.") % {"priority": draft.priority},
            field="priority",
            value=draft.priority,
            remedy=_("Give 1, which counts least, to 9, which counts most."),
        )
    if draft.due_at is not None and draft.due_at <= draft.release_at:
        raise InvalidInput(
            _("It is due before it may begin."),
            field="due_at",
            value=draft.due_at.isoformat(),
            remedy=_("Give a due date that is later than the release."),
        )
    if not 1 <= len(draft.steps) <= MOST_STEPS:
        raise InvalidInput(
            _("Work has %(count)d steps.") % {"count": len(draft.steps)},
            field="steps",
            value=len(draft.steps),
            remedy=_("Give 1 to %(most)d steps.") % {"most": MOST_STEPS},
        )
    for number, step in enumerate(draft.steps, 1):
        _check_step(number, step)


def check_text(field: str, text: str, longest: int) -> None:
    """Refuse words that are missing or too long.

    :raises InvalidInput: naming the field.
    """
    if not text.strip() or len(text) > longest:
        raise InvalidInput(
            _("This is empty, or too long."),
            field=field,
            value=text[:longest],
            remedy=_("Give 1 to %(most)d characters.") % {"most": longest},
        )


def machine_ids_of(steps: Iterable[StepDraft]) -> set[UUID]:
    """Return the machines that steps name."""
    return {option.machine_id for step in steps for option in step.options}


def _check_step(number: int, step: StepDraft) -> None:
    check_text(f"steps.{number}.title", step.title, LONGEST_TITLE)
    if len(step.setup_family) > LONGEST_FAMILY:
        check_text(f"steps.{number}.setup_family", step.setup_family, LONGEST_FAMILY)
    machines = [option.machine_id for option in step.options]
    if not 1 <= len(machines) <= MOST_OPTIONS or len(set(machines)) < len(machines):
        raise InvalidInput(
            _("Step %(number)d names no machine, too many, or one of them twice.")
            % {"number": number},
            field=f"steps.{number}.options",
            value=len(machines),
            remedy=_("Give 1 to %(most)d machines, each of them once.")
            % {"most": MOST_OPTIONS},
        )
    _check_times(number, step.options)


def _check_times(number: int, options: Sequence[OptionDraft]) -> None:
    for option in options:
        for name, minutes, least in (
            ("setup_minutes", option.setup_minutes, 0),
            ("run_minutes", option.run_minutes, 1),
        ):
            if not least <= minutes <= LONGEST_MINUTES:
                raise InvalidInput(
                    _("Step %(number)d cannot take %(minutes)s minutes.")
                    % {"number": number, "minutes": minutes},
                    field=f"steps.{number}.{name}",
                    value=minutes,
                    remedy=_("Give %(least)d to %(most)d minutes.")
                    % {"least": least, "most": LONGEST_MINUTES},
                )
