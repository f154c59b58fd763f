"""The operator's console."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """What the platform operator sees and may do."""

    name = "apps.console"
    label = "console"
