"""Waking up an enterprise that was put into an archive."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.portal.access import MEMBERS, access
from tenants.lifecycle import services as lifecycle
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Tier


@require_POST
@access(*MEMBERS)
def wake_up(request: HttpRequest) -> HttpResponse:
    """Have the enterprise brought back; its own pages say when it is there."""
    ref = enterprise_of(request)
    if ref.tier is Tier.ARCHIVED:
        lifecycle.request_revival(enterprise_id=ref.id, by=actor_of(request))
    return redirect("portal:home")
