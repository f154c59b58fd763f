"""Waking up an enterprise that was put into an archive."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.portal.access import MEMBERS, access
from tenants import admission
from tenants.types import EnterpriseRef, Tier


@require_POST
@access(*MEMBERS)
def wake_up(request: HttpRequest) -> HttpResponse:
    """Have the enterprise brought back; its own pages say when it is there."""
    ref: EnterpriseRef = request.enterprise  # type: ignore[attr-defined]
    if ref.tier is Tier.ARCHIVED:
        admission.request_revival(ref)
    return redirect("portal:home")
