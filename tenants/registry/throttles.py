"""A cache in PostgreSQL, for what must count the same in every process.

Failed sign-ins are counted here (ADR 0024): by one limit for all processes, which
neither a restart nor the loss of Valkey sets back.
"""

from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.db import DatabaseCache

from tenants import context


class _Stored(str):
    """A key as it is stored; made in the name of whoever asks, and made once."""

    __slots__ = ()


class DirectoryCache(DatabaseCache):
    """Django's cache in a table, asked in the directory's name."""

    def make_and_validate_key(self, key: str, version: int | None = None) -> str:
        """Return the key as it is stored."""
        if isinstance(key, _Stored):
            return key
        return _Stored(super().make_and_validate_key(key, version=version))

    def get_many(
        self, keys: Iterable[str], version: int | None = None
    ) -> dict[str, Any]:
        """Return what is there and not over."""
        stored = {self.make_and_validate_key(key, version): key for key in keys}
        with context.directory():
            found = super().get_many(stored)
        return {stored[key]: value for key, value in found.items()}

    def has_key(self, key: str, version: int | None = None) -> bool:
        """Say whether it is there and not over."""
        stored = self.make_and_validate_key(key, version)
        with context.directory():
            return bool(super().has_key(stored))

    def clear(self) -> None:
        """Forget everything."""
        with context.directory():
            super().clear()

    def _base_set(self, *args: Any, **kwargs: Any) -> Any:
        with context.directory():
            return super()._base_set(*args, **kwargs)  # type: ignore[misc]  # not in stubs

    def _base_delete_many(self, keys: list[str]) -> Any:
        with context.directory():
            return super()._base_delete_many(keys)  # type: ignore[misc]  # not in stubs
