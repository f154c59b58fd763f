"""Secrets that are made once and kept in files only their owner can read."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def remembered_secret(path: Path) -> str:
    """Return the secret in `path`, making one up the first time."""
    return _remembered(path, lambda: secrets.token_urlsafe(48))


def remembered_token_key(path: Path) -> str:
    """Return the key that signs access tokens, making one the first time."""
    return _remembered(path, _new_token_key)


def _new_token_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _remembered(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make().strip() + "\n")
        # Whole or not at all: a reader never sees half a secret.
        draft.rename(path)
    return path.read_text().strip()
