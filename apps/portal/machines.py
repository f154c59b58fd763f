"""Machines: what there is, what each can do, and whether others see it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.audit import selectors as audit
from apps.capacity import selectors as capacity
from apps.capacity.rules.public_holidays import holidays_kept
from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.exchange import selectors as exchange
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import Doubt, EnvelopeKind, MachineState, MissingKey
from apps.portal import formats
from apps.portal.access import access
from apps.portal.evidence import evidence_card
from apps.portal.home import load_chart
from apps.portal.machine_models import offer_of, waiting_figures
from apps.portal.tolerances import feature_figures
from tenants.middleware import actor_of, role_in
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
WEEKS_AHEAD = 8
EVENTS_SHOWN = 10

OF_THE_MACHINE = (MissingKey.MAKER, MissingKey.MODEL)
FIGURES = {"it_grade": _("tolerance"), "roughness_um": _("roughness")}
OUTCOMES = {
    MachineState.ACTIVE: _("%(code)s is in use."),
    MachineState.IN_MAINTENANCE: _("%(code)s is out of service."),
    MachineState.RETIRED: _("%(code)s is retired and out of the exchange."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A fact that is missing, and the form that asks for it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a cost model."""

    label: str | Promise
    value: str


def uuid_of(text: str) -> UUID | None:
    """Read a key from an address; anything else is as if it were not given."""
    try:
        return UUID(text)
    except ValueError:
        return None


def may_write(request: HttpRequest) -> bool:
    """Say whether the reader may change machines and their time."""
    return role_in(request) in {Role.PLANNER, Role.OWNER}


def found_machine(machine_id: UUID) -> machines.MachineDetail:
    """Return a machine, or answer that there is none."""
    try:
        return machines.machine_detail(machine_id)
    except machines.MachineNotFound as error:
        raise Http404 from error


@access(*READERS)
@require_safe
def machine(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Show a machine: facts, what it can do, what it costs, when it works."""
    detail = found_machine(machine_id)
    now = timezone.now()
    load = capacity.total_week_load(
        machine_ids=[machine_id],
        from_monday=timezone.localdate(now),
        weeks=WEEKS_AHEAD,
        at=now,
    )
    calendar = capacity.calendar_of(machine_id)
    can_write = may_write(request)
    return render(
        request,
        "portal/machines/detail.html",
        {
            "detail": detail,
            "machine": detail.machine,
            "can_write": can_write,
            "steps": _steps(detail) if can_write else [],
            "missing": machines.words_of(detail.missing),
            "waiting": waiting_figures(detail.unconfirmed),
            "source": machines.model_of(detail.machine) if detail.unconfirmed else None,
            "offer": offer_of(detail.machine) if can_write else None,
            "capabilities": _capabilities(detail),
            "costs": cost_figures(detail.cost_model) if detail.cost_model else [],
            "calendar": calendar,
            "holidays": holidays_kept(
                calendar.holiday_country if calendar else "",
                detail.machine.site.holiday_place,
                is_own=calendar is None or not calendar.is_of_enterprise,
            ),
            "has_shifts": calendar is not None and bool(calendar.shifts.all()),
            "chart": load_chart(load),
            "hours": sum(week.total_minutes for week in load),
            "reservations": capacity.reservations_of(
                [machine_id], Period(now, now + timedelta(weeks=WEEKS_AHEAD)), at=now
            ),
            "weeks": WEEKS_AHEAD,
            "listings": _listings(machine_id),
            "card": evidence_card(
                request, machines.evidence_of_machine(machine_id), machine=machine_id
            ),
            "events": audit.events_of(detail.machine, limit=EVENTS_SHOWN),
            "whole_history": reverse("portal:machine-history", args=[machine_id]),
        },
    )


@access(Role.PLANNER)
@require_POST
def publish(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Show a machine in the exchange."""
    try:
        shown = services.publish_machine(
            machine_id=machine_id, by=actor_of(request), at=timezone.now()
        )
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _t("%(code)s is shown to buyers within seconds.") % {"code": shown.code},
        )
    return redirect("portal:machine", machine_id)


