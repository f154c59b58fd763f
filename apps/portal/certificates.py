"""Certificates that the enterprise holds, or says that it holds."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.catalog import selectors as catalog
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import CertificateDraft
from apps.portal.access import access
from apps.portal.forms import Day, PortalForm
from tenants.middleware import actor_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
# An audit for the next term takes about a quarter to arrange.
SOON = timedelta(days=90)


def kind_choices() -> list[tuple[str, str]]:
    """Return the catalog's kinds for a form."""
    return [
        ("", "—"),
        *[(kind.code, kind.label) for kind in catalog.certificate_kinds()],
    ]


class CertificateForm(PortalForm):
    """A certificate as its holder claims it."""

    kind_code = forms.ChoiceField(label=_("Certificate"), choices=kind_choices)
    number = forms.CharField(label=_("Number"), max_length=80)
    issuer = forms.CharField(
        label=_("Issued by"),
        max_length=160,
        help_text=_("The certification body, such as TÜV SÜD."),
    )
    valid_from_on = Day(label=_("Valid from"), required=False)
    valid_until_on = Day(
        label=_("Valid until"),
        required=False,
        help_text=_("The last day. Leave it empty if it has no end."),
    )


@access(*READERS)
@require_safe
def certificate_list(request: HttpRequest) -> HttpResponse:
    """List certificates by kind."""
    today = timezone.localdate()
    held = list(machines.certificates())
    shown_by = machines.evidence_of_certificates(row.pk for row in held)
    return render(
        request,
        "portal/certificates/list.html",
        {
            "certificates": [
                {
                    "row": row,
                    "evidence": shown_by[row.pk],
                    "name": catalog.certificate_kind_by_code(row.kind_code).label,
                    "days_left": (row.valid_until_on - today).days
                    if row.valid_until_on and row.valid_until_on <= today + SOON
                    else None,
                }
                for row in held
            ]
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_add(request: HttpRequest) -> HttpResponse:
    """Let a planner claim a certificate."""
    form = CertificateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_certificate(
                draft=CertificateDraft(**form.cleaned_data),
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request, _t("The certificate is on the listings of all your machines.")
            )
            return redirect("portal:certificates")
    return render(
        request,
        "portal/certificates/add.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_POST
def certificate_drop(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Cease to claim a certificate."""
    try:
        services.drop_certificate(
            certificate_id=certificate_id, by=actor_of(request), at=timezone.now()
        )
    except services.CertificateNotFound as error:
        raise Http404 from error
    return redirect("portal:certificates")
