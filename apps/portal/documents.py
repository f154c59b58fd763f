"""Documents and photos: uploaded, found again, served, retitled, thrown away."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.audit import selectors as audit
from apps.documents import selectors as documents
from apps.documents import services as keeping
from apps.documents.types import PHOTO_TYPES, DocumentKind, MediaType
from apps.kernel.errors import DomainError, NotFound
from apps.portal.access import access
from apps.portal.evidence import (
    READERS,
    Subject,
    add_evidence,
    found_document,
    may_write,
    result_of,
    subject_in,
    uses_of,
)
from apps.portal.forms import PortalForm
from apps.portal.paging import page_of
from tenants.middleware import actor_of
from tenants.types import Circle, Role

FILTERS = ("q", "kind", "circle", "format")
SANDBOX = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class DocumentForm(PortalForm):
    """A file, and what it is."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Photos as JPEG, PNG or WebP up to 15 MB, documents as PDF, QIF or CSV up"
            " to 25 MB. Place and camera are taken out of photos."
        ),
        widget=forms.FileInput(
            attrs={"accept": ".jpg,.jpeg,.png,.webp,.pdf,.qif,.xml,.csv"}
        ),
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=DocumentKind.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        required=False,
        help_text=_("The file's name, if you leave it empty."),
    )
    circle = forms.ChoiceField(label=_("Who may see it"), choices=Circle.choices)


class DocumentChangeForm(PortalForm):
    """What of a document can change."""

    title = forms.CharField(label=_("Title"), max_length=160)
    circle = forms.ChoiceField(label=_("Who may see it"), choices=Circle.choices)
    version = forms.IntegerField(widget=forms.HiddenInput)


@access(*READERS)
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """List documents, newest first."""
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    found = documents.documents(
        search=asked["q"],
        kind=asked["kind"] if asked["kind"] in DocumentKind.values else "",
        circle=asked["circle"] if asked["circle"] in Circle.values else "",
        media_type=asked["format"] if asked["format"] in MediaType.values else "",
    )
    return render(
        request,
        "portal/documents/list.html",
        {
            "page": page_of(request, found),
            "asked": asked,
            "is_filtered": any(asked.values()),
            "kinds": DocumentKind.choices,
            "circles": Circle.choices,
            "formats": MediaType.choices,
            "can_write": may_write(request),
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def document_add(request: HttpRequest) -> HttpResponse:
    """Take a file, and let it speak for what the address names."""
    subject = subject_in(request)
    form = DocumentForm(initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST":
        form = DocumentForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                made = keeping.upload_document(
                    by=actor_of(request), at=timezone.now(), **form.cleaned_data
                )
            except DomainError as error:
                form.refuse(error)
            else:
                return _after_upload(request, made, subject)
    return render(
        request,
        "portal/documents/add.html",
        {"form": form, "subject": subject},
        status=422 if form.errors else 200,
    )


@access(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show a document with what it is evidence of, and change title and circle."""
    found = found_document(document_id)
    can_write = may_write(request)
    form = DocumentChangeForm(
        request.POST if request.method == "POST" and can_write else None,
        initial={
            "title": found.title,
            "circle": found.circle,
            "version": found.version,
        },
    )
    if form.is_bound and form.is_valid():
        try:
            _change(request, document_id, form.cleaned_data)
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("portal:document", document_id)
    return render(
        request,
        "portal/documents/detail.html",
        {
            "document": found,
            "form": form if can_write else None,
            "can_write": can_write,
            "uses": uses_of(found),
            "result": result_of(found),
            "events": audit.events_of(found),
        },
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_POST
def document_drop(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Throw a document away."""
    try:
        keeping.drop_document(
            document_id=document_id, by=actor_of(request), at=timezone.now()
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:document", document_id)
    return redirect("portal:documents")


@access(*READERS)
@require_safe
def document_file(request: HttpRequest, document_id: UUID) -> FileResponse:  # noqa: ARG001
    """Send a document's file, as an attachment that no browser runs."""
    found = found_document(document_id)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type="application/octet-stream",
        headers=SANDBOX,
    )


@access(*READERS)
@require_safe
def document_picture(request: HttpRequest, document_id: UUID) -> FileResponse:  # noqa: ARG001
    """Send a photo, which was drawn anew, to be looked at."""
    found = found_document(document_id)
    if found.media_type not in PHOTO_TYPES:
        raise Http404
    return FileResponse(
        found.file.open("rb"), content_type=found.media_type, headers=SANDBOX
    )


@access(*READERS)
@require_safe
def document_thumbnail(request: HttpRequest, document_id: UUID) -> FileResponse:  # noqa: ARG001
    """Send a photo's thumbnail."""
    found = found_document(document_id)
    if not found.thumbnail:
        raise Http404
    return FileResponse(
        found.thumbnail.open("rb"), content_type=MediaType.WEBP, headers=SANDBOX
    )


def _change(request: HttpRequest, document_id: UUID, said: dict[str, Any]) -> None:
    by, at = actor_of(request), timezone.now()
    changed = keeping.retitle_document(
        document_id=document_id,
        title=said["title"],
        version=said["version"],
        by=by,
        at=at,
    )
    keeping.change_circle(
        document_id=document_id,
        circle=said["circle"],
        version=changed.version,
        by=by,
        at=at,
    )


def _after_upload(
    request: HttpRequest, made: Any, subject: Subject | None
) -> HttpResponse:
    """Go on to what the document shows; a photo or sheet of a whole needs no words."""
    if subject is None:
        return redirect("portal:document", made.pk)
    shows_figures = made.kind == DocumentKind.INSPECTION_RESULT
    if shows_figures and subject.capabilities:
        response = redirect("portal:evidence-add", made.pk)
        response["Location"] += f"?{subject.kind}={subject.key}"
        return response
    try:
        add_evidence(request, made, subject)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(subject.href)
