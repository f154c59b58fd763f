"""Enterprises and the schemas made for them ahead."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from tenants.admin.archives import back_up
from tenants.admin.tiers import TierActions
from tenants.middleware import actor_of
from tenants.models import Enterprise, Slot, Template
from tenants.provisioning import selectors
from tenants.registry import services as registry
from tenants.types import SlotState, Tier, Verification


class ReasonForm(ActionForm):
    """An action on the chosen enterprises, and why it is done."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("Reason")}),
    )


@admin.register(Enterprise, site=console)
class EnterpriseAdmin(TierActions, ReadOnlyAdmin):
    """Enterprises and their tiers; suspension, reinstatement, verification."""

    list_display = (
        "name",
        "slug",
        "country",
        "city",
        "shown_tier",
        "shown_since",
        "database",
        "shown_verification",
        "shown_suspension",
    )
    list_filter = ("tier", "database", "verification", "country")
    search_fields = ("name", "slug", "city")
    ordering = ("name",)
    # Of many hundred thousand rows, only those that are looked for are counted.
    show_full_result_count = False
    actions = ("suspend", "reinstate", "verify", back_up)
    readonly_fields = (
        "schema_name",
        # As a form field it would warn of how it reads an address without a scheme.
        "website",
        "tier_since",
        "last_active_at",
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

    @display(description=_("Since"), ordering="tier_since")
    def shown_since(self, row: Enterprise) -> str:
        """Show the day from which on the tier holds."""
        if row.tier_since is None:
            return ""
        return date_format(timezone.localtime(row.tier_since), "SHORT_DATE_FORMAT")

    @display(
        description=_("Suspended"),
        ordering="suspended_at",
        label={"suspended": "danger"},
    )
    def shown_suspension(self, row: Enterprise) -> tuple[str, object] | str:
        """Show it where the enterprise is shut out."""
        return ("suspended", _("Suspended")) if row.suspended_at else ""

    @action(description=_("Suspend"))
    def suspend(self, request: HttpRequest, queryset: QuerySet[Enterprise]) -> None:
        """Shut the chosen enterprises out."""
        by = actor_of(request)
        assert by.user_id is not None
        self._for_each(
            request,
            queryset,
            partial(registry.suspend, by_user_id=by.user_id, by=by),
        )

    @action(description=_("Reinstate"))
    def reinstate(self, request: HttpRequest, queryset: QuerySet[Enterprise]) -> None:
        """Let the chosen enterprises in again."""
        self._for_each(
            request, queryset, partial(registry.reinstate, by=actor_of(request))
        )

    @action(description=_("Mark as verified"))
    def verify(self, request: HttpRequest, queryset: QuerySet[Enterprise]) -> None:
        """Record that the chosen enterprises were checked."""
        self._for_each(
            request,
            queryset,
            partial(
                registry.set_verification,
                state=Verification.VERIFIED,
                by=actor_of(request),
            ),
        )

    def _for_each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Enterprise],
        change: Callable[..., object],
    ) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(
                request,
                _("Nothing was changed. Write the reason beside the action."),
                messages.WARNING,
            )
            return
        what = request.POST.get("action", "")
        for row in queryset:
            try:
                change(enterprise_id=row.id, reason=reason[:300], at=timezone.now())
            except DomainError as error:
                self.message_user(request, f"{row.name}: {error}", messages.WARNING)
            else:
                # Also where the enterprise has no chain of events of its own.
                self.log_change(request, row, f"{what}: {reason[:300]}")
                self.message_user(request, row.name, messages.SUCCESS)


@admin.register(Slot, site=console)
class SlotAdmin(ReadOnlyAdmin):
    """Schemas made ahead: whose they are, at which template, and how many wait."""

    list_display = (
        "schema_name",
        "shown_state",
        "enterprise",
        "shown_version",
        "claimed_at",
        "verified_at",
    )
    list_filter = ("state",)
    list_select_related = ("enterprise",)
    ordering = ("state", "schema_name")
    list_before_template = "console/pool.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how the pool stands above the list."""
        pool = selectors.pool()
        extra = {
            "pool": pool,
            "low_water": settings.SLOTS_LOW_WATER,
            "high_water": settings.SLOTS_HIGH_WATER,
        }
        page: HttpResponse = super().changelist_view(
            request, {**(extra_context or {}), **extra}
        )
        return page

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slot]:
        """Say of each slot whether it is at today's template."""
        current = Template.objects.filter(is_current=True).values("digest")[:1]
        rows: QuerySet[Slot] = super().get_queryset(request)
        return rows.annotate(is_current=Q(template_digest=Subquery(current)))

    @display(
        description=_("State"), ordering="state", label={SlotState.FREE: "success"}
    )
    def shown_state(self, row: Slot) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @display(
        description=_("Version"),
        ordering="template_digest",
        label={"current": "success", "older": "warning"},
    )
    def shown_version(self, row: Any) -> tuple[str, str]:
        """Show the template's digest in short, and whether it is today's."""
        return "current" if row.is_current else "older", row.template_digest[:12]
