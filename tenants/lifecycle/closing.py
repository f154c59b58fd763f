"""An enterprise that leaves: asked for, waited with, then erased everywhere.

Its row stays as a tombstone without a name, so that what others keep of concluded
deals still refers to something; the certificate says what was erased.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput, NotFound
from tenants import context, jobs
from tenants.archive import files, storing
from tenants.lifecycle import certificates, erasing, hooks
from tenants.lifecycle.states import (
    change,
    change_tier,
    hold,
    record,
    ref_of,
)
from tenants.models import Archive, Closure, Job
from tenants.provisioning import services as provisioning
from tenants.registry.services import announce_change
from tenants.types import SYSTEM, Actor, JobState, Tier

CLOSE = "tenants.close_enterprise"
FINISH = "tenants.finish_closure"
DEDUP = "close"
NAMELESS: dict[str, Any] = {
    "name": "",
    "name_local": "",
    "country": "ZZ",
    "region": "",
    "city": "",
    "language": "en",
    "currency": "XXX",
    "time_zone": "UTC",
    "about": "",
    "website": "",
    "activities": [],
    "register_source": "",
    "register_number": "",
    "schema_name": None,
    "database": None,
    "last_active_at": None,
    "activated_at": None,
    "suspended_at": None,
    "suspended_by": None,
    "suspension_reason": "",
    "verification": "unverified",
}
LIVING = (Tier.REGISTERED, Tier.ACTIVATED, Tier.DORMANT, Tier.ARCHIVED)


class NotErased(RuntimeError):
    """Raised when something is still there after an erasure, which is then undone."""


@dataclass(frozen=True, slots=True)
class Closing:
    """That an enterprise is to be closed, and when."""

    job_id: UUID
    due_at: datetime
    requested_by: str
    # Why it could not be done when it was due.
    error: str = ""


def closing_of(enterprise_id: UUID) -> Closing | None:
    """Return what is planned for an enterprise, or None."""
    with context.jobs():
        job = (
            Job.objects.filter(
                enterprise_id=enterprise_id,
                kind=CLOSE,
                state__in=[JobState.QUEUED, JobState.RUNNING, JobState.FAILED],
            )
            .order_by("-id")
            .first()
        )
    if job is None:
        return None
    return Closing(job.pk, job.run_after, job.requested_by, job.error)


@change()
def ask_to_close(
    *, enterprise_id: UUID, typed_name: str, by: Actor, at: datetime
) -> Closing:
    """Have an enterprise erased after a time in which that can be taken back.

    :raises InvalidInput: if the name is not typed as it is written.
    :raises WorkIsOpen: if others wait for it.
    :raises WrongTier: if it is closed already.
    """
    row = hold(enterprise_id, *LIVING)
    if _plain(typed_name) != _plain(row.name):
        raise InvalidInput(
            _("This is not the enterprise's name."),
            field="typed_name",
            value=typed_name,
            remedy=_("Type it as it is written: %(name)s.") % {"name": row.name},
        )
    known = closing_of(enterprise_id)
    if known is not None and not known.error:
        return known
    if row.schema_name:
        hooks.check_nothing_open(ref_of(row))
    due = at + timedelta(days=settings.CLOSING_GRACE_DAYS)
    with context.jobs():
        Job.objects.filter(
            enterprise_id=enterprise_id, kind=CLOSE, state=JobState.FAILED
        ).delete()
        job = Job.objects.create(
            enterprise_id=enterprise_id,
            kind=CLOSE,
            args={"enterprise_id": str(enterprise_id)},
            run_after=due,
            dedup_key=DEDUP,
            requested_by=by.label[:160],
        )
    record(row, "enterprise.closing_asked", by, at, due_at=due)
    return Closing(job.pk, due, job.requested_by)


@change()
def cancel_closing(*, enterprise_id: UUID, by: Actor, at: datetime) -> None:
    """Take the wish to close back.

    :raises NotFound: if none waits.
    """
    row = hold(enterprise_id, *LIVING)
    with context.jobs():
        cancelled = Job.objects.filter(
            enterprise_id=enterprise_id,
            kind=CLOSE,
            state__in=[JobState.QUEUED, JobState.FAILED],
        ).update(state=JobState.CANCELLED, finished_at=at, updated_at=at)
    if not cancelled:
        raise NotFound(_("Nothing is planned that could be taken back."))
    record(row, "enterprise.closing_cancelled", by, at)


def close_enterprise(*, enterprise_id: UUID, by: Actor, at: datetime) -> Closure:
    """Erase an enterprise everywhere, and certify it.

    Rows, schema and role go in one transaction. Files follow it, for they cannot be
    brought back: until they are gone the certificate is not signed, and a job goes on
    with it should this process die.

    :raises WrongTier: if it is closed already.
    :raises WorkIsOpen: if others wait for it.
    :raises NotErased: if something is left, and nothing has been done.
    """
    closure = erase_enterprise(enterprise_id=enterprise_id, by=by, at=at)
    return finish_closure(closure_id=closure.pk, at=at)


@change()
def erase_enterprise(*, enterprise_id: UUID, by: Actor, at: datetime) -> Closure:
    """Erase rows, schema and role; a job removes the files once that is committed.

    :raises WrongTier: if it is closed already.
    :raises WorkIsOpen: if others wait for it.
    :raises NotErased: if something is left.
    """
    row = hold(enterprise_id, *LIVING)
    ref = ref_of(row)
    kept: list[hooks.Kept] = []
    document: dict[str, Any] = {
        "format": certificates.FORMAT,
        "version": certificates.VERSION,
        "enterprise_id": str(enterprise_id),
        "closed_at": at.isoformat(),
        "tier_before": row.tier,
        "asked_by": _kind_of(by),
        "own_rows": {},
    }
    if ref.schema:
        hooks.check_nothing_open(ref)
        kept = hooks.kept_by_others(ref)
        hooks.run_rest(ref, by, at)
        document["own_rows"] = erasing.own_rows(ref.schema)
    document["kept_by_others"] = [
        {"what": one.label, "count": one.count, "reason": one.reason} for one in kept
    ]
    with context.directory():
        paths = [
            path
            for path in Archive.objects.filter(enterprise=row).values_list(
                "path", flat=True
            )
            if path
        ]
    people = erasing.people_of_it_alone(enterprise_id)
    document["shared_rows"] = erasing.erase_shared_rows(enterprise_id)
    document["people"] = len(people)
    document["rows_of_people"] = erasing.erase_people(people)
    document["operators_notes"] = erasing.erase_operators_notes(enterprise_id)
    document["register_digest"] = certificates.register_digest(
        row.register_source, row.register_number
    )
    slug_digest = certificates.digest_of("slug", row.slug)
    change_tier(
        row, Tier.CLOSED, at, slug=f"closed-{enterprise_id.hex}"[:40], **NAMELESS
    )
    if ref.schema:
        provisioning.drop_schema(ref.schema)
    document["checks"] = _checks(enterprise_id, ref.schema, people)
    with context.directory():
        closure = Closure.objects.create(
            enterprise_id=enterprise_id,
            slug_digest=slug_digest,
            closed_at=at,
            closed_by=_kind_of(by),
            document=document,
            signature="",
        )
    with context.jobs():
        jobs.enqueue(
            FINISH,
            closure_id=str(closure.pk),
            schemas=[ref.schema] if ref.schema else [],
            archives=paths,
        )
    announce_change()
    return closure


def _kind_of(by: Actor) -> str:
    # Nobody's name: an owner is erased along with the enterprise.
    if by == SYSTEM or by.user_id is None:
        return "the platform"
    with context.directory():
        from tenants.models import User

        is_operator = User.objects.filter(pk=by.user_id, is_operator=True).exists()
    return "the platform's operator" if is_operator else "an owner"


def _checks(enterprise_id: UUID, schema: str, people: list[UUID]) -> dict[str, int]:
    from tenants.models import User

    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = %(name)s),"
            " (SELECT count(*) FROM pg_roles WHERE rolname = %(name)s)",
            {"name": schema},
        )
        schemas, roles = cursor.fetchone()
        left = {
            "schemas": int(schemas),
            "roles": int(roles),
            "shared_rows": sum(erasing.shared_rows(enterprise_id).values()),
            "people": User.objects.filter(pk__in=people).count(),
        }
    if any(left.values()):
        msg = f"Of {enterprise_id} there is still: {left}."
        raise NotErased(msg)
    return left


def finish_closure(*, closure_id: UUID, at: datetime) -> Closure:
    """Remove an erased enterprise's files, then sign its certificate; can be repeated."""
    with context.jobs():
        job = Job.objects.filter(kind=FINISH, args__closure_id=str(closure_id)).first()
    schemas = job.args["schemas"] if job else []
    paths = job.args["archives"] if job else []
    return remove_and_sign(
        closure_id=closure_id, schemas=schemas, archives=paths, at=at
    )


