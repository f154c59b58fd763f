"""Registration of the app of reviews."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """Certificates that enterprises have the operator check; in the shared schema."""

    name = "apps.verification"
    label = "verification"
    verbose_name = _("verification")

    def ready(self) -> None:
        """Register the background work by name."""
        from apps.verification import tasks  # noqa: F401  (registers the job handler)
