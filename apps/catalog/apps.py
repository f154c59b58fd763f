"""The app of the trade's common words."""

from django.apps import AppConfig
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Processes, materials, certificates and exchange rates, the same for all."""

    name = "apps.catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        """Have the catalog loaded after every migration."""
        from apps.catalog import services
        from tenants.registry import preparation

        preparation.register_step(
            "catalog loaded", lambda: services.load_catalog(at=timezone.now())
        )
