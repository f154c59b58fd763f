"""The operator's queue of certificates: looked at, and decided."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.catalog import selectors as catalog
from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from apps.verification import services
from apps.verification.models import CertificateReview
from apps.verification.types import ReviewState
from tenants.middleware import actor_of

SANDBOX = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


@admin.register(CertificateReview, site=console)
class CertificateReviewAdmin(ReadOnlyAdmin):
    """Certificates that wait, the oldest first, and what was said of the others."""

    list_display = (
        "number",
        "shown_kind",
        "owner_name",
        "issuer",
        "valid_until_on",
        "shown_state",
        "submitted_at",
        "decided_at",
        "decided_by",
    )
    list_filter = ("state", "kind_code")
    list_select_related = ("owner",)
    search_fields = ("number", "issuer", "owner__name")
    # What waits comes first, and of it what has waited longest.
    ordering = (
        Case(When(state=ReviewState.SUBMITTED, then=Value(0)), default=Value(1)),
        "id",
    )
    actions_detail = ("evidence", "verify", "reject")
    fieldsets = (
        (None, {"fields": ("owner", "shown_kind", "number", "issuer")}),
        (_("Validity"), {"fields": ("valid_from_on", "valid_until_on")}),
        (
            _("Evidence"),
            {"fields": ("document_title", "document_sha256", "submitted_at")},
        ),
        (
            _("Decision"),
            {"fields": ("state", "reason", "decided_at", "decided_by")},
        ),
    )

    @display(description=_("Certificate"), ordering="kind_code")
    def shown_kind(self, row: CertificateReview) -> str:
        """Show the kind by its name."""
        return catalog.certificate_kind_by_code(row.kind_code).label

    @display(description=_("Enterprise"), ordering="owner__name")
    def owner_name(self, row: CertificateReview) -> str:
        """Show who submitted it."""
        return row.owner.name

    @display(
        description=_("State"),
        ordering="state",
        label={
            ReviewState.SUBMITTED: "warning",
            ReviewState.VERIFIED: "success",
            ReviewState.REJECTED: "danger",
        },
    )
    def shown_state(self, row: CertificateReview) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @action(description=_("Read the evidence"), url_path="evidence")
    def evidence(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the submitted document; the enterprise's own history says so."""
        row = get_object_or_404(CertificateReview, pk=object_id)
        try:
            found = services.read_evidence(
                review_id=row.pk, by=actor_of(request), at=timezone.now()
            )
        except DomainError as error:
            self.message_user(request, f"{error} {error.remedy}", messages.WARNING)
            return _back(object_id)
        self._log(request, row, "evidence read")
        name = content_disposition_header(
            as_attachment=True, filename=found.document.file_name
        )
        return HttpResponse(
            found.content,
            content_type="application/octet-stream",
            headers={**SANDBOX, "Content-Disposition": str(name)},
        )

    @action(description=_("Verify"), url_path="verify", permissions=["decide"])
    def verify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that the certificate holds, once more asked."""
        return self._decide(
            request,
            object_id,
            is_verified=True,
            title=_("Does this certificate hold?"),
            text=_(
                "Number, issuer and validity are those of the evidence, and the issuer"
                " is accredited for the kind. Buyers see the certificate as verified."
            ),
            label=_("Verify"),
        )

    @action(description=_("Reject"), url_path="reject", permissions=["decide"])
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that the certificate does not hold, and why."""
        return self._decide(
            request,
            object_id,
            is_verified=False,
            title=_("Reject this certificate?"),
            text=_(
                "It goes from the enterprise's listings. The reason is shown to the"
                " enterprise, and to nobody else."
            ),
            label=_("Reject"),
        )

    def has_decide_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it for what waits."""
        return (
            console.has_permission(request)
            and object_id is not None
            and CertificateReview.objects.waiting().filter(pk=object_id).exists()
        )

    def _decide(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        is_verified: bool,
        **texts: Any,
    ) -> HttpResponse:
        row = get_object_or_404(CertificateReview, pk=object_id)
        error = ""
        if request.method == "POST":
            try:
                services.decide_review(
                    review_id=UUID(object_id),
                    is_verified=is_verified,
                    reason=request.POST.get("reason", ""),
                    by=actor_of(request),
                    at=timezone.now(),
                )
            except services.NoReason as refusal:
                error = f"{refusal} {refusal.remedy}"
            except DomainError as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
                return _back(object_id)
            else:
                self._log(request, row, "verified" if is_verified else "rejected")
                done = _("%(certificate)s is decided.") % {"certificate": row}
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(_queue())
        return _page(request, row, error=error, has_reason=not is_verified, **texts)

    def _log(self, request: HttpRequest, row: CertificateReview, what: str) -> None:
        # Beside the enterprise, with which it is erased once.
        self.log_change(request, row.owner, f"{row}: {what}")


def _queue() -> str:
    address = reverse("admin:verification_certificatereview_changelist")
    return f"{address}?state__exact={ReviewState.SUBMITTED.value}"


def _back(object_id: str) -> HttpResponse:
    return HttpResponseRedirect(
        reverse("admin:verification_certificatereview_change", args=[object_id])
    )


@never_cache
def _page(
    request: HttpRequest, row: CertificateReview, *, has_reason: bool, **facts: Any
) -> HttpResponse:
    box = ""
    if has_reason:
        attributes = {"id": "reason", "maxlength": str(services.LONGEST_REASON)}
        widget = UnfoldAdminTextInputWidget()
        box = widget.render("reason", request.POST.get("reason", ""), attributes)
    return render(
        request,
        "console/review.html",
        {
            **console.each_context(request),
            "opts": CertificateReview._meta,
            "review": row,
            "kind": catalog.certificate_kind_by_code(row.kind_code),
            "reason_box": box,
            **facts,
        },
        status=422 if facts.get("error") else 200,
    )
