"""Whatever happens to a machine, no more of it is published than there is.

Random programs of all that planners, buyers and clocks do. After every step the jobs
run that the step itself has asked for, and no other: a change that forgot to ask leaves
weeks behind that say too much, and is found.
"""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from django.utils import timezone

from apps.capacity import services as capacity
from apps.capacity.models import Calendar, CalendarException, Reservation
from apps.capacity.types import CalendarLevel, ShiftTime
from apps.exchange import selectors, services
from apps.exchange.models import IdleLot, Listing
from apps.exchange.rules.load_colors import colors_of
from apps.exchange.types import IdleLotDraft
from apps.kernel.errors import DomainError
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines import services as machines_services
from apps.machines.models import Machine
from apps.machines.types import DisclosedFact, MachineState
from apps.scheduling import services as scheduling
from apps.scheduling.types import Assumptions
from tenants import context
from tenants.models import Job
from tenants.types import SYSTEM, Circle, EnterpriseRef, JobState
from tests.apps.exchange import bucket_oracle
from tests.factories import capacity as make_capacity
from tests.factories import exchange as make
from tests.factories import scheduling as plans

NOON = make.NOON
STEPS = 24
SHIFTS = {"early": (6, 14), "late": (14, 22), "night": (22, 6)}
KINDS = ("exchange.publish_machine", "exchange.refresh_capacity")


def shifts_of(*names: str, days: int = 5) -> list[ShiftTime]:
    return [
        ShiftTime(day, time(SHIFTS[name][0]), time(SHIFTS[name][1]))
        for name in names
        for day in range(days)
    ]


