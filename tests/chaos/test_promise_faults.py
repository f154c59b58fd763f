"""Promises under faults: a clock that is wrong, a process that dies half way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from apps.capacity import selectors
from apps.capacity import services as capacity
from apps.capacity import tasks as capacity_tasks
from apps.capacity.models import Reservation
from apps.exchange import services as exchange
from apps.exchange.services import quoting
from apps.kernel.errors import DomainError
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.orders import selectors as orders
from apps.orders.models import Quote
from tenants import context, jobs
from tenants.jobs import runner, sweeper
from tenants.models import Job
from tenants.types import Actor, EnterpriseRef, JobState
from tests.factories import exchange as make
from tests.factories.capacity import early_shifts, held, reservation_row
from tests.factories.machines import machine
from tests.factories.routes import route, route_held, step
from tests.support.processes import die, forked

HOUR = timedelta(hours=1)
BY = Actor(label="Worker")

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def hurco(north: EnterpriseRef) -> UUID:
    with context.enterprise(north):
        early_shifts()
        return machine(code="Hurco04").pk


def with_clock_off_by(off: timedelta, work: Callable[[], object]) -> int:
    """Do the work in a process whose clock is wrong, and return how it ended."""

    def shifted() -> None:
        right = timezone.now
        timezone.now = lambda: right() + off
        work()

    return forked(shifted)


class TestClock:
    def test_one_hour_ahead_sweeps_no_live_hold(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        now = timezone.now()
        with context.enterprise(north):
            live = held(hurco, at=now, not_before=now, expires_at=now + HOUR / 2)
            lapsed = reservation_row(
                hurco,
                live.finish,
                state="held",
                kind="quote",
                order_id=None,
                expires_at=now - timedelta(minutes=1),
            )

        def sweep() -> None:
            with context.enterprise(north):
                assert selectors.has_lapsed_holds(timezone.now())
                capacity_tasks.sweep_lapsed()
                # Or the sweep would ask for itself again until the hour has passed.
                assert not selectors.has_lapsed_holds(timezone.now())

        assert with_clock_off_by(HOUR, sweep) == 0
        with context.enterprise(north):
            states = {row.pk: row.state for row in Reservation.objects.all()}
        assert states == {live.pk: "held", lapsed.pk: "expired"}

    def test_one_hour_ahead_takes_no_time_that_is_held(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        now = timezone.now()
        with context.enterprise(north):
            first = held(hurco, at=now, not_before=now, expires_at=now + HOUR / 2)

        def hold_all_ways() -> None:
            ahead = timezone.now()
            with context.enterprise(north):
                with pytest.raises(DomainError):
                    held(
                        hurco,
                        at=ahead,
                        during=Period(first.start, first.finish),
                        expires_at=ahead + HOUR,
                    )
                second = held(
                    hurco, at=ahead, not_before=ahead, expires_at=ahead + HOUR
                )
                (third,) = route_held(
                    route(step(hurco), release_at=ahead),
                    at=ahead,
                    expires_at=ahead + HOUR,
                )
                assert first.finish <= second.start
                assert second.finish <= third.start

        assert with_clock_off_by(HOUR, hold_all_ways) == 0
        with context.enterprise(north):
            assert [row.state for row in Reservation.objects.all()] == ["held"] * 3

    def test_one_hour_ahead_books_what_is_still_held(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        now = timezone.now()
        with context.enterprise(north):
            one = held(hurco, at=now, not_before=now, expires_at=now + HOUR / 2)
            (other,) = route_held(
                route(step(hurco), release_at=now), at=now, expires_at=now + HOUR / 2
            )

        def book() -> None:
            ahead = timezone.now()
            with context.enterprise(north):
                capacity.book(reservation_id=one.pk, order_id=uuid7(), by=BY, at=ahead)
                capacity.book_route(
                    route_id=other.route_id, order_id=uuid7(), by=BY, at=ahead
                )

        assert with_clock_off_by(HOUR, book) == 0
        with context.enterprise(north):
            assert [row.state for row in Reservation.objects.all()] == ["booked"] * 2

    def test_one_hour_behind_books_nothing_that_has_lapsed(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        now = timezone.now()
        with context.enterprise(north):
            one = held(hurco, at=now, not_before=now + HOUR, expires_at=now + HOUR)
            (other,) = route_held(
                route(step(hurco), release_at=now + HOUR),
                at=now,
                expires_at=now + HOUR,
            )
            Reservation.objects.update(expires_at=now - HOUR / 2)

        def book() -> None:
            behind = timezone.now()
            with context.enterprise(north):
                with pytest.raises(capacity.HoldExpired):
                    capacity.book(
                        reservation_id=one.pk, order_id=uuid7(), by=BY, at=behind
                    )
                with pytest.raises(capacity.HoldExpired):
                    capacity.book_route(
                        route_id=other.route_id, order_id=uuid7(), by=BY, at=behind
                    )

        assert with_clock_off_by(-HOUR, book) == 0
        with context.enterprise(north):
            assert [row.state for row in Reservation.objects.all()] == ["held"] * 2


class TestClockOfQuotes:
    @pytest.fixture
    def quote(self, north: EnterpriseRef, south: EnterpriseRef) -> Quote:
        make.shop(north)
        return make.auto_quoted(north, make.demand(south).pk, make.listing(north).pk)

    def valid_until(self, moment: datetime, *refs: EnterpriseRef) -> None:
        for ref in refs:
            with context.enterprise(ref):
                Quote.objects.update(valid_until_at=moment)

    def test_one_hour_ahead_takes_no_quote_back_and_awards_it(
        self, north: EnterpriseRef, south: EnterpriseRef, quote: Quote
    ) -> None:
        self.valid_until(timezone.now() + HOUR / 2, north, south)

        def sweep_and_award() -> None:
            ahead = timezone.now()
            for ref in (north, south):
                with context.enterprise(ref):
                    assert not orders.has_lapsed_quotes(ahead)
                    assert exchange.expire_quotes(at=ahead) == 0
            with context.enterprise(south):
                exchange.award(quote_id=quote.pk, by=BY, at=ahead)

        assert with_clock_off_by(HOUR, sweep_and_award) == 0
        for ref in (north, south):
            with context.enterprise(ref):
                assert Quote.objects.get().state == "accepted"
        with context.enterprise(north):
            assert Reservation.objects.get().state == "booked"

    def test_one_hour_behind_awards_nothing_that_is_over(
        self, north: EnterpriseRef, south: EnterpriseRef, quote: Quote
    ) -> None:
        self.valid_until(timezone.now() - HOUR / 2, north, south)

        def award_and_sweep() -> None:
            behind = timezone.now()
            with context.enterprise(south):
                with pytest.raises(DomainError, match="Ask the seller for a new"):
                    exchange.award(quote_id=quote.pk, by=BY, at=behind)
                assert exchange.expire_quotes(at=behind) == 1

        assert with_clock_off_by(-HOUR, award_and_sweep) == 0
        with context.enterprise(south):
            assert Quote.objects.get().state == "expired"


class TestDeathBetweenHoldAndQuote:
    @pytest.mark.parametrize("point", ["record_given_quote", "record_received_quote"])
    def test_loses_nothing_and_is_done_again(
        self, north: EnterpriseRef, south: EnterpriseRef, point: str
    ) -> None:
        make.shop(north)
        mill = make.listing(north)
        wanted = make.demand(south)

        def quote() -> Quote:
            with context.enterprise(north):
                return exchange.submit_quote(
                    demand_id=wanted.pk,
                    listing_id=mill.pk,
                    unit_price=Decimal("57.90"),
                    by=BY,
                    at=make.NOON,
                )

        def quote_and_die() -> None:
            # The time is held by then; only this process is changed.
            setattr(quoting.orders_services, point, lambda **_facts: die())
            quote()

        assert forked(quote_and_die) == 9

        # The hold went with the process: it and the quote are one transaction.
        with context.enterprise(north):
            assert Reservation.objects.count() == Quote.objects.count() == 0
        given = quote()
        with context.enterprise(north):
            (row,) = Reservation.objects.all()
        with context.enterprise(south):
            assert Quote.objects.get().pk == given.pk
        assert (row.quote_id, row.state) == (given.pk, "held")
        assert row.counterparty_id not in {None, south.id}

    def test_leaves_a_job_that_a_next_worker_does_once(
        self,
        north: EnterpriseRef,
        south: EnterpriseRef,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        make.shop(north)
        mill = make.listing(north)
        wanted = make.demand(south)
        with context.enterprise(north):
            job_id = jobs.enqueue(
                "exchange.auto_quote",
                demand_id=str(wanted.pk),
                listing_id=str(mill.pk),
            )

        def work_and_die() -> None:
            timezone.now = lambda: make.NOON
            monkeypatch.setattr(
                quoting.orders_services, "record_given_quote", die_at_once
            )
            runner.run_job(job_id)

        assert forked(work_and_die) == 9
        with context.enterprise(north):
            assert Reservation.objects.count() == Quote.objects.count() == 0
        with context.jobs():
            assert Job.objects.get(pk=job_id).state == JobState.RUNNING

        # Its lease lapses, another takes over; a poke too many does nothing again.
        monkeypatch.setattr(timezone, "now", lambda: make.NOON + HOUR)
        sweeper.give_back_orphans()
        assert runner.run_job(job_id) == JobState.SUCCEEDED
        assert runner.run_job(job_id) is None

        with context.jobs():
            job = Job.objects.get(pk=job_id)
            assert (job.attempts, job.deaths) == (2, 1)
        with context.enterprise(south):
            given = Quote.objects.get()
        with context.enterprise(north):
            (row,) = Reservation.objects.all()
        assert (row.quote_id, row.state, row.finish) == (
            given.pk,
            "held",
            given.finish_at,
        )

    def test_leaves_a_hold_that_lapses_by_itself(
        self, north: EnterpriseRef, hurco: UUID
    ) -> None:
        now = timezone.now()

        def hold_and_die() -> None:
            with context.enterprise(north):
                held(hurco, at=now, not_before=now + HOUR, expires_at=now + HOUR)
            die()

        assert forked(hold_and_die) == 9
        with context.enterprise(north):
            (left,) = Reservation.objects.all()
            assert left.state == "held"
            # An hour later, by the database's clock.
            Reservation.objects.update(expires_at=now - HOUR)

        def hold_the_same() -> None:
            behind = timezone.now()
            with context.enterprise(north):
                window = Period(left.start, left.finish)
                held(hurco, at=behind, during=window, expires_at=behind + 3 * HOUR)

        # Nobody has swept it, and this one's clock says that it still lives.
        assert with_clock_off_by(-2 * HOUR, hold_the_same) == 0
        with context.enterprise(north):
            states = dict(Reservation.objects.values_list("state", "during"))
            assert states == {"expired": left.during, "held": left.during}
            with pytest.raises(capacity.HoldExpired) as refused:
                capacity.book(reservation_id=left.pk, order_id=uuid7(), by=BY, at=now)
        assert str(refused.value) == (
            "The hold of this machine time has expired. Ask for a new quote."
        )


def die_at_once(**_facts: object) -> None:
    """Die where a quote would be written: its time is held by then."""
    die()
