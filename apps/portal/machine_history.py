"""All that happened to a machine: when, by whom, from what to what."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.audit import selectors as audit
from apps.portal.access import access
from apps.portal.machines import READERS, found_machine
from apps.portal.paging import page_of

ROWS = 50


@access(*READERS)
@require_safe
def history(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Show what happened to a machine, newest first, page by page."""
    machine = found_machine(machine_id).machine
    page = page_of(request, audit.history_of(machine), ROWS)
    return render(
        request,
        "portal/machines/history.html",
        {"machine": machine, "page": page, "events": page.rows},
    )
