"""What was done, by whom, and whether the record of it is whole."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.audit import rules
from apps.audit.models import AuditEvent, AuditEventQuerySet
from apps.audit.types import BrokenLink, Checkpoint, Fault, Subject
from tenants import context
from tenants.registry import selectors as enterprises

PAGE = 50


def subject_of(subject: models.Model | Subject | tuple[str, object, str]) -> Subject:
    """Name a subject in words that outlive its row."""
    match subject:
        case Subject():
            return subject
        case models.Model():
            name = subject._meta.model_name or ""
            return Subject(type=name, id=str(subject.pk), label=str(subject))
        case (type_, id_, label):
            return Subject(type=type_, id=str(id_), label=label)


def events_of(
    subject: models.Model | Subject | tuple[str, object, str], *, limit: int = PAGE
) -> AuditEventQuerySet:
    """Return what happened to one thing, newest first."""
    return history_of(subject)[:limit]


def history_of(
    subject: models.Model | Subject | tuple[str, object, str],
) -> AuditEventQuerySet:
    """Return all that happened to one thing, newest first, to be read by pages."""
    about = subject_of(subject)
    events = AuditEvent.objects.about(subject_type=about.type, subject_id=about.id)
    return events.newest_first()


def timeline(
    *,
    subjects: Iterable[Subject] = (),
    subject_type: str = "",
    by_id: UUID | None = None,
    verb: str = "",
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> AuditEventQuerySet:
    """Return what happened in the enterprise, newest first.

    `verb` may be a whole verb or the part before the dot; `before` is the
    moment and id of the last event of the page before.
    """
    events = AuditEvent.objects.newest_first()
    about = Q()
    for subject in subjects:
        about |= Q(subject_type=subject.type, subject_id=subject.id)
    events = events.filter(about)
    if subject_type:
        events = events.filter(subject_type=subject_type)
    if by_id is not None:
        events = events.caused_by(by_id)
    if verb:
        events = events.filter(Q(verb=verb) | Q(verb__startswith=f"{verb}."))
    if before is not None:
        at, event_id = before
        events = events.filter(Q(at__lt=at) | Q(at=at, id__lt=event_id))
    return events[:limit]


def head() -> Checkpoint | None:
    """Return the end of the chain, to be kept where its tail cannot be cut."""
    last = AuditEvent.objects.filter(sequence__isnull=False).order_by("-sequence")
    row = last.values_list("sequence", "hash").first()
    return None if row is None else Checkpoint(sequence=row[0] or 0, hash=row[1])


def verify_chain(*, checkpoint: Checkpoint | None = None) -> BrokenLink | None:
    """Return the first row at which the chain does not hold, or nothing.

    A cut tail shows only against a checkpoint that was kept elsewhere. Ask
    outside the transaction that records: its own events are not sealed yet.
    """
    # A copy has what its original recorded, under the original's id, and then its own.
    own_id = context.current().id
    ids = [*enterprises.origins_of(own_id), own_id]
    sequence, previous_hash = 0, rules.GENESIS
    met = checkpoint is None
    # Bare rows: building a hundred thousand instances takes longer than hashing them.
    sealed = AuditEvent.objects.filter(sequence__isnull=False).order_by("sequence")
    for number, digest, previous, found, *said in sealed.values_list(
        "sequence", "digest", "previous_hash", "hash", *rules.HASHED
    ):
        sequence += 1
        event_id = said[0]
        if number != sequence:
            return BrokenLink(sequence, event_id, Fault.MISSING)
        if previous != previous_hash:
            return BrokenLink(sequence, event_id, Fault.UNLINKED)
        while len(ids) > 1 and digest != rules.digest_of(ids[0], *said):
            del ids[0]
        if digest != rules.digest_of(ids[0], *said) or found != rules.link_hash(
            previous_hash=previous, sequence=sequence, digest=digest
        ):
            return BrokenLink(sequence, event_id, Fault.ALTERED)
        previous_hash = found
        if checkpoint is not None and checkpoint.sequence == sequence:
            if checkpoint.hash != found:
                return BrokenLink(sequence, event_id, Fault.ALTERED)
            met = True
    if not met:
        return BrokenLink(sequence + 1, None, Fault.CUT)
    unsealed = AuditEvent.objects.filter(sequence__isnull=True).order_by("id").first()
    if unsealed is not None:
        return BrokenLink(None, unsealed.id, Fault.UNSEALED)
    return None
