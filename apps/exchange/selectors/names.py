"""Codes by the names that readers know them by."""

from collections.abc import Iterable

from django.utils.translation import get_language

from apps.catalog import selectors as catalog


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return names in the reader's language; a code that nobody knows stays one."""
    language = get_language() or "en"
    wanted = set(codes)
    names = {code: catalog.label(code, language) for code in wanted}
    names |= {m.code: m.label for m in catalog.materials() if m.code in wanted}
    names |= {c.code: c.label for c in catalog.certificate_kinds() if c.code in wanted}
    return names
