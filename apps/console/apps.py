"""The operator's console."""

from typing import Any

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """What the platform operator sees and may do."""

    name = "apps.console"
    label = "console"

    def ready(self) -> None:
        """Say whose the console's pages are."""
        from tenants.isolation.registry import register_view_reader

        register_view_reader("console", classes_of)


def classes_of(view: object) -> Any:
    """Return whose a page is that the console's guard stands before.

    Django wraps a model's pages, and the site's own, in the guard and leaves its mark
    on them; what is registered past the guard has none.
    """
    from tenants.isolation.registry import Classes
    from tenants.types import Disclosure, Tenancy

    marks = ("model_admin", "admin_site", "is_operators")
    if any(hasattr(view, mark) for mark in marks):
        return Classes(Tenancy.OPERATOR, Disclosure.OPERATOR)
    return None
