"""How the rest of Spindle leaves a trace of what was done."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models, transaction

from apps.audit import rules, selectors
from apps.audit.models import AuditEvent
from apps.audit.types import Subject
from tenants import context
from tenants.registry import selectors as enterprises
from tenants.registry.events import Event
from tenants.types import Actor


@transaction.atomic
def record(
    *,
    verb: str,
    subject: models.Model | Subject | tuple[str, object, str],
    by: Actor,
    at: datetime,
    facts: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Record an event in the caller's transaction; it is sealed on commit."""
    if not rules.is_verb(verb):
        # A mistake of the programmer, not of the user: never shown as advice.
        message = f"verb {verb!r} does not read as 'machine.published'"
        raise ValueError(message)
    about = selectors.subject_of(subject)
    event = AuditEvent(
        at=at,
        by_id=by.user_id,
        by_label=_text(by.label, 200),
        by_client_id=_text(by.client_id or "", 100),
        verb=verb,
        subject_type=about.type,
        subject_id=about.id,
        subject_label=_text(about.label, 300),
        facts=rules.plain_facts(facts or {}),
    )
    event.digest = rules.digest_of(
        context.current().id, *(getattr(event, name) for name in rules.HASHED)
    )
    event.save(force_insert=True)
    return event


def record_of_directory(event: Event) -> None:
    """Record what was done to an enterprise in the directory, in its own chain.

    One without a schema here has no chain; the operator's own log has what was done.
    """
    if not enterprises.is_served_here(event.enterprise):
        return
    with context.enterprise(event.enterprise):
        record(
            verb=event.verb,
            subject=event.subject,
            by=event.by,
            at=event.at,
            facts=event.facts,
        )


def _text(value: object, length: int) -> str:
    return str(rules.plain_facts(str(value)))[:length]
