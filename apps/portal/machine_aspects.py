"""Machines as files: all formats of a list, the Catena-X aspect, and what is left out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.kernel.errors import DomainError
from apps.machines import services
from apps.machines.rules.catena_x_aspect import MEDIA_TYPE
from apps.machines.services.aas_writing import MOST_MACHINES
from apps.portal.access import access
from apps.portal.machine_list import filtered_machines
from apps.portal.machines import READERS, found_machine

ENDING = "manufacturing-capability.json"


@access(*READERS)
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """Offer the machines that the list's filter keeps in each format."""
    asked, machines = filtered_machines(request)
    found = list(machines[: MOST_MACHINES + 1])
    left = services.left_out_of_files(found)
    return render(
        request,
        "portal/machines/exports.html",
        {
            "query": request.GET.urlencode(),
            "is_filtered": any(asked.values()),
            "count": len(found),
            "most": MOST_MACHINES,
            "is_too_many": len(found) > MOST_MACHINES,
            "in_no_file": [one for one in left if not one.is_in_tables],
            "in_tables_only": [one for one in left if one.is_in_tables],
        },
    )


@access(*READERS)
@require_safe
def aspect(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Offer a machine's aspect, and name what it does not carry."""
    detail = found_machine(machine_id)
    return render(
        request,
        "portal/machines/aspect.html",
        {
            "machine": detail.machine,
            "left": services.not_in_catena_x(detail.machine),
        },
    )


@access(*READERS)
@require_safe
def aspect_file(request: HttpRequest, machine_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Send a machine's aspect as a file."""
    machine = found_machine(machine_id).machine
    return _attached(services.export_catena_x([machine]), machine.code)


@access(*READERS)
@require_safe
def aspects_file(request: HttpRequest) -> HttpResponse:
    """Send the aspect of all machines that the list's filter keeps."""
    _asked, machines = filtered_machines(request)
    try:
        raw = services.export_catena_x(machines)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:machines")
    slug = request.enterprise.slug  # type: ignore[attr-defined]
    return _attached(raw, slug)


def _attached(raw: bytes, name: str) -> HttpResponse:
    response = HttpResponse(raw, content_type=MEDIA_TYPE)
    plain = "".join(letter if letter.isalnum() else "-" for letter in name)
    known = plain.encode("ascii", "replace").decode().replace("?", "-")
    response["Content-Disposition"] = f'attachment; filename="{known}-{ENDING}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
