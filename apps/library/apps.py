"""The app of the model library."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    """What makers publish of their machine models, the same for all."""

    name = "apps.library"
    verbose_name = _("Model library")

    def ready(self) -> None:
        """Have the library loaded after every migration, behind the catalog."""
        from apps.library import services
        from tenants.registry import preparation

        preparation.register_step("model library loaded", services.load_library)
