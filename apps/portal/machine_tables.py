"""Machines from files of any kind: uploaded, looked at, imported, taken back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
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
from apps.machines.rules.table_columns import BY_KEY, COLUMNS
from apps.machines.types import ProcessProposal, TableLength, TableState
from apps.portal import formats
from apps.portal.access import MEMBERS, access
from apps.portal.forms import PortalForm
from apps.portal.machine_forms import site_choices
from apps.portal.machine_list import filtered_machines
from apps.portal.paging import page_of
from apps.portal.site_forms import SiteForm
from tenants.jobs.selectors import job_status
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
TONES = {
    TableState.DRAFT: "attention",
    TableState.APPLYING: "waiting",
    TableState.APPLIED: "good",
    TableState.UNDOING: "waiting",
    TableState.PARTLY_UNDONE: "attention",
    TableState.UNDONE: "quiet",
}
MOVING = (TableState.APPLYING, TableState.UNDOING)
# What the page shows; the file of refusals has them all.
SHOWN_REFUSALS = 100
SHOWN_ENTRIES = 50
SHOWN_LEFT = 500
# The facts of the first rows that are shown beside the code.
SHOWN_FACTS = ("name", "site", "maker", "model", "hourly_rate", "currency")
SHOWN_FIGURES = ("serial_number", "controller", "axes", "spindle_rpm", "spindle_kw")


class TableForm(PortalForm):
    """A file of machines, of any kind: what it holds tells which."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A list as Excel workbook (.xlsx) or CSV, with a header and up to 20,000"
            " rows, a machine and one of its processes in each; an MTConnect agent's"
            " answer to /probe (XML); Asset Administration Shells (AASX, JSON, XML); or"
            " a Catena-X ManufacturingCapability (JSON)."
        ),
        widget=forms.FileInput(
            attrs={"accept": ".xlsx,.csv,.txt,.tsv,.aasx,.json,.xml"}
        ),
    )


