"""The table of what leaves the system and who may learn it, as it is checked in."""

import json
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from tenants.isolation.registry import Found, Kind, collect

# URL patterns leave it out: whom each page lets in stands on the page.
TOLD = (Kind.FIELD, Kind.FILE, Kind.CHANNEL)


def path() -> Path:
    """Return where the table is kept."""
    return Path(settings.ROOT) / "docs" / "tenancy" / "disclosure.json"


def document(found: Iterable[Found] | None = None) -> str:
    """Return the table: by kind and thing, the widest circle that may learn it."""
    told: dict[str, dict[str, str]] = {kind.value: {} for kind in TOLD}
    for one in collect() if found is None else found:
        if one.kind in TOLD and one.classes is not None:
            told[one.kind][one.name] = str(one.classes.disclosure)
    return json.dumps(told, indent=2, sort_keys=True) + "\n"
