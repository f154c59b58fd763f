"""Registration of the exchange."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Listings, demands, matching and awards; in the shared schema."""

    name = "apps.exchange"
    label = "exchange"
    verbose_name = _("exchange")

    def ready(self) -> None:
        """Register the background work by name."""
        from apps.exchange import tasks  # noqa: F401  (registers the job handlers)
        from apps.exchange.services import resting
        from tenants.archive import belongings
        from tenants.lifecycle.hooks import register_hooks

        belongings.leave_out(
            "exchange.Match",
            "it is about two enterprises, and is made anew by matching",
        )
        register_hooks(
            "exchange",
            blockers=resting.open_work,
            on_rest=resting.withdraw_listings,
            on_return=resting.publish_again,
            kept=resting.kept_by_partners,
        )
