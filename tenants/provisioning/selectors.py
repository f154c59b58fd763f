"""What stands ready for the next sign-up."""

from django.db import connection

from tenants import context
from tenants.models import Slot, Template
from tenants.types import SlotState


def is_prepared() -> bool:
    """Say whether the shared schema is migrated and a template rendered."""
    with context.directory(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.tenants_template') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        return Template.objects.filter(is_current=True).exists()


def current_template() -> Template | None:
    """Return the template that slots are made from."""
    return Template.objects.filter(is_current=True).first()


def free_slots(digest: str) -> int:
    """Return how many schemas of this template wait to be claimed."""
    return Slot.objects.filter(template_digest=digest, state=SlotState.FREE).count()
