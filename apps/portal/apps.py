from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages for members of an enterprise, and the public site."""

    name = "apps.portal"
    label = "portal"
