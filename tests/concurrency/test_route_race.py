"""Many routes over the same machines, in random order: whole or not at all."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from apps.capacity import services
from apps.capacity.models import Reservation
from apps.capacity.types import LIVE_STATES, RouteRequest
from apps.exchange import services as exchange
from apps.kernel.errors import DomainError
from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories.capacity import MONDAY_7, TWO_DAYS_ON, early_shifts
from tests.factories.machines import machine
from tests.factories.routes import route, route_held, step
from tests.support.processes import forked_many

# Row 19 of the list of attacks is 16 workers and 200 routes of each; fewer here.
WORKERS = int(os.environ.get("SPINDLE_ROUTE_WORKERS", "8"))
ROUTES = int(os.environ.get("SPINDLE_ROUTES_EACH", "6"))
SEED = 20_300_506
BY = Actor(label="Racer")

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def mills(north: EnterpriseRef) -> list[UUID]:
    with context.enterprise(north):
        early_shifts()
        return [machine(code=f"Hurco{n:02}").pk for n in range(4)]


@pytest.fixture
def ovens(south: EnterpriseRef) -> list[UUID]:
    with context.enterprise(south):
        early_shifts()
        return [machine(code=f"Oven{n:02}").pk for n in range(4)]


def asked(machine_ids: list[UUID], rng: random.Random) -> RouteRequest:
    """A route of two to six steps over machines in random order."""
    chosen = rng.sample(machine_ids, rng.randint(2, min(6, len(machine_ids))))
    return route(*(step(key) for key in chosen), quantity=rng.randint(1, 6))


def parts(*refs: EnterpriseRef) -> dict[UUID, Counter[str]]:
    """Count the states of each route's reservations, over all enterprises."""
    found: dict[UUID, Counter[str]] = {}
    for ref in refs:
        with context.enterprise(ref):
            rows = Reservation.objects.values_list("route_id", "state")
            for route_id, state in rows:
                found.setdefault(route_id, Counter())[state] += 1
    return found


def overlaps(*refs: EnterpriseRef) -> int:
    count = 0
    for ref in refs:
        with context.enterprise(ref), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM capacity_reservation a"
                " JOIN capacity_reservation b ON a.machine_id = b.machine_id"
                " AND a.during && b.during AND a.id < b.id"
                " WHERE a.state IN ('held', 'booked') AND b.state IN ('held', 'booked')"
            )
            count += cursor.fetchone()[0]
    return count


def raced(work: Callable[[random.Random], str]) -> Counter[str]:
    """Do the work of all workers at once; count how each attempt ended."""
    start = Barrier(WORKERS)

    def run(number: int) -> Counter[str]:
        rng = random.Random(SEED + number)
        ended: Counter[str] = Counter()
        try:
            start.wait(timeout=60)
            for _route in range(ROUTES):
                try:
                    ended[work(rng)] += 1
                except DomainError as refusal:
                    ended[refusal.code] += 1
        finally:
            connection.close()
        return ended

    with ThreadPoolExecutor(WORKERS) as threads:
        return sum(threads.map(run, range(WORKERS)), Counter())


