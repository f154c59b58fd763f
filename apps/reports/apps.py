from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "apps.reports"
    label = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """Make the app's kinds of background work known."""
        from apps.reports import tasks  # noqa: F401  (registers the handlers)
