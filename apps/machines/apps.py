"""The app of machines."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MachinesConfig(AppConfig):
    """Sites, machines, what they can do, what they cost, and certificates."""

    name = "apps.machines"
    verbose_name = _("Machines")
