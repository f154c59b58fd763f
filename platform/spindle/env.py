"""Reads the environment, and fails loudly at start."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return a variable's text.

    :raises ImproperlyConfigured: if it is not set and has no default.
    """
    value = os.environ.get(name, default)
    if value is None:
        msg = f"{name} is not set. See deploy/env.example for what it means."
        raise ImproperlyConfigured(msg)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return a variable as yes or no.

    :raises ImproperlyConfigured: if it is neither.
    """
    value = text(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    msg = f"{name}={value} is neither yes nor no. Use 1 or 0."
    raise ImproperlyConfigured(msg)


def number(name: str, default: int) -> int:
    """Return a variable as a whole number.

    :raises ImproperlyConfigured: if it is not one.
    """
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        msg = f"{name}={value} is not a whole number."
        raise ImproperlyConfigured(msg) from error


def secret(name: str, default: str | None = None) -> str:
    """Return a secret of at least 32 characters.

    :raises ImproperlyConfigured: if it is missing or short.
    """
    value = text(name, default)
    if len(value) < 32:
        msg = f"{name} must have at least 32 characters."
        raise ImproperlyConfigured(msg)
    return value


def database(name: str, default: str | None = None) -> dict[str, str]:
    """Split postgres://user:password@host:port/name into Django's parts.

    :raises ImproperlyConfigured: if it is not such a URL.
    """
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        msg = f"{name} must look like postgres://user:password@host:5432/spindle."
        raise ImproperlyConfigured(msg)
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "127.0.0.1",
        "PORT": str(parts.port or 5432),
    }


def pairs(name: str) -> dict[str, str]:
    """Return `a=one;b=two` as a mapping, empty where it is not set.

    :raises ImproperlyConfigured: if a part has no name or no value.
    """
    found = {}
    for part in filter(None, text(name, "").split(";")):
        key, _, value = part.strip().partition("=")
        if not key or not value:
            msg = f"{name} holds “{part}”; give code=postgres://… parted by semicolons."
            raise ImproperlyConfigured(msg)
        found[key] = value
    return found


def signing_key(name: str, path: Path) -> str:
    """Return a PEM from a variable, else from a file, which is made when missing."""
    value = os.environ.get(name, "")
    if value:
        return value
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(
        os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb"
    ) as file:
        file.write(made)
    try:
        # Linked whole or not at all; of two processes at once, the first one wins.
        os.link(aside, path)
    except FileExistsError:
        return path.read_text()
    finally:
        aside.unlink()
    return made.decode()
