"""Free weeks for partners in Catena-X, as capacity groups."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.capacity import selectors as capacity
from apps.capacity.rules.capacity_groups import MEDIA_TYPE
from apps.kernel.errors import DomainError
from apps.portal.access import access
from apps.portal.forms import PortalForm
from apps.portal.heat_map import READERS
from tenants.middleware import enterprise_of

ENDING = "week-based-capacity-groups.json"


class CapacityGroupForm(PortalForm):
    """For whom capacity groups are written, and by whom."""

    customer = forms.CharField(
        label=_("Customer's business partner number"),
        max_length=16,
        help_text=_("BPNL and twelve letters or digits, as Catena-X has given it."),
    )
    supplier = forms.CharField(label=_("Your business partner number"), max_length=16)
    by = forms.ChoiceField(
        label=_("One group for each"),
        choices=[("work_center", _("Work center")), ("process", _("Process"))],
    )


@access(*READERS)
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """Ask for whom the file is, and name what it does not carry."""
    return _page(request, CapacityGroupForm(initial={"by": "process"}))


@access(*READERS)
@require_safe
def groups_file(request: HttpRequest) -> HttpResponse:
    """Send capacity groups as a file."""
    form = CapacityGroupForm(request.GET)
    if not form.is_valid():
        return _page(request, form, status=422)
    facts: dict[str, Any] = form.cleaned_data
    try:
        raw = capacity.written_capacity_groups(at=timezone.now(), **facts)
    except DomainError as error:
        form.refuse(error)
        return _page(request, form, status=422)
    response = HttpResponse(raw, content_type=MEDIA_TYPE)
    name = f"{enterprise_of(request).slug}-{ENDING}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _page(
    request: HttpRequest, form: CapacityGroupForm, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "portal/capacity/groups.html",
        {"form": form, "left": capacity.not_in_capacity_groups()},
        status=status,
    )
