"""How long machines are set up for between families of work."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity.services.turns import lock_machine
from apps.kernel.errors import Conflict, InvalidInput
from apps.scheduling import selectors
from apps.scheduling.models import SetupTime
from apps.scheduling.rules.work import LONGEST_FAMILY, LONGEST_MINUTES, check_text
from tenants.types import Actor

MOST_PAIRS = 2_500


class SetupTimesChanged(Conflict):
    """Someone else changed the setup times since the caller looked."""

    code = "setup_times_changed"


@transaction.atomic
def set_setup_times(
    *,
    machine_id: UUID,
    rows: Sequence[tuple[str, str, int]],
    by: Actor,
    at: datetime,
    instead_of: Sequence[SetupTime] | None = None,
) -> list[SetupTime]:
    """Set all setup times of a machine: from a family, to a family, in minutes.

    A pair that is left out takes the setup of the job order itself. With `instead_of`,
    only if they are still those that the caller saw.

    :raises MachineNotFound: if there is no such machine.
    :raises SetupTimesChanged: if they are others by now.
    :raises InvalidInput: if a family has no name, a pair comes twice, or the minutes
        cannot be.
    """
    _check(rows)
    # One at a time: two that replace the same rows would both add theirs.
    machine = lock_machine(machine_id)
    if instead_of is not None and _said(instead_of) != _said(
        selectors.setup_times(machine_id)
    ):
        raise SetupTimesChanged(
            _("Somebody else has changed these setup times."),
            field="rows",
            remedy=_("Look at them again and repeat the change."),
        )
    SetupTime.objects.filter(machine_id=machine_id).delete()
    SetupTime.objects.bulk_create(
        SetupTime(
            machine_id=machine_id,
            from_family=before.strip(),
            to_family=after.strip(),
            minutes=minutes,
        )
        for before, after, minutes in rows
    )
    audit.record(
        verb="machine.setup_times_set",
        subject=machine,
        by=by,
        at=at,
        facts={"pairs": len(rows)},
    )
    return selectors.setup_times(machine_id)


def _said(rows: Sequence[SetupTime]) -> set[tuple[str, str, int]]:
    return {(row.from_family, row.to_family, row.minutes) for row in rows}


def _check(rows: Sequence[tuple[str, str, int]]) -> None:
    if len(rows) > MOST_PAIRS:
        raise InvalidInput(
            _("These are %(count)d pairs of families.") % {"count": len(rows)},
            field="rows",
            value=len(rows),
            remedy=_("Give at most %(most)d.") % {"most": MOST_PAIRS},
        )
    seen: set[tuple[str, str]] = set()
    for before, after, minutes in rows:
        check_text("from_family", before, LONGEST_FAMILY)
        check_text("to_family", after, LONGEST_FAMILY)
        pair = (before.strip(), after.strip())
        if pair in seen:
            raise InvalidInput(
                _("From %(before)s to %(after)s is given twice.")
                % {"before": before, "after": after},
                field="rows",
                value=" > ".join(pair),
                remedy=_("Keep one of them."),
            )
        seen.add(pair)
        if not 0 <= minutes <= LONGEST_MINUTES:
            raise InvalidInput(
                _("A setup cannot take %(minutes)s minutes.") % {"minutes": minutes},
                field="minutes",
                value=minutes,
                remedy=_("Give 0 to %(most)d minutes.") % {"most": LONGEST_MINUTES},
            )