class Shop:
    """A shop in which anything happens, at a time that only goes forward."""

    def __init__(self, ref: EnterpriseRef, machine_ids: list[UUID], seed: int) -> None:
        self.ref, self.machine_ids = ref, machine_ids
        self.rng, self.at = Random(seed), NOON
        self.log: list[str] = []

    @property
    def machine_id(self) -> UUID:
        return self.rng.choice(self.machine_ids)

    def soon(self, weeks: int = 12) -> datetime:
        return self.at + timedelta(minutes=self.rng.randrange(weeks * 7 * 1440))

    # --- what happens

    def hold(self) -> None:
        capacity.hold(
            machine_id=self.machine_id,
            minutes=self.rng.randrange(1, 4000),
            not_before=self.soon(),
            expires_at=self.at + timedelta(hours=self.rng.randrange(1, 200)),
            quote_id=uuid7(),
            by=SYSTEM,
            at=self.at,
        )

    def book(self) -> None:
        for row in Reservation.objects.filter(state="held").order_by("?")[:1]:
            capacity.book(
                reservation_id=row.pk, order_id=uuid7(), by=SYSTEM, at=self.at
            )

    def release(self) -> None:
        rows = Reservation.objects.filter(state__in=["held", "booked"])
        for row in rows.order_by("?")[:1]:
            capacity.release(reservation_id=row.pk, by=SYSTEM, at=self.at)

    def sweep(self) -> None:
        capacity.sweep_lapsed(at=self.at)

    def wait(self) -> None:
        self.at += timedelta(minutes=self.rng.randrange(5000))

    def reach_monday(self) -> None:
        self.at += timedelta(days=7 - self.at.weekday())
        services.roll_weeks(at=self.at)

    def maintain(self) -> None:
        start = self.soon()
        capacity.take_maintenance(
            machine_id=self.machine_id,
            period=Period(start, start + timedelta(hours=self.rng.randrange(1, 90))),
            reason="Inspection",
            by=SYSTEM,
            at=self.at,
        )

    def set_week(self) -> None:
        names = self.rng.sample(sorted(SHIFTS), self.rng.randrange(0, 4))
        capacity.set_shifts(
            machine_id=self.rng.choice([None, self.machine_id]),
            shifts=shifts_of(*names, days=self.rng.randrange(1, 8)),
            time_zone="Europe/Berlin",
            holiday_country="",
            by=SYSTEM,
            at=self.at,
        )

    def except_some(self) -> None:
        calendar = self.rng.choice(list(Calendar.objects.order_by("pk")))
        start = self.soon()
        capacity.add_exception(
            calendar_id=calendar.pk,
            period=Period(
                start, start + timedelta(minutes=self.rng.randrange(1, 9000))
            ),
            working=self.rng.random() < 0.4,
            reason="",
            by=SYSTEM,
            at=self.at,
        )

    def drop_exception(self) -> None:
        for row in CalendarException.objects.order_by("?")[:1]:
            capacity.remove_exception(exception_id=row.pk, by=SYSTEM, at=self.at)

    def slow_down(self) -> None:
        capacity.set_efficiency(
            level=CalendarLevel(machine_id=self.rng.choice([None, self.machine_id])),
            percent=self.rng.choice([None, 37, 80, 99, 100, 150]),
            by=SYSTEM,
            at=self.at,
        )

    def change_state(self) -> None:
        machine = machines.machine_detail(self.machine_id).machine
        states = [*[MachineState.ACTIVE] * 3, *MachineState]
        machines_services.change_state(
            machine_id=machine.pk,
            version=machine.version,
            state=self.rng.choice(states),
            by=SYSTEM,
            at=self.at,
        )

    def publish(self) -> None:
        machines_services.publish_machine(
            machine_id=self.machine_id, by=SYSTEM, at=self.at
        )

    def withdraw(self) -> None:
        machines_services.withdraw_machine(
            machine_id=self.machine_id, by=SYSTEM, at=self.at
        )

    def disclose(self) -> None:
        machines_services.choose_circles(
            choices={DisclosedFact.FREE_CAPACITY: self.rng.choice(list(Circle))},
            by=SYSTEM,
            at=self.at,
            machine_id=self.machine_id,
        )

    def offer_idle(self) -> None:
        start = self.soon()
        services.offer_idle_lot(
            draft=IdleLotDraft(
                machine_id=self.machine_id,
                process_code="milling-3-axis",
                starts_at=start,
                ends_at=start + timedelta(hours=self.rng.randrange(8, 400)),
                floor_price=Decimal(40),
                currency="EUR",
            ),
            by=SYSTEM,
            at=self.at,
        )

    def withdraw_idle(self) -> None:
        for row in IdleLot.objects.offered().order_by("?")[:1]:
            services.withdraw_idle_lot(idle_lot_id=row.pk, by=SYSTEM, at=self.at)

    # --- and what is published then

    def step(self) -> None:
        usual = [self.hold] * 5 + [self.book, self.release, self.wait, self.except_some]
        usual += [self.offer_idle] * 2
        rare = [
            self.sweep,
            self.reach_monday,
            self.maintain,
            self.set_week,
            self.drop_exception,
            self.slow_down,
            self.change_state,
            self.publish,
            self.publish,
            self.withdraw,
            self.disclose,
            self.withdraw_idle,
        ]
        act: Callable[[], None] = self.rng.choice(usual * 2 + rare)
        said = ""
        try:
            act()
        except DomainError as error:
            said = f" ({error})"
        self.log.append(f"{self.at:%m-%d %H:%M} {act.__name__}{said}")
        self.check(self.run_jobs())

    def run_jobs(self) -> set[UUID]:
        with context.jobs():
            rows = Job.objects.filter(
                kind__in=KINDS, state=JobState.QUEUED, enterprise_id=self.ref.id
            )
            asked = [(row.kind, UUID(row.args["machine_id"])) for row in rows]
            rows.delete()
        for kind, machine_id in asked:
            run = (
                services.publish_machine
                if kind == KINDS[0]
                else services.refresh_capacity
            )
            run(machine_id=machine_id, at=self.at)
        return {machine_id for _kind, machine_id in asked}

    def check(self, fresh: set[UUID]) -> None:
        for row in Listing.objects.active():
            if not row.total_minutes:
                assert row.reserved_minutes == row.cumulative_free_minutes == []
                continue
            must = bucket_oracle.weeks_of(
                row.machine_id, row.weeks_from, len(row.total_minutes), self.at
            )
            until = [0, *row.cumulative_free_minutes]
            free = [after - before for before, after in itertools.pairwise(until)]
            for week, published in enumerate(free):
                assert published <= must.unreserved[week], (week, self.log)
                assert row.total_minutes[week] <= must.total[week], (week, self.log)
            if row.machine_id in fresh:
                assert free == must.free_from_now, self.log
                assert row.total_minutes == must.total, self.log
                reserved = [
                    total - left
                    for total, left in zip(must.total, must.unreserved, strict=True)
                ]
                assert row.reserved_minutes == reserved, self.log
        for lot in IdleLot.objects.offered().filter(expires_at__gt=self.at):
            window = (lot.machine_id, lot.starts_at, lot.ends_at)
            assert not bucket_oracle.is_reserved(*window, self.at), self.log
            worked = bucket_oracle.minutes_between(*window)
            assert 0 < lot.free_minutes <= worked, self.log
            assert Machine.objects.get(pk=lot.machine_id).state == "active", self.log


