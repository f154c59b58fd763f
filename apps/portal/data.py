"""All that the enterprise owns: taken along as a file, or erased for good."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.kernel.errors import DomainError, NotFound
from apps.portal.access import access
from apps.portal.forms import PortalForm
from tenants.lifecycle import selectors, services
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role


class CloseForm(PortalForm):
    """The enterprise's name, typed to show that it is meant."""

    typed_name = forms.CharField(
        label=_("Name of the enterprise"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@access(Role.OWNER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the exports, and what closing would do."""
    return _page(request, CloseForm())


@access(Role.OWNER)
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """Show the exports alone; while one is written the list asks again."""
    return render(request, "portal/settings/exports.html", _exports(request))


@access(Role.OWNER)
@require_POST
def export_add(request: HttpRequest) -> HttpResponse:
    """Have everything written to a file."""
    services.ask_for_export(
        enterprise_id=enterprise_of(request).id, by=actor_of(request), at=timezone.now()
    )
    messages.success(request, _t("Your export is being written. It shows here."))
    return redirect("portal:data")


@access(Role.OWNER)
@require_safe
def download(request: HttpRequest, export_id: UUID) -> FileResponse:
    """Send an export, as an attachment."""
    ref = enterprise_of(request)
    now = timezone.now()
    try:
        path = services.take_export(
            enterprise_id=ref.id, export_id=export_id, by=actor_of(request), at=now
        )
    except NotFound as error:
        raise Http404 from error
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{ref.slug}-{now:%Y-%m-%d}.zip",
        content_type="application/zip",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


@access(Role.OWNER)
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Have the enterprise erased after the time in which that can be taken back."""
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            services.ask_to_close(
                enterprise_id=enterprise_of(request).id,
                typed_name=form.cleaned_data["typed_name"],
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("portal:data")
    return _page(request, form)


@access(Role.OWNER)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take the wish to close back."""
    try:
        services.cancel_closing(
            enterprise_id=enterprise_of(request).id,
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _t("The enterprise stays."))
    return redirect("portal:data")


def _page(request: HttpRequest, form: CloseForm) -> HttpResponse:
    ref = enterprise_of(request)
    return render(
        request,
        "portal/settings/data.html",
        {
            **_exports(request),
            "enterprise": ref,
            "closing": services.closing_of(ref.id),
            "form": form,
            "grace_days": settings.CLOSING_GRACE_DAYS,
            "export_days": settings.EXPORT_LASTS_DAYS,
        },
        status=422 if form.errors else 200,
    )


def _exports(request: HttpRequest) -> dict[str, Any]:
    found = selectors.exports_of(enterprise_of(request).id, at=timezone.now())
    return {
        "exports": found,
        "is_making": any(export.is_making for export in found),
    }
