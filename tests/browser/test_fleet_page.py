"""The fleet's page in a browser: a halted migration, in light and dark."""

import pytest

from tenants import context
from tenants.models import FleetPlan, Template
from tests.browser.test_console import CONSOLE, console, look, olga
from tests.factories import fleet as make

__all__ = ["console", "olga"]


@pytest.fixture
def halted(committed):
    entry = make.fleet_entry()
    with context.owner():
        plan = FleetPlan.objects.get(pk=entry.plan_id)
        plan.state = "halted"
        plan.halted_reason = "1 schemas are left."
        plan.save()
    yield plan
    with context.owner():
        plan.delete()
        Template.objects.filter(pk=plan.target_digest).delete()


def test_shows_why_a_migration_is_halted_and_goes_on_with_it(console, halted):
    console.goto(f"{CONSOLE}/tenants/fleetplan/")
    console.get_by_text("The table was locked.").wait_for()
    console.get_by_text("1 statement", exact=True).click()
    console.get_by_text("COMMENT ON TABLE notify_notice").wait_for()
    assert look(console) == []

    console.get_by_role("button", name="Check for drift").click()

    console.get_by_text("Every schema is compared with the template").wait_for()
