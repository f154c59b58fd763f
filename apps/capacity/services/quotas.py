"""How much may be held: holding costs nothing, so hoarding must not pay."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.capacity import selectors
from apps.capacity.rules import limits
from apps.capacity.rules.spans import minute_of
from apps.capacity.rules.working_time import working_spans
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period

SIDE_BY_SIDE = 50
"""Below its quota by so many, one buyer's holds may be counted at once."""


class HoldQuotaReached(DomainError):
    """Raised when the enterprise, or one buyer, has as many holds as it may."""

    code = "hold_quota_reached"
    status = 409


def check_quota(*, counterparty_id: UUID | None, more: int, at: datetime) -> None:
    """Make sure that so many more holds may be opened.

    :raises HoldQuotaReached: if the enterprise or the buyer would have too many.
    """
    everyones = selectors.open_holds(at=at)
    is_close = everyones.count() + more > limits.HOLDS_BEFORE_COUNTING_IN_TURN
    theirs = None
    if counterparty_id is not None:
        theirs = selectors.open_holds(counterparty_id=counterparty_id, at=at)
        bar = limits.HOLDS_OF_ONE_COUNTERPARTY - SIDE_BY_SIDE
        is_close = theirs.count() + more > bar or is_close
    if not is_close:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock("
            "hashtext('capacity.holds'), hashtext(current_schema()))"
        )
    if theirs is not None and theirs.count() + more > limits.HOLDS_OF_ONE_COUNTERPARTY:
        raise HoldQuotaReached(
            _("%(holds)d holds are open for this buyer, and no more may be.")
            % {"holds": limits.HOLDS_OF_ONE_COUNTERPARTY},
            remedy=_("Decide on what is quoted, or wait for some holds to end."),
        )
    if everyones.count() + more > limits.HOLDS_AT_ONCE:
        raise HoldQuotaReached(
            _("%(holds)d holds are open, and no more may be.")
            % {"holds": limits.HOLDS_AT_ONCE},
            remedy=_(
                "Let holds go that are no longer needed, or wait for some to end."
            ),
        )


def check_share(
    *,
    machine_id: UUID,
    counterparty_id: UUID | None,
    minutes: int,
    start: datetime,
    at: datetime,
) -> None:
    """Make sure that one buyer does not hold most of a machine; the machine is locked.

    :raises HoldQuotaReached: if its holds would take more than their share.
    """
    until = at + limits.SHARE_COUNTED_OVER
    if counterparty_id is None or start >= until:
        return
    held = (
        selectors.open_holds(
            counterparty_id=counterparty_id, machine_id=machine_id, at=at
        )
        .overlapping(Period(at, until))
        .aggregate(minutes=Sum("minutes"))["minutes"]
    )
    if not held:
        return
    calendar = selectors.calendar_facts([machine_id])[machine_id]
    working = working_spans(calendar, minute_of(at), minute_of(until)).total
    if (held + minutes) * 100 > working * limits.SHARE_OF_A_MACHINE_PERCENT:
        raise HoldQuotaReached(
            _(
                "One buyer may hold %(share)d %% of a machine's next %(weeks)d weeks;"
                " %(held)d minutes are held for this one."
            )
            % {
                "share": limits.SHARE_OF_A_MACHINE_PERCENT,
                "weeks": limits.SHARE_COUNTED_OVER.days // 7,
                "held": held,
            },
            remedy=_("Decide on what is quoted, or ask another machine."),
        )