def remove_and_sign(
    *, closure_id: UUID, schemas: list[str], archives: list[str], at: datetime
) -> Closure:
    """Remove these folders and archives, and sign what is then true."""
    removed = sum(files.remove_files(schema) for schema in schemas)
    for path in archives:
        storing.remove(path)
    with change():
        closure = Closure.objects.select_for_update().get(pk=closure_id)
        if closure.signature:
            return closure
        closure.document["files"] = removed
        closure.document["archives"] = len(archives)
        closure.document["checks"]["files"] = sum(
            storing.path_of(path).exists() for path in archives
        )
        closure.document["finished_at"] = at.isoformat()
        closure.signature = certificates.sign(closure.document)
        closure.save(update_fields=["document", "signature"])
    return closure


def certificate_of(enterprise_id: UUID) -> Closure:
    """Return the certificate of an enterprise's erasure.

    :raises NotFound: if it was not erased.
    """
    with context.directory():
        found = Closure.objects.filter(enterprise_id=enterprise_id).first()
    if found is None:
        raise NotFound(_("There is no certificate for this id."), field="enterprise")
    return found


def is_left_address(slug: str) -> bool:
    """Say whether an address was that of an enterprise which has been erased."""
    with context.directory():
        return Closure.objects.filter(
            slug_digest=certificates.digest_of("slug", slug)
        ).exists()


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
