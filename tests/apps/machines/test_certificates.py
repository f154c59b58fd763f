"""Certificates are renewed, reminded of, and let go on the day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from apps.exchange import services as exchange
from apps.exchange.models import Demand, Listing, Match, MatchRun
from apps.exchange.rules import reasons
from apps.exchange.selectors.names import names_of
from apps.exchange.types import Outcome, Refusal
from apps.machines import services
from apps.machines.models import Certificate
from apps.machines.rules import reminders
from apps.machines.types import CertificateDraft, CertificateState
from apps.notify.models import Notice
from apps.orders.models import Quote
from tenants import context, jobs
from tenants.models import Job
from tenants.types import SYSTEM, Actor, EnterpriseRef, JobState
from tests.factories import exchange as make_exchange
from tests.factories import machines
from tests.factories.machines import ISO_9001
from tests.support.world import NOON

Told = Callable[[], list[UUID]]
TODAY = NOON.date()


def draft(**facts: object) -> CertificateDraft:
    return CertificateDraft(**{**ISO_9001, **facts})


class TestSteps:
    @pytest.mark.parametrize(
        ("days_left", "step"),
        [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
    )
    def test_follow_from_the_days_left(self, days_left: int, step: int | None) -> None:
        assert reminders.due(days_left) == step


@pytest.mark.usefixtures("in_north")
class TestReminders:
    def days_told(self, last: date, first_day: date) -> list[tuple[int, str]]:
        """Ask each day; return the days left at which somebody was told."""
        found = []
        seen = 0
        for number in range((last - first_day).days + 3):
            at = NOON + timedelta(days=(first_day - TODAY).days + number)
            if services.has_certificates_to_remind_of(at):
                services.remind_of_certificates(at=at)
            notices = list(
                Notice.objects.filter(kind="certificate.ends").order_by("id")
            )
            left = (last - at.date()).days
            found += [(left, one.title) for one in notices[seen:]]
            seen = len(notices)
        return found

    def test_come_at_60_30_and_7_days_once_each(self) -> None:
        last = TODAY + timedelta(days=80)
        machines.certificate(valid_until_on=last)

        told = self.days_told(last, TODAY)

        assert [days for days, _title in told] == [60, 30, 7]
        notice = Notice.objects.filter(kind="certificate.ends").first()
        assert notice is not None
        assert "DE-12345" in notice.title
        assert sorted(notice.roles) == ["owner", "planner"]
        assert notice.url == f"/certificates/{Certificate.objects.get().pk}/"

    def test_of_one_that_is_entered_late_begin_with_the_step_that_stands(self) -> None:
        last = TODAY + timedelta(days=20)
        machines.certificate(valid_until_on=last)

        assert [days for days, _t in self.days_told(last, TODAY)] == [20, 7]

    def test_are_put_down_for_their_days(self, north: EnterpriseRef) -> None:
        last = TODAY + timedelta(days=80)
        machines.certificate(valid_until_on=last)

        with context.jobs():
            days = sorted(
                row.run_after.date()
                for row in Job.objects.filter(kind="machines.remind_of_certificates")
            )
        assert days == [last - timedelta(days=step) for step in (60, 30, 7)]

    def test_begin_anew_once_it_is_renewed(self) -> None:
        row = machines.certificate(valid_until_on=TODAY + timedelta(days=5))
        services.remind_of_certificates(at=NOON)
        row.refresh_from_db()
        assert row.reminded_days == 7

        services.revise_certificate(
            certificate_id=row.pk,
            version=row.version,
            draft=draft(number="DE-2", valid_until_on=TODAY + timedelta(days=1095)),
            by=SYSTEM,
            at=NOON,
        )

        row.refresh_from_db()
        assert row.reminded_days is None
        assert not services.has_certificates_to_remind_of(NOON)

    def test_are_none_without_an_end_or_when_over(self) -> None:
        machines.certificate()
        machines.certificate(number="2", valid_until_on=TODAY - timedelta(days=1))

        assert services.remind_of_certificates(at=NOON) == 0


@pytest.mark.usefixtures("in_north")
class TestRevising:
    def test_makes_a_verified_one_a_claim_again(self, planner: Actor) -> None:
        row = machines.certificate()
        checked = services.submit_certificate(
            certificate_id=row.pk, by=planner, at=NOON
        )
        services.settle_certificate(
            certificate_id=row.pk,
            version=checked.version,
            state=CertificateState.VERIFIED,
            by=planner,
            at=NOON,
        )
        row.refresh_from_db()
        assert (row.state, row.verified_by) == ("verified", "Paula Planner")

        services.revise_certificate(
            certificate_id=row.pk,
            version=row.version,
            draft=draft(issuer="DEKRA"),
            by=planner,
            at=NOON,
        )

        row.refresh_from_db()
        assert (row.state, row.verified_by, row.issuer) == ("claimed", "", "DEKRA")

    def test_by_what_it_says_already_changes_nothing(self, planner: Actor) -> None:
        row = machines.certificate()
        Certificate.objects.update(
            state="verified", verified_at=NOON, verified_by="Olga Operator"
        )

        services.revise_certificate(
            certificate_id=row.pk, version=1, draft=draft(), by=planner, at=NOON
        )

        row.refresh_from_db()
        assert (row.state, row.version) == ("verified", 1)

    def test_of_what_changed_meanwhile_is_refused(self, planner: Actor) -> None:
        row = machines.certificate()
        for outcome in ("done", "refused"):
            if outcome == "refused":
                with pytest.raises(services.CertificateChanged):
                    self.revise(row, planner)
            else:
                self.revise(row, planner)

        assert Certificate.objects.get().version == 2

    def revise(self, row: Certificate, by: Actor) -> None:
        services.revise_certificate(
            certificate_id=row.pk, version=1, draft=draft(issuer="X"), by=by, at=NOON
        )

    def test_tells_the_exchange(self, planner: Actor, told: Told) -> None:
        machine = machines.published_machine()
        row = machines.certificate()
        told()

        self.revise(row, planner)

        assert told() == [machine.pk]


class TestOpenDemands:
    """What asks for ISO 9001 is judged anew when a shop's certificate goes."""

    def test_are_matched_again_on_the_day(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        listing, certificate = shop_with(north, valid_until_on=TODAY)
        demand = make_exchange.demand(south)
        first = make_exchange.matched(demand.pk)
        # It would be over before delivery: refused, but the badge is still there.
        assert outcomes(first) == {listing.pk: Outcome.REFUSED}
        assert listing.certificates == {"iso-9001": TODAY.isoformat()}
        morning = NOON + timedelta(days=1)

        with context.enterprise(north):
            services.expire_certificates(by=SYSTEM, at=morning)
            told = Notice.objects.get(kind="certificate.expired")
        again = judged_anew(north, listing, demand, morning)

        assert told.url == f"/certificates/{certificate.pk}/"
        assert again.pk != first.pk
        assert listing.certificates == {}
        assert outcomes(again) == {listing.pk: Outcome.REFUSED}

    def test_cease_to_fit_when_the_operator_rejects_it(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        listing, certificate = shop_with(north)
        demand = make_exchange.demand(south)
        assert outcomes(make_exchange.matched(demand.pk)) == {listing.pk: Outcome.FITS}

        with context.enterprise(north):
            checked = services.submit_certificate(
                certificate_id=certificate.pk, by=SYSTEM, at=NOON
            )
            services.settle_certificate(
                certificate_id=certificate.pk,
                version=checked.version,
                state=CertificateState.REJECTED,
                reason="Another number.",
                by=SYSTEM,
                at=NOON,
            )
        again = judged_anew(north, listing, demand, NOON)

        assert outcomes(again) == {listing.pk: Outcome.REFUSED}
        with context.exchange():
            (refusal,) = Match.objects.get(run=again).refusals
        assert refusal["reason"] == "certificate"

    def test_fit_again_once_it_is_claimed_anew(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        listing, certificate = shop_with(north)
        with context.enterprise(north):
            services.drop_certificate(certificate_id=certificate.pk, by=SYSTEM, at=NOON)
            exchange.publish_machine(machine_id=listing.machine_id, at=NOON)
        demand = make_exchange.demand(south)
        assert outcomes(make_exchange.matched(demand.pk)) == {
            listing.pk: Outcome.REFUSED
        }

        with context.enterprise(north):
            machines.certificate(number="TWO")
        again = judged_anew(north, listing, demand, NOON)

        assert outcomes(again) == {listing.pk: Outcome.FITS}

    def test_ask_for_a_kind_that_the_lapsed_one_includes(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        # EN 9100 takes ISO 9001 in: whoever holds it meets a request for either.
        listing, _certificate = shop_with(
            north, kind_code="as9100d", valid_until_on=TODAY
        )
        demand = make_exchange.demand(south)
        first = make_exchange.matched(demand.pk)
        assert set(listing.certificates) >= {"as9100d", "iso-9001"}
        morning = NOON + timedelta(days=1)

        with context.enterprise(north):
            services.expire_certificates(by=SYSTEM, at=morning)
        again = judged_anew(north, listing, demand, morning)

        assert again.pk != first.pk
        assert listing.certificates == {}
        assert "lacks" in reasons_of(again)

    def test_keep_the_quotes_that_were_given(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        listing, certificate = shop_with(north)
        demand = make_exchange.demand(south)
        make_exchange.matched(demand.pk)
        given = make_exchange.auto_quoted(north, demand.pk, listing.pk)

        with context.enterprise(north):
            services.drop_certificate(certificate_id=certificate.pk, by=SYSTEM, at=NOON)
        again = judged_anew(north, listing, demand, NOON)

        assert outcomes(again) == {listing.pk: Outcome.REFUSED}
        for side in (north, south):
            with context.enterprise(side):
                quote = Quote.objects.get(demand_id=demand.pk)
                assert (quote.total, quote.state) == (given.total, "submitted")


def shop_with(north: EnterpriseRef, **facts: object) -> tuple[Listing, Certificate]:
    """Open a shop whose only ISO 9001 certificate is this one."""
    make_exchange.shop(north)
    with context.enterprise(north):
        for row in list(Certificate.objects.all()):
            services.drop_certificate(certificate_id=row.pk, by=SYSTEM, at=NOON)
        made = machines.certificate(number="ONE", **facts)
    return make_exchange.listing(north), made


def judged_anew(
    north: EnterpriseRef, listing: Listing, demand: Demand, at: datetime
) -> MatchRun:
    """Do the jobs that a changed certificate leaves, as the workers do."""
    with context.enterprise(north):
        exchange.publish_machine(machine_id=listing.machine_id, at=at)
    with context.exchange():
        exchange.match_listing(listing_id=listing.pk, at=at)
        listing.refresh_from_db()
    with context.jobs():
        waiting = Job.objects.filter(
            kind="exchange.match_demand",
            state=JobState.QUEUED,
            args__demand_id=str(demand.pk),
        ).latest("id")
    jobs.run_job(waiting.pk)
    with context.exchange():
        return MatchRun.objects.filter(demand=demand).latest("id")


def outcomes(run: MatchRun) -> dict[UUID, str]:
    with context.exchange():
        return dict(Match.objects.filter(run=run).values_list("listing_id", "outcome"))


def reasons_of(run: MatchRun) -> str:
    with context.exchange():
        (match,) = Match.objects.filter(run=run)
        found = [Refusal.from_json(stored) for stored in match.refusals]
        names = names_of(reasons.codes_in(found))
    return "; ".join(str(reasons.describe(one, names)) for one in found)
