"""Registers read into the directory: what became of each, and how to read another."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from tenants.jobs.progress import progress_of
from tenants.middleware import actor_of
from tenants.models import Closure, Job, RegisterImport
from tenants.registers import services
from tenants.registers.types import COLUMNS, NEEDED
from tenants.types import ImportState


class UploadForm(forms.Form):
    """A register and where it is from."""

    source = forms.CharField(
        label=_("Register"),
        max_length=services.LONGEST_SOURCE,
        help_text=_("The same name each time: with the number it names an entry."),
        widget=UnfoldAdminTextInputWidget,
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or JSON lines in UTF-8, also packed by gzip."),
        widget=UnfoldAdminFileFieldWidget,
    )


@admin.register(RegisterImport, site=console)
class RegisterImportAdmin(ReadOnlyAdmin):
    """Imports with their counts, and the rows that did not go in."""

    list_display = (
        "source",
        "file_name",
        "shown_state",
        "row_count",
        "created_count",
        "updated_count",
        "unchanged_count",
        "refused_count",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "source")
    search_fields = ("source", "file_name")
    ordering = ("-id",)
    exclude = ("path", "errors_path")
    readonly_fields = ("progress",)
    actions_list = ("upload",)
    actions_detail = ("errors",)

    @display(
        description=_("State"),
        ordering="state",
        label={
            ImportState.DONE: "success",
            ImportState.FAILED: "danger",
            ImportState.RUNNING: "warning",
        },
    )
    def shown_state(self, row: RegisterImport) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @display(description=_("Progress"))
    def progress(self, row: RegisterImport) -> str:
        """Show how far the reading has come, and how fast it goes."""
        if row.state not in (ImportState.QUEUED, ImportState.RUNNING):
            return str(row.get_state_display())
        job = Job.objects.filter(
            kind=services.KIND, args__import_id=str(row.pk)
        ).first()
        percent, note = progress_of(job.pk) if job else (0, "")
        return format_html("{} % · {}", percent, note)

    @action(description=_("Read a register"), url_path="upload")
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take a file, and have it read in the background."""
        form = UploadForm()
        if request.method == "POST":
            form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                made = services.request_import(
                    chunks=form.cleaned_data["file"].chunks(),
                    file_name=form.cleaned_data["file"].name,
                    source=form.cleaned_data["source"],
                    by=actor_of(request),
                )
            except DomainError as error:
                form.add_error("source", str(error))
            else:
                self.message_user(
                    request, _("The register is being read."), messages.SUCCESS
                )
                return redirect(
                    reverse("admin:tenants_registerimport_change", args=[made.pk])
                )
        return render(
            request,
            "console/register.html",
            {
                **console.each_context(request),
                "title": _("Read a register"),
                "opts": RegisterImport._meta,
                "form": form,
                "columns": COLUMNS,
                "needed": NEEDED,
            },
        )

    @action(
        description=_("Rows that did not go in"),
        url_path="errors",
        permissions=["errors"],
    )
    def errors(self, request: HttpRequest, object_id: str) -> HttpResponseBase:  # noqa: ARG002  (the theme's signature)
        """Send the list of rows that did not go in."""
        row = get_object_or_404(RegisterImport, pk=object_id)
        path = Path(settings.ARCHIVE_ROOT) / row.errors_path
        if not row.errors_path or not path.is_file():
            raise Http404
        return FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=f"{row.source}-{row.pk}.csv",
            content_type="text/csv; charset=utf-8",
        )

    def has_errors_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer the list where there is one."""
        return (
            console.has_permission(request)
            and object_id is not None
            and RegisterImport.objects.filter(pk=object_id)
            .exclude(errors_path="")
            .exists()
        )


@admin.register(Closure, site=console)
class ClosureAdmin(ReadOnlyAdmin):
    """Certificates of those who were erased; they name nobody."""

    list_display = ("enterprise_id", "closed_at", "closed_by", "is_signed")
    search_fields = ("enterprise_id",)
    ordering = ("-closed_at",)
    exclude = ("slug_digest",)

    @display(description=_("Signed"), boolean=True)
    def is_signed(self, row: Any) -> bool:
        """Show whether the files are gone too."""
        return bool(row.signature)