class TestHoldRoute:
    def test_holds_whole_routes_and_shows_nobody_a_deadlock(
        self, north: EnterpriseRef, mills: list[UUID]
    ) -> None:
        lengths: dict[UUID, int] = {}

        def hold(rng: random.Random) -> str:
            request = asked(mills, rng)
            with context.enterprise(north):
                rows = route_held(request)
            lengths[rows[0].route_id] = len(request.steps)
            return "won"

        ended = raced(hold)

        assert ended.keys() <= {"won", "capacity_conflict"}
        assert ended["won"] >= ROUTES
        held = parts(north)
        assert {key: sum(states.values()) for key, states in held.items()} == lengths
        assert overlaps(north) == 0

    def test_has_one_winner_of_booking_releasing_and_sweeping(
        self, north: EnterpriseRef, mills: list[UUID], planner: Actor
    ) -> None:
        for _round in range(6):
            with context.enterprise(north):
                route_id = route_held(route(*(step(key) for key in mills)))[0].route_id

            def decide(rng: random.Random, route_id: UUID = route_id) -> str:
                with context.enterprise(north):
                    match rng.randrange(3):
                        case 0:
                            services.book_route(
                                route_id=route_id,
                                order_id=uuid7(),
                                by=planner,
                                at=MONDAY_7,
                            )
                        case 1:
                            services.release_route(
                                route_id=route_id, by=planner, at=MONDAY_7
                            )
                        case _:
                            services.sweep_lapsed(at=TWO_DAYS_ON)
                return "done"

            raced(decide)

            states = parts(north)[route_id]
            live = {state for state in states if state in LIVE_STATES}
            # Swept machine by machine, what has lapsed may be found half way; what is
            # booked is booked whole.
            assert sum(states.values()) == len(mills)
            assert states["booked"] in {0, len(mills)}
            if live:
                with context.enterprise(north):
                    services.release_route(route_id=route_id, by=planner, at=MONDAY_7)


class TestHoldAcross:
    def test_holds_whole_routes_over_two_enterprises(
        self,
        north: EnterpriseRef,
        south: EnterpriseRef,
        mills: list[UUID],
        ovens: list[UUID],
    ) -> None:
        sellers = dict.fromkeys(mills, north.id) | dict.fromkeys(ovens, south.id)
        lengths: dict[UUID, int] = {}

        def hold(rng: random.Random) -> str:
            request = asked([*mills, *ovens], rng)
            found = exchange.hold_across(
                request=request,
                sellers=sellers,
                counterparty_id=uuid7(),
                expires_at=TWO_DAYS_ON,
                by=BY,
                at=MONDAY_7,
            )
            lengths[found.route_id] = len(request.steps)
            return "won"

        ended = raced(hold)

        assert ended.keys() <= {"won", "capacity_conflict"}
        assert ended["won"] >= ROUTES
        held = parts(north, south)
        assert {key: sum(states.values()) for key, states in held.items()} == lengths
        assert overlaps(north, south) == 0

    def test_leaves_nothing_half_held_by_processes_that_are_killed(
        self,
        north: EnterpriseRef,
        south: EnterpriseRef,
        mills: list[UUID],
        ovens: list[UUID],
    ) -> None:
        sellers = dict.fromkeys(mills, north.id) | dict.fromkeys(ovens, south.id)
        rng = random.Random(SEED)

        def hold_on(number: int) -> None:
            theirs = random.Random(SEED + number)
            while True:
                request = asked([*mills, *ovens], theirs)
                try:
                    exchange.hold_across(
                        request=request,
                        sellers=sellers,
                        # Says how long the route is, for whoever finds it.
                        counterparty_id=UUID(
                            int=theirs.getrandbits(60) << 8 | len(request.steps)
                        ),
                        expires_at=TWO_DAYS_ON,
                        by=BY,
                        at=MONDAY_7,
                    )
                except DomainError:
                    time.sleep(0.01)

        for _wave in range(3):
            forked_many(
                [lambda number=number: hold_on(number) for number in range(4)],
                lives=lambda: rng.uniform(0.15, 0.6),
            )

        held = Counter[tuple[UUID, int]]()
        for ref in (north, south):
            with context.enterprise(ref):
                for row in Reservation.objects.all():
                    held[row.route_id, row.counterparty_id.int & 0xFF] += 1
        assert len(held) > 3
        assert {key: count for key, count in held.items() if count != key[1]} == {}
        assert overlaps(north, south) == 0
        with_others = exchange.hold_across(
            request=route(step(mills[0]), step(ovens[0])),
            sellers=sellers,
            counterparty_id=uuid7(),
            expires_at=TWO_DAYS_ON,
            by=BY,
            at=MONDAY_7 + timedelta(minutes=1),
        )
        assert len(with_others.promise.lots) == 2
