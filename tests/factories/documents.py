"""Makes documents as they are kept once they were looked into."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile

from apps.documents.models import Document
from apps.documents.types import DocumentKind, MediaType
from tests.support.world import NOON

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def document(content: bytes = PDF, **facts: Any) -> Document:
    """Keep a data sheet of one page."""
    made = Document(
        **{
            "title": "VMX24 data sheet",
            "kind": DocumentKind.DATA_SHEET,
            "file_name": "vmx24.pdf",
            "media_type": MediaType.PDF,
            "file_bytes": len(content),
            "file_sha256": hashlib.sha256(content).hexdigest(),
            "page_count": 1,
            "uploaded_at": NOON,
            "uploaded_by": "Nora North",
            **facts,
        }
    )
    made.file.save(made.file_name, ContentFile(content), save=False)
    made.save()
    return made
