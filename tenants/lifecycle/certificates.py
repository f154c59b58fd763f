"""The certificate of an erasure: counts, checks, and a signature that anyone can prove.

It names nobody. Whoever was told the enterprise's id, and has Spindle's public key,
can prove that Spindle says it was erased, when, and what of it was found afterwards.
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

from tenants import context
from tenants.models import Closure

FORMAT = "spindle-erasure"
VERSION = 1
_PADDING = padding.PKCS1v15()


def canonical(document: dict[str, Any]) -> bytes:
    """Return the bytes that are signed: sorted keys, no spaces."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def sign(document: dict[str, Any]) -> str:
    """Sign a document with the key of the platform's tokens (RS256)."""
    signature = _key().sign(canonical(document), _PADDING, hashes.SHA256())
    return base64.urlsafe_b64encode(signature).decode()


def is_genuine(closure: Closure) -> bool:
    """Say whether a certificate is as this platform signed it."""
    if not closure.signature:
        return False
    try:
        _key().public_key().verify(
            base64.urlsafe_b64decode(closure.signature),
            canonical(closure.document),
            _PADDING,
            hashes.SHA256(),
        )
    except (InvalidSignature, ValueError):
        return False
    return bool(closure.document.get("enterprise_id") == str(closure.enterprise_id))


def digest_of(*words: str) -> str:
    """Return by what a name is known again and cannot be read."""
    secret = settings.SECRET_KEY.encode()
    return hashlib.sha256(
        b"\0".join([secret, *(word.encode() for word in words)])
    ).hexdigest()


def register_digest(source: str, number: str) -> str:
    """Return by what the entry of a register is known again."""
    return digest_of("register", source, number) if source else ""


def erased_entries() -> frozenset[str]:
    """Return the digests of all entries of registers that have been erased."""
    with context.directory():
        found = Closure.objects.values_list("document__register_digest", flat=True)
        return frozenset(digest for digest in found if digest)


def _key() -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(
        settings.IDP_OIDC_PRIVATE_KEY.encode(), password=None
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
