"""Migrations of the fleet: how far they are, what failed, what has drifted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from tenants.fleet import locking, selectors, services, verifying
from tenants.middleware import actor_of
from tenants.models import FleetPlan
from tenants.types import PlanState

REFRESH_SECONDS = 3
DRIFTED_SHOWN = 10

STATE_COLORS = {
    PlanState.DRAFT: "info",
    PlanState.READY: "info",
    PlanState.RUNNING: "warning",
    PlanState.HALTED: "danger",
    PlanState.DONE: "success",
}


@admin.register(FleetPlan, site=console)
class FleetPlanAdmin(ReadOnlyAdmin):
    """The current plan with its stages, and what may be done about it."""

    fields = (
        "state",
        "migrations",
        "source_digest",
        "target_digest",
        "halted_reason",
        "started_at",
        "finished_at",
    )

    def get_urls(self) -> list[URLPattern]:
        """Add what the page's buttons send to."""
        guard = self.admin_site.admin_view
        return [
            path("continue/", guard(require_POST(self.go_on)), name="fleet_continue"),
            path("retry/", guard(require_POST(self.try_again)), name="fleet_retry"),
            path("verify/", guard(require_POST(self.verify)), name="fleet_verify"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how the fleet stands, and the plans before."""
        status = selectors.fleet_status()
        is_running = status.state == PlanState.RUNNING
        facts = {
            **console.each_context(request),
            "title": _("Fleet"),
            "opts": FleetPlan._meta,
            "fleet": status,
            "drifts": [
                (name, verifying.differences(name)[:DRIFTED_SHOWN])
                for name in status.drifted[:DRIFTED_SHOWN]
            ],
            "plans": [
                (plan, STATE_COLORS[PlanState(plan.state)])
                for plan in FleetPlan.objects.order_by("-created_at")[:10]
            ],
            "state_label": PlanState(status.state).label if status.state else "",
            "state_color": STATE_COLORS[PlanState(status.state)]
            if status.state
            else "",
            "refresh": REFRESH_SECONDS if is_running else None,
            "can_continue": status.state in (PlanState.READY, PlanState.HALTED)
            # Its runner was killed, and nobody has taken over.
            or (is_running and locking.holder() is None),
            **(extra_context or {}),
        }
        return render(request, "console/fleet.html", facts)

    def go_on(self, request: HttpRequest) -> HttpResponse:
        """Have the fleet migrated from where it stands."""
        return self._ask(
            request,
            lambda: services.request_migration(by=actor_of(request), at=timezone.now()),
            _("The migration goes on in the background."),
        )

    def try_again(self, request: HttpRequest) -> HttpResponse:
        """Have the schemas that failed tried once more."""
        return self._ask(
            request,
            lambda: services.request_migration(
                by=actor_of(request), at=timezone.now(), with_failed=True
            ),
            _("What failed is tried again in the background."),
        )

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Have every schema compared with the template."""
        return self._ask(
            request,
            lambda: services.request_verification(
                by=actor_of(request), at=timezone.now()
            ),
            _("Every schema is compared with the template in the background."),
        )

    def _ask(
        self, request: HttpRequest, ask: Callable[[], UUID], said: object
    ) -> HttpResponse:
        try:
            ask()
        except DomainError as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.message_user(request, str(said), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tenants_fleetplan_changelist"))
