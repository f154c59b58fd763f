"""The app of tenancy."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TenantsConfig(AppConfig):
    """Who the enterprises are, how they are kept apart, how work is done for them."""

    name = "tenants"
    verbose_name = "Tenancy"

    def ready(self) -> None:
        """Make every kind of job known in every process: web, worker and beat."""
        from tenants import checks  # noqa: F401  (registers them)
        from tenants.cells import services as cells
        from tenants.jobs import celery_tasks  # noqa: F401  (registers names)
        from tenants.registry import preparation

        preparation.register_step("own database known", cells.know_own_database)
        autodiscover_modules("tasks")
