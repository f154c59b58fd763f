from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    name = "apps.notify"
    label = "notify"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from apps.notify import rules
        from tenants.isolation.registry import register_finder

        register_finder("channels", rules.find_channels)
