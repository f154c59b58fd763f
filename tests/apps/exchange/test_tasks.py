"""From published facts to a quote on both sides, by jobs alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.exchange import selectors, services
from apps.exchange.models import Demand, Listing
from apps.machines import services as machines_services
from apps.notify.models import Notice
from apps.orders.models import Quote
from tenants import context, jobs
from tenants.models import Job
from tenants.types import SYSTEM, Actor, EnterpriseRef, JobState
from tests.factories import exchange as make
from tests.factories import machines

pytestmark = pytest.mark.usefixtures("committed")


def failures() -> list[str]:
    with context.jobs():
        rows = Job.objects.exclude(state=JobState.SUCCEEDED).exclude(
            # Put down for when holds and quotes lapse.
            state=JobState.QUEUED,
            run_after__gt=timezone.now(),
        )
        return [f"{row.kind} {row.state} {row.error}" for row in rows]


class TestJobs:
    def test_lead_from_machine_and_request_to_a_quote_and_an_order(
        self, north: EnterpriseRef, south: EnterpriseRef, buyer: Actor
    ) -> None:
        now = timezone.now()
        make.shop(north)
        with context.enterprise(north):
            machine = machines.published_machine(auto_quote=True)
        with context.enterprise(south):
            line = make.published_line(
                due_on=(now + timedelta(days=42)).date(),
                response_deadline_at=now + timedelta(days=14),
                at=now,
            )

        jobs.run_due()

        assert failures() == []
        with context.enterprise(south):
            (match,) = selectors.matches_of(line.pk)
            quote = Quote.objects.get()
            assert match.fits
            assert quote.listing_id == match.listing_id
            order = services.award(quote_id=quote.pk, by=buyer, at=timezone.now())
        jobs.run_due()

        assert failures() == []
        assert order.state == "placed"
        with context.enterprise(north):
            (listing,) = selectors.listings_of_machine(machine.pk)
            kinds = set(Notice.objects.values_list("kind", flat=True))
        # The weeks before the finish have lost the booked minutes.
        assert listing.version > 1
        assert kinds >= {"exchange.quote_given", "exchange.order_won"}

    def test_bring_a_listing_that_comes_later_to_an_open_demand(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        now = timezone.now()
        make.shop(north)
        with context.enterprise(south):
            line = make.published_line(
                due_on=(now + timedelta(days=42)).date(),
                response_deadline_at=now + timedelta(days=14),
                at=now,
            )
        jobs.run_due()
        with context.enterprise(south):
            assert selectors.matches_of(line.pk) == []
        with context.enterprise(north):
            machine = machines.published_machine(auto_quote=False)
        jobs.run_due()

        with context.enterprise(south):
            (match,) = selectors.matches_of(line.pk)
            assert match.fits
        with context.enterprise(north):
            machines_services.withdraw_machine(machine_id=machine.pk, by=SYSTEM, at=now)
        jobs.run_due()

        assert failures() == []
        with context.enterprise(south):
            assert selectors.matches_of(line.pk) == []
        with context.exchange():
            assert not Listing.objects.get().is_active
            assert Demand.objects.get().state == "open"

    def test_expire_quotes_of_the_enterprise_they_are_for(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.shop(north)
        listing = make.listing(north)
        demand = make.demand(south)
        # Long ago on this machine's clock, so that its validity has ended.
        past = timezone.now() - timedelta(days=60)
        with context.exchange():
            Listing.objects.update(weeks_from=make.TODAY)
        quote = make.auto_quoted(north, demand.pk, listing.pk)
        for ref in (north, south):
            with context.enterprise(ref):
                Quote.objects.update(valid_until_at=past)
        with context.enterprise(north):
            jobs.enqueue("exchange.expire_quotes")
        jobs.run_due()

        with context.enterprise(north):
            assert Quote.objects.get(pk=quote.pk).state == "expired"
        with context.enterprise(south):
            assert Quote.objects.get(pk=quote.pk).state == "submitted"