class TestPublishedWeeks:
    @pytest.mark.parametrize("seed", range(6))
    def test_never_say_more_than_calendar_and_reservations_leave(
        self, shop: EnterpriseRef, seed: int
    ) -> None:
        mills = [make.listing(shop, code=f"M-{n}").machine_id for n in range(2)]
        with context.enterprise(shop):
            going_on = Shop(shop, mills, seed)
            going_on.check(set(mills))
            for _step in range(STEPS):
                going_on.step()

    def test_follow_a_plan_in_force_and_nothing_that_is_only_supposed(
        self, mill: Listing, shop: EnterpriseRef
    ) -> None:
        with context.enterprise(shop):
            going_on = Shop(shop, [mill.machine_id], seed=0)
            going_on.run_jobs()
            mill.refresh_from_db()
            before = (mill.version, mill.reserved_minutes)
            step = plans.step(mill.machine_id, setup_minutes=30)
            closed = (mill.machine_id, Period(NOON, NOON + timedelta(days=1)))
            supposed = Assumptions(closed=(closed,), work=(plans.draft(step),))
            plans.proposal(what_if=supposed, at=NOON)
            scheduling.add_work_request(
                draft=plans.draft(step, release_at=NOON, due_at=None),
                by=SYSTEM,
                at=NOON,
            )
            proposed = plans.proposal(at=NOON)

            assert going_on.run_jobs() == set()
            mill.refresh_from_db()
            assert (mill.version, mill.reserved_minutes) == before

            plans.accepted(proposed, at=NOON)
            fresh = going_on.run_jobs()
            assert fresh == {mill.machine_id}
            going_on.check(fresh)
            mill.refresh_from_db()
            assert (before[1][0], mill.reserved_minutes[0]) == (0, 150)

    def test_follow_the_clock_to_monday(
        self, mill: Listing, shop: EnterpriseRef
    ) -> None:
        sunday = datetime(2030, 5, 12, 21, 59, tzinfo=UTC)
        with context.enterprise(shop):
            assert not services.is_behind_the_week(sunday)
            monday = datetime(2030, 5, 13, 0, 1, tzinfo=UTC)
            assert services.is_behind_the_week(monday)
            assert services.roll_weeks(at=monday) == 1
            mill.refresh_from_db()

        assert mill.total_minutes == [2400] * 26
        assert mill.reserved_minutes == [0] * 26

    def test_are_made_up_for_listings_of_before(
        self, mill: Listing, shop: EnterpriseRef
    ) -> None:
        with context.enterprise(shop):
            Listing.objects.update(total_minutes=[], reserved_minutes=[])
            assert services.is_behind_the_week(NOON)
            assert services.roll_weeks(at=NOON) == 1
            mill.refresh_from_db()

        assert len(mill.total_minutes) == 26

    def test_do_not_wait_for_a_sweep_to_free_a_lapsed_hold(
        self, mill: Listing, shop: EnterpriseRef
    ) -> None:
        lapses = NOON + timedelta(hours=1)
        with context.enterprise(shop):
            make_capacity.held(
                mill.machine_id, not_before=NOON, at=NOON, expires_at=lapses
            )
            services.refresh_capacity(machine_id=mill.machine_id, at=NOON)
            mill.refresh_from_db()
            assert mill.reserved_minutes[0] == 180
            services.refresh_capacity(machine_id=mill.machine_id, at=lapses)
            mill.refresh_from_db()
            assert Reservation.objects.get().state == "held"

        assert mill.reserved_minutes[0] == 0

    def test_of_a_machine_in_maintenance_have_nothing_free(
        self, mill: Listing, shop: EnterpriseRef
    ) -> None:
        with context.enterprise(shop):
            machine = machines.machine_detail(mill.machine_id).machine
            machines_services.change_state(
                machine_id=machine.pk,
                version=machine.version,
                state=MachineState.IN_MAINTENANCE,
                by=SYSTEM,
                at=NOON,
            )
            services.publish_machine(machine_id=mill.machine_id, at=NOON)
            mill.refresh_from_db()

        assert mill.cumulative_free_minutes == [0] * 26
        assert mill.reserved_minutes == mill.total_minutes


