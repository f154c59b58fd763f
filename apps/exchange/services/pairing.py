"""Acting for two enterprises, or more, in one transaction.

Everything that a deal touches is locked in one order, the same for all: the demand,
then machines by their keys, then each enterprise's documents by schema, and the heads
of the audit chains last. So two deals in opposite directions wait, and never for each
other.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from apps.exchange.models import Demand
from apps.exchange.selectors import DemandNotFound
from apps.kernel.errors import Conflict
from tenants import context
from tenants.registry import selectors as enterprises
from tenants.types import EnterpriseRef

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE = "40P01", "40001", "55P03"
WORTH_ANOTHER_TRY = {DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE}
TRIES = 3
LOCK_WAIT = "2s"


class DemandBusy(Conflict):
    """Raised when others have been deciding on a demand for too long."""

    code = "demand_busy"


class EnterpriseGone(Conflict):
    """Raised when the other side of a deal does not trade any more."""

    code = "enterprise_gone"


def in_turn(deal: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Do a deal in a transaction or savepoint, again if it had to yield to another.

    :raises DemandBusy: if it had to yield every time.
    """

    @wraps(deal)
    def done(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        for _attempt in range(TRIES):
            try:
                with transaction.atomic():
                    return deal(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", None) not in WORTH_ANOTHER_TRY:
                    raise
                refusal = error
        raise DemandBusy(
            _("Others are deciding on this demand at the moment."),
            remedy=_("Try again in a moment."),
        ) from refusal

    return done


def lock_demand(demand_id: UUID) -> Demand:
    """Lock a demand: whoever quotes, withdraws or awards takes this lock first.

    :raises DemandNotFound: if there is no such demand.
    """
    with context.exchange(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
        rows = Demand.objects.filter(pk=demand_id)
        if not settings.SPINDLE_UNSAFE_NO_BOOKING_LOCK:
            rows = rows.select_for_update(no_key=True, of=("self",))
        demand = rows.first()
    if demand is None:
        raise DemandNotFound(
            _("There is no such demand."), field="demand_id", value=str(demand_id)
        )
    return demand


def trading_enterprise(enterprise_id: UUID | None) -> EnterpriseRef:
    """Return the other side of a deal.

    :raises EnterpriseGone: if it is suspended or has left.
    """
    found = enterprises.enterprise_by_id(enterprise_id) if enterprise_id else None
    if found is None or found.is_suspended:
        raise EnterpriseGone(
            _("The other enterprise does not trade at present."),
            remedy=_("Choose another, or ask the platform operator."),
        )
    return found


def by_schema(refs: Iterable[EnterpriseRef]) -> list[EnterpriseRef]:
    """Return enterprises in the order in which their documents are written."""
    return sorted(set(refs), key=lambda ref: ref.schema)


def lock_audit_heads(refs: Iterable[EnterpriseRef]) -> None:
    """Take, last of all, the locks that the audit chains take on commit.

    There they are taken in the order of events, which differs between deals.
    """
    with connection.cursor() as cursor:
        for ref in by_schema(refs):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext(%s))",
                [ref.schema],
            )
