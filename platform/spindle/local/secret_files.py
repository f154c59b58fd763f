"""Secrets that are made once and kept in files only their owner can read."""

import os
import secrets
from pathlib import Path


def remembered_secret(path: Path) -> str:
    """Return the secret in `path`, making one up the first time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        # Whole or not at all: a reader never sees half a secret.
        draft.rename(path)
    return path.read_text().strip()
