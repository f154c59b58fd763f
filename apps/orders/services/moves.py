"""Changes of state: each is one compare-and-swap and one audit event."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict, NotFound
from apps.orders.models import Order, Quote, Rfq
from apps.orders.types import OrderState, QuoteState, RfqState
from tenants.isolation import TenantQuerySet
from tenants.types import Actor

Thing = TypeVar("Thing", Rfq, Quote, Order)

LABELS: Mapping[type[models.Model], type[models.TextChoices]] = {
    Rfq: RfqState,
    Quote: QuoteState,
    Order: OrderState,
}


class StateMoved(Conflict):
    """The thing is no longer in a state from which this can be done."""

    code = "state_moved"


class VersionMoved(Conflict):
    """Someone else has changed the thing since it was read."""

    code = "version_moved"


def swap(
    thing_id: UUID,
    rows: TenantQuerySet[Thing],
    *,
    states: Collection[str],
    version: int | None,
    at: datetime,
    missing: type[NotFound],
    changes: Mapping[str, object],
) -> Thing:
    """Change a row if it is in one of the states and at this version, else say why.

    :raises NotFound: of the kind `missing`, if there is no such row here.
    :raises VersionMoved: if the row is at another version.
    :raises StateMoved: if the row is in another state.
    """
    # One UPDATE: of two that race, the second waits for the first and then finds
    # the state or the version changed.
    wanted = rows.filter(pk=thing_id, state__in=states)
    if version is not None:
        wanted = wanted.filter(version=version)
    moved = wanted.update(version=F("version") + 1, updated_at=at, **changes)
    thing = rows.filter(pk=thing_id).first()
    if thing is None:
        raise missing
    if moved:
        return thing
    if version is not None and thing.version != version:
        raise VersionMoved(
            _(
                "%(thing)s was changed meanwhile: it is at version %(now)d, not %(then)d."
            )
            % {"thing": thing.number, "now": thing.version, "then": version},
            field="version",
            value=version,
            remedy=_("Load it again and repeat your change."),
        )
    raise not_in_state(thing, states)


def not_in_state(thing: Thing, states: Collection[str]) -> StateMoved:
    """Return the refusal of a thing that is in none of the states."""
    labels = LABELS[type(thing)]
    return StateMoved(
        _("%(thing)s is in state “%(state)s”.")
        % {"thing": thing.number, "state": labels(thing.state).label},
        field="state",
        value=thing.state,
        remedy=_("This can be done only in state: %(states)s.")
        % {"states": ", ".join(str(labels(state).label) for state in sorted(states))},
    )


def record(
    verb: str, thing: Thing, *, by: Actor, at: datetime, **facts: object
) -> None:
    """Leave a trace of what was done to the thing."""
    audit.record(verb=verb, subject=thing, by=by, at=at, facts=facts)
