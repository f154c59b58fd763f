"""Which portal is mine: told only to those who show that they are who they say."""

from allauth.account.forms import LoginForm
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.portal import hand_over
from apps.portal.access import public
from apps.portal.public.forms import PortalAddressForm
from apps.portal.public.sign_up import TO_PORTALS
from tenants.registry import selectors as enterprises


@public
@never_cache
@sensitive_post_parameters("password")
@csp_update(TO_PORTALS)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead a person to their portal, or let them choose among several."""
    # allauth's form, for its throttle: trying passwords here counts as it does there.
    answers = request.POST if request.method == "POST" else None
    form = LoginForm(answers, request=request)
    form.fields.pop("remember", None)
    if request.method == "POST" and form.is_valid():
        portals = [
            (ref, hand_over.link_for(form.user, ref, request))
            for ref in enterprises.enterprises_of(form.user.pk)
        ]
        if len(portals) == 1:
            _ref, link = portals[0]
            return HttpResponseRedirect(link)
        return render(
            request,
            "public/portals.html",
            {"portals": portals, "is_operator": form.user.is_operator},
        )
    return _page(request, form, PortalAddressForm())


@public
@csp_update(TO_PORTALS)
@require_POST
def to_portal(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page of a portal whose address is known."""
    form = PortalAddressForm(request.POST)
    if form.is_valid():
        ref = enterprises.enterprise_by_slug(form.cleaned_data["slug"])
        if ref:
            return HttpResponseRedirect(f"{hand_over.address_of(ref, request)}/")
        form.add_error(
            "slug",
            _(
                "There is no portal at “%(slug)s”. Look at the address in a message"
                " from your enterprise, or sign in above."
            )
            % {"slug": form.cleaned_data["slug"]},
        )
    return _page(request, LoginForm(request=request), form)


def _page(
    request: HttpRequest, form: LoginForm, address_form: PortalAddressForm
) -> HttpResponse:
    form.fields.pop("remember", None)
    is_wrong = bool(form.errors or address_form.errors)
    return render(
        request,
        "public/sign_in.html",
        {"form": form, "address_form": address_form},
        status=422 if is_wrong else 200,
    )
