"""The four layers between one enterprise and another, and how a test leaves one out.

A layer is proven by what gets through without it. `SPINDLE_UNSAFE_LAYERS_OFF` is
heeded where `SPINDLE_UNSAFE_ALLOWED` stands, which the settings of the suite alone
set; a system check refuses it elsewhere.
"""

from enum import StrEnum

from django.conf import settings


class Layer(StrEnum):
    """One of four things, each of which alone keeps enterprises apart."""

    CONTEXT = "context"
    SEARCH_PATH = "search_path"
    ROLE = "role"
    ROW_SECURITY = "row_security"


def is_off(layer: Layer) -> bool:
    """Say whether a test has left the layer out."""
    off: frozenset[str] = settings.SPINDLE_UNSAFE_LAYERS_OFF
    return bool(off) and settings.SPINDLE_UNSAFE_ALLOWED and layer in off
