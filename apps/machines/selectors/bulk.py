"""Reading what changes of many machines did, from the record of it."""

from uuid import UUID

from django.utils.translation import gettext as _

from apps.audit import selectors as audit
from apps.audit.models import AuditEvent, AuditEventQuerySet
from apps.kernel.errors import NotFound

BULK = "machine_change"


class ChangeNotFound(NotFound):
    """The enterprise made no such change, or it is not done yet."""

    code = "change_not_found"


def bulk_change(bulk_id: UUID) -> AuditEvent:
    """Return the record of a change of many machines.

    :raises ChangeNotFound: if there is none.
    """
    found = (
        audit.history_of((BULK, bulk_id, ""))
        .filter(verb="machine_change.applied")
        .first()
    )
    if found is None:
        raise ChangeNotFound(
            _("There is no such change."), field="bulk_id", value=str(bulk_id)
        )
    return found


def is_undone(bulk_id: UUID) -> bool:
    """Say whether a change was taken back."""
    told = audit.history_of((BULK, bulk_id, ""))
    return told.filter(verb="machine_change.undone").exists()


def changes_of(record: AuditEvent) -> AuditEventQuerySet:
    """Return what a change did to each machine, in the order in which it was done."""
    # All that a change does is of the same moment, by which events are found.
    found: AuditEventQuerySet = AuditEvent.objects.filter(
        at=record.at,
        verb="machine.changed_in_bulk",
        facts__bulk_id=record.subject_id,
    )
    return found.order_by("id")
