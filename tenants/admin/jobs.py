"""Background work and its failures."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from tenants.jobs import services as jobs
from tenants.models import Job
from tenants.types import JobState

STATE_COLORS = {
    JobState.QUEUED: "info",
    JobState.RUNNING: "warning",
    JobState.SUCCEEDED: "success",
    JobState.FAILED: "danger",
    JobState.QUARANTINED: "danger",
}


@admin.register(Job, site=console)
class JobAdmin(ReadOnlyAdmin):
    """Jobs with state, attempts and failures; failed ones can be retried."""

    list_display = (
        "kind",
        "shown_state",
        "shown_enterprise",
        "attempts",
        "deaths",
        "created_at",
        "finished_at",
        "shown_error",
    )
    list_filter = ("state", "kind")
    search_fields = ("kind", "error", "enterprise__name")
    list_select_related = ("enterprise",)
    ordering = ("-id",)
    actions = ("retry", "cancel")
    actions_detail = ("retry_one",)

    @display(description=_("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, row: Job) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @display(description=_("Enterprise"), ordering="enterprise__name")
    def shown_enterprise(self, row: Job) -> str:
        """Show in whose name the job runs."""
        return row.enterprise.name if row.enterprise else "Spindle"

    @display(description=_("Failure"))
    def shown_error(self, row: Job) -> str:
        """Show the reason in short."""
        return format_html("{}", row.error[:120])

    @action(description=_("Retry"))
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Queue the chosen jobs once more."""
        for row in queryset:
            self._retry(request, row)

    @action(description=_("Cancel"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Take the chosen jobs off the queue."""
        for row in queryset:
            try:
                jobs.cancel_job(job_id=row.id, at=timezone.now())
            except DomainError as error:
                self.message_user(request, f"{row.kind}: {error}", messages.WARNING)
            else:
                self.message_user(
                    request, _("%(kind)s is cancelled.") % {"kind": row.kind}
                )

    @action(
        description=_("Retry this job"), url_path="retry", permissions=["retry_one"]
    )
    def retry_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask once, for the theme's button only follows a link, then queue it."""
        row = get_object_or_404(Job, pk=object_id)
        if request.method != "POST":
            return render(
                request,
                "console/retry.html",
                {
                    **console.each_context(request),
                    "title": _("Retry this job?"),
                    "opts": Job._meta,
                    "job": row,
                },
            )
        self._retry(request, row)
        return HttpResponseRedirect(
            reverse("admin:tenants_job_change", args=[object_id])
        )

    def has_retry_one_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it only for a job that ended badly."""
        return (
            console.has_permission(request)
            and object_id is not None
            and Job.objects.filter(pk=object_id, state__in=jobs.RETRYABLE).exists()
        )

    def _retry(self, request: HttpRequest, row: Job) -> None:
        try:
            jobs.retry_job(job_id=row.id, at=timezone.now())
        except DomainError as error:
            self.message_user(request, f"{row.kind}: {error}", messages.WARNING)
        else:
            self.message_user(
                request, _("%(kind)s is queued again.") % {"kind": row.kind}
            )
