"""The first few schemas: what goes wrong with them goes wrong with none after."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from apps.kernel.errors import DomainError
from tenants import context
from tenants.fleet import verifying
from tenants.fleet.types import Pace
from tenants.models import FleetEntry, FleetPlan, Slot, Template
from tenants.types import EntryState, SlotState


class FleetHalted(DomainError):
    """Raised when going on would only meet the same trouble at each schema."""

    code = "fleet_halted"


def chosen(plan: FleetPlan, pace: Pace) -> list[list[str]]:
    """Return free slots, then the first enterprises, as far as none has gone ahead."""
    groups = []
    for state in (SlotState.FREE, SlotState.CLAIMED):
        ahead = len(_gone_ahead(plan, state, pace.canaries))
        with context.owner():
            failed = FleetEntry.objects.filter(plan=plan, state=EntryState.FAILED)
            names = list(
                Slot.objects.filter(template_digest=plan.source_digest, state=state)
                .exclude(schema_name__in=failed.values("schema_name"))
                .order_by("claimed_at", "schema_name")
                .values_list("schema_name", flat=True)[: pace.canaries - ahead]
            )
        if names:
            groups.append(names)
    return groups


def refuse_failure(names: list[str], failed: Mapping[str, str]) -> None:
    """Halt the fleet if a canary failed.

    :raises FleetHalted: naming the schema and its error.
    """
    for name in names:
        if name in failed:
            raise FleetHalted(
                _("The canary %(schema)s failed: %(error)s.")
                % {"schema": name, "error": failed[name]},
                field="schema",
                value=name,
                remedy=_("No other schema was touched. Mend it and run again."),
            )


def waiting(plan: FleetPlan, pace: Pace) -> list[str]:
    """Return the canaries that have yet to go ahead, free slots before enterprises.

    :raises FleetHalted: if those that went ahead are not what the template says.
    """
    refuse_drift(plan, pace)
    return next(iter(chosen(plan, pace)), [])


def refuse_drift(plan: FleetPlan, pace: Pace) -> None:
    """Halt the fleet if what went ahead is not what the template says.

    :raises FleetHalted: naming the schema and what differs.
    """
    expected = _expected(plan)
    names = [
        name
        for state in (SlotState.FREE, SlotState.CLAIMED)
        for name in _gone_ahead(plan, state, pace.canaries)
    ]
    if not expected or not names:
        return
    for name, digest in sorted(verifying.catalogue_digests(names).items()):
        if digest != expected:
            found = "; ".join(map(str, verifying.differences(name)[:5]))
            raise FleetHalted(
                _("The canary %(schema)s is not what the template says: %(what)s.")
                % {"schema": name, "what": found},
                field="schema",
                value=name,
                remedy=_("No wave was begun. Mend the schema or the migration."),
            )


def _expected(plan: FleetPlan) -> str:
    with context.owner():
        target = Template.objects.filter(pk=plan.target_digest).first()
    return target.catalogue_digest if target else ""


def _gone_ahead(plan: FleetPlan, state: SlotState, most: int) -> list[str]:
    """Return the first schemas that are through the plan and have gone no further."""
    with context.owner():
        done = FleetEntry.objects.filter(
            plan=plan, state=EntryState.DONE, stage=len(plan.stages) - 1
        )
        through = Slot.objects.filter(
            template_digest=plan.target_digest,
            plan=None,
            state=state,
            schema_name__in=done.values("schema_name"),
        )
        return list(
            through.order_by("claimed_at", "schema_name").values_list(
                "schema_name", flat=True
            )[:most]
        )
