"""What documents show of machines, certificates and sites: added and taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.catalog import selectors as catalog
from apps.documents import selectors as documents
from apps.documents.types import MediaType
from apps.kernel.errors import DomainError, NotFound
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.rules import qif
from apps.machines.rules.origins import PROVABLE
from apps.machines.rules.proof import EvidenceDraft
from apps.machines.types import EvidenceKind
from apps.portal.access import access
from apps.portal.forms import Day, PortalForm, Quantity, WholeQuantity
from tenants.middleware import actor_of, role_in
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
# Of machines; words narrow them.
MOST_CHOICES = 50
SUBJECTS = ("machine", "certificate", "site")
FIGURES = {
    "size_x_mm": _("X in mm"),
    "size_y_mm": _("Y in mm"),
    "size_z_mm": _("Z in mm"),
    "diameter_mm": _("diameter in mm"),
    "length_mm": _("length in mm"),
    "max_mass_kg": _("heaviest part in kg"),
    "it_grade": _("IT grade"),
    "roughness_um": _("Ra in µm"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is to speak for, by its key in the address."""

    kind: str
    key: UUID
    label: str
    href: str
    capabilities: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of evidence as the card shows it."""

    row: Any
    process: str
    figure: str


class EvidenceForm(PortalForm):
    """What a document shows of a machine, a certificate or a site."""

    figure = forms.ChoiceField(label=_("What it shows"), required=False)
    observed_value = Quantity(
        label=_("Observed value"),
        unit="",
        required=False,
        help_text=_("An inspection result that reaches the figure makes it observed."),
    )
    sample_size = WholeQuantity(
        label=_("Pieces measured"), unit=_("pcs"), required=False, min_value=1
    )
    measured_on = Day(label=_("Measured on"), required=False)
    note = forms.CharField(label=_("Note"), max_length=160, required=False)

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not subject.capabilities:
            for name in ("figure", "observed_value", "sample_size"):
                del self.fields[name]
            return
        field = self.fields["figure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = figure_choices(subject.capabilities)

    def facts(self) -> dict[str, Any]:
        """Return what was said, as services take it."""
        said = dict(self.cleaned_data)
        process, _dot, figure = said.pop("figure", "").partition(".")
        value = said.pop("observed_value", None)
        return {
            **said,
            "process_code": process,
            "figure": figure,
            "observed_value": None if value is None else float(value),
        }


def figure_choices(capabilities: Iterable[Any]) -> list[tuple[str, Any]]:
    """Return what a document can show of a machine: of it, a process, or a figure."""
    language = get_language() or "en"
    found: list[tuple[str, Any]] = [("", _("The machine as a whole"))]
    for row in capabilities:
        label = catalog.label(row.process_code, language)
        stated = [name for name in PROVABLE if getattr(row, name) is not None]
        found += [
            (f"{row.process_code}.", label),
            *((f"{row.process_code}.{n}", f"{label}: {FIGURES[n]}") for n in stated),
        ]
    return found


def evidence_card(request: HttpRequest, found: Iterable[Any], **about: Any) -> Any:
    """Return what `portal/documents/card.html` shows: photos, and a table of the rest.

    `about` names the subject as the upload's address does, such as `machine=key`.
    """
    language = get_language() or "en"
    rows = [
        Shown(
            row,
            catalog.label(row.capability.process_code, language)
            if row.capability
            else "",
            str(FIGURES.get(row.figure, "")),
        )
        for row in found
    ]
    ((subject_kind, subject_id),) = about.items()
    return {
        "photos": [one for one in rows if one.row.document.is_picture],
        "papers": [one for one in rows if not one.row.document.is_picture],
        "query": f"{subject_kind}={subject_id}",
        "can_write": may_write(request),
    }


def may_write(request: HttpRequest) -> bool:
    """Say whether the reader may add documents and evidence."""
    return role_in(request) in {Role.PLANNER, Role.OWNER}


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_add(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Let a document speak for what the address names."""
    found = found_document(document_id)
    subject = subject_in(request)
    if subject is None:
        return _choose(request, found)
    result = result_of(found)
    form = EvidenceForm(
        request.POST if request.method == "POST" else None,
        subject=subject,
        initial=_proposed(result, subject),
    )
    if form.is_bound and form.is_valid():
        try:
            add_evidence(request, found, subject, **form.facts())
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(subject.href)
    return render(
        request,
        "portal/documents/evidence.html",
        {"form": form, "subject": subject, "document": found, "result": result},
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_POST
def evidence_drop(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Cease to rely on a document."""
    try:
        found = machines.piece_of_evidence(evidence_id)
        services.drop_evidence(
            evidence_id=evidence_id, by=actor_of(request), at=timezone.now()
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _t("The document stays among your documents."))
    return redirect(_href_of(found))


def _choose(request: HttpRequest, found: Any) -> HttpResponse:
    """Let the reader say what a document shows something of."""
    words = request.GET.get("q", "").strip()
    rows = [
        *(
            ("machine", one.pk, one.code, one.label)
            for one in machines.machines_of(search=words)[:MOST_CHOICES]
        ),
        *(("site", one.pk, one.name, one.city) for one in machines.sites()),
        *(
            ("certificate", one.pk, one.number, one.issuer)
            for one in machines.certificates()
        ),
    ]
    return render(
        request,
        "portal/documents/choose.html",
        {"document": found, "words": words, "choices": rows},
    )


def found_document(document_id: UUID) -> Any:
    """Return a document, or answer that there is none."""
    try:
        return documents.document(document_id)
    except NotFound as error:
        raise Http404 from error


def add_evidence(
    request: HttpRequest,
    made: Any,
    subject: Subject,
    *,
    process_code: str = "",
    **said: Any,
) -> None:
    """Let a document speak for a subject."""
    draft = EvidenceDraft(
        document_id=made.pk, kind=EvidenceKind(made.kind).value, **said
    )
    by, at = actor_of(request), timezone.now()
    if subject.kind == "machine":
        services.add_machine_evidence(
            machine_id=subject.key, process_code=process_code, draft=draft, by=by, at=at
        )
    elif subject.kind == "certificate":
        services.add_certificate_evidence(
            certificate_id=subject.key, draft=draft, by=by, at=at
        )
    else:
        services.add_site_evidence(site_id=subject.key, draft=draft, by=by, at=at)


def subject_in(request: HttpRequest) -> Subject | None:
    """Return what the address names, or None if it names nothing."""
    for kind in SUBJECTS:
        text = request.GET.get(kind)
        if text:
            try:
                return subject_of(kind, UUID(text))
            except (ValueError, NotFound) as error:
                raise Http404 from error
    return None


def subject_of(kind: str, key: UUID) -> Subject:
    """Return what a document is to speak for.

    :raises NotFound: if the enterprise has no such thing.
    """
    if kind == "machine":
        detail = machines.machine_detail(key)
        href = reverse("portal:machine", args=[key])
        code = detail.machine.code
        return Subject(kind, key, code, href, tuple(detail.capabilities))
    if kind == "site":
        site = machines.site(key)
        return Subject(kind, key, site.name, reverse("portal:site", args=[key]))
    found = machines.certificates().filter(pk=key).first()
    if found is None:
        raise machines.certificate_not_found(key)
    href = reverse("portal:certificate", args=[key])
    return Subject(kind, key, str(found.number), href)


def uses_of(found: Any) -> list[dict[str, Any]]:
    """Return what a document is evidence of, with where that is shown."""
    language = get_language() or "en"
    return [
        {
            "row": row,
            "href": _href_of(row),
            "label": _label_of(row, language),
            "figure": str(FIGURES.get(row.figure, "")),
        }
        for row in machines.uses_of_document(found.pk)
    ]


def result_of(found: Any) -> qif.InspectionResult | None:
    """Return what was measured, where the document says it."""
    if found.media_type != MediaType.QIF:
        return None
    try:
        with found.file.open("rb") as file:
            return qif.read(file)
    except qif.QifUnreadable:
        return None


def _proposed(result: qif.InspectionResult | None, subject: Subject) -> dict[str, Any]:
    """Propose what follows from a result: it is the reader who says that it is so."""
    if result is None:
        return {}
    said: dict[str, Any] = {
        "note": result.note[:160],
        "measured_on": result.measured_on,
        "sample_size": result.pieces,
    }
    stated = [row for row in subject.capabilities if row.it_grade is not None]
    if result.it_grade is not None and len(stated) == 1:
        if result.it_grade <= stated[0].it_grade:
            said["figure"] = f"{stated[0].process_code}.it_grade"
            said["observed_value"] = result.it_grade
        else:
            said["figure"] = f"{stated[0].process_code}."
    return said


def _label_of(row: Any, language: str) -> str:
    if row.capability:
        process = catalog.label(row.capability.process_code, language)
        return f"{row.capability.machine.code}: {process}"
    if row.machine:
        return str(row.machine.code)
    return str(row.site.name if row.site else row.certificate.number)


def _href_of(row: Any) -> str:
    machine_id = row.capability.machine_id if row.capability else row.machine_id
    if machine_id:
        return reverse("portal:machine", args=[machine_id])
    if row.site_id:
        return reverse("portal:site", args=[row.site_id])
    return reverse("portal:certificate", args=[row.certificate_id])
