"""Idle time is offered between reservations, and no longer than it is idle."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from apps.capacity import services as capacity
from apps.exchange import selectors, services
from apps.exchange.models import IdleLot, Listing, MarketIdleLot
from apps.kernel.errors import InvalidInput
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines import services as machines_services
from apps.machines.selectors import MachineNotFound
from apps.machines.types import DisclosedFact, MachineState
from apps.notify.models import Notice
from tenants import context
from tenants.models import Enterprise
from tenants.types import SYSTEM, Circle, EnterpriseRef
from tests.factories import capacity as make_capacity
from tests.factories import exchange as make

NOON = make.NOON
# Tuesday, when the early shift of Augsburg begins, and Wednesday, when it ends.
TUESDAY_6 = datetime(2030, 5, 7, 4, tzinfo=UTC)
WEDNESDAY_14 = datetime(2030, 5, 8, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def lot(mill: Listing, north: EnterpriseRef) -> IdleLot:
    """Two shifts of the mill for 40 euros an hour."""
    return make.idle_lot(north, mill.machine_id)


def follow(north: EnterpriseRef, lot: IdleLot) -> IdleLot:
    """Let the job run that follows a change of free time, and read the lot again."""
    with context.enterprise(north):
        services.refresh_capacity(machine_id=lot.machine_id, at=NOON)
        return IdleLot.objects.get(pk=lot.pk)


def told(north: EnterpriseRef) -> list[str]:
    with context.enterprise(north):
        return list(
            Notice.objects.filter(kind="exchange.idle_lot_changed").values_list(
                "title", flat=True
            )
        )


def seen_by(reader: EnterpriseRef) -> list[MarketIdleLot]:
    with context.enterprise(reader):
        return list(selectors.market_idle_lots())


class TestOffer:
    def test_offers_from_the_first_free_minute_to_the_last(
        self, lot: IdleLot, north: EnterpriseRef
    ) -> None:
        assert (lot.starts_at, lot.ends_at) == (TUESDAY_6, WEDNESDAY_14)
        assert lot.free_minutes == 2 * 480
        assert lot.floor_price == Decimal("40.00")
        assert lot.expires_at == TUESDAY_6
        assert lot.state == "offered"

    def test_counts_an_hour_of_a_slow_machine_for_less(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            capacity.set_efficiency(
                level=make_level(mill), percent=75, by=SYSTEM, at=NOON
            )

        assert make.idle_lot(north, mill.machine_id).free_minutes == 720

    def test_is_seen_by_others_and_by_no_stranger(
        self, lot: IdleLot, south: EnterpriseRef
    ) -> None:
        (seen,) = seen_by(south)

        assert seen.id == lot.pk
        assert seen.machine_label == "Hurco VMX24"
        assert seen.process_code == "milling-3-axis"
        assert seen.free_minutes == 960
        assert not seen.is_own
        with context.directory(), pytest.raises(ProgrammingError), transaction.atomic():
            MarketIdleLot.objects.exists()

    def test_tells_no_more_of_the_machine_than_its_listing(
        self, lot: IdleLot, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machines_services.choose_circles(
                choices={DisclosedFact.MACHINE_LABEL: Circle.COUNTERPARTY},
                by=SYSTEM,
                at=NOON,
                machine_id=lot.machine_id,
            )
            services.publish_machine(machine_id=lot.machine_id, at=NOON)

        (seen,) = seen_by(south)
        assert seen.machine_label == ""
        (own,) = seen_by(north)
        assert own.machine_label == "Hurco VMX24"
        assert own.is_own

    def test_is_for_those_invited_alone(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.idle_lot(
            north, mill.machine_id, audience="invited", invited_ids=(north.id,)
        )
        assert seen_by(south) == []
        with context.enterprise(north):
            IdleLot.objects.update(invited_ids=[south.id])
        assert len(seen_by(south)) == 1

    def test_is_for_those_verified_alone(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.idle_lot(north, mill.machine_id, audience="verified")
        with context.directory():
            Enterprise.objects.filter(pk=south.id).update(verification="unverified")
        assert seen_by(south) == []
        with context.directory():
            Enterprise.objects.filter(pk=south.id).update(verification="verified")
        assert len(seen_by(south)) == 1

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"floor_price": Decimal(0)}, "floor_price"),
            ({"currency": "euro"}, "currency"),
            ({"ends_at": NOON}, "ends_at"),
            ({"ends_at": NOON + timedelta(weeks=27)}, "ends_at"),
            ({"price_basis": "week"}, "price_basis"),
            ({"audience": "all"}, "audience"),
            ({"audience": "invited"}, "audience"),
            ({"expires_at": NOON}, "expires_at"),
            ({"note": "x" * 401}, "note"),
        ],
    )
    def test_refuses_what_cannot_be_meant(
        self, mill: Listing, north: EnterpriseRef, facts: Any, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            make.idle_lot(north, mill.machine_id, **facts)

        assert refused.value.field == field
        with context.enterprise(north):
            assert not IdleLot.objects.exists()

    def test_refuses_time_that_is_reserved_and_names_what_is_free(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            make_capacity.held(mill.machine_id, not_before=TUESDAY_6, at=NOON)

        with pytest.raises(services.NotIdle, match="reserved") as refused:
            make.idle_lot(north, mill.machine_id)

        assert refused.value.facts["largest_window"] == {
            "starts_at": (TUESDAY_6 + 3 * HOUR).isoformat(),
            "ends_at": WEDNESDAY_14.isoformat(),
            "minutes": 780,
        }

    def test_refuses_a_night(self, mill: Listing, north: EnterpriseRef) -> None:
        with pytest.raises(services.NotIdle, match="no work"):
            make.idle_lot(
                north,
                mill.machine_id,
                starts_at=NOON + 2 * HOUR,
                ends_at=NOON + 8 * HOUR,
            )

    def test_refuses_the_same_time_twice(
        self, lot: IdleLot, north: EnterpriseRef
    ) -> None:
        with pytest.raises(services.NotIdle, match="offered already"):
            make.idle_lot(north, lot.machine_id, starts_at=WEDNESDAY_14 - HOUR)

    def test_refuses_a_machine_that_is_not_on_the_market(
        self, mill: Listing, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with pytest.raises(services.NotListed):
            make.idle_lot(north, mill.machine_id, process_code="turning")
        with pytest.raises(MachineNotFound):
            make.idle_lot(south, mill.machine_id)


class TestEnd:
    def test_comes_by_the_clock_of_the_database_unswept(
        self, lot: IdleLot, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        past = timezone.now() - timedelta(seconds=1)
        with context.enterprise(north):
            IdleLot.objects.filter(pk=lot.pk).update(
                expires_at=past, offered_at=past - HOUR
            )
            mine = selectors.idle_lot(lot.pk)

        assert seen_by(south) == []
        assert mine.state == "offered"
        assert mine.is_expired  # type: ignore[attr-defined]
        with context.enterprise(south), pytest.raises(selectors.IdleLotNotFound):
            selectors.market_idle_lot(lot.pk)

    def test_leaves_nothing_to_withdraw(
        self, lot: IdleLot, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north), pytest.raises(services.IdleLotOver):
            services.withdraw_idle_lot(idle_lot_id=lot.pk, by=SYSTEM, at=lot.expires_at)

    def test_never_tells_more_minutes_than_the_clock_has_left(
        self, lot: IdleLot, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        now = timezone.now()
        with context.enterprise(north):
            IdleLot.objects.filter(pk=lot.pk).update(
                starts_at=now - HOUR,
                offered_at=now - HOUR,
                ends_at=now + timedelta(minutes=20, seconds=40),
                expires_at=now + timedelta(minutes=20),
            )

        (seen,) = seen_by(south)
        assert seen.free_minutes in (20, 21)

    def test_comes_with_the_shops_word_once(
        self, lot: IdleLot, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south), pytest.raises(selectors.IdleLotNotFound):
            services.withdraw_idle_lot(idle_lot_id=lot.pk, by=SYSTEM, at=NOON)
        with context.enterprise(north):
            services.withdraw_idle_lot(
                idle_lot_id=lot.pk, version=1, by=SYSTEM, at=NOON
            )
            with pytest.raises(services.IdleLotOver):
                services.withdraw_idle_lot(idle_lot_id=lot.pk, by=SYSTEM, at=NOON)

        assert seen_by(south) == []

    def test_comes_with_the_listing(
        self, lot: IdleLot, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machines_services.withdraw_machine(
                machine_id=lot.machine_id, by=SYSTEM, at=NOON
            )
            services.publish_machine(machine_id=lot.machine_id, at=NOON)
            lot.refresh_from_db()

        assert lot.state == "withdrawn"
        assert seen_by(south) == []
        assert told(north) == ["The idle time of Hurco VMX24 is not offered any more"]


class TestFollowFreeTime:
    def test_leaves_it_while_nothing_changes(
        self, lot: IdleLot, north: EnterpriseRef
    ) -> None:
        assert follow(north, lot).version == 1
        assert told(north) == []

    def test_shrinks_to_the_largest_stretch_that_is_left(
        self, lot: IdleLot, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            make_capacity.held(lot.machine_id, not_before=TUESDAY_6 + 2 * HOUR, at=NOON)

        after = follow(north, lot)

        assert (after.starts_at, after.ends_at) == (TUESDAY_6 + 5 * HOUR, WEDNESDAY_14)
        assert after.free_minutes == 180 + 480
        assert after.state == "offered"
        assert told(north) == ["Less idle time of Hurco VMX24 is offered"]
        assert follow(north, lot).version == after.version

    def test_never_grows_again(self, lot: IdleLot, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            held = make_capacity.held(lot.machine_id, not_before=TUESDAY_6, at=NOON)
        assert follow(north, lot).free_minutes == 780
        with context.enterprise(north):
            capacity.release(reservation_id=held.pk, by=SYSTEM, at=NOON)

        after = follow(north, lot)

        assert (after.starts_at, after.free_minutes) == (TUESDAY_6 + 3 * HOUR, 780)

    def test_is_taken_when_all_of_it_is_reserved(
        self, lot: IdleLot, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            make_capacity.booked(
                lot.machine_id, not_before=TUESDAY_6, minutes=960, at=NOON
            )

        after = follow(north, lot)

        assert after.state == "taken"
        assert told(north) == ["The idle time of Hurco VMX24 is taken"]
        assert seen_by(south) == []

    def test_is_withdrawn_when_the_calendar_closes(
        self, lot: IdleLot, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            calendar = make_capacity.early_shifts(lot.machine_id)
            capacity.add_exception(
                calendar_id=calendar.pk,
                period=Period(TUESDAY_6 - HOUR, WEDNESDAY_14 + HOUR),
                working=False,
                reason="Fair",
                by=SYSTEM,
                at=NOON,
            )

        assert follow(north, lot).state == "withdrawn"

    def test_is_withdrawn_when_the_machine_is_in_maintenance(
        self, lot: IdleLot, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machine = machines.machine_detail(lot.machine_id).machine
            machines_services.change_state(
                machine_id=machine.pk,
                version=machine.version,
                state=MachineState.IN_MAINTENANCE,
                by=SYSTEM,
                at=NOON,
            )

        assert follow(north, lot).state == "withdrawn"


class TestConstraints:
    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"state": "lost"}, "exchange_idlelot_state_known"),
            ({"audience": "none"}, "exchange_idlelot_audience_known"),
            ({"price_basis": "week"}, "exchange_idlelot_price_basis_known"),
            ({"starts_at": WEDNESDAY_14}, "exchange_idlelot_window_ends_after_start"),
            (
                {"expires_at": WEDNESDAY_14 + HOUR},
                "exchange_idlelot_expires_within_window",
            ),
            ({"free_minutes": 0}, "exchange_idlelot_offers_time"),
            ({"floor_price": 0}, "exchange_idlelot_price_above_zero"),
            ({"currency": "eur"}, "exchange_idlelot_currency_is_code"),
        ],
    )
    def test_refuse(
        self, lot: IdleLot, north: EnterpriseRef, facts: Any, constraint: str
    ) -> None:
        with (
            context.enterprise(north),
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
        ):
            IdleLot.objects.filter(pk=lot.pk).update(**facts)

    def test_keep_rows_from_others(self, lot: IdleLot, south: EnterpriseRef) -> None:
        with context.enterprise(south):
            assert not IdleLot.objects.exists()
            assert IdleLot.objects.filter(pk=lot.pk).update(floor_price=1) == 0


def make_level(mill: Listing) -> Any:
    from apps.capacity.types import CalendarLevel

    return CalendarLevel(machine_id=mill.machine_id)
