"""Reading the files that an enterprise keeps."""

from uuid import UUID

from django.utils.translation import gettext as _

from apps.documents.models import Document, DocumentQuerySet
from apps.kernel.errors import NotFound
from tenants.types import Circle

# From the narrowest to the widest: who is in one is in all before it too.
WIDER = (Circle.PRIVATE, Circle.COUNTERPARTY, Circle.MARKET, Circle.PUBLIC)


class DocumentNotFound(NotFound):
    """The enterprise has no such document."""

    code = "document_not_found"


def documents(
    *, search: str = "", kind: str = "", circle: str = "", media_type: str = ""
) -> DocumentQuerySet:
    """Return the enterprise's documents, newest first."""
    found = Document.objects.newest_first()
    if search.strip():
        found = found.with_words(search.strip())
    if kind:
        found = found.filter(kind=kind)
    if circle:
        found = found.filter(circle=circle)
    if media_type:
        found = found.filter(media_type=media_type)
    return found


def document(document_id: UUID) -> Document:
    """Return one document.

    :raises DocumentNotFound: if the enterprise has none of this id.
    """
    found: Document | None = Document.objects.filter(pk=document_id).first()
    if found is None:
        raise document_not_found(document_id)
    return found


def document_not_found(document_id: UUID) -> DocumentNotFound:
    """Say that the enterprise has no document of this id."""
    return DocumentNotFound(
        _("There is no such document."), field="document_id", value=str(document_id)
    )


def documents_shown_to(circle: Circle) -> DocumentQuerySet:
    """Return what the enterprise in force lets readers of a circle see, newest first.

    Readers of a narrow circle, such as counterparties, see what is for everyone too.
    """
    seen = WIDER[WIDER.index(circle) :]
    return Document.objects.filter(circle__in=seen).newest_first()
