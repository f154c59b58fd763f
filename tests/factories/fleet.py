"""Migrations of the fleet, made by planning one."""

from tenants import context
from tenants.fleet import applying, ledger
from tenants.fleet.types import SqlClass, Stage, StageKind
from tenants.models import FleetEntry, FleetPlan, Slot, Template
from tenants.provisioning import selectors
from tenants.types import PlanState


def fleet_plan() -> FleetPlan:
    """Write a plan of one stage, which leads from the current template to another."""
    stage = Stage(
        kind=StageKind.SCHEMA,
        label="notify.0002_comment",
        app="notify",
        migration="0002_comment",
        operations=(0, 1),
        statements=(("COMMENT ON TABLE notify_notice IS ''", SqlClass.CATALOGUE),),
    )
    with context.owner():
        current = selectors.current_template()
        assert current is not None
        target = Template.objects.create(digest="f" * 64, statements=current.statements)
        return FleetPlan.objects.create(
            source_digest=current.digest,
            target_digest=target.digest,
            state=PlanState.READY,
            migrations=[stage.label],
            stages=[stage.as_json()],
        )


def fleet_entry() -> FleetEntry:
    """Write down that a plan failed for a schema."""
    (step,) = applying.steps_of(fleet_plan())
    with context.owner():
        schema = Slot.objects.values_list("schema_name", flat=True)[0]
    ledger.enter_failures(step, {schema: ("55P03", "The table was locked.")})
    with context.owner():
        return FleetEntry.objects.get()