@access(Role.PLANNER)
@require_POST
def withdraw(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Take a machine out of the exchange."""
    try:
        hidden = services.withdraw_machine(
            machine_id=machine_id, by=actor_of(request), at=timezone.now()
        )
    except machines.MachineNotFound as error:
        raise Http404 from error
    messages.success(
        request, _t("%(code)s is out of the exchange.") % {"code": hidden.code}
    )
    return redirect("portal:machine", machine_id)


@access(Role.PLANNER)
@require_POST
def change_state(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Put a machine into use, into maintenance, or out of use for good."""
    version = request.POST.get("version", "")
    try:
        changed = services.change_state(
            machine_id=machine_id,
            version=int(version) if version.isdecimal() else 0,
            state=request.POST.get("state", ""),
            by=actor_of(request),
            at=timezone.now(),
        )
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = OUTCOMES[MachineState(changed.state)]
        messages.success(request, str(said) % {"code": changed.code})
    return redirect("portal:machine", machine_id)


@access(Role.PLANNER)
@require_POST
def drop_capability(
    request: HttpRequest, machine_id: UUID, process_code: str
) -> HttpResponse:
    """Cease to offer a process on a machine."""
    try:
        services.drop_capability(
            machine_id=machine_id,
            process_code=process_code,
            by=actor_of(request),
            at=timezone.now(),
        )
    except (machines.MachineNotFound, services.CapabilityNotFound) as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:machine", machine_id)


def _steps(detail: machines.MachineDetail) -> list[Step]:
    """Lead from each missing fact to the form that asks for it."""
    words = machines.words_of(detail.missing)
    return [
        Step(label, _form_for(detail.machine.pk, fact.key, fact.process_code))
        for fact, label in zip(detail.missing, words, strict=True)
    ]


def _form_for(machine_id: UUID, key: str, process_code: str) -> str:
    if key in OF_THE_MACHINE:
        return reverse("portal:machine-change", args=[machine_id])
    if key == MissingKey.HOURLY_RATE:
        return reverse("portal:machine-cost", args=[machine_id])
    if process_code:
        return reverse("portal:machine-capability", args=[machine_id, process_code])
    return reverse("portal:machine-capability", args=[machine_id])


def _capabilities(detail: machines.MachineDetail) -> list[dict[str, Any]]:
    language = get_language() or "en"
    return [
        {
            "row": row,
            "process": catalog.label(row.process_code, language),
            "groups": [
                str(MaterialGroup(group).label) for group in row.material_groups
            ],
            "materials": [
                catalog.material_by_code(code).label for code in row.material_codes
            ],
            "envelope": envelope_text(row),
            "features": feature_figures(row.tolerances),
            "doubts": [
                doubt_text(doubt)
                for doubt in detail.doubts
                if doubt.process_code == row.process_code
            ],
        }
        for row in detail.capabilities
    ]


def envelope_text(row: Any) -> str:
    """Write the largest part that fits."""
    if row.envelope_kind == EnvelopeKind.BOX:
        return formats.sizes((row.size_x_mm, row.size_y_mm, row.size_z_mm))
    if row.envelope_kind == EnvelopeKind.CYLINDER:
        return f"⌀ {formats.sizes((row.diameter_mm, row.length_mm))}"
    return formats.UNKNOWN


def doubt_text(doubt: Doubt) -> str:
    """Say which figure is finer than usual, than what, and who says so."""
    grade = doubt.figure == "it_grade"
    return _t(
        "The %(figure)s %(declared)s is finer than the process typically gives,"
        " %(typical)s (%(source)s). Buyers may ask how you reach it."
    ) % {
        "figure": FIGURES.get(doubt.figure, doubt.figure),
        "declared": f"IT{doubt.declared:g}"
        if grade
        else formats.quantity(doubt.declared, "um"),
        "typical": f"IT{doubt.typical:g}"
        if grade
        else formats.quantity(doubt.typical, "um"),
        "source": doubt.source,
    }


def cost_figures(model: Any) -> list[Figure]:
    """Write every figure of a cost model with its unit."""

    def money(amount: Any) -> str:
        return formats.money(amount, model.currency)

    def rate(amount: Any) -> str:
        return pgettext("rate", "%(amount)s an hour") % {"amount": money(amount)}

    def share(value: Any) -> str:
        return formats.percent(value / 100, 2)

    return [
        Figure(_("Machine hour"), rate(model.hourly_rate)),
        Figure(_("Setup"), formats.duration(model.setup_minutes)),
        Figure(_("Setup hour"), rate(model.setup_rate)),
        Figure(
            _("Programming, once an order"),
            formats.duration(model.programming_hours * 60),
        ),
        Figure(_("Programming hour"), rate(model.programming_rate)),
        Figure(
            _("Inspection of a piece"),
            formats.quantity(model.inspection_minutes_per_part, "min", 2),
        ),
        Figure(_("Markup on material"), share(model.material_markup_percent)),
        Figure(_("Scrap"), share(model.scrap_percent)),
        Figure(_("Margin"), share(model.margin_percent)),
        Figure(_("Least charge"), money(model.minimum_charge)),
        Figure(
            _("Roughing of aluminium"),
            formats.quantity(model.removal_cm3_per_min, "cm3/min", 2),
        ),
        Figure(
            _("Finishing"),
            formats.quantity(model.finishing_cm2_per_min, "cm2/min", 2),
        ),
    ]


def _listings(machine_id: UUID) -> list[dict[str, Any]]:
    language = get_language() or "en"
    return [
        {"row": row, "process": catalog.label(row.process_code, language)}
        for row in exchange.listings_of_machine(machine_id)
    ]
