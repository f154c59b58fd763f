"""An enterprise rests, wakes, goes into an archive and comes back, whole each time."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from apps.audit.models import AuditEvent
from apps.exchange.models import Listing
from apps.orders.models import Part
from tenants import context, jobs
from tenants.archive import verifying
from tenants.lifecycle import hooks, services
from tenants.lifecycle.asking import MOST_RESTS_A_SWEEP
from tenants.models import Archive, Enterprise, Job, Slot
from tenants.registry.selectors import enterprise_by_id, enterprise_in_any_tier
from tenants.types import SYSTEM, ArchiveState, EnterpriseRef, JobState, Tier
from tests.factories import exchange as market
from tests.factories.archives import STEP, stored_part
from tests.factories.machines import machine
from tests.support.world import NOON
from tests.tenants.lifecycle.conftest import dying_at, forked

LATER = NOON + timedelta(days=1)


def row_of(ref: EnterpriseRef) -> Enterprise:
    with context.directory():
        return Enterprise.objects.get(pk=ref.id)


def verbs(ref: EnterpriseRef) -> list[str]:
    with context.enterprise(ref):
        return list(
            AuditEvent.objects.order_by("sequence").values_list("verb", flat=True)
        )


class TestLetRest:
    def test_makes_it_dormant(self, north: EnterpriseRef) -> None:
        services.let_rest(enterprise_id=north.id, by=SYSTEM, at=LATER)

        row = row_of(north)
        assert (row.tier, row.tier_since, row.schema_name) == (
            "dormant",
            LATER,
            north.schema,
        )
        assert enterprise_by_id(north.id) is None
        found = enterprise_in_any_tier(north.id)
        assert found is not None
        assert found.tier is Tier.DORMANT

    def test_takes_its_listings_off_the_market(self, north: EnterpriseRef) -> None:
        market.shop(north)
        market.listing(north)

        services.let_rest(enterprise_id=north.id, by=SYSTEM, at=LATER)

        with context.exchange():
            assert [row.is_active for row in Listing.objects.all()] == [False]

    def test_is_refused_twice(self, north: EnterpriseRef) -> None:
        services.let_rest(enterprise_id=north.id, by=SYSTEM, at=LATER)

        with pytest.raises(services.WrongTier, match="is dormant"):
            services.let_rest(enterprise_id=north.id, by=SYSTEM, at=LATER)

    def test_leaves_alone_who_came_in_between(self, north: EnterpriseRef) -> None:
        services.note_activity(enterprise_id=north.id, at=LATER)

        with pytest.raises(services.StillUsed):
            services.let_rest(
                enterprise_id=north.id, by=SYSTEM, at=LATER, unused_since=NOON
            )

        assert row_of(north).tier == Tier.ACTIVATED

    def test_is_refused_while_others_wait(
        self, north: EnterpriseRef, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(
            hooks._hooks,
            "test",
            hooks.Hooks(
                lambda ref: [hooks.Blocker("Open orders", 7, ("ORD-1", "ORD-2"))],
                None,
                None,
                None,
            ),
        )

        with pytest.raises(services.WorkIsOpen) as refused:
            services.let_rest(enterprise_id=north.id, by=SYSTEM, at=LATER)

        assert str(refused.value) == (
            "Nordlicht Precision GmbH has open work. Open orders: ORD-1, ORD-2 and 5"
            " more. Finish it or withdraw from it, then try again."
        )
        assert row_of(north).tier == Tier.ACTIVATED


class TestWake:
    def test_is_immediate_and_publishes_again(self, north: EnterpriseRef) -> None:
        market.shop(north)
        market.listing(north)
        services.let_rest(enterprise_id=north.id, by=SYSTEM, at=LATER)

        ref = services.wake(enterprise_id=north.id, at=LATER)

        assert (ref.tier, ref.schema) == (Tier.ACTIVATED, north.schema)
        assert enterprise_by_id(north.id) == ref
        assert row_of(north).last_active_at == LATER
        assert verbs(north)[-2:] == ["enterprise.rested", "enterprise.woken"]

    def test_leaves_one_awake_as_it_is(self, north: EnterpriseRef) -> None:
        before = row_of(north)

        assert services.wake(enterprise_id=north.id, at=LATER) == north

        assert row_of(north).version == before.version


class TestNoteActivity:
    def test_writes_once_an_hour(self, north: EnterpriseRef) -> None:
        services.note_activity(enterprise_id=north.id, at=LATER)
        services.note_activity(enterprise_id=north.id, at=LATER + timedelta(minutes=5))

        assert row_of(north).last_active_at == LATER


class TestSweep:
    def test_enqueues_bounded_work_for_who_is_away(self, north: EnterpriseRef) -> None:
        with context.directory():
            Enterprise.objects.filter(pk=north.id).update(last_active_at=NOON)
        at = NOON + timedelta(days=91)

        assert services.sweep_tiers(at=at)["resting"] >= 1
        services.sweep_tiers(at=at)

        with context.jobs():
            mine = Job.objects.filter(
                kind="tenants.let_rest", args__enterprise_id=str(north.id)
            )
            assert mine.count() == 1
            assert mine.get().enterprise_id is None
        assert MOST_RESTS_A_SWEEP == 200

    def test_leaves_alone_who_was_here(self, north: EnterpriseRef) -> None:
        with context.directory():
            Enterprise.objects.update(last_active_at=NOON)

        assert services.sweep_tiers(at=NOON + timedelta(days=89))["resting"] == 0


def busy(ref: EnterpriseRef) -> dict[str, str]:
    """Give it rows and a file; return the checksums of its tables."""
    with context.enterprise(ref):
        machine(code="Hurco04")
        stored_part()
        jobs.enqueue("tests.write_notice", number=1)
    jobs.run_due()
    services.let_rest(enterprise_id=ref.id, by=SYSTEM, at=NOON)
    jobs.run_due()
    return verifying.checksums(ref.schema)


def catalogue_of(schema: str) -> tuple[int, int, int]:
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = %(n)s),"
            " (SELECT count(*) FROM pg_roles WHERE rolname = %(n)s),"
            " (SELECT count(*) FROM tenants_slot WHERE schema_name = %(n)s)",
            {"n": schema},
        )
        return cursor.fetchone()


class TestArchive:
    def test_gives_up_schema_role_and_slot(self, west: EnterpriseRef) -> None:
        busy(west)

        archive = services.archive_enterprise(
            enterprise_id=west.id, by=SYSTEM, at=LATER
        )

        row = row_of(west)
        assert (row.tier, row.schema_name, row.database_id) == ("archived", None, None)
        assert archive.state == ArchiveState.READY
        assert catalogue_of(west.schema) == (0, 0, 0)
        jobs.run_due()
        assert not Path(default_storage.path(west.schema)).exists()

    def test_is_refused_while_it_is_used(self, west: EnterpriseRef) -> None:
        with pytest.raises(services.WrongTier, match="is activated"):
            services.archive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)

    def test_is_refused_while_a_job_waits(self, west: EnterpriseRef) -> None:
        busy(west)
        with context.enterprise(west):
            jobs.enqueue("tests.write_notice", number=2)

        with pytest.raises(services.WorkIsOpen, match=r"tests\.write_notice"):
            services.archive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)

        assert row_of(west).tier == Tier.DORMANT

    def test_killed_at_any_statement_is_whole_or_still_dormant(
        self, west: EnterpriseRef
    ) -> None:
        before = busy(west)
        kills = 0
        while True:
            ended = forked(
                dying_at(
                    kills + 1,
                    lambda: services.archive_enterprise(
                        enterprise_id=west.id, by=SYSTEM, at=LATER
                    ),
                )
            )
            if not os.WIFSIGNALED(ended):
                break
            kills += 1
            assert row_of(west).tier == Tier.DORMANT
            assert catalogue_of(west.schema) == (1, 1, 1)
            with context.directory():
                assert not Archive.objects.filter(state=ArchiveState.READY).exists()
        assert ended == 0
        assert kills >= 8
        assert row_of(west).tier == Tier.ARCHIVED
        assert catalogue_of(west.schema) == (0, 0, 0)
        ref = services.revive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)
        assert_same(before, ref)


def assert_same(before: dict[str, str], ref: EnterpriseRef) -> None:
    after = verifying.checksums(ref.schema)
    # The record of its return is the one thing that is new.
    assert {t for t in before if before[t] != after[t]} <= {
        "audit_auditevent",
        "audit_auditseal",
    }
    assert set(before) == set(after)


class TestRevive:
    def test_brings_everything_back(self, west: EnterpriseRef) -> None:
        before = busy(west)
        services.archive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)
        jobs.run_due()

        ref = services.revive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)

        assert ref.tier is Tier.ACTIVATED
        assert ref.schema != west.schema
        assert enterprise_by_id(west.id) == ref
        assert_same(before, ref)
        with context.enterprise(ref):
            part = Part.objects.get()
            assert part.file.name.startswith(f"{ref.schema}/parts/")
            assert part.file.read() == STEP
        assert verbs(ref)[-1] == "enterprise.revived"

    def test_is_a_job_that_a_member_can_ask_for(self, west: EnterpriseRef) -> None:
        busy(west)
        services.archive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)
        services.request_revival(enterprise_id=west.id, by=SYSTEM)

        jobs.run_due()

        with context.jobs():
            done = Job.objects.get(kind="tenants.revive_enterprise")
            assert (done.state, done.error) == (JobState.SUCCEEDED, "")
        assert row_of(west).tier == Tier.ACTIVATED

    def test_killed_at_any_statement_is_whole_or_still_archived(
        self, west: EnterpriseRef
    ) -> None:
        before = busy(west)
        services.archive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)
        kills, step = 0, 1
        while True:
            ended = forked(
                dying_at(
                    step,
                    lambda: services.revive_enterprise(
                        enterprise_id=west.id, by=SYSTEM, at=LATER
                    ),
                )
            )
            if not os.WIFSIGNALED(ended):
                break
            kills += 1
            # Its hundreds of statements are mostly alike: copies of one table.
            step += 1 if kills < 12 else 9
            assert row_of(west).tier == Tier.ARCHIVED
            with context.directory():
                assert not Slot.objects.filter(enterprise_id=west.id).exists()
        assert ended == 0
        assert kills >= 12
        assert_same(before, services.wake(enterprise_id=west.id, at=LATER))

    def test_says_that_there_is_no_archive(self, west: EnterpriseRef) -> None:
        busy(west)
        services.archive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)
        with context.directory():
            Archive.objects.all().delete()

        with pytest.raises(services.NoArchive, match="Westwind Forge has no archive"):
            services.revive_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)
