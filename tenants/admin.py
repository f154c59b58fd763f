"""Enterprises, people, slots and jobs, as the platform operator sees them."""

from typing import Any
from uuid import UUID

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
from tenants.models import ApiClient, Enterprise, Job, Slot, User
from tenants.registry import services as registry
from tenants.types import JobState, Tier, Verification


def _operator(request: HttpRequest) -> UUID:
    """Return whose session this is; the console lets nobody in without one."""
    key = request.user.pk
    assert key is not None
    return key


STATE_COLORS = {
    JobState.QUEUED: "info",
    JobState.RUNNING: "warning",
    JobState.SUCCEEDED: "success",
    JobState.FAILED: "danger",
    JobState.QUARANTINED: "danger",
}


@admin.register(Enterprise, site=console)
class EnterpriseAdmin(ReadOnlyAdmin):
    """Enterprises and their tiers; suspension, reinstatement, verification."""

    list_display = (
        "name",
        "slug",
        "country",
        "city",
        "shown_tier",
        "shown_verification",
        "shown_suspension",
        "activated_at",
    )
    list_filter = ("tier", "verification", "country")
    search_fields = ("name", "slug", "city")
    ordering = ("name",)
    actions = ("suspend", "reinstate", "verify")
    readonly_fields = (
        "schema_name",
        "activated_at",
        "suspended_at",
        "suspended_by",
    )

    @display(description=_("Tier"), ordering="tier", label={Tier.ACTIVATED: "success"})
    def shown_tier(self, row: Enterprise) -> tuple[str, str]:
        """Show the tier as a label."""
        return row.tier, row.get_tier_display()

    @display(
        description=_("Verification"),
        ordering="verification",
        label={Verification.VERIFIED: "success", Verification.REJECTED: "danger"},
    )
    def shown_verification(self, row: Enterprise) -> tuple[str, str]:
        """Show the verification as a label."""
        return row.verification, row.get_verification_display()

    @display(description=_("Suspended"), boolean=True)
    def shown_suspension(self, row: Enterprise) -> bool:
        """Show whether the enterprise is shut out."""
        return row.suspended_at is not None

    @action(description=_("Suspend"))
    def suspend(self, request: HttpRequest, queryset: QuerySet[Enterprise]) -> None:
        """Shut the chosen enterprises out."""
        for row in queryset:
            self._try(
                request,
                lambda row=row: registry.suspend(
                    enterprise_id=row.id,
                    by_user_id=_operator(request),
                    reason="Console",
                    at=timezone.now(),
                ),
                row.name,
            )

    @action(description=_("Reinstate"))
    def reinstate(self, request: HttpRequest, queryset: QuerySet[Enterprise]) -> None:
        """Let the chosen enterprises in again."""
        for row in queryset:
            self._try(
                request,
                lambda row=row: registry.reinstate(enterprise_id=row.id),
                row.name,
            )

    @action(description=_("Mark as verified"))
    def verify(self, request: HttpRequest, queryset: QuerySet[Enterprise]) -> None:
        """Record that the chosen enterprises were checked."""
        for row in queryset:
            self._try(
                request,
                lambda row=row: registry.set_verification(
                    enterprise_id=row.id, state=Verification.VERIFIED
                ),
                row.name,
            )

    def _try(self, request: HttpRequest, change: Any, name: str) -> None:
        try:
            change()
        except DomainError as error:
            self.message_user(request, f"{name}: {error}", messages.WARNING)
        else:
            self.message_user(request, name, messages.SUCCESS)


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


@admin.register(Slot, site=console)
class SlotAdmin(ReadOnlyAdmin):
    """Schemas made ahead."""

    list_display = (
        "schema_name",
        "state",
        "enterprise",
        "template_digest",
        "claimed_at",
    )
    list_filter = ("state",)
    list_select_related = ("enterprise",)
    ordering = ("state", "schema_name")


@admin.register(User, site=console)
class UserAdmin(ReadOnlyAdmin):
    """People, without what they know."""

    list_display = (
        "email",
        "name",
        "language",
        "is_active",
        "is_operator",
        "last_login",
    )
    search_fields = ("email", "name")
    exclude = ("password", "groups", "user_permissions")
    ordering = ("email",)


@admin.register(ApiClient, site=console)
class ApiClientAdmin(ReadOnlyAdmin):
    """Partner systems; their secrets are hashed and not shown."""

    list_display = ("name", "enterprise", "client_id", "created_at", "revoked_at")
    list_select_related = ("enterprise",)
    exclude = ("client",)
    ordering = ("-id",)
