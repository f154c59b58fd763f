"""A release is run once in the template, and what ran is what others replay."""

import random
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants import context
from tenants.fleet import planning, replaying, verifying
from tenants.fleet.planning import NotPlannable
from tenants.fleet.rules import StatementNotPortable
from tenants.fleet.types import StageKind
from tenants.models import FleetPlan, Template
from tenants.provisioning import migrating, selectors
from tenants.provisioning.services import TEMPLATE_SCHEMA, grant_schema, make_slot
from tenants.types import PlanState
from tests.tenants.fleet.conftest import RELEASES, killed_while, used_schemas

KILLS = 8
MOST_SECONDS = 0.8


class TestPlanRelease:
    def test_writes_down_each_stage_with_what_it_costs(
        self, planned: FleetPlan
    ) -> None:
        stages = [
            (
                stage["kind"],
                stage["label"],
                sorted({s["class"] for s in stage["statements"]}),
            )
            for stage in planned.stages
        ]

        assert stages == [
            ("schema", "notify.0002_reactions", ["catalogue"]),
            ("data", "notify.0002_reactions", []),
            ("schema", "notify.0002_reactions", ["catalogue", "scan"]),
            ("concurrent", "notify.0003_by_weight", ["catalogue"]),
            ("concurrent", "notify.0003_by_weight", ["scan"]),
        ]
        assert planned.migrations == ["notify.0002_reactions", "notify.0003_by_weight"]
        assert planned.state == PlanState.READY

    def test_leads_to_the_template_that_is_rendered(self, planned: FleetPlan) -> None:
        with context.owner():
            current = selectors.current_template()
            before = Template.objects.get(pk=planned.source_digest)

        assert current is not None
        assert current.digest == planned.target_digest
        assert not before.is_current
        assert "notify.0003_by_weight" in current.migrations
        assert (
            current.catalogue_digest
            == (verifying.catalogue_digests([TEMPLATE_SCHEMA])[TEMPLATE_SCHEMA])
        )

    def test_makes_the_same_catalogue_by_replay_by_render_and_by_stock(
        self, planned: FleetPlan
    ) -> None:
        with context.owner():
            names = used_schemas()
            new = make_slot(selectors.current_template())
        stock, *_rest = names

        migrating.migrate_schema(stock)
        with context.owner():
            grant_schema(stock)
        for name in names[1:3]:
            replaying.bring_up_to_date(name)

        made = verifying.catalogue_digests([stock, *names[1:3], new, TEMPLATE_SCHEMA])
        assert len(set(made.values())) == 1, verifying.differences(names[1], stock)

    def test_finds_nothing_new_in_two_queries_whatever_the_fleet(
        self, planned: FleetPlan
    ) -> None:
        with CaptureQueriesContext(connection) as asked:
            begun = time.perf_counter()
            assert planning.plan_release() is None
            spent = time.perf_counter() - begun

        assert len(asked) == 2
        assert spent < 0.05

    def test_only_renders_the_first_template_of_all(self, fleet: None) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {TEMPLATE_SCHEMA} CASCADE")
            Template.objects.all().delete()

        assert planning.plan_release() is None

        assert plans() == 0
        with context.owner():
            current = selectors.current_template()
        assert current is not None
        assert "notify.0001_initial" in current.migrations


class TestRefusals:
    @pytest.mark.parametrize(
        ("release", "refusal", "word"),
        [
            ("named", StatementNotPortable, "t_template"),
            ("committing", StatementNotPortable, "transaction"),
            ("hidden", NotPlannable, "SeparateDatabaseAndState"),
        ],
    )
    def test_change_nothing(
        self, fleet: None, settings, release: str, refusal: type, word: str
    ) -> None:
        settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.{release}.migrations"}
        before = verifying.catalogue_digests([TEMPLATE_SCHEMA])
        with context.owner():
            digest = selectors.current_template().digest

        with pytest.raises(refusal, match=word):
            planning.plan_release()

        assert verifying.catalogue_digests([TEMPLATE_SCHEMA]) == before
        with context.owner():
            assert selectors.current_template().digest == digest
            assert FleetPlan.objects.get().state == PlanState.DRAFT
        # Mended, it is gone on with.
        settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.first.migrations"}
        plan = planning.plan_release()
        assert plan is not None
        assert plan.state == PlanState.READY


class TestKilled:
    def test_at_any_moment_goes_on_where_it_was(self, first_release: None) -> None:
        dice = random.Random(7)
        for _number in range(KILLS):
            killed_while(planning.plan_release, dice.uniform(0.05, MOST_SECONDS))

        plan = planning.plan_release() or latest_plan()

        assert plan.state == PlanState.READY
        assert [(s["label"], s["kind"], s["in_template"]) for s in plan.stages] == [
            ("notify.0002_reactions", StageKind.SCHEMA, True),
            ("notify.0002_reactions", StageKind.DATA, True),
            ("notify.0002_reactions", StageKind.SCHEMA, True),
            ("notify.0003_by_weight", StageKind.CONCURRENT, True),
            ("notify.0003_by_weight", StageKind.CONCURRENT, True),
        ]
        run = replaying.migrate_fleet()
        assert (run.failed, run.halted) == ({}, "")


def plans() -> int:
    with context.owner():
        return FleetPlan.objects.count()


def latest_plan() -> FleetPlan:
    with context.owner():
        return FleetPlan.objects.get()
