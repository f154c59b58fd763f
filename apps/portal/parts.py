"""Parts: a file goes in, its geometry is read, and it can be asked for."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.audit import selectors as audit
from apps.catalog import selectors as catalog
from apps.kernel.errors import DomainError
from apps.orders import selectors as orders
from apps.orders import services
from apps.orders.types import GeometryState, LengthUnit
from apps.portal.access import access
from apps.portal.forms import PortalForm
from apps.portal.paging import page_of
from tenants.middleware import actor_of
from tenants.types import Role

READERS = (Role.BUYER, Role.VIEWER, Role.SELLER, Role.PLANNER)


def material_choices() -> list[tuple[str, str]]:
    """Return the catalog's materials for a form."""
    return [("", "—"), *[(grade.code, grade.label) for grade in catalog.materials()]]


def material_name(code: str) -> str:
    """Return a material's name, or nothing where none is stated."""
    return catalog.material_by_code(code).label if code else ""


class PartForm(PortalForm):
    """A part with its file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("STEP or STL, up to 100 MB. It stays in your own schema."),
        widget=forms.FileInput(attrs={"accept": ".step,.stp,.stl"}),
    )
    number = forms.CharField(label=_("Part number"), max_length=64)
    revision = forms.CharField(label=_("Revision"), max_length=16, required=False)
    name = forms.CharField(label=_("Name"), max_length=160)
    material_code = forms.ChoiceField(
        label=_("Material"), choices=material_choices, required=False
    )
    file_unit = forms.ChoiceField(
        label=_("Unit of an STL file"),
        choices=LengthUnit.choices,
        help_text=_("STEP files say it themselves."),
    )


@access(*READERS)
@require_safe
def part_list(request: HttpRequest) -> HttpResponse:
    """List parts, newest first."""
    query = request.GET.get("q", "").strip()
    page = page_of(request, orders.parts(search=query))
    return render(request, "portal/parts/list.html", {"page": page, "query": query})


@access(Role.BUYER)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Let a buyer upload a part."""
    form = PartForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            part = services.upload_part(
                by=actor_of(request), at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("portal:part", part.pk)
    return render(request, "portal/parts/upload.html", {"form": form})


@access(*READERS)
@require_safe
def part(request: HttpRequest, part_id: UUID) -> HttpResponse:
    """Show a part with its geometry; the card asks again until it is read."""
    found = _part(part_id)
    is_fragment = bool(request.htmx)  # type: ignore[attr-defined]
    response = render(
        request,
        "portal/parts/geometry.html" if is_fragment else "portal/parts/detail.html",
        {
            "part": found,
            "material": material_name(found.material_code),
            "events": audit.events_of(found),
        },
    )
    if is_fragment and found.geometry_state != GeometryState.PENDING:
        # The whole page has more to offer now than it had while it waited.
        response["HX-Refresh"] = "true"
    return response


@access(Role.BUYER)
@require_POST
def read_again(request: HttpRequest, part_id: UUID) -> HttpResponse:
    """Have a part measured once more."""
    try:
        services.read_geometry_again(
            part_id=part_id, by=actor_of(request), at=timezone.now()
        )
    except orders.PartNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:part", part_id)


@access(*READERS)
@require_safe
def preview(request: HttpRequest, part_id: UUID) -> FileResponse:  # noqa: ARG001
    """Send the part's preview for the 3D view."""
    found = _part(part_id)
    if not found.preview:
        raise Http404
    response = FileResponse(found.preview.open("rb"), content_type="model/gltf-binary")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@access(*READERS)
@require_safe
def download(request: HttpRequest, part_id: UUID) -> FileResponse:  # noqa: ARG001
    """Send the part's own file, as an attachment."""
    found = _part(part_id)
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


def _part(part_id: UUID) -> Any:
    try:
        return orders.part_detail(part_id)
    except orders.PartNotFound as error:
        raise Http404 from error
