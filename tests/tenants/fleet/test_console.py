"""The operator sees how the fleet stands, and has it gone on with."""

import time
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tenants import context, jobs
from tenants.fleet import replaying, services, verifying
from tenants.fleet.services import NothingToMigrate
from tenants.models import FleetEntry, FleetPlan, Job
from tenants.types import EnterpriseRef, EntryState, JobState, PlanState
from tests.factories.tenants import operator as make_operator
from tests.support.world import NOON
from tests.tenants.fleet.conftest import crew, used_schemas
from tests.tenants.fleet.test_replaying import (
    HURRIED,
    STAGES,
    by_hand,
    done_by_hand,
    entries,
    last_enterprise,
    standing,
    summaries,
    write_notice,
)

HOST = f"console.{django_settings.DOMAIN}"
PAGE = "/tenants/fleetplan/"
BATCHES = {"tenants.migrate_batch"}


@pytest.fixture
def operator(fleet: None) -> Client:
    """Olga's browser, signed in."""
    # She may have come with the database that this one is a copy of.
    olga = make_operator()
    client = Client(HTTP_HOST=HOST)
    with context.directory():
        client.force_login(
            olga, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return client


def work_until(is_over: Any, seconds: float = 30.0) -> None:
    """Do jobs as workers do, until something is so."""
    deadline = time.monotonic() + seconds
    while not is_over():
        assert time.monotonic() < deadline
        if not jobs.run_due():
            time.sleep(0.05)


def plan_is(state: PlanState) -> bool:
    with context.owner():
        return FleetPlan.objects.get().state == state


class TestPage:
    def test_shows_nothing_where_nothing_is_planned(self, operator: Client) -> None:
        text = operator.get(PAGE).content.decode()

        assert "No migration has been planned yet." in text
        assert "Check for drift" in text

    def test_shows_stages_with_their_sql_and_what_it_costs(
        self, operator: Client, planned: FleetPlan
    ) -> None:
        text = operator.get(PAGE).content.decode()

        assert "0 of 60 steps, 0 %" in text
        assert "1. notify.0002_reactions" in text
        assert "ADD COLUMN &quot;weight&quot; integer NULL" in text
        assert "reads every row" in text
        assert "Python, one job an enterprise" in text
        assert "Continue" in text
        assert "http-equiv" not in text

    def test_shows_failures_and_drift(
        self, operator: Client, planned: FleetPlan, amber: EnterpriseRef
    ) -> None:
        schema = last_enterprise()
        with by_hand() as cursor:
            cursor.execute(f'LOCK TABLE "{schema}".notify_notice IN SHARE MODE')
            replaying.migrate_fleet(pace=HURRIED)
        other = used_schemas()[0]
        done_by_hand(f'CREATE INDEX by_hand ON "{other}".notify_notice (title)')
        verifying.verify_fleet(at=NOON)

        text = operator.get(PAGE).content.decode()

        assert "Try failed again" in text
        assert f"{schema}: locked: notify_notice by session" in text
        assert "index by_hand is not in the template" in text
        assert "1 schemas are left" in text

    def test_refreshes_while_it_runs(
        self, operator: Client, planned: FleetPlan
    ) -> None:
        with context.owner():
            FleetPlan.objects.update(state=PlanState.RUNNING)

        assert 'http-equiv="refresh" content="3"' in operator.get(PAGE).content.decode()

    def test_asks_as_many_queries_for_many_schemas(
        self, operator: Client, planned: FleetPlan
    ) -> None:
        from tests.support.budget import queries_of
        from tests.tenants.fleet.conftest import make_slots

        operator.get(PAGE)
        with queries_of() as few:
            operator.get(PAGE)
        make_slots(16)
        with queries_of() as many:
            operator.get(PAGE)

        assert len(many) == len(few)

    @pytest.mark.parametrize("name", ["continue", "retry", "verify"])
    def test_acts_on_a_post_by_an_operator_only(
        self, operator: Client, planned: FleetPlan, name: str
    ) -> None:
        stranger = Client(HTTP_HOST=HOST)

        assert operator.get(f"{PAGE}{name}/").status_code == 405
        assert stranger.post(f"{PAGE}{name}/").status_code == 302
        with context.owner():
            assert not Job.objects.filter(kind__startswith="tenants.").exists()


class TestInTheBackground:
    def test_goes_through_all_stages_batch_by_batch(
        self, operator: Client, planned: FleetPlan, amber: EnterpriseRef
    ) -> None:
        write_notice(amber)

        assert operator.post(f"{PAGE}continue/").status_code == 302
        work_until(lambda: plan_is(PlanState.DONE))

        assert set(entries().values()) == {EntryState.DONE}
        assert len(entries()) == 12 * STAGES
        assert summaries(amber) == ["50 % +"]
        assert verifying.verify_fleet(at=NOON).drifted == ()
        with context.owner():
            done = Job.objects.filter(kind="tenants.migrate_data")
            assert set(done.values_list("state", flat=True)) == {JobState.SUCCEEDED}
            asked = Job.objects.filter(args__requested_by="Olga Operator")
            assert asked.count() == 1

    def test_leaves_what_fails_until_it_is_asked_for_again(
        self, operator: Client, planned: FleetPlan
    ) -> None:
        ref = next(
            crew(slug)
            for slug in ("amber", "birch", "cedar", "delta")
            if crew(slug).schema == last_enterprise()
        )
        write_notice(ref, "refuse me")
        operator.post(f"{PAGE}continue/")
        work_until(lambda: plan_is(PlanState.HALTED))
        assert standing(ref.schema) == (False, 1)
        with context.owner():
            (failure,) = FleetEntry.objects.filter(state=EntryState.FAILED)
        assert (failure.schema_name, failure.error_code, failure.error) == (
            ref.schema,
            "ValueError",
            "this notice has no summary",
        )
        with context.enterprise(ref):
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("UPDATE notify_notice SET title = 'Read me'")

        operator.post(f"{PAGE}retry/")
        work_until(lambda: plan_is(PlanState.DONE))

        assert summaries(ref) == ["50 % +"]
        assert set(entries().values()) == {EntryState.DONE}

    def test_halts_at_a_canary(self, operator: Client, planned: FleetPlan) -> None:
        for schema in used_schemas()[:2]:
            done_by_hand(
                f'ALTER TABLE "{schema}".notify_notice'
                " RENAME CONSTRAINT notify_notice_kind_shaped TO by_hand"
            )

        operator.post(f"{PAGE}continue/")
        work_until(lambda: plan_is(PlanState.HALTED))

        with context.owner():
            assert "The canary t_" in FleetPlan.objects.get().halted_reason
        assert {standing(name) for name in used_schemas()[2:]} == {(False, 0)}

    def test_checks_for_drift(self, operator: Client, amber: EnterpriseRef) -> None:
        done_by_hand(f'CREATE INDEX by_hand ON "{amber.schema}".notify_notice (title)')

        operator.post(f"{PAGE}verify/")
        jobs.run_due()

        assert "index by_hand is not in" in operator.get(PAGE).content.decode()

    def test_is_refused_where_nothing_waits(self, operator: Client) -> None:
        page = operator.post(f"{PAGE}continue/", follow=True).content.decode()

        assert "No migration of the fleet waits." in page
        with context.operator(), pytest.raises(NothingToMigrate):
            from tenants.types import SYSTEM

            services.request_migration(by=SYSTEM, at=NOON)
