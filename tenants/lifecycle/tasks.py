"""Changes of tier in the background."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from tenants import jobs
from tenants.archive import files
from tenants.lifecycle import archiving, asking, closing, resting
from tenants.types import SYSTEM, Actor


def _actor(label: str, user: str) -> Actor:
    return Actor(label=label, user_id=UUID(user) if user else None)


@jobs.handler(asking.REST, scope=jobs.Scope.DIRECTORY)
def let_rest(
    *,
    enterprise_id: str,
    by_label: str = SYSTEM.label,
    by_user: str = "",
    unused_since: str = "",
    **_: object,
) -> None:
    """Let one enterprise rest."""
    resting.let_rest(
        enterprise_id=UUID(enterprise_id),
        by=_actor(by_label, by_user),
        at=timezone.now(),
        unused_since=datetime.fromisoformat(unused_since) if unused_since else None,
    )


@jobs.handler(asking.ARCHIVE, scope=jobs.Scope.DIRECTORY)
def archive_enterprise(
    *, enterprise_id: str, by_label: str = SYSTEM.label, by_user: str = "", **_: object
) -> None:
    """Put one enterprise into an archive."""
    archiving.archive_enterprise(
        enterprise_id=UUID(enterprise_id),
        by=_actor(by_label, by_user),
        at=timezone.now(),
    )


@jobs.handler(asking.REVIVE, scope=jobs.Scope.DIRECTORY)
def revive_enterprise(
    *, enterprise_id: str, by_label: str = SYSTEM.label, by_user: str = "", **_: object
) -> None:
    """Bring one enterprise back."""
    archiving.revive_enterprise(
        enterprise_id=UUID(enterprise_id),
        by=_actor(by_label, by_user),
        at=timezone.now(),
    )


@jobs.handler(archiving.REMOVE_FILES, scope=jobs.Scope.DIRECTORY)
def remove_files(*, schema: str, **_: object) -> None:
    """Remove the files of a schema that is no more."""
    files.remove_files(schema)


@jobs.handler(closing.CLOSE, scope=jobs.Scope.DIRECTORY)
def close_enterprise(*, enterprise_id: str, **_: object) -> None:
    """Erase one enterprise, whose time to think again is over."""
    closing.erase_enterprise(
        enterprise_id=UUID(enterprise_id), by=SYSTEM, at=timezone.now()
    )


@jobs.handler(closing.FINISH, scope=jobs.Scope.DIRECTORY)
def finish_closure(
    *, closure_id: str, schemas: list[str], archives: list[str], **_: object
) -> None:
    """Remove the files of one who was erased, and sign the certificate."""
    closing.remove_and_sign(
        closure_id=UUID(closure_id),
        schemas=schemas,
        archives=archives,
        at=timezone.now(),
    )
