"""Says whether a manifest was made here: only then may its SQL be run."""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.utils.encoding import force_bytes

SEAL = "seal"


def canonical(document: dict[str, Any]) -> bytes:
    """Return a manifest's bytes for sealing: sorted keys, no spaces, without the seal."""
    return json.dumps(
        {key: value for key, value in document.items() if key != SEAL},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def seal(document: dict[str, Any]) -> str:
    """Return the seal of a manifest by this installation's key."""
    return _seal(settings.SECRET_KEY, document)


def is_ours(document: dict[str, Any]) -> bool:
    """Say whether this installation's key, or one before it, has sealed it."""
    given = str(document.get(SEAL, ""))
    return any(
        hmac.compare_digest(given, _seal(key, document))
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _seal(key: str | bytes, document: dict[str, Any]) -> str:
    own = hmac.new(force_bytes(key), b"spindle archive", hashlib.sha256).digest()
    return hmac.new(own, canonical(document), hashlib.sha256).hexdigest()
