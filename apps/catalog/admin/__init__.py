"""The catalog as the platform operator sees and edits it."""

from apps.catalog.admin import entries, versions

__all__ = ["entries", "versions"]
