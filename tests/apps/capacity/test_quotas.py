"""Hoarding: what one buyer may hold, and that another still finds time."""

import os
from datetime import timedelta
from uuid import UUID

import pytest

from apps.capacity import services
from apps.capacity.models import Reservation
from apps.capacity.rules import limits
from apps.kernel.errors import DomainError
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    MONDAY_7,
    TWO_DAYS_ON,
    early_shifts,
    held,
    reservation_row,
)
from tests.factories.routes import route, route_held, step

HOARDER = UUID("01960000-0000-7000-8000-0000000000e1")
BUYER = UUID("01960000-0000-7000-8000-0000000000e2")
# Row 21 of the list of attacks is 10,000; the suite tries fewer.
TRIES = int(os.environ.get("SPINDLE_HOARDING_TRIES", "300"))


@pytest.fixture
def shop(hurco: UUID, mazak: UUID) -> list[UUID]:
    early_shifts()
    return [hurco, mazak, *(machines.machine(code=f"M{n}").pk for n in range(4))]


def rows_held(machine_id: UUID, count: int, **facts: object) -> None:
    for number in range(count):
        reservation_row(
            machine_id,
            MONDAY_7 + number * timedelta(minutes=10),
            timedelta(minutes=10),
            **{
                "minutes": 10,
                "state": "held",
                "kind": "quote",
                "order_id": None,
                "expires_at": TWO_DAYS_ON,
                **facts,
            },
        )


class TestCounterparty:
    def test_holds_no_more_than_its_quota_whatever_it_tries(
        self, shop: list[UUID]
    ) -> None:
        refusals: set[str] = set()
        won = 0
        for number in range(TRIES):
            try:
                held(
                    shop[number % len(shop)],
                    minutes=5,
                    counterparty_id=HOARDER,
                )
                won += 1
            except DomainError as refusal:
                refusals.add(refusal.code)
        others = 0
        for number in range(40):
            held(shop[number % len(shop)], minutes=60, counterparty_id=BUYER)
            others += 1

        assert won == limits.HOLDS_OF_ONE_COUNTERPARTY == 100
        assert refusals == {"hold_quota_reached"}
        assert others >= 40 * 0.95

    def test_may_hold_again_when_holds_have_lapsed(self, hurco: UUID) -> None:
        early_shifts()
        rows_held(hurco, 100, counterparty_id=HOARDER, expires_at=MONDAY_7 + DAY)
        with pytest.raises(services.HoldQuotaReached, match="for this buyer"):
            held(hurco, counterparty_id=HOARDER)

        later = MONDAY_7 + DAY
        row = held(hurco, counterparty_id=HOARDER, at=later, not_before=later)

        assert row.state == "held"

    def test_holds_routes_within_its_quota_or_not_at_all(
        self, shop: list[UUID]
    ) -> None:
        rows_held(shop[0], 99, counterparty_id=HOARDER)

        with pytest.raises(services.HoldQuotaReached):
            route_held(route(step(shop[1]), step(shop[2])), counterparty_id=HOARDER)

        assert Reservation.objects.count() == 99
        route_held(route(step(shop[1])), counterparty_id=HOARDER)

    def test_holds_half_of_a_machine_at_most(self, hurco: UUID, mazak: UUID) -> None:
        early_shifts()
        # 13 weeks of 40 hours, of which the first hour has gone: half is 15,570.
        half = (13 * 5 * 480) // 2

        held(hurco, minutes=half - 240, counterparty_id=HOARDER)
        held(hurco, minutes=240, counterparty_id=HOARDER)
        with pytest.raises(services.HoldQuotaReached, match="50 % of a machine"):
            held(hurco, minutes=1, counterparty_id=HOARDER)

        held(hurco, minutes=1, counterparty_id=BUYER)
        # Elsewhere, and by a first hold of any size, it may.
        held(mazak, minutes=half + 480, counterparty_id=HOARDER)


class TestEnterprise:
    def test_has_a_quota_for_all_together(self, hurco: UUID, mazak: UUID) -> None:
        early_shifts()
        rows_held(hurco, limits.HOLDS_AT_ONCE)

        with pytest.raises(services.HoldQuotaReached, match="500 holds are open"):
            held(mazak, counterparty_id=BUYER)
