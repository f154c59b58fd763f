"""Calendars from before there were levels go on, and add the enterprise's exceptions."""

from datetime import timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.capacity import selectors, services
from apps.capacity.models import CalendarRevision
from apps.capacity.types import CalendarLevel
from apps.kernel.periods import Period
from tenants import context
from tenants.provisioning.services import grant_schema
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    EARLY_SHIFTS,
    MONDAY_7,
    SHIFT_START,
    early_shifts,
)

MONDAY = Period(SHIFT_START, SHIFT_START + DAY)
BEFORE = ("capacity", "0002_fewer_relations")
AFTER = ("capacity", "0003_inheritance")


def test_a_machines_own_calendar_adds_the_closed_days_of_its_enterprise(
    north: EnterpriseRef, planner: Actor
) -> None:
    with context.enterprise(north):
        mill = machines.machine(code="M1").pk
        services.add_exception(
            calendar_id=early_shifts().pk,
            period=MONDAY,
            working=False,
            by=planner,
            at=MONDAY_7,
        )
        early_shifts(mill)
        CalendarRevision.objects.all().delete()
    with context.owner(north.schema), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        MigrationExecutor(connection).migrate([BEFORE])
        cursor.execute("SELECT count(*) FROM capacity_calendar")
        assert cursor.fetchone() == (2,)
        MigrationExecutor(connection).migrate([AFTER])
        grant_schema(north.schema)

    with context.enterprise(north):
        facts = selectors.calendar_facts([mill])[mill]
        level = CalendarLevel(machine_id=mill)
        kept = selectors.calendar_link(level)
        assert facts.week.shifts == EARLY_SHIFTS
        assert [one.period for one in facts.exceptions] == [MONDAY]
        assert selectors.working_periods_of(mill, MONDAY) == []
        assert kept.draft.keeps_exceptions
        assert kept.draft.efficiency_percent is None

        services.set_keeps_exceptions(
            level=level, keeps=False, by=planner, at=MONDAY_7 + timedelta(minutes=1)
        )
        assert selectors.working_periods_of(mill, MONDAY) != []
        services.undo_calendar(
            level=level, version=kept.version + 1, by=planner, at=MONDAY_7
        )
        assert selectors.working_periods_of(mill, MONDAY) == []
