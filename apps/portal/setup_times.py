"""How long machines take from one family of work to another, as a matrix."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import PortalForm, WholeQuantity
from apps.portal.machines import READERS, found_machine, may_write
from apps.portal.paging import page_of
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from tenants.middleware import actor_of
from tenants.types import Role

ROWS = 50
# A wider matrix is read by nobody, and grows with the square.
MOST_FAMILIES = 30
MOST_MINUTES = 30 * 24 * 60


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair of families."""

    field: BoundField
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """From one family to all others."""

    family: str
    cells: list[Cell]


class MatrixForm(PortalForm):
    """The minutes of each pair of families, and room for one more family."""

    family = forms.CharField(
        label=_("Another family"),
        max_length=40,
        required=False,
        help_text=_("Such as shafts, housings or plates."),
    )

    def __init__(
        self, *args: Any, families: list[str], known: dict[Any, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.families = families
        for i, one in enumerate(families):
            for j, two in enumerate(families):
                self.fields[f"m{i}-{j}"] = WholeQuantity(
                    label=_t("From %(one)s to %(two)s") % {"one": one, "two": two},
                    unit="",
                    required=False,
                    min_value=0,
                    max_value=MOST_MINUTES,
                    initial=known.get((one, two)),
                )

    def rows(self, known: dict[Any, int]) -> list[Row]:
        """Return the matrix, from above."""
        return [
            Row(
                one,
                [
                    Cell(self[f"m{i}-{j}"], formats.number(known.get((one, two)), 0))
                    for j, two in enumerate(self.families)
                ],
            )
            for i, one in enumerate(self.families)
        ]

    def minutes(self) -> list[tuple[str, str, int]]:
        """Return the pairs that are said, with their minutes."""
        return [
            (one, two, self.cleaned_data[f"m{i}-{j}"])
            for i, one in enumerate(self.families)
            for j, two in enumerate(self.families)
            if self.cleaned_data.get(f"m{i}-{j}") is not None
        ]


@access(*READERS)
@require_safe
def setup_time_list(request: HttpRequest) -> HttpResponse:
    """List machines with how many pairs of families each has minutes for."""
    words = request.GET.get("q", "").replace("\x00", "")[:120]
    found = machines.machines_of(search=words).exclude(state=MachineState.RETIRED)
    page = page_of(request, found, ROWS)
    counts = scheduling.setup_counts([row.pk for row in page.rows])
    return render(
        request,
        "portal/setup_times/list.html",
        {
            "page": page,
            "q": words,
            "rows": [
                {"machine": row, "count": counts.get(row.pk, 0)} for row in page.rows
            ],
        },
    )


@access(*READERS)
@require_http_methods(["GET", "HEAD"])
def setup_times(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Show the minutes of each pair of families on one machine."""
    machine = found_machine(machine_id).machine
    known = known_minutes(machine_id)
    families = families_of(machine_id, known)
    return _shown(request, machine, MatrixForm(families=families, known=known), known)


@access(Role.PLANNER)
@require_http_methods(["POST"])
def setup_times_set(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a planner set the minutes, or name another family."""
    machine = found_machine(machine_id).machine
    known = known_minutes(machine_id)
    families = _sent_families(request)
    form = MatrixForm(request.POST, families=families, known=known)
    if not form.is_valid():
        return _shown(request, machine, form, known)
    more = form.cleaned_data["family"].strip()
    if "more" in request.POST and not more:
        form.add_error("family", _t("This is empty. Fill it in."))
        return _shown(request, machine, form, known)
    if more and more not in families:
        if len(families) >= MOST_FAMILIES:
            form.add_error(
                "family",
                _t("There are %(most)s families. Remove one by emptying its cells.")
                % {"most": MOST_FAMILIES},
            )
            return _shown(request, machine, form, known)
        grown = dict(known) | {
            (one, two): minutes for one, two, minutes in form.minutes()
        }
        form = MatrixForm(families=[*families, more], known=grown)
        return _shown(request, machine, form, known)
    try:
        services.set_setup_times(
            machine_id=machine_id,
            rows=form.minutes(),
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return _shown(request, machine, form, known)
    messages.success(
        request, _t("Setup times of %(code)s are set.") % {"code": machine.code}
    )
    return redirect("portal:machine-setup-times", machine_id)


def known_minutes(machine_id: UUID) -> dict[Any, int]:
    """Return the minutes that are said, by pair of families."""
    return {
        (row.from_family, row.to_family): row.minutes
        for row in scheduling.setup_times(machine_id)
    }


def families_of(machine_id: UUID, known: dict[Any, int]) -> list[str]:
    """Return the families that a machine meets: in its matrix, and in its work."""
    named = {family for pair in known for family in pair}
    named |= set(scheduling.families_on(machine_id))
    return sorted(named)[:MOST_FAMILIES]


def _sent_families(request: HttpRequest) -> list[str]:
    sent = [
        request.POST[name].replace("\x00", "")[:40]
        for name in (f"family-{place}" for place in range(MOST_FAMILIES))
        if request.POST.get(name)
    ]
    return list(dict.fromkeys(sent))


def _shown(
    request: HttpRequest, machine: Any, form: MatrixForm, known: dict[Any, int]
) -> HttpResponse:
    return render(
        request,
        "portal/setup_times/matrix.html",
        {
            "machine": machine,
            "form": form,
            "families": form.families,
            "hidden": [
                (f"family-{place}", family)
                for place, family in enumerate(form.families)
            ],
            "rows": form.rows(known),
            "can_write": may_write(request),
        },
        status=422 if form.errors else 200,
    )