class TestViews:
    """Read by the clock of the database, so the weeks are those of today."""

    @pytest.fixture
    def today(self, shop: EnterpriseRef) -> Listing:
        return make.listing(shop, at=timezone.now())

    def test_tell_enterprises_minutes_and_strangers_colors(
        self, today: Listing, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            (seen,) = selectors.market_listings()
        with context.directory():
            (public,) = selectors.public_listings()

        assert seen.weeks_from == public.weeks_from == today.weeks_from
        assert seen.total_minutes == today.total_minutes
        assert seen.reserved_minutes == today.reserved_minutes
        assert sum(seen.free_minutes) == today.cumulative_free_minutes[-1]
        assert seen.load_colors == public.load_colors
        assert seen.load_colors == colors_of(seen.total_minutes, seen.free_minutes)
        assert seen.load_colors[1:] == ["green"] * 25
        assert not hasattr(public, "free_minutes")

    def test_leave_out_weeks_that_are_over(
        self, today: Listing, shop: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(shop):
            Listing.objects.update(weeks_from=today.weeks_from - timedelta(weeks=3))
        with context.enterprise(south):
            (seen,) = selectors.market_listings()
        assert seen.weeks_from == today.weeks_from
        assert seen.total_minutes == today.total_minutes[3:]
        assert len(seen.free_minutes) == len(seen.load_colors) == 23

        with context.enterprise(shop):
            Listing.objects.update(weeks_from=today.weeks_from - timedelta(weeks=26))
        with context.enterprise(south):
            (seen,) = selectors.market_listings()
        assert (seen.weeks_from, seen.total_minutes, seen.load_colors) == (None,) * 3

    @pytest.mark.parametrize(
        ("free", "color"),
        [(961, "green"), (960, "amber"), (241, "amber"), (240, "red")],
    )
    def test_draw_the_limits_where_they_are_stated(
        self,
        today: Listing,
        shop: EnterpriseRef,
        south: EnterpriseRef,
        free: int,
        color: str,
    ) -> None:
        with context.enterprise(shop):
            Listing.objects.update(
                total_minutes=[0] + [2400] * 25,
                reserved_minutes=[0] * 26,
                cumulative_free_minutes=[free * n for n in range(26)],
            )
        with context.enterprise(south):
            (seen,) = selectors.market_listings()

        assert seen.load_colors == ["red"] + [color] * 25
        assert seen.load_colors == colors_of(seen.total_minutes, seen.free_minutes)

    @pytest.mark.parametrize(
        ("circle", "told"),
        [
            (Circle.PRIVATE, ()),
            (Circle.COUNTERPARTY, ("north",)),
            (Circle.MARKET, ("north", "south")),
            (Circle.PUBLIC, ("north", "south", "stranger")),
        ],
    )
    def test_tell_free_time_to_those_who_may_see_it(
        self,
        today: Listing,
        north: EnterpriseRef,
        south: EnterpriseRef,
        circle: Circle,
        told: tuple[str, ...],
    ) -> None:
        with context.enterprise(north):
            machines_services.choose_circles(
                choices={DisclosedFact.FREE_CAPACITY: circle},
                by=SYSTEM,
                at=timezone.now(),
                machine_id=today.machine_id,
            )
            services.publish_machine(machine_id=today.machine_id, at=timezone.now())

        stated = []
        for reader in (north, south):
            with context.enterprise(reader):
                (seen,) = selectors.market_listings()
            facts = {
                seen.weeks_from is not None,
                seen.total_minutes is not None,
                seen.reserved_minutes is not None,
                seen.free_minutes is not None,
                seen.load_colors is not None,
            }
            assert len(facts) == 1
            stated += [reader.slug] if facts == {True} else []
        with context.directory():
            (public,) = selectors.public_listings()
        if public.load_colors is not None:
            assert public.weeks_from is not None
            stated.append("stranger")
        assert tuple(stated) == told
