"""Supposing that things were otherwise, to see what it would do to the plan."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal.access import access
from apps.portal.forms import Moment, WholeQuantity
from apps.portal.schedules import RequestForm, usual_answers
from apps.scheduling import services
from apps.scheduling.types import (
    Assumptions,
    OptionDraft,
    StepDraft,
    WorkRequestDraft,
)
from tenants.middleware import actor_of
from tenants.types import Role

# What belongs together: all of it is said, or none.
CLOSED = ("closed_machine", "closed_from", "closed_until")
EXTRA = ("extra_machine", "extra_from", "extra_until")
WORK = ("work_title", "work_machine", "work_run")


class WhatIfForm(RequestForm):
    """What is supposed: a machine closed, one that works longer, more to do."""

    closed_machine = forms.ChoiceField(label=_("Machine"), required=False)
    closed_from = Moment(label=_("Closed from"), required=False)
    closed_until = Moment(label=_("Until"), required=False)
    extra_machine = forms.ChoiceField(label=_("Machine"), required=False)
    extra_from = Moment(label=_("Works from"), required=False)
    extra_until = Moment(label=_("Until"), required=False)
    work_title = forms.CharField(
        label=pgettext_lazy("to be done", "Work"), max_length=160, required=False
    )
    work_machine = forms.ChoiceField(label=_("Machine"), required=False)
    work_setup = WholeQuantity(
        label=_("Setup"), unit="min", required=False, min_value=0
    )
    work_run = WholeQuantity(label=_("Run"), unit="min", required=False, min_value=1)
    work_due = Moment(label=_("Due"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _t("None")), *machine_choices()]
        for name in ("closed_machine", "extra_machine", "work_machine"):
            self.offer(name, choices)

    def clean(self) -> dict[str, Any]:
        """Ask for something to be supposed, and for all of each thing."""
        said = super().clean() or self.cleaned_data
        groups = (CLOSED, EXTRA, WORK)
        for group in groups:
            given = [name for name in group if said.get(name)]
            for name in group:
                if given and name not in given and name not in self.errors:
                    self.add_error(name, _t("This is empty. Fill it in."))
        for start, end in (CLOSED[1:], EXTRA[1:]):
            if said.get(start) and said.get(end) and said[end] <= said[start]:
                self.add_error(
                    end,
                    _t(
                        "It ends before it begins. Give an end that is later than"
                        " the start."
                    ),
                )
        if not self.errors and not any(
            said.get(name) for group in groups for name in group
        ):
            self.add_error(
                None, _t("Nothing is supposed. Close a machine, open one, or add work.")
            )
        return said

    def assumptions(self) -> Assumptions:
        """Return what is supposed, as services take it."""
        said = self.cleaned_data
        return Assumptions(
            closed=self._windows(*CLOSED),
            extra=self._windows(*EXTRA),
            work=(self._work(),) if said["work_title"] else (),
        )

    def _windows(self, machine: str, start: str, end: str) -> Any:
        said = self.cleaned_data
        if not said[machine]:
            return ()
        return ((UUID(said[machine]), Period(said[start], said[end])),)

    def _work(self) -> WorkRequestDraft:
        said = self.cleaned_data
        option = OptionDraft(
            machine_id=UUID(said["work_machine"]),
            setup_minutes=said["work_setup"] or 0,
            run_minutes=said["work_run"],
        )
        return WorkRequestDraft(
            title=said["work_title"],
            release_at=timezone.now().replace(second=0, microsecond=0),
            due_at=said["work_due"],
            steps=(StepDraft(title=said["work_title"], options=(option,)),),
        )


def machine_choices() -> list[tuple[str, str]]:
    """Return the machines that could be closed, opened, or given work."""
    rows = machines.machines_of().exclude(state=MachineState.RETIRED)
    return [(str(row.pk), f"{row.code} · {row.label}") for row in rows]


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: HttpRequest) -> HttpResponse:
    """Let a planner suppose something, and have an order of work for it."""
    form = WhatIfForm(
        request.POST if request.method == "POST" else None,
        initial=usual_answers(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            schedule = services.request_schedule(
                objective=form.cleaned_data["objective"],
                budget_seconds=form.cleaned_data["budget_seconds"],
                frozen_until_at=form.cleaned_data["frozen_until_at"],
                what_if=form.assumptions(),
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("portal:schedule-proposal", schedule.pk)
    return render(
        request,
        "portal/schedules/what_if.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
