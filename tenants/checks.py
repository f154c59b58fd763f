"""What `manage.py check` says of settings that would open one enterprise to another."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def layers_stand(**_: Any) -> list[CheckMessage]:
    """Refuse a layer of isolation left out anywhere but in the suite."""
    off = settings.SPINDLE_UNSAFE_LAYERS_OFF
    if off and not settings.SPINDLE_UNSAFE_ALLOWED:
        return [
            Error(
                "SPINDLE_UNSAFE_LAYERS_OFF leaves out layers of isolation: "
                f"{', '.join(sorted(off))}.",
                hint="Take it out of these settings: it is for the test suite.",
                id="tenants.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def suite_stays_home(**_: Any) -> list[CheckMessage]:
    """Refuse to deploy with the settings of the suite."""
    if settings.SPINDLE_UNSAFE_ALLOWED:
        return [
            Error(
                "SPINDLE_UNSAFE_ALLOWED lets layers of isolation be left out.",
                hint="Deploy with spindle.settings.prod.",
                id="tenants.E002",
            )
        ]
    return []
