"""The work of an order: made with its award, ended with it, moved by a plan."""

from datetime import timedelta

import pytest

from apps.exchange import services
from apps.notify.models import Notice
from apps.orders.models import Order
from apps.scheduling import services as scheduling
from apps.scheduling.models import JobOrder, WorkRequest
from tenants import context, jobs
from tenants.types import SYSTEM, Actor, EnterpriseRef
from tests.factories import exchange as make
from tests.factories import scheduling as plans


@pytest.fixture
def order(mill, brackets, shop: EnterpriseRef, south: EnterpriseRef, buyer: Actor):
    """What south has ordered of north, as its seller keeps it."""
    quote = make.auto_quoted(shop, brackets.pk, mill.pk)
    with context.enterprise(south):
        placed = services.award(quote_id=quote.pk, by=buyer, at=make.NOON)
    with context.enterprise(shop):
        return Order.objects.get(pk=placed.pk)


def move(shop: EnterpriseRef, order: Order, to: str, by: Actor) -> None:
    with context.enterprise(shop):
        services.move_order(
            order_id=order.pk, to=to, by=by, at=make.NOON, reason="Called off."
        )


def states(shop: EnterpriseRef) -> list[str]:
    with context.enterprise(shop):
        return list(JobOrder.objects.values_list("state", flat=True))


class TestAward:
    def test_makes_one_step_where_the_time_is_booked(
        self, order: Order, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(shop):
            work = WorkRequest.objects.get(order_id=order.pk)
            job = work.job_orders.get()
            booked = make.reservation_of(order)

            assert (work.title, work.quantity) == (order.title, order.quantity)
            assert work.due_at == order.promised_at
            assert job.reservation_id == booked.pk
            option = job.options.get()
            assert (option.machine_id, option.run_minutes) == (
                order.machine_id,
                booked.minutes,
            )
        with context.enterprise(south):
            assert not WorkRequest.objects.exists()

    def test_is_followed_by_its_work_once(
        self, order: Order, shop: EnterpriseRef
    ) -> None:
        with context.enterprise(shop):
            again = scheduling.ensure_work_of_order(
                order_id=order.pk,
                title="Again",
                part_label="",
                quantity=1,
                reservation_id=make.reservation_of(order).pk,
                due_at=None,
                process_code="",
                by=SYSTEM,
                at=make.NOON,
            )

            assert again.title == order.title
            assert WorkRequest.objects.count() == 1


class TestEnd:
    def test_of_the_order_is_that_of_its_work(
        self, order: Order, shop: EnterpriseRef, seller: Actor
    ) -> None:
        for state in ("confirmed", "in_production"):
            move(shop, order, state, seller)
        assert states(shop) == ["allowed_to_start"]

        move(shop, order, "shipped", seller)

        assert states(shop) == ["ended"]

    def test_that_is_early_gives_it_up(
        self, order: Order, shop: EnterpriseRef, seller: Actor
    ) -> None:
        move(shop, order, "cancelled", seller)

        assert states(shop) == ["aborted"]
        with context.enterprise(shop):
            assert make.reservation_of(order).state == "released"

    def test_is_not_the_planners_to_decide(
        self, order: Order, shop: EnterpriseRef, planner: Actor
    ) -> None:
        with context.enterprise(shop), pytest.raises(scheduling.WorkOfAnOrder):
            work = WorkRequest.objects.get()
            scheduling.cancel_work_request(
                work_request_id=work.pk,
                version=work.version,
                by=planner,
                at=make.NOON,
            )


class TestPlan:
    def test_that_moves_an_order_tells_both_sides(
        self, order: Order, shop: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        with context.enterprise(shop):
            before = make.reservation_of(order)
            job = JobOrder.objects.get()
            scheduling.pin_job_order(
                job_order_id=job.pk,
                machine_id=before.machine_id,
                start_at=before.start + timedelta(days=7),
                version=job.version,
                by=planner,
                at=make.NOON,
            )
            found = plans.proposal(at=make.NOON)
            line = found.jobs.get()
            assert line.tardiness_minutes > 0
            plans.accepted(found, at=make.NOON)
        jobs.run_due()

        with context.enterprise(shop):
            after = make.reservation_of(order)
            assert after.pk == before.pk
            assert after.start == before.start + timedelta(days=7)
            assert after.order_id == order.pk
        for ref in (shop, south):
            with context.enterprise(ref):
                told = Notice.objects.filter(kind="exchange.finish_moved")
                assert told.count() == 1