class ColumnsForm(PortalForm):
    """What the columns of a table mean, and what holds for all of them."""

    length_unit = forms.ChoiceField(
        label=_("Lengths without a unit are in"), choices=TableLength.choices
    )
    decimal_mark = forms.ChoiceField(
        label=_("Decimal mark"),
        choices=[(".", _("Point: 12.5")), (",", _("Comma: 12,5"))],
    )
    site_id = forms.ChoiceField(
        label=_("Site of new machines that name none"),
        choices=lambda: [("", _("None")), *site_choices()],
        required=False,
    )

    def __init__(self, *args: Any, headings: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Not imported")), *((c.key, c.label) for c in COLUMNS)]
        self.columns = []
        for column, text, _unit in headings:
            name = f"column_{column}"
            self.fields[name] = forms.ChoiceField(
                label=text[:80], choices=choices, required=False
            )
            self.columns.append((column, name))

    @property
    def column_fields(self) -> list[Any]:
        """The fields of the columns, in the order of the file."""
        return [self[name] for _column, name in self.columns]

    def mapping(self) -> dict[int, str]:
        """Return what was said of the columns."""
        return {
            column: self.cleaned_data[name]
            for column, name in self.columns
            if self.cleaned_data[name]
        }


class DocumentForm(PortalForm):
    """What holds for all machines of a document, which says the rest itself."""

    site_id = forms.ChoiceField(
        label=_("Site of new machines that name none"),
        choices=lambda: [("", _("None")), *site_choices()],
        required=False,
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    """List the files that were uploaded, and take another."""
    form = TableForm()
    if request.method == "POST":
        form = TableForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                made = services.upload_table(
                    raw=file.read(),
                    file_name=file.name,
                    by=actor_of(request),
                    at=timezone.now(),
                )
            except DomainError as error:
                form.add_error("file", str(error))
            else:
                return redirect("portal:machine-table", made.pk)
    page = page_of(request, machines.table_imports())
    return render(
        request,
        "portal/machines/tables.html",
        {
            "form": form,
            "page": page,
            "rows": [{"table": one, "tone": TONES[one.state]} for one in page.rows],
        },
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, table_import_id: UUID) -> HttpResponse:
    """Show what a table would do, is doing or has done, and map its columns."""
    found = _found(table_import_id)
    if request.htmx:  # type: ignore[attr-defined]
        response = render(
            request, "portal/machines/table_job.html", {**_job(found), "table": found}
        )
        if found.state not in MOVING:
            response["HX-Refresh"] = "true"
        return response
    form = site_form = None
    if found.state == TableState.DRAFT:
        form, site_form = _columns_form(request, found), _site_form(request, found)
        if site_form is not None:
            del form.fields["site_id"]
        # Both are looked at, so that all that is wrong is said at once.
        answers = [one.is_valid() for one in (form, site_form) if one is not None]
        if request.method == "POST" and all(answers):
            try:
                _choose(request, found, form, site_form)
            except DomainError as error:
                (site_form or form).refuse(error)
            else:
                return redirect("portal:machine-table", found.pk)
    has_errors = any(one is not None and one.errors for one in (form, site_form))
    return render(
        request,
        "portal/machines/table.html",
        {**_facts(found), "form": form, "site_form": site_form},
        status=422 if has_errors else 200,
    )


@access(Role.PLANNER)
@require_POST
def start(request: HttpRequest, table_import_id: UUID) -> HttpResponse:
    """Have a table imported."""
    try:
        services.start_table(
            table_import_id=table_import_id, by=actor_of(request), at=timezone.now()
        )
    except machines.TableImportNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:machine-table", table_import_id)


@access(Role.PLANNER)
@require_POST
def undo(request: HttpRequest, table_import_id: UUID) -> HttpResponse:
    """Have an import taken back."""
    try:
        services.start_undo(
            table_import_id=table_import_id, by=actor_of(request), at=timezone.now()
        )
    except machines.TableImportNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:machine-table", table_import_id)


@access(Role.PLANNER)
@require_POST
def drop(request: HttpRequest, table_import_id: UUID) -> HttpResponse:
    """Throw a table away that was not imported."""
    try:
        services.drop_table(table_import_id=table_import_id)
    except machines.TableImportNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:machine-table", table_import_id)
    return redirect("portal:machine-tables")


@access(Role.PLANNER)
@require_safe
def refusals(request: HttpRequest, table_import_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Send why cells of a table were refused, as CSV."""
    found = _found(table_import_id)
    return _attached("".join(services.refusals_csv(found)), "refusals.csv", CSV)


@access(Role.PLANNER)
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:  # noqa: ARG001
    """Send an empty table to fill in."""
    if kind == "xlsx":
        return _attached(services.template_xlsx(), "machines.xlsx", XLSX)
    if kind == "csv":
        return _attached("\ufeff" + services.template_csv(), "machines.csv", CSV)
    raise Http404


@access(*MEMBERS)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Send the machines that the list's filters keep, in the columns of the import."""
    slug = enterprise_of(request).slug
    _asked, found = filtered_machines(request)
    # Read at once: a stream would be written after the enterprise is left.
    return _attached("".join(services.export_csv(found)), f"{slug}-machines.csv", CSV)


def _found(table_import_id: UUID) -> Any:
    try:
        return machines.table_import(table_import_id)
    except machines.TableImportNotFound as error:
        raise Http404 from error


def _choices(form: Any, found: Any) -> dict[str, Any]:
    """Return what was said of a table; a document itself says all but the site."""
    said = form.cleaned_data
    known = {int(column): key for column, key in found.mapping.items()}
    return {
        "mapping": known if found.is_document else form.mapping(),
        "length_unit": said.get("length_unit", found.length_unit),
        "decimal_mark": said.get("decimal_mark", found.decimal_mark),
        "site_id": _uuid(said.get("site_id", "")),
    }


@transaction.atomic
def _choose(
    request: HttpRequest, found: Any, form: Any, site_form: SiteForm | None
) -> None:
    """Work out again what a file would do; open its site first if there is none yet."""
    choices = _choices(form, found)
    if site_form is not None:
        by, at = actor_of(request), timezone.now()
        choices["site_id"] = services.add_site(draft=site_form.draft(), by=by, at=at).pk
    services.map_columns(table_import_id=found.pk, **choices)


def _site_form(request: HttpRequest, found: Any) -> SiteForm | None:
    """Ask for the first site where a document cannot name one and there is none."""
    if not found.is_document or site_choices():
        return None
    return SiteForm(
        request.POST if request.method == "POST" else None,
        enterprise=enterprise_of(request),
        brief=True,
        prefix="site",
    )


def _columns_form(request: HttpRequest, found: Any) -> PortalForm:
    data = request.POST if request.method == "POST" else None
    if found.is_document:
        return DocumentForm(data, initial={"site_id": found.site_id or ""})
    start = {
        "length_unit": found.length_unit,
        "decimal_mark": found.decimal_mark,
        "site_id": found.site_id or "",
        **{f"column_{column}": key for column, key in found.mapping.items()},
    }
    return ColumnsForm(data, initial=start, headings=found.headings)


def _facts(found: Any) -> dict[str, Any]:
    is_draft = found.state == TableState.DRAFT
    kept = found.entries.exclude(kept_because="").filter(is_undone=False)
    entries = found.entries.order_by("row")[:SHOWN_ENTRIES]
    labels = {column.key: column.label for column in COLUMNS}
    return {
        "table": found,
        "tone": TONES[found.state],
        "is_draft": is_draft,
        "is_done": found.state == TableState.APPLIED,
        "is_moving": found.state in MOVING,
        "can_start": is_draft and bool(found.created_count + found.changed_count),
        "can_undo": found.state in {TableState.APPLIED, TableState.PARTLY_UNDONE}
        and bool(found.created_count + found.changed_count),
        "new_sites": [
            one if isinstance(one, str) else one["name"] for one in found.new_sites
        ],
        "sample": [_sample(one) for one in found.sample] if is_draft else [],
        "entries": [] if is_draft else _entries(entries),
        "kept": list(kept.order_by("machine_code")[:SHOWN_REFUSALS]),
        "refusals": [
            {"row": one, "label": labels.get(one.field, one.field)}
            for one in found.refusals.order_by("position")[:SHOWN_REFUSALS]
        ],
        "refusal_count": found.refusals.count(),
        "left": found.not_carried[:SHOWN_LEFT],
        "left_count": len(found.not_carried),
        **_job(found),
    }


def _entries(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what was done, with what each machine still has to say."""
    found = list(entries)
    ids = [one.machine_id for one in found if not one.is_undone]
    rows = {row.pk: row for row in machines.machines_of().filter(pk__in=ids)}
    return [
        {
            "entry": one,
            "is_there": one.machine_id in rows,
            "missing": machines.words_of(machines.missing_facts(rows[one.machine_id]))
            if one.machine_id in rows
            else [],
        }
        for one in found
    ]


def _proposed(stored: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the axes of a device suggest, for a planner to confirm."""
    if not stored:
        return None
    language = get_language() or "en"
    envelope = stored.get("envelope_mm")
    proposal = ProcessProposal.from_json(stored) if "reason" in stored else None
    return {
        "process": catalog.label(proposal.process_code, language) if proposal else "",
        "reason": proposal.reason_text if proposal else "",
        "envelope": formats.sizes(tuple(envelope)) if envelope else "",
    }


def _sample(one: dict[str, Any]) -> dict[str, Any]:
    language = get_language() or "en"
    return {
        "row": one["row"],
        "code": one["code"],
        "is_new": one["is_new"],
        "facts": [one["facts"][key] for key in SHOWN_FACTS if key in one["facts"]],
        "figures": [
            (BY_KEY[key].heading(), one["facts"][key])
            for key in SHOWN_FIGURES
            if key in one["facts"]
        ],
        "proposed": _proposed(one.get("proposal", {})),
        "processes": [
            {
                "label": catalog.label(code, language),
                "figures": [
                    (BY_KEY[key].heading(), _words(value))
                    for key, value in figures.items()
                ],
            }
            for code, figures in one["processes"].items()
        ],
    }


def _words(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def _job(found: Any) -> dict[str, Any]:
    status = job_status(found.job_id) if found.job_id else None
    if status is None:
        return {"job": None}
    return {
        "job": {
            "state": status.state,
            "label": status.state.label,
            "is_active": found.state in MOVING and not status.is_over,
            "percent": status.percent or 0,
            "note": status.note,
            "error": status.error,
        }
    }


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None


def _attached(body: str | bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
