"""When work is done at the enterprise and at one machine, by their own addresses."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.types import ENTERPRISE_LEVEL, CalendarLevel
from apps.portal.access import access
from apps.portal.calendar_editor import editor_form, editor_page
from apps.portal.machines import READERS, found_machine
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role


@access(*READERS)
@require_safe
def week(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Show the calendar of the enterprise, or of a machine."""
    level = ENTERPRISE_LEVEL
    if machine_id is not None:
        level = CalendarLevel(machine_id=found_machine(machine_id).machine.pk)
    chain = capacity.calendar_chain(level)
    return editor_page(request, chain, form=editor_form(request, chain))


@access(Role.PLANNER)
@require_POST
def exception_remove(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Let the week hold again."""
    try:
        calendar = services.remove_exception(
            exception_id=exception_id, by=actor_of(request), at=timezone.now()
        )
    except services.ExceptionUnknown as error:
        raise Http404 from error
    level = CalendarLevel(
        calendar.site_id, calendar.work_center_id, calendar.machine_id
    )
    subject_id = level.subject_id or enterprise_of(request).id
    return redirect(f"{reverse('portal:calendar', args=[subject_id])}#exceptions")
