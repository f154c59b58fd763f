"""Work that the machine register does later."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.machines import services
from tenants import jobs
from tenants.types import SYSTEM


@jobs.handler("machines.expire_certificates")
def expire_certificates(**_: object) -> None:
    """Let certificates go whose validity has ended, and what was published of them."""
    services.expire_certificates(by=SYSTEM, at=timezone.now())


@jobs.handler("machines.remind_of_certificates")
def remind_of_certificates(**_: object) -> None:
    """Tell of certificates that end soon."""
    services.remind_of_certificates(at=timezone.now())


@jobs.handler("machines.apply_table")
def apply_table(*, table_import_id: str, **_: object) -> None:
    """Import a table of machines."""
    services.apply_table(table_import_id=UUID(table_import_id), at=timezone.now())


@jobs.handler("machines.undo_table")
def undo_table(*, table_import_id: str, **_: object) -> None:
    """Take the import of a table back."""
    services.undo_table(table_import_id=UUID(table_import_id), at=timezone.now())


@jobs.handler("machines.change_machines")
def change_machines(
    *,
    bulk_id: str,
    asked: list[Any],
    seen: list[Any],
    asker: dict[str, Any],
    language: str,
    undo_of: str | None = None,
    **_: object,
) -> None:
    """Change many machines as was asked of those that were seen."""
    services.change_as_asked(
        bulk_id=UUID(bulk_id),
        asked=asked,
        seen=seen,
        asker=asker,
        language=language,
        undo_of=UUID(undo_of) if undo_of else None,
        at=timezone.now(),
    )


jobs.register_upkeep("machines.expire_certificates", services.has_lapsed_certificates)
jobs.register_upkeep(
    "machines.remind_of_certificates", services.has_certificates_to_remind_of
)
