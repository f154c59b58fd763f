"""A register's entry becomes somebody's portal, by a link that the operator gave out."""

from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.kernel.errors import DomainError
from apps.portal import hand_over
from apps.portal.access import public
from apps.portal.public import places
from apps.portal.public.forms import SignUpForm
from apps.portal.public.sign_up import TO_PORTALS
from tenants.lifecycle import services

ASKED = ("language", "currency", "time_zone", "person_name", "email", "password")


class ClaimForm(SignUpForm):
    """What a register cannot know: who owns the portal, and how they count and work."""

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, country=country, **kwargs)
        for name in list(self.fields):
            if name not in ASKED:
                del self.fields[name]


@public
@never_cache
@sensitive_post_parameters("password")
@csp_update(TO_PORTALS)  # type: ignore[arg-type]  # its stub knows no arguments
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose portal it would be; take its owner, and hand them over to it."""
    now = timezone.now()
    try:
        found = services.read_claim(token, at=now)
    except services.BadClaim as error:
        return render(
            request, "public/claim_refused.html", {"error": error}, status=error.status
        )
    row = found.enterprise
    form = ClaimForm(
        request.POST if request.method == "POST" else None,
        country=row.country,
        initial={"time_zone": row.time_zone, "language": row.language},
    )
    if request.method == "POST" and form.is_valid():
        try:
            ref, user = services.claim(token=token, at=now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(hand_over.link_for(user, ref, request))
    # The address of this page is the key; our referrer policy tells it to no other host.
    return render(
        request,
        "public/claim.html",
        {
            "form": form,
            "enterprise": row,
            "host": f"{row.slug}.{settings.DOMAIN}",
            "country": places.country_name(row.country),
            "until": found.until,
        },
        status=422 if form.errors else 200,
    )
