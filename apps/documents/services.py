"""What an enterprise can do with the files that it keeps."""

import hashlib
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.documents import selectors
from apps.documents.models import Document
from apps.documents.rules import file as files
from apps.documents.rules import names
from apps.documents.types import (
    PHOTO_TYPES,
    DocumentKind,
    DocumentRefused,
    Examined,
)
from apps.kernel.errors import Conflict, InvalidInput
from tenants import jobs
from tenants.types import Actor, Circle

if TYPE_CHECKING:
    from django.core.files.storage import Storage


class DocumentChanged(Conflict):
    """Someone else changed the document since the caller looked."""

    code = "document_changed"


class DocumentInUse(Conflict):
    """The document is evidence of something."""

    code = "document_in_use"


class UnknownCircle(InvalidInput):
    """There is no such circle of readers, or no such kind of document."""

    code = "unknown_circle"


def upload_document(
    *,
    file: "File[bytes]",
    kind: str,
    by: Actor,
    at: datetime,
    title: str = "",
    circle: str = Circle.PRIVATE,
) -> Document:
    """Look into a file and keep it; a photo or a table is kept as written anew.

    :raises DocumentRefused: if name, size, format or content are not taken.
    :raises UnknownCircle: if there is no such kind or circle.
    :raises FileReaderLost: if the reader of files was killed from outside.
    """
    _check_choices(kind=kind, circle=circle)
    name = names.check_name(file.name or "")
    given = names.check_title(title, otherwise=name)
    with tempfile.TemporaryDirectory(prefix="spindle-document-") as folder:
        file.seek(0)
        found = files.examine(
            file.chunks(), name=name, size=file.size, folder=Path(folder)
        )
        name = names.check_ending(name, found.media_type)
        if kind == DocumentKind.PHOTO and found.media_type not in PHOTO_TYPES:
            raise _no_photo(name, found)
        made = Document(
            title=given,
            kind=kind,
            circle=circle,
            file_name=name,
            media_type=found.media_type,
            width_px=found.width_px,
            height_px=found.height_px,
            page_count=found.page_count,
            uploaded_at=at,
            uploaded_by=by.label,
        )
        _store(made, found, by=by, at=at)
    return made


@transaction.atomic
def retitle_document(
    *,
    document_id: UUID,
    title: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Document:
    """Give a document another title.

    :raises DocumentNotFound: if the enterprise has none of this id.
    :raises DocumentChanged: if it is not of the version that the caller saw.
    :raises DocumentRefused: if it cannot be a title.
    """
    found = _of_version(document_id, version)
    before, found.title = found.title, names.check_title(title)
    return _changed(
        found,
        "document.retitled",
        before,
        found.title,
        by,
        at,
        is_shown=found.circle == Circle.PUBLIC,
    )


@transaction.atomic
def change_circle(
    *,
    document_id: UUID,
    circle: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Document:
    """Say who may see a document.

    :raises DocumentNotFound: if the enterprise has none of this id.
    :raises DocumentChanged: if it is not of the version that the caller saw.
    :raises UnknownCircle: if there is no such circle.
    """
    _check_choices(circle=circle)
    found = _of_version(document_id, version)
    before, found.circle = found.circle, circle
    return _changed(
        found,
        "document.circle_changed",
        before,
        circle,
        by,
        at,
        is_shown=Circle.PUBLIC in {before, circle},
    )


@transaction.atomic
def drop_document(
    *, document_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Throw a document away, and its file once that is certain.

    :raises DocumentNotFound: if the enterprise has none of this id.
    :raises DocumentChanged: if it is not of the version that the caller saw.
    :raises DocumentInUse: if it is evidence of something.
    """
    found = _of_version(document_id, version)
    stored = [
        (one.storage, one.name) for one in (found.file, found.thumbnail) if one.name
    ]
    key = found.pk
    try:
        found.delete()
    except ProtectedError as error:
        raise _in_use(found, len(error.protected_objects)) from error
    found.pk = key
    audit.record(
        verb="document.dropped",
        subject=found,
        by=by,
        at=at,
        facts={"title": found.title, "sha256": found.file_sha256},
    )
    if found.circle == Circle.PUBLIC:
        _show_again(found)
    for storage, name in stored:
        # Not before: a rolled back transaction brings the row back, but no file.
        transaction.on_commit(partial(_remove, storage, name), robust=True)


def _store(made: Document, found: Examined, *, by: Actor, at: datetime) -> None:
    try:
        with found.kept.open("rb") as kept:
            made.file_sha256 = hashlib.file_digest(kept, "sha256").hexdigest()
            made.file_bytes = kept.seek(0, 2)
            made.file.save(made.file_name, File(kept), save=False)
        if found.thumbnail is not None:
            with found.thumbnail.open("rb") as small:
                made.thumbnail.save(made.file_name, File(small), save=False)
        with transaction.atomic():
            made.save(force_insert=True)
            audit.record(
                verb="document.uploaded",
                subject=made,
                by=by,
                at=at,
                facts={
                    "file_name": made.file_name,
                    "bytes": made.file_bytes,
                    "sha256": made.file_sha256,
                    "circle": made.circle,
                    "formulas_disarmed": found.formula_count,
                },
            )
            if made.circle == Circle.PUBLIC:
                _show_again(made)
    except BaseException:
        for one in (made.file, made.thumbnail):
            if one:
                one.delete(save=False)
        raise


def _changed(
    found: Document,
    verb: str,
    before: str,
    after: str,
    by: Actor,
    at: datetime,
    *,
    is_shown: bool,
) -> Document:
    if before == after:
        return found
    found.version += 1
    found.save()
    audit.record(
        verb=verb, subject=found, by=by, at=at, facts={"from": before, "to": after}
    )
    if is_shown:
        _show_again(found)
    return found


def _show_again(changed: Document) -> None:
    """Have the public page follow what became of a photo that was, or is, on it."""
    if changed.is_picture:
        jobs.enqueue("exchange.show_documents", dedup_key="showcase")


def _of_version(document_id: UUID, version: int | None) -> Document:
    found: Document | None = (
        Document.objects.select_for_update().filter(pk=document_id).first()
    )
    if found is None:
        raise selectors.document_not_found(document_id)
    if version is not None and found.version != version:
        raise DocumentChanged(
            _("%(title)s was changed by someone else.") % {"title": found.title},
            field="version",
            value=version,
            remedy=_("Look at it again and repeat the change."),
        )
    return found


def _check_choices(*, circle: str, kind: str = DocumentKind.OTHER) -> None:
    for field, value, known in (
        ("circle", circle, Circle.values),
        ("kind", kind, DocumentKind.values),
    ):
        if value not in known:
            raise UnknownCircle(
                _("%(value)s is not known here.") % {"value": value},
                field=field,
                value=value,
                remedy=_("Use one of: %(known)s.") % {"known": ", ".join(known)},
            )


def _no_photo(name: str, found: Examined) -> DocumentRefused:
    return DocumentRefused(
        _("%(name)s is %(format)s, which is no photo.")
        % {"name": name, "format": found.media_type.label},
        field="kind",
        value=DocumentKind.PHOTO.value,
        remedy=_("Choose another kind, or upload a JPEG, PNG or WebP."),
        facts={"fault": "no_photo"},
    )


def _in_use(found: Document, count: int) -> DocumentInUse:
    return DocumentInUse(
        _("%(title)s is evidence of something.") % {"title": found.title},
        field="document_id",
        value=str(found.pk),
        remedy=_("Remove it as evidence first."),
        facts={"uses": count},
    )


def _remove(storage: "Storage", name: str) -> None:
    storage.delete(name)
