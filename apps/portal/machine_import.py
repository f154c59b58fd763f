"""Registering machines from what their agents say of them."""

from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from apps.catalog import selectors as catalog
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import ImportedMachine, ImportResult
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import PortalForm
from apps.portal.machine_forms import site_choices
from apps.portal.site_forms import SiteForm
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

OUTCOMES = {
    "created": (_("New"), "good"),
    "updated": (_("Updated"), "waiting"),
    "unchanged": (_("Unchanged"), "quiet"),
}


class ImportForm(PortalForm):
    """A probe document, and the site where its machines stand."""

    file = forms.FileField(
        label=_("Probe document"),
        help_text=_(
            "The answer of an MTConnect agent to /probe, version 1 or 2, as an XML file"
            " of up to 5 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
    )
    site_id = forms.ChoiceField(
        label=_("Site"),
        choices=site_choices,
        help_text=_("Where new machines stand. Known ones keep their site."),
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def import_machines(request: HttpRequest) -> HttpResponse:
    """Let a planner upload a document, and show what came of it."""
    is_sent = request.method == "POST"
    form = ImportForm(
        request.POST if is_sent else None, request.FILES if is_sent else None
    )
    site_form = None
    if not site_choices():
        del form.fields["site_id"]
        site_form = SiteForm(
            request.POST if is_sent else None,
            enterprise=enterprise_of(request),
            brief=True,
            prefix="site",
        )
    # Both are looked at, so that all that is wrong is said at once.
    answers = [one.is_valid() for one in (form, site_form) if one is not None]
    if is_sent and all(answers):
        try:
            result = _import(request, form, site_form)
        except DomainError as error:
            _refuse(form, site_form, error)
        else:
            return render(
                request,
                "portal/machines/imported.html",
                {
                    "rows": _rows(result),
                    "errors": result.errors,
                    "file_name": form.cleaned_data["file"].name,
                },
            )
    has_errors = any(one is not None and one.errors for one in (form, site_form))
    return render(
        request,
        "portal/machines/import.html",
        {"form": form, "site_form": site_form},
        status=422 if has_errors else 200,
    )


@transaction.atomic
def _import(
    request: HttpRequest, form: ImportForm, site_form: SiteForm | None
) -> ImportResult:
    """Import the document, and open its site first where there is none yet."""
    by, at = actor_of(request), timezone.now()
    if site_form is None:
        site_id = UUID(form.cleaned_data["site_id"])
    else:
        site_id = services.add_site(draft=site_form.draft(), by=by, at=at).pk
    return services.import_mtconnect(
        document=form.cleaned_data["file"].read(), site_id=site_id, by=by, at=at
    )


def _refuse(form: ImportForm, site_form: SiteForm | None, error: DomainError) -> None:
    """Show a refusal beside its field; all but a site's are about the file."""
    if site_form is not None and error.field in site_form.fields:
        site_form.refuse(error)
    elif error.field in form.fields:
        form.refuse(error)
    else:
        form.add_error("file", str(error))


def _rows(result: ImportResult) -> list[dict[str, Any]]:
    groups = {
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
    }
    envelopes = _envelopes([one.machine_id for one in result.machines])
    return [
        _row(one, outcome, envelopes.get(one.machine_id))
        for outcome, ones in groups.items()
        for one in ones
    ]


def _row(one: ImportedMachine, outcome: str, envelope: Any) -> dict[str, Any]:
    label, tone = OUTCOMES[outcome]
    language = get_language() or "en"
    return {
        "machine": one,
        "outcome": label,
        "tone": tone,
        "process": catalog.label(one.proposal.process_code, language)
        if one.proposal
        else "",
        "reason": one.proposal.reason_text if one.proposal else "",
        "envelope": formats.sizes(envelope) if envelope else "",
        "missing": machines.words_of(one.missing),
    }


def _envelopes(machine_ids: list[UUID]) -> dict[UUID, tuple[float, ...]]:
    rows = machines.machines_of().filter(pk__in=machine_ids)
    return {
        row.pk: tuple(row.proposal["envelope_mm"])
        for row in rows
        if row.proposal.get("envelope_mm")
    }
