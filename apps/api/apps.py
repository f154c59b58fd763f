"""The partner API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST endpoints for partner systems."""

    name = "apps.api"
    label = "api"
