"""Enterprises and the schemas made for them ahead."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from tenants.models import Enterprise, Slot
from tenants.registry import services as registry
from tenants.types import Tier, Verification


def _operator(request: HttpRequest) -> UUID:
    """Return whose session this is; the console lets nobody in without one."""
    key = request.user.pk
    assert key is not None
    return key


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
