"""Machines as Asset Administration Shells: the files, and what these do not carry."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.kernel.errors import DomainError
from apps.machines import services
from apps.machines.rules.aas_shells import MEDIA_TYPES, AasForm
from apps.portal.access import access
from apps.portal.machine_list import filtered_machines
from apps.portal.machines import READERS, found_machine


@access(*READERS)
@require_safe
def shell(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Offer a machine's shell, and name what it does not carry."""
    detail = found_machine(machine_id)
    return render(
        request,
        "portal/machines/shell.html",
        {
            "machine": detail.machine,
            "left": services.not_in_aas(detail.machine),
            "forms": list(AasForm),
        },
    )


@access(*READERS)
@require_safe
def shell_file(request: HttpRequest, machine_id: UUID, form: str) -> HttpResponse:  # noqa: ARG001
    """Send a machine's shell as a file."""
    machine = found_machine(machine_id).machine
    found = _form(form)
    return _attached(services.export_aas([machine], form=found), machine.code, found)


@access(*READERS)
@require_safe
def shells_file(request: HttpRequest, form: str) -> HttpResponse:
    """Send the shells of all machines that the list's filter keeps."""
    _asked, machines = filtered_machines(request)
    found = _form(form)
    try:
        raw = services.export_aas(machines, form=found)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:machines")
    slug = request.enterprise.slug  # type: ignore[attr-defined]
    return _attached(raw, f"{slug}-machines", found)


def _form(text: str) -> AasForm:
    try:
        return AasForm(text)
    except ValueError as error:
        raise Http404 from error


def _attached(raw: bytes, name: str, form: AasForm) -> HttpResponse:
    response = HttpResponse(raw, content_type=MEDIA_TYPES[form])
    plain = "".join(letter if letter.isalnum() else "-" for letter in name)
    response["Content-Disposition"] = (
        f'attachment; filename="{plain.encode("ascii", "replace").decode()}.{form}"'
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
