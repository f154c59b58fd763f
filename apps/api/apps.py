"""The partner API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST endpoints for partner systems."""

    name = "apps.api"
    label = "api"

    def ready(self) -> None:
        """Describe our authentication to the schema generator."""
        from apps.api import schema  # noqa: F401  (registers itself)
