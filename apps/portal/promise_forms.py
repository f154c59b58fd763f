"""What is asked of a promise: a batch, and the steps that it goes through."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.capacity.rules import limits
from apps.capacity.types import RouteRequest, RouteStep, StepOption
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal.forms import Moment, PortalForm, Quantity, WholeQuantity
from apps.portal.machine_list import offered_processes

MOST_STEPS = 6
"""More than a form can be overlooked with; the API takes twice as many."""
MINUTE = _("min")


def process_choices() -> list[tuple[str, str]]:
    """Return the processes that our machines offer."""
    return [("", _t("Any")), *offered_processes()]


def machine_choices() -> list[tuple[str, str]]:
    """Return the machines in use."""
    rows = machines.machines_of(state=MachineState.ACTIVE)
    return [(str(row.pk), f"{row.code} · {row.label}") for row in rows]


class BatchForm(PortalForm):
    """How many parts, from when on, and by when."""

    quantity = WholeQuantity(
        label=_("Parts"),
        unit="",
        min_value=1,
        max_value=limits.LARGEST_BATCH,
        initial=1,
    )
    release_at = Moment(label=_("Not before"), required=False)
    due_at = Moment(
        label=_("Due"),
        required=False,
        help_text=_("When all parts must have arrived."),
    )


class StepForm(PortalForm):
    """One step: where it can be done, what it takes, and how it goes on."""

    process_code = forms.ChoiceField(label=_("Process"), required=False)
    machine_ids = forms.MultipleChoiceField(
        label=_("or these machines"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 4, "data-choose": ""}),
    )
    setup_minutes = WholeQuantity(
        label=_("Setup"),
        unit=MINUTE,
        min_value=0,
        max_value=limits.LONGEST_PIECE_OF_WORK_MINUTES,
        initial=0,
    )
    minutes_per_part = Quantity(
        label=_("For each part"), unit=MINUTE, decimal_places=3, max_digits=9
    )
    most_lots = WholeQuantity(
        label=_("In up to so many lots"),
        unit="",
        min_value=1,
        max_value=limits.MOST_LOTS,
        initial=1,
        help_text=_("1 keeps the batch together; each lot has a setup of its own."),
    )
    smallest_lot = WholeQuantity(
        label=_("Smallest lot"),
        unit="",
        min_value=1,
        max_value=limits.LARGEST_BATCH,
        initial=1,
    )
    transport_minutes = WholeQuantity(
        label=_("Transport after it"),
        unit=MINUTE,
        min_value=0,
        max_value=limits.LONGEST_TRANSPORT_MINUTES,
        initial=0,
        help_text=_("To a next step at another site; after the last step, always."),
    )

    def clean_minutes_per_part(self) -> Any:
        """Ask for some work."""
        minutes = self.cleaned_data["minutes_per_part"]
        if minutes is not None and minutes <= 0:
            raise ValidationError(
                _("%(minutes)s is no work. Give a number above 0."),
                params={"minutes": minutes},
            )
        return minutes

    def clean(self) -> dict[str, Any]:
        """Ask for a machine or a process."""
        facts = super().clean() or self.cleaned_data
        if not (facts.get("machine_ids") or facts.get("process_code") or self.errors):
            self.add_error("process_code", _t("Choose a machine or a process."))
        return facts

    def step(self) -> RouteStep | None:
        """Return the step as it was asked for; None if no machine in use can do it."""
        facts = self.cleaned_data
        keys = [UUID(key) for key in facts["machine_ids"]]
        if not keys:
            able = machines.machines_that_can([facts["process_code"]]).filter(
                state=MachineState.ACTIVE
            )
            keys = [row.pk for row in able[: limits.MOST_OPTIONS]]
        if not keys:
            return None
        each: Decimal = facts["minutes_per_part"]
        return RouteStep(
            options=tuple(
                StepOption(key, facts["setup_minutes"], each)
                for key in keys[: limits.MOST_OPTIONS]
            ),
            transport_minutes=facts["transport_minutes"],
            most_lots=facts["most_lots"],
            smallest_lot=facts["smallest_lot"],
        )


class RouteForms:
    """The forms of a batch and of all its steps, which are sent together."""

    def __init__(self, asked: QueryDict, *, is_sent: bool) -> None:
        self.count = step_count(asked)
        processes, offered = process_choices(), machine_choices()
        self.batch = BatchForm(asked if is_sent else None)
        self.steps = [
            self._step(number, asked if is_sent else None, asked)
            for number in range(1, self.count + 1)
        ]
        for form in self.steps:
            form.offer("process_code", processes)
            form.offer("machine_ids", offered)

    def _step(self, number: int, data: QueryDict | None, asked: QueryDict) -> StepForm:
        # A step that was just added has no answers yet, and no faults either.
        is_new = data is not None and f"s{number}-setup_minutes" not in asked
        machine = asked.get("machine", "") if number == 1 else ""
        return StepForm(
            None if is_new else data,
            prefix=f"s{number}",
            initial={"machine_ids": [machine] if machine else []},
        )

    def is_valid(self) -> bool:
        """Say whether all can be asked for."""
        return all([self.batch.is_valid(), *(form.is_valid() for form in self.steps)])

    def request(self, *, now: Any) -> RouteRequest | int:
        """Return what is asked for, or the number of the step that nobody can do."""
        steps = []
        for number, form in enumerate(self.steps, start=1):
            step = form.step()
            if step is None:
                return number
            steps.append(step)
        facts = self.batch.cleaned_data
        return RouteRequest(
            quantity=facts["quantity"],
            steps=tuple(steps),
            release_at=facts["release_at"] or now,
            due_at=facts["due_at"],
        )


def step_count(asked: QueryDict) -> int:
    """Return how many steps a form has, one more or less if that was asked for."""
    given = asked.get("steps", "1")
    count = int(given) if given.isascii() and given.isdigit() and len(given) < 3 else 1
    count += ("add" in asked) - ("drop" in asked)
    return min(max(count, 1), MOST_STEPS)
