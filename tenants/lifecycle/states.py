"""How an enterprise is held while its tier changes: one row, one lock, one record."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, NotFound
from tenants import context
from tenants.models import Enterprise, User
from tenants.registry.events import Event, publish
from tenants.registry.selectors import as_ref
from tenants.types import Actor, EnterpriseRef, Tier


@contextmanager
def change() -> Iterator[None]:
    """Make one change of the directory, whole or not at all."""
    # The context first: within another transaction a savepoint is a statement too.
    with context.directory(), transaction.atomic():
        yield


class WrongTier(Conflict):
    """Raised when an enterprise is not in a tier that the change begins at."""

    code = "wrong_tier"


class ServedElsewhere(Conflict):
    """Raised when an enterprise lives in another database, or is moving there."""

    code = "served_elsewhere"


def hold(enterprise_id: UUID, *tiers: Tier) -> Enterprise:
    """Return the enterprise, held till the transaction ends.

    Held as for a change of no key, so that rows which refer to it can still be
    written: a job's progress is, on a connection of its own.

    :raises NotFound: if there is none.
    :raises WrongTier: if it is in none of these tiers.
    :raises ServedElsewhere: if its rows are not this process's to touch.
    """
    with context.directory():
        row = (
            Enterprise.objects.select_for_update(no_key=True)
            .filter(pk=enterprise_id)
            .first()
        )
    if row is None:
        raise NotFound(_("There is no such enterprise."), field="enterprise")
    if row.tier not in tiers:
        raise WrongTier(
            _("%(name)s is %(tier)s.")
            % {"name": row.name or row.slug, "tier": row.get_tier_display().lower()},
            field="enterprise",
            value=row.tier,
            remedy=_("This can be done while it is: %(tiers)s.")
            % {"tiers": ", ".join(str(tier.label).lower() for tier in tiers)},
        )
    if row.schema_name and row.database_id != settings.DATABASE_CODE:
        raise ServedElsewhere(
            _("%(name)s lives in the database %(database)s.")
            % {"name": row.name, "database": row.database_id},
            field="enterprise",
            remedy=_("Do it with a process that serves that database."),
        )
    if row.write_stopped_at is not None:
        raise ServedElsewhere(
            _("%(name)s is being moved.") % {"name": row.name},
            field="enterprise",
            remedy=_("Wait until it has arrived, then try again."),
        )
    return row


def change_tier(row: Enterprise, tier: Tier, at: datetime, **facts: object) -> None:
    """Write the new tier of an enterprise that is held.

    :raises WrongTier: if it has another tier than it was read with.
    """
    with context.directory():
        changed = Enterprise.objects.filter(pk=row.pk, tier=row.tier).update(
            tier=tier, tier_since=at, version=row.version + 1, **facts
        )
    if not changed:
        raise WrongTier(
            _("%(name)s has just been changed by another.") % {"name": row.name},
            field="enterprise",
            remedy=_("Look at it again."),
        )
    row.tier, row.tier_since, row.version = tier, at, row.version + 1
    for name, value in facts.items():
        setattr(row, name, value)


def record(
    row: Enterprise, verb: str, by: Actor, at: datetime, **facts: object
) -> None:
    """Write down who changed the tier: with the enterprise, and on the console."""
    tell(as_ref(row), verb, by, at, **facts)
    log_for_operators(row.pk, row.slug, verb, by)


def tell(
    ref: EnterpriseRef, verb: str, by: Actor, at: datetime, **facts: object
) -> None:
    """Tell the apps that ask, such as the record that the enterprise itself reads."""
    subject = ("tenants.enterprise", ref.id, ref.name)
    publish(Event(ref, verb, subject, by, at, facts))


def log_for_operators(enterprise_id: UUID, slug: str, verb: str, by: Actor) -> None:
    """Write down what a person did to an enterprise, where operators read it."""
    if by.user_id is None or not _is_operator(by.user_id):
        return
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType

    with context.owner():
        LogEntry.objects.create(
            user_id=by.user_id,
            content_type=ContentType.objects.get_for_model(Enterprise),
            object_id=str(enterprise_id),
            object_repr=slug,
            action_flag=CHANGE,
            change_message=verb,
        )


def _is_operator(user_id: UUID) -> bool:
    with context.directory():
        return User.objects.filter(pk=user_id, is_operator=True).exists()


def ref_of(row: Enterprise) -> EnterpriseRef:
    """Return a held enterprise as a plain value."""
    return as_ref(row)
