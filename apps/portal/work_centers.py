"""Work centers: machines of a site that are planned and led together."""

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
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import WorkCenterDraft
from apps.portal.access import access
from apps.portal.forms import PortalForm
from apps.portal.machine_forms import site_choices
from apps.portal.machines import READERS, may_write, uuid_of
from apps.portal.paging import page_of
from tenants.middleware import actor_of
from tenants.types import Role

ROWS = 50
MACHINES_SHOWN = 20
STAY = "-"


class WorkCenterForm(PortalForm):
    """A work center as its owner describes it."""

    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("As plans and tables call it, such as WC-MILL. It is used once."),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    site_id = forms.ChoiceField(label=_("Site"))
    description = forms.CharField(
        label=_("Description"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def draft(self) -> WorkCenterDraft:
        """Return what was written, as services take it."""
        facts = self.cleaned_data
        return WorkCenterDraft(
            code=facts["code"], name=facts["name"], description=facts["description"]
        )

    def refuse(self, error: DomainError) -> None:
        """Show a refusal to move beside the site, which is what keeps it."""
        if isinstance(error, services.WorkCenterInUse):
            self.add_error("site_id", str(error))
        else:
            super().refuse(error)


@access(*READERS)
@require_safe
def work_center_list(request: HttpRequest) -> HttpResponse:
    """List work centers, newest first, each with its machines counted."""
    site_id = uuid_of(request.GET.get("site", ""))
    sites = site_choices()
    page = page_of(request, machines.work_centers_with_counts(site_id=site_id), ROWS)
    return render(
        request,
        "portal/work_centers/list.html",
        {
            "page": page,
            "sites": sites,
            "site": str(site_id or ""),
            "can_write": may_write(request),
        },
    )


@access(*READERS)
@require_safe
def work_center(request: HttpRequest, work_center_id: UUID) -> HttpResponse:
    """Show a work center with its machines."""
    found = _found(work_center_id)
    belonging = machines.machines_of(work_center_id=work_center_id)
    can_write = may_write(request)
    return render(
        request,
        "portal/work_centers/detail.html",
        {
            "center": found,
            "can_write": can_write,
            "machines": belonging[:MACHINES_SHOWN],
            "machine_count": belonging.count(),
            "others": machines.work_centers(site_id=found.site_id).exclude(pk=found.pk)
            if can_write
            else [],
            "stay": STAY,
            "events": audit.events_of(found),
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def work_center_add(request: HttpRequest) -> HttpResponse:
    """Let a planner open a work center."""
    return _write(request, None)


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def work_center_change(request: HttpRequest, work_center_id: UUID) -> HttpResponse:
    """Let a planner change what is said of a work center."""
    return _write(request, _found(work_center_id))


@access(Role.PLANNER)
@require_POST
def work_center_drop(request: HttpRequest, work_center_id: UUID) -> HttpResponse:
    """Let a planner give a work center up, and say where its machines go."""
    found = _found(work_center_id)
    version = request.POST.get("version", "")
    # Without a word on them, machines that joined meanwhile stay, and it with them.
    machines_to = request.POST.get("machines_to", STAY)
    try:
        services.drop_work_center(
            work_center_id=work_center_id,
            version=int(version[:9]) if version.isdecimal() else 0,
            machines_to=None if machines_to == STAY else machines_to,
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:work-center", work_center_id)
    messages.success(request, _t("%(code)s is dropped.") % {"code": found.code})
    return redirect("portal:work-centers")


def _write(request: HttpRequest, known: Any) -> HttpResponse:
    sites = site_choices()
    facts = (
        {name: getattr(known, name) for name in WorkCenterForm.base_fields}
        if known
        else {"site_id": request.GET.get("site") or (sites[0][0] if sites else "")}
    )
    form = WorkCenterForm(
        request.POST if request.method == "POST" else None, initial=facts
    )
    form.offer("site_id", sites)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, known)
        except DomainError as error:
            form.refuse(error)
        else:
            text = _t("%(code)s is changed.") if known else _t("%(code)s is added.")
            messages.success(request, text % {"code": saved.code})
            return redirect("portal:work-center", saved.pk)
    return render(
        request,
        "portal/work_centers/write.html",
        {"form": form, "center": known, "has_sites": bool(sites)},
        status=422 if form.errors else 200,
    )


def _save(request: HttpRequest, form: WorkCenterForm, known: Any) -> Any:
    by, at = actor_of(request), timezone.now()
    site_id = UUID(form.cleaned_data["site_id"])
    if known is None:
        return services.add_work_center(
            site_id=site_id, draft=form.draft(), by=by, at=at
        )
    return services.revise_work_center(
        work_center_id=known.pk,
        version=form.cleaned_data["version"] or 0,
        site_id=site_id,
        draft=form.draft(),
        by=by,
        at=at,
    )


def _found(work_center_id: UUID) -> Any:
    try:
        return machines.work_center(work_center_id)
    except machines.WorkCenterNotFound as error:
        raise Http404 from error
