"""Certificates that the enterprise holds, or says that it holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
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

from apps.audit import selectors as audit
from apps.catalog import selectors as catalog
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import CertificateDraft, CertificateState
from apps.portal.access import access
from apps.portal.evidence import evidence_card, may_write
from apps.portal.forms import Day, PortalForm
from apps.verification import selectors as verification
from apps.verification import services as checks
from tenants.middleware import actor_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
# An audit for the next term takes about a quarter to arrange.
SOON = timedelta(days=90)
CLAIMED, REJECTED = CertificateState.CLAIMED, CertificateState.REJECTED
# More checks of one certificate than this are history.
SHOWN = 10


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
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def draft(self) -> CertificateDraft:
        """Return what was written, as services take it."""
        said = dict(self.cleaned_data)
        del said["version"]
        return CertificateDraft(**said)


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


@access(*READERS)
@require_safe
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Show a certificate: validity, evidence, checks and history."""
    row = _found(certificate_id)
    return render(
        request,
        "portal/certificates/detail.html",
        {
            "certificate": row,
            "name": catalog.certificate_kind_by_code(row.kind_code).label,
            "days_left": (row.valid_until_on - timezone.localdate()).days
            if row.valid_until_on
            else None,
            "can_write": may_write(request),
            "can_submit": row.state in (CLAIMED, REJECTED),
            "card": evidence_card(
                request,
                machines.evidence_of_certificate(certificate_id),
                certificate=certificate_id,
            ),
            "reviews": verification.reviews_of_certificate(certificate_id)[:SHOWN],
            "events": audit.events_of(row),
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_write(
    request: HttpRequest, certificate_id: UUID | None = None
) -> HttpResponse:
    """Let a planner claim a certificate, change it or renew it."""
    row = _found(certificate_id) if certificate_id else None
    form = CertificateForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(row, name) for name in CertificateForm.base_fields}
        if row
        else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, row)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request, _t("The certificate is on the listings of all your machines.")
            )
            return redirect("portal:certificate", saved.pk)
    return render(
        request,
        "portal/certificates/write.html",
        {"form": form, "certificate": row},
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_POST
def certificate_submit(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Have the operator check a certificate."""
    return _checked(request, certificate_id, checks.submit_certificate)


@access(Role.PLANNER)
@require_POST
def certificate_withdraw(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Take a certificate out of the operator's queue."""
    return _checked(request, certificate_id, checks.withdraw_submission)


@access(Role.PLANNER)
@require_POST
def certificate_drop(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Cease to claim a certificate."""
    _found(certificate_id)
    try:
        services.drop_certificate(
            certificate_id=certificate_id, by=actor_of(request), at=timezone.now()
        )
    except DomainError as error:
        messages.error(request, f"{error} {error.remedy}")
        return redirect("portal:certificate", certificate_id)
    return redirect("portal:certificates")


def _found(certificate_id: UUID) -> Any:
    found = machines.certificates().filter(pk=certificate_id).first()
    if found is None:
        raise Http404
    return found


def _save(request: HttpRequest, form: CertificateForm, row: Any) -> Any:
    draft = form.draft()
    by, at = actor_of(request), timezone.now()
    if row is None:
        return services.add_certificate(draft=draft, by=by, at=at)
    return services.revise_certificate(
        certificate_id=row.pk,
        version=form.cleaned_data["version"] or 0,
        draft=draft,
        by=by,
        at=at,
    )


def _checked(
    request: HttpRequest, certificate_id: UUID, ask: Callable[..., object]
) -> HttpResponse:
    _found(certificate_id)
    try:
        ask(certificate_id=certificate_id, by=actor_of(request), at=timezone.now())
    except DomainError as error:
        messages.error(request, f"{error} {error.remedy}")
    return redirect("portal:certificate", certificate_id)
