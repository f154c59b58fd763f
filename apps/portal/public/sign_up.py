"""From a stranger to the owner of a portal, in under a minute."""

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.kernel.errors import DomainError
from apps.portal import hand_over
from apps.portal.access import public
from apps.portal.public.forms import SignUpForm
from tenants.registry import directory, rules, services
from tenants.types import Tier

# Browsers hold a form's redirects to the policy of the page that it is on.
TO_PORTALS = {"form-action": [f"*.{settings.DOMAIN}"]}
MOST_PROPOSALS = 50


@public
@never_cache
@sensitive_post_parameters("password")
@csp_update(TO_PORTALS)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Write the enterprise, and hand its owner over to the new portal."""
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ref, user = services.sign_up(**form.cleaned_data, at=timezone.now())
        except services.SlugTaken as error:
            form.refuse(_pointed_to_claim(error))
        except DomainError as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(hand_over.link_for(user, ref, request))
    status = 422 if form.errors else 200
    return render(request, "public/sign_up.html", {"form": form}, status=status)


@public
@require_safe
def address(request: HttpRequest) -> HttpResponse:
    """Say whether an address is to be had; propose one from a name."""
    name, slug = request.GET.get("name", ""), request.GET.get("slug", "").strip()
    last_proposal = request.GET.get("proposal", "")
    is_ours = not slug or slug == last_proposal
    if is_ours:
        slug = _free_address(rules.propose_slug(name))
    form = SignUpForm(initial={"slug": slug})
    return render(
        request,
        "public/sign_up_address.html",
        {
            "field": form["slug"],
            "proposal": slug if is_ours else "",
            "verdict": _verdict(slug),
            "is_free": bool(slug) and not _refusal(slug),
            # Only a proposal is written into the box: nobody's typing is replaced.
            "is_whole": is_ours and request.GET.get("from") == "name",
        },
    )


@public
@require_safe
def place(request: HttpRequest) -> HttpResponse:
    """Propose the currency and the time zones of a country."""
    form = SignUpForm(country=request.GET.get("country", ""))
    return render(request, "public/sign_up_place.html", {"form": form})


def _verdict(slug: str) -> str:
    if not slug:
        return ""
    return _refusal(slug) or _("%(host)s is free.") % {
        "host": f"{slug}.{settings.DOMAIN}"
    }


def _refusal(slug: str) -> str:
    try:
        rules.check_slug(slug.lower())
        services.check_unlike_others(slug.lower(), is_to_be_taken=False)
    except services.SlugTaken as error:
        return str(_pointed_to_claim(error))
    except DomainError as error:
        return str(error)
    return ""


def _pointed_to_claim(error: services.SlugTaken) -> services.SlugTaken:
    """Say of an address that a register's entry has how its owner gets it."""
    slug = str(error.value)
    row = directory.public_enterprise(slug)
    if row is None or row.tier != Tier.REGISTERED:
        return error
    return services.SlugTaken(
        _("%(slug)s is kept for %(name)s, which a register has brought here.")
        % {"slug": slug, "name": row.name},
        field="slug",
        value=slug,
        remedy=_("If that is you, its page says how to claim it: %(page)s")
        % {"page": f"{settings.DOMAIN}{reverse('public:enterprise', args=[slug])}"},
    )


def _free_address(proposal: str) -> str:
    if not proposal:
        return ""
    room = rules.LONGEST - len(f"-{MOST_PROPOSALS}")
    for number in range(1, MOST_PROPOSALS + 1):
        slug = proposal if number == 1 else f"{proposal[:room].rstrip('-')}-{number}"
        if not _refusal(slug):
            return slug
    return proposal
