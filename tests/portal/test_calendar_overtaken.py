"""Before a calendar changes, its planner learns which proposed plan would not hold."""

import pytest

from tenants import context
from tenants.types import Role
from tests.factories import capacity, machines, scheduling

NO_WORK = {
    "whose": "own",
    "slots": "1",
    "holidays": "none",
    "time_zone": "Europe/Berlin",
    "efficiency_percent": "",
    "keeps_exceptions": "on",
    "version": "0",
    "preview": "1",
}


@pytest.mark.parametrize("is_hit", [True, False], ids=["its machine", "another"])
def test_preview_names_a_plan_that_would_not_hold(member_of, north, is_hit) -> None:
    with context.enterprise(north):
        capacity.early_shifts()
        mill = machines.machine(code="M1")
        other = machines.machine(code="M2")
        scheduling.work_request(mill.pk)
        plan = scheduling.proposal()
    planner = member_of(north, Role.PLANNER)
    # The other machine is closed, and the plan does not mind.
    subject = mill if is_hit else other

    asked = planner.post(f"/capacity/calendars/{subject.pk}/week/", NO_WORK)

    assert asked.context["effect"].machine_count == 1
    text = asked.content.decode()
    assert (f"schedule/{plan.pk}/" in text) is is_hit
    assert ("would not hold any more" in text) is is_hit
