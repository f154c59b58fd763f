"""Partner systems that may speak for the enterprise."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.kernel.errors import DomainError, NotFound
from apps.portal.access import access, member_id
from apps.portal.forms import PortalForm
from tenants.middleware import actor_of, enterprise_of
from tenants.registry import clients
from tenants.types import Role


class ClientForm(PortalForm):
    """A partner system and what it may do."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("By which you will know it again, such as “ERP, test system”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=lambda: list(clients.SCOPES.items()),
        help_text=_("What it may do in the enterprise's name, and no more."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("A client needs at least one scope. Tick what it may do.")
        },
    )


@access(Role.OWNER)
@never_cache
@require_http_methods(["GET", "POST"])
def client_list(request: HttpRequest) -> HttpResponse:
    """List clients and let an owner make one; its secret is shown this once."""
    made: dict[str, Any] | None = None
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            client, secret = clients.create_client(
                enterprise=enterprise_of(request),
                by=actor_of(request),
                **form.cleaned_data,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            made = {"client": client, "secret": secret, "curl": _curl(request, client)}
            form = ClientForm()
    return render(
        request,
        "portal/settings/clients.html",
        {
            "clients": clients.clients_of(enterprise_of(request).id),
            "form": form,
            "made": made,
            "api": _api(request),
        },
    )


@access(Role.OWNER)
@require_POST
def revoke(request: HttpRequest, client_id: str) -> HttpResponse:
    """Shut a client out from its next request on."""
    try:
        clients.revoke_client(
            enterprise=enterprise_of(request),
            client_id=client_id,
            by_user_id=member_id(request),
            at=timezone.now(),
        )
    except NotFound as error:
        raise Http404 from error
    return redirect("portal:api-clients")


def _api(request: HttpRequest) -> str:
    return f"{request.scheme}://api.{settings.DOMAIN}"


def _curl(request: HttpRequest, client: Any) -> str:
    # The secret is asked for, not written: a shell keeps what is typed into it.
    return (
        f"curl {_api(request)}/oauth/token \\\n"
        f"  --user {client.client_id} \\\n"
        "  --data grant_type=client_credentials"
    )
