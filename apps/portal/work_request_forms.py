"""The form of a work request: what is to be made, its steps, and their machines.

Rows of steps and machines are fields numbered by their place. A button that adds or
removes one sends the form as it stands and gets it back with one more or less, with
or without a script.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal.forms import Moment, PortalForm, WholeQuantity
from apps.scheduling.types import OptionDraft, StepDraft, WorkRequestDraft

MOST_STEPS, MOST_OPTIONS = 40, 20
FIRST_OPTIONS = 1
PRIORITIES = range(1, 10)
DEFAULT_PRIORITY = 5
STEP_FIELD = re.compile(r"^s(\d{1,3})-(title|process|family)$")
OPTION_FIELD = re.compile(r"^s(\d{1,3})-o(\d{1,3})-(machine|setup|run)$")
# What a button asks of the rows, and of which.
ASKED_OF_ROWS = re.compile(r"^(option|drop|up):(\d{1,3})$")

OptionRow = dict[str, str]


@dataclass(slots=True)
class StepRow:
    """A step as its fields have it."""

    title: str = ""
    process: str = ""
    family: str = ""
    options: list[OptionRow] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was written in it."""
        words = [self.title, self.process, self.family]
        return not any(words) and not any(any(one.values()) for one in self.options)


class WorkRequestForm(PortalForm):
    """What is to be made, how much of it, and by when."""

    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        help_text=_("Such as drive shaft 4417, 40 pieces."),
    )
    part_label = forms.CharField(label=_("Part"), max_length=160, required=False)
    quantity = WholeQuantity(label=_("Quantity"), unit="", min_value=1, initial=1)
    release_at = Moment(
        label=_("Not before"), help_text=_("When material and drawings are there.")
    )
    due_at = Moment(label=_("Due"), required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=[(number, str(number)) for number in PRIORITIES],
        coerce=int,
        initial=DEFAULT_PRIORITY,
        help_text=_("1 counts least, 9 most. 5 is usual."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class StepForm(PortalForm):
    """One step: what is done."""

    title = forms.CharField(
        label=_("Step"), max_length=160, help_text=_("Such as turning, both ends.")
    )
    process = forms.ChoiceField(label=_("Process"), required=False)
    family = forms.CharField(
        label=_("Setup family"),
        max_length=40,
        required=False,
        help_text=_("Work of one family follows another without a new setup."),
    )


class OptionForm(PortalForm):
    """One machine that can do a step, and how long it takes there."""

    machine = forms.CharField(label=_("Machine"), max_length=60)
    setup = WholeQuantity(label=_("Setup"), unit="min", min_value=0, initial=0)
    run = WholeQuantity(label=_("Run, all pieces"), unit="min", min_value=1)

    def __init__(self, *args: Any, known: Mapping[str, UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["machine"].widget.attrs |= {
            "list": "machines-known",
            "autocomplete": "off",
        }

    def clean_machine(self) -> UUID:
        """Know the machine by its code."""
        code = self.cleaned_data["machine"].strip()
        if code not in self.known:
            raise forms.ValidationError(
                _("There is no machine %(code)s in use. Choose one of the list."),
                params={"code": code},
            )
        return self.known[code]


@dataclass(slots=True)
class Step:
    """A step with the forms of its machines."""

    place: int
    form: StepForm
    options: list[OptionForm]

    @property
    def number(self) -> int:
        """Its place as people count."""
        return self.place + 1

    @property
    def can_grow(self) -> bool:
        """Say whether another machine may be added."""
        return len(self.options) < MOST_OPTIONS


class Steps:
    """All steps of a work request as they are written."""

    def __init__(
        self,
        rows: Sequence[StepRow],
        *,
        processes: list[tuple[str, str]],
        is_sent: bool,
    ) -> None:
        # Retired machines are not offered; those that are chosen already are kept.
        self.known = machine_codes()
        data = _fields_of(rows) if is_sent else None
        known_processes = {code for code, _label in processes}
        self.steps = []
        for place, row in enumerate(rows):
            form = StepForm(
                data,
                prefix=f"s{place}",
                initial={
                    "title": row.title,
                    "process": row.process,
                    "family": row.family,
                },
            )
            more = (
                [(row.process, row.process)]
                if row.process and row.process not in known_processes
                else []
            )
            form.offer("process", [("", _t("Any")), *processes, *more])
            self.steps.append(Step(place, form, self._options(place, row, data)))

    def _options(
        self, place: int, row: StepRow, data: Mapping[str, str] | None
    ) -> list[OptionForm]:
        return [
            OptionForm(
                data, prefix=f"s{place}-o{number}", initial=option, known=self.known
            )
            for number, option in enumerate(row.options)
        ]

    @property
    def forms(self) -> list[PortalForm]:
        """All forms, from the top down."""
        return [one for step in self.steps for one in (step.form, *step.options)]

    @property
    def can_grow(self) -> bool:
        """Say whether another step may be added."""
        return len(self.steps) < MOST_STEPS

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.steps)

    def is_valid(self) -> bool:
        """Say whether all is well, and let each field say if it is not."""
        # Each is asked, also after one that is not.
        verdicts = [form.is_valid() for form in self.forms]
        return all(verdicts)

    def errors(self) -> list[tuple[str, str, str]]:
        """Return what is wrong: the field's id, its label, the words."""
        return [
            (
                bound.id_for_label,
                f"{_t('Step')} {step.number}, {bound.label}",
                str(error),
            )
            for step in self.steps
            for form in (step.form, *step.options)
            for bound in form
            for error in bound.errors
        ]

    def drafts(self) -> tuple[StepDraft, ...]:
        """Return what was written, as services take it."""
        return tuple(
            StepDraft(
                title=step.form.cleaned_data["title"],
                process_code=step.form.cleaned_data["process"],
                setup_family=step.form.cleaned_data["family"],
                options=tuple(
                    OptionDraft(
                        machine_id=option.cleaned_data["machine"],
                        setup_minutes=option.cleaned_data["setup"],
                        run_minutes=option.cleaned_data["run"],
                    )
                    for option in step.options
                ),
            )
            for step in self.steps
        )


def machine_codes() -> dict[str, UUID]:
    """Return the machines in use by their code."""
    rows = machines.machines_of().exclude(state=MachineState.RETIRED)
    return dict(rows.order_by("code").values_list("code", "pk"))


def draft_of(
    form: WorkRequestForm, steps: Steps, order_id: UUID | None
) -> WorkRequestDraft:
    """Return what was written, as services take it."""
    said = form.cleaned_data
    return WorkRequestDraft(
        title=said["title"],
        order_id=order_id,
        part_label=said["part_label"],
        quantity=said["quantity"],
        release_at=said["release_at"],
        due_at=said["due_at"],
        priority=said["priority"],
        steps=steps.drafts(),
    )


def refuse(form: WorkRequestForm, error: DomainError) -> None:
    """Show a refusal beside the field that it is about."""
    form.refuse(error)


def rows_of(data: Mapping[str, str]) -> list[StepRow]:
    """Read steps and their machines from a form, in order; empty ones are left out."""
    steps: dict[int, StepRow] = {}
    options: dict[tuple[int, int], OptionRow] = {}
    for name in data:
        value = data[name].replace("\x00", "").strip()
        if found := STEP_FIELD.match(name):
            setattr(_step_at(steps, int(found[1])), found[2], value)
        elif found := OPTION_FIELD.match(name):
            key = (int(found[1]), int(found[2]))
            options.setdefault(key, {})[found[3]] = value
    for (place, _number), option in sorted(options.items()):
        row = _step_at(steps, place)
        if len(row.options) < MOST_OPTIONS:
            row.options.append(option)
    return [steps[place] for place in sorted(steps)][:MOST_STEPS]


def without_empty(rows: Iterable[StepRow]) -> list[StepRow]:
    """Leave out rows in which nothing was written, but for the only ones."""
    kept = [row for row in rows if not row.is_empty]
    for row in kept:
        # A setup that was proposed is nothing that somebody wrote.
        named = [one for one in row.options if one.get("machine") or one.get("run")]
        row.options = named or row.options[:1]
    return kept or [first_step()]


def changed_rows(rows: list[StepRow], asked: str) -> list[StepRow]:
    """Return rows after what a button asks: one more, one less, one up."""
    if asked == "step" and len(rows) < MOST_STEPS:
        return [*rows, first_step()]
    found = ASKED_OF_ROWS.match(asked)
    if found is None:
        return rows
    what, place = found[1], int(found[2])
    if place >= len(rows):
        return rows
    if what == "option" and len(rows[place].options) < MOST_OPTIONS:
        rows[place].options.append(empty_option())
    elif what == "drop" and len(rows) > 1:
        del rows[place]
    elif what == "up" and place:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    return rows


def empty_option() -> OptionRow:
    """Return a row for a machine that is still to be named."""
    return {"machine": "", "setup": "0", "run": ""}


def first_step() -> StepRow:
    """Return an empty step with room for one machine."""
    return StepRow(options=[empty_option() for _n in range(FIRST_OPTIONS)])


def _step_at(steps: dict[int, StepRow], place: int) -> StepRow:
    return steps.setdefault(place, StepRow())


def _fields_of(rows: Sequence[StepRow]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for place, row in enumerate(rows):
        fields |= {
            f"s{place}-title": row.title,
            f"s{place}-process": row.process,
            f"s{place}-family": row.family,
        }
        for number, option in enumerate(row.options):
            for name, value in option.items():
                fields[f"s{place}-o{number}-{name}"] = value
    return fields
