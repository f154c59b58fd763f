"""Reports: asked for, made in the background, read on the page and downloaded."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.portal.access import MEMBERS, access
from apps.portal.forms import Day, PortalForm, WholeQuantity
from apps.portal.preferences import PORTAL_LANGUAGES
from apps.reports import selectors, services
from apps.reports.types import FileFormat, ReportKind, ReportView, Side
from tenants.middleware import actor_of
from tenants.types import JobState

LISTED = 100
WEEKS = 12
DAYS = 90
CONTENT_TYPES = {
    FileFormat.PDF: "application/pdf",
    FileFormat.XLSX: (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
    FileFormat.SVG: "image/svg+xml",
}


def language_choices() -> list[tuple[str, str]]:
    """Return the languages that reports are written in, each by its own name."""
    return [
        (code, get_language_info(code)["name_local"].capitalize())
        for code in PORTAL_LANGUAGES
    ]


def machine_choices() -> list[tuple[str, str]]:
    """Return the enterprise's machines for a form."""
    return [
        (str(machine.pk), f"{machine.code} · {machine.name}")
        for machine in machines.machines_of()
    ]


class CapacityForm(PortalForm):
    """What a report of capacity should cover."""

    starts_on = Day(
        label=_("First week"), help_text=_("Any day of it: a week begins on Monday.")
    )
    weeks = WholeQuantity(label=_("Length"), unit=_("weeks"))
    machine_ids = forms.MultipleChoiceField(
        label=_("Machines"),
        choices=machine_choices,
        required=False,
        help_text=_("None chosen: all of them."),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    language = forms.ChoiceField(
        label=_("Language of the report"), choices=language_choices
    )


class RfqForm(PortalForm):
    """What a summary of RFQs should cover."""

    side = forms.ChoiceField(label=_("Side of the market"), choices=Side.choices)
    starts_on = Day(label=_("From"))
    ends_on = Day(label=_("To"), help_text=_("Both days are included."))
    language = forms.ChoiceField(
        label=_("Language of the report"), choices=language_choices
    )


FORMS: Mapping[str, type[PortalForm]] = {
    ReportKind.CAPACITY_UTILISATION: CapacityForm,
    ReportKind.RFQ_SUMMARY: RfqForm,
}
ABOUT = {
    ReportKind.CAPACITY_UTILISATION: _(
        "Booked, held and free time of your machines, week by week."
    ),
    ReportKind.RFQ_SUMMARY: _(
        "What was asked for, what fitted, what was quoted and what became of it."
    ),
}


@access(*MEMBERS)
@require_http_methods(["GET", "POST"])
def report_list(request: HttpRequest) -> HttpResponse:
    """List reports, newest first, and let a member ask for one."""
    wanted = request.POST.get("ask") or request.GET.get("ask", "")
    asked = wanted if wanted in FORMS else str(ReportKind.CAPACITY_UTILISATION)
    kind = request.GET.get("kind", "")
    if request.method == "POST":
        form = FORMS[asked](request.POST)
        if form.is_valid():
            parameters = dict(form.cleaned_data)
            try:
                made = services.request_report(
                    kind=asked,
                    language=parameters.pop("language"),
                    parameters=parameters,
                    by=actor_of(request),
                    at=timezone.now(),
                )
            except DomainError as error:
                form.refuse(error)
            else:
                return redirect("portal:report", made.pk)
    else:
        form = FORMS[asked](initial=_start(asked))
    found = selectors.reports(kind=kind, limit=LISTED)
    return render(
        request,
        "portal/reports/list.html",
        {
            "rows": [
                {"report": view, "label": JobState(view.state).label} for view in found
            ],
            "is_moving": any(not view.is_over for view in found),
            "kind": kind,
            "kinds": ReportKind.choices,
            "asked": asked,
            "about": ABOUT[ReportKind(asked)],
            "form": form,
        },
    )


@access(*MEMBERS)
@require_safe
def report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Show a report: how far it has come, then its charts and files."""
    try:
        found = selectors.report_view(report_id)
    except selectors.ReportNotFound as error:
        raise Http404 from error
    is_fragment = bool(request.htmx)  # type: ignore[attr-defined]
    response = render(
        request,
        "portal/reports/making.html" if is_fragment else "portal/reports/detail.html",
        {
            "report": found,
            "job": _job(found),
            "charts": selectors.charts_of(report_id) if found.finished_at else [],
            "papers": [one for one in found.files if one.format != FileFormat.SVG],
            "drawings": [one for one in found.files if one.format == FileFormat.SVG],
            "language": get_language_info(found.language)["name_local"].capitalize(),
        },
    )
    if is_fragment and found.is_over:
        # The whole page has files and charts now.
        response["HX-Refresh"] = "true"
    return response


@access(*MEMBERS)
@require_POST
def remake(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Have a report made once more, from the figures of today."""
    try:
        services.remake_report(
            report_id=report_id, by=actor_of(request), at=timezone.now()
        )
    except selectors.ReportNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:report", report_id)


@access(*MEMBERS)
@require_safe
def download(request: HttpRequest, file_id: UUID) -> FileResponse:  # noqa: ARG001
    """Send a finished file, as an attachment."""
    try:
        found = selectors.file_to_download(file_id)
    except selectors.ReportFileNotFound as error:
        raise Http404 from error
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=CONTENT_TYPES[FileFormat(found.format)],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


def _start(kind: str) -> dict[str, Any]:
    today = timezone.localdate()
    language = get_language() or "en"
    # Capacity is looked at ahead, RFQs looking back.
    is_ahead = kind == ReportKind.CAPACITY_UTILISATION
    return {
        "starts_on": today if is_ahead else today - timedelta(days=DAYS),
        "ends_on": today,
        "weeks": WEEKS,
        "language": language if language in PORTAL_LANGUAGES else "en",
    }


def _job(found: ReportView) -> dict[str, Any]:
    return {
        "id": found.job_id,
        "state": found.state,
        "label": JobState(found.state).label,
        "is_active": not found.is_over,
        "percent": found.percent,
        "note": found.note,
        "error": found.error if found.is_failed else "",
    }
