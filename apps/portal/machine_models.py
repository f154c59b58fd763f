"""The model library in the portal: found by name, taken over, confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.catalog import selectors as catalog
from apps.kernel.errors import DomainError
from apps.library import selectors as library
from apps.library.types import BOX, CYLINDER, FIGURES, ModelEntry
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import UnconfirmedFigure
from apps.portal import formats
from apps.portal.access import access
from tenants.middleware import actor_of
from tenants.types import Role

OFFERED = 8
MOST_FIGURES = 3
LONGEST = 120
# How a figure is called and in what unit it is written; empty: it is a plain number.
NAMES: dict[str, tuple[str | Promise, str]] = {
    "axes": (_("Axes"), ""),
    "size_x_mm": ("X", "mm"),
    "size_y_mm": ("Y", "mm"),
    "size_z_mm": ("Z", "mm"),
    "diameter_mm": (_("Diameter"), "mm"),
    "length_mm": (_("Length"), "mm"),
    "max_load_kg": (_("Table load"), "kg"),
    "max_mass_kg": (_("Heaviest part"), "kg"),
    "spindle_rpm": (_("Spindle speed"), "rpm"),
    "spindle_kw": (_("Spindle power"), "kW"),
    "tool_places": (_("Tool places"), ""),
    "force_kn": (_("Force"), "kN"),
    "positioning_um": (_("Positioning"), "um"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure in words, with the keys by which it is confirmed."""

    label: str
    text: str
    keys: tuple[str, ...] = ()
    process: str = ""


def figure_text(name: str, value: float) -> str:
    """Write a figure with its unit."""
    unit = NAMES[name][1]
    return formats.quantity(value, unit) if unit else formats.number(value, 0)


def figures_of(known: dict[str, float]) -> list[Shown]:
    """Write figures one by one, the sizes of an envelope as one."""
    shown = []
    for names in (BOX, CYLINDER):
        sizes = [known[name] for name in names if name in known]
        if sizes:
            label = " × ".join(str(NAMES[name][0]) for name in names if name in known)
            shown.append(Shown(label, formats.sizes(sizes)))
    return shown + [
        Shown(str(NAMES[name][0]), figure_text(name, known[name]))
        for name in (*FIGURES, "max_mass_kg")
        if name in known and name not in (*BOX, *CYLINDER)
    ]


def waiting_figures(unconfirmed: Iterable[UnconfirmedFigure]) -> list[Shown]:
    """Write what waits for the shop's word, the sizes of an envelope as one."""
    language = get_language() or "en"
    rows: dict[tuple[str, bool], list[UnconfirmedFigure]] = {}
    shown = []
    for figure in unconfirmed:
        if figure.name in (*BOX, *CYLINDER):
            rows.setdefault((figure.process_code, True), []).append(figure)
            if len(rows[figure.process_code, True]) > 1:
                continue
            shown.append((figure, rows[figure.process_code, True]))
        else:
            shown.append((figure, [figure]))
    return [
        Shown(
            label=_t("Largest part") if len(group) > 1 else str(NAMES[figure.name][0]),
            text=formats.sizes([one.value for one in group])
            if len(group) > 1
            else figure_text(figure.name, figure.value),
            keys=tuple(one.key for one in group),
            process=catalog.label(figure.process_code, language)
            if figure.process_code
            else "",
        )
        for figure, group in shown
    ]


def offer_of(machine: Any) -> dict[str, Any] | None:
    """Return what the library can fill in of a machine, or None if nothing."""
    entry = machines.model_of(machine) if machines.lacks_figures(machine) else None
    if entry is None:
        return None
    known = machines.fillable_figures(machine, entry)
    return {"entry": entry, "figures": figures_of(known)} if known else None


def offered_models(typed: str) -> dict[str, Any]:
    """Return the models whose names are like what is typed, as the list shows them."""
    words = typed.strip()[:LONGEST]
    language = get_language() or "en"
    found = library.search_machine_models(words, limit=OFFERED) if words else []
    return {
        "words": words,
        "models": [
            {
                "entry": entry,
                "process": catalog.label(entry.process_codes[0], language),
                "figures": figures_of(dict(entry.figures))[:MOST_FIGURES],
            }
            for entry in found
        ],
    }


@access(Role.PLANNER)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Offer the models whose names are like what is typed."""
    return render(
        request,
        "portal/machines/models.html",
        offered_models(request.GET.get("q", "")),
    )


@access(Role.PLANNER)
@require_POST
def fill(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Fill in what a machine does not say with its maker's figures."""
    try:
        machine = services.fill_from_model(
            machine_id=machine_id,
            model_code=request.POST.get("model_code", ""),
            by=actor_of(request),
            at=timezone.now(),
        )
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _t("%(code)s has its maker's figures now. Confirm those that hold.")
            % {"code": machine.code},
        )
    return redirect("portal:machine", machine_id)


@access(Role.PLANNER)
@require_POST
def confirm(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let the shop stand by figures of the maker, by all of them if none is named."""
    named = request.POST.getlist("figures")
    try:
        machine = services.confirm_figures(
            machine_id=machine_id,
            figures=named or None,
            by=actor_of(request),
            at=timezone.now(),
        )
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _t("The figures of %(code)s are confirmed as yours.")
            % {"code": machine.code},
        )
    return redirect("portal:machine", machine_id)


def chosen_model(request: HttpRequest) -> ModelEntry | None:
    """Return the model that the address or the form names; a strange one is none."""
    asked = request.POST if request.method == "POST" else request.GET
    code = asked.get("choose") or asked.get("model_code")
    if not code:
        return None
    try:
        return library.machine_model(code)
    except library.UnknownMachineModel:
        return None
