"""The documents of other standards from which machines are imported."""

from apps.machines.rules.aas_file import AAS
from apps.machines.rules.catena_x_file import CATENA_X
from apps.machines.rules.document_machines import DocumentKind

# The first that recognizes a file reads it.
KINDS: tuple[DocumentKind, ...] = (AAS, CATENA_X)


def kind_of(raw: bytes) -> DocumentKind | None:
    """Return the standard that a file follows, or None if it is a table."""
    return next((kind for kind in KINDS if kind.recognizes(raw)), None)
