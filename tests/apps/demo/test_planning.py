"""Work that demo shops plan: a plan in force, a pin, a proposal, a rush that is tried."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.demo import services
from apps.demo.data.enterprises import SHOPS
from apps.demo.data.work import PLANNING_SHOPS
from apps.demo.rules import worlds
from apps.demo.services import planning
from apps.demo.services.draining import drain
from apps.demo.services.enterprises import write_enterprise
from apps.demo.services.hands import Hands
from apps.exchange import selectors as exchange
from apps.scheduling import selectors as scheduling
from apps.scheduling.types import ScheduleState
from tenants import context
from tenants.models import Job
from tenants.types import EnterpriseRef
from tests.apps.demo.test_seed import PASSWORD, SMALL, enterprise

HANDS = Hands(None)


@pytest.fixture
def shop(committed: None) -> EnterpriseRef:
    """A demo shop with its machines, and nothing to make yet."""
    at = timezone.now()
    for plan in worlds.plan_world(enterprises=SMALL, seed=1, on=at.date()):
        if plan.shop.slug == "kaltenrieder":
            write_enterprise(plan, password=PASSWORD, at=at)
    drain(HANDS)
    return enterprise("kaltenrieder")


def go_on(shop: EnterpriseRef) -> None:
    """Do what the workers do once the plan is there."""
    with context.enterprise(shop):
        services.go_on_planning(at=timezone.now())
    drain(HANDS)


def test_a_shop_has_a_plan_in_force_a_proposal_and_a_rush_that_is_tried(
    shop: EnterpriseRef,
) -> None:
    assert not planning.is_begun()
    assert planning.begin_planning(at=timezone.now()) == 1
    assert planning.is_begun()
    # Nothing is worked out before Spindle is up: the workers do that.
    with context.enterprise(shop):
        assert [one.state for one in scheduling.schedules()] == [ScheduleState.QUEUED]
    with context.jobs():
        waiting = Job.objects.get(kind=services.GO_ON)
    assert waiting.run_after - waiting.created_at > timedelta(seconds=10)

    drain(HANDS)
    go_on(shop)

    with context.enterprise(shop):
        found = list(scheduling.schedules())
        assert sorted((one.state, one.is_what_if) for one in found) == [
            (ScheduleState.ACCEPTED, False),
            (ScheduleState.PROPOSED, False),
            (ScheduleState.PROPOSED, True),
        ]
        plan = next(one for one in found if one.state == ScheduleState.ACCEPTED)
        rush = next(one for one in found if one.is_what_if)
        bars = scheduling.bars_of(plan.pk)
        assert all(bar.why for bar in bars)
        assert [bar.title for bar in bars if bar.is_pinned] == ["Milling, second side"]
        late = [one.title for one in scheduling.late_work(plan.pk)]
        assert "Flange" in late
        assert len({bar.setup_minutes for bar in bars}) > 2
        assert scheduling.has_rush(rush)
        assert scheduling.rush_of(rush.pk).title == "Clamping bracket, rush"
        assert scheduling.proposal_to_decide() is not None
        assert scheduling.why_outdated(found[1]) == ""
        # The market shows what is idle, below the shop's ordinary hour.
        offers = list(exchange.market_idle_lots())
        assert [one.is_own for one in offers] == [True, True]
        assert all(one.free_minutes >= 480 and one.floor_price > 0 for one in offers)

    # What is there stays as it is.
    go_on(shop)
    assert planning.begin_planning(at=timezone.now()) == 0
    with context.enterprise(shop):
        assert scheduling.schedules().count() == 3


def test_every_planning_shop_is_one_of_the_world() -> None:
    assert set(PLANNING_SHOPS) <= {shop.slug for shop in SHOPS}


def test_shops_that_do_not_plan_are_left_alone(in_north: EnterpriseRef) -> None:
    services.go_on_planning(at=timezone.now())

    assert not scheduling.work_requests().exists()
    assert not scheduling.schedules().exists()
