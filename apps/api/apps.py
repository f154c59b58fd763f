"""The partner API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST endpoints for partner systems."""

    name = "apps.api"
    label = "api"

    def ready(self) -> None:
        """Describe our authentication, and say where serializers are."""
        from apps.api import disclosure, schema  # noqa: F401  (registers itself)
        from tenants.isolation.registry import register_finder

        register_finder("serializer fields", disclosure.find)
