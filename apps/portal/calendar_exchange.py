"""Calendars as files: written for other programs, and read with a look before."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.rules.drafts import draft_of_facts, facts_of_draft
from apps.capacity.selectors import CalendarChain
from apps.capacity.types import CalendarDraft, CalendarForm
from apps.kernel.errors import DomainError
from apps.portal import formats
from apps.portal.access import access
from apps.portal.calendar_editor import (
    editor_form,
    editor_page,
    found_chain,
)
from apps.portal.calendar_editor_forms import CalendarFileForm
from apps.portal.calendar_effects import effect_of
from apps.portal.calendar_forms import minutes_of
from apps.portal.calendar_levels import moment_at_place, said_text
from apps.portal.calendar_pictures import drawn_week, marks
from apps.portal.machines import READERS
from tenants.middleware import actor_of
from tenants.types import Role

MEDIA_TYPES = {
    CalendarForm.ICS: "text/calendar",
    CalendarForm.AASX: "application/asset-administration-shell-package",
}
SALT = "calendar-reading"
# A reading is for the next few minutes, not to be kept.
READING_SECONDS = 3600
SHOWN = 25


@access(*READERS)
@require_safe
def calendar_ics(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Send a calendar as a file of RFC 5545."""
    return _file(request, subject_id, CalendarForm.ICS)


@access(*READERS)
@require_safe
def calendar_submodel(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Send a calendar as the submodel of IDTA 02067."""
    return _file(request, subject_id, CalendarForm.AASX)


@access(Role.PLANNER)
@require_POST
def calendar_read(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Show what a file says, what it has no place for, and whom it would hit."""
    chain = found_chain(subject_id)
    form = CalendarFileForm(request.POST, request.FILES)
    if form.is_valid():
        now = timezone.now()
        try:
            reading = capacity.read_calendar_file(
                level=chain.own.level, raw=form.cleaned_data["file"].read(), at=now
            )
            effect = effect_of(chain, reading.draft, now)
        except DomainError as error:
            form.add_error("file", str(error))
        else:
            return render(
                request,
                "portal/capacity/editor_reading.html",
                _reading(chain, subject_id, reading) | {"effect": effect},
            )
    return editor_page(
        request,
        chain,
        form=editor_form(request, chain),
        file_form=form,
        status=422,
    )


@access(Role.PLANNER)
@require_POST
def calendar_take(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Let a level say what a file said that was looked at."""
    chain = found_chain(subject_id)
    try:
        # What was read is kept by the page, and signed: only a file makes it.
        facts = signing.loads(
            request.POST.get("reading", ""),
            salt=f"{SALT}:{subject_id}",
            max_age=READING_SECONDS,
        )
    except signing.BadSignature:
        messages.error(
            request, _t("The file was read too long ago. Choose it once more.")
        )
        return redirect(f"{reverse('portal:calendar', args=[subject_id])}#files")
    try:
        services.replace_calendar(
            level=chain.own.level,
            facts=draft_of_facts(facts["draft"]),
            version=facts["version"],
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:calendar", subject_id)
    messages.success(
        request, _t("The calendar is as the file says. Listings follow within seconds.")
    )
    version = found_chain(subject_id).version
    return redirect(f"{reverse('portal:calendar', args=[subject_id])}?saved={version}")


def _reading(chain: CalendarChain, subject_id: UUID, reading: Any) -> dict[str, Any]:
    draft: CalendarDraft = reading.draft
    facts = {"draft": facts_of_draft(draft), "version": chain.version}
    shifts = draft.shifts or ()
    return {
        "chain": chain,
        "subject_id": subject_id,
        "reading": reading,
        "says": said_text(draft),
        "until": formats.day(reading.horizon.end.date()),
        "drawn": drawn_week(shifts) if draft.shifts is not None else [],
        "hours": formats.duration(minutes_of(shifts)),
        "marks": marks(),
        "exceptions": [
            {
                "exception": one,
                "starts": moment_at_place(chain, one.period.start),
                "ends": moment_at_place(chain, one.period.end),
            }
            for one in sorted(draft.exceptions, key=lambda one: one.period.start)[
                :SHOWN
            ]
        ],
        "more_exceptions": max(0, len(draft.exceptions) - SHOWN),
        "left": reading.not_carried[:SHOWN],
        "more_left": max(0, len(reading.not_carried) - SHOWN),
        "signed": signing.dumps(facts, salt=f"{SALT}:{subject_id}", compress=True),
    }


def _file(request: HttpRequest, subject_id: UUID, form: CalendarForm) -> HttpResponse:
    chain = found_chain(subject_id)
    raw = capacity.calendar_file(
        level=chain.own.level,
        form=form,
        is_own=request.GET.get("of") == "own",
        at=timezone.now(),
    )
    response = HttpResponse(raw, content_type=MEDIA_TYPES[form])
    plain = "".join(letter if letter.isalnum() else "-" for letter in chain.own.name)
    name = plain.encode("ascii", "replace").decode().replace("?", "-")
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
