"""What has had its time goes; what somebody may still ask for stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from tenants import context
from tenants.models import IdempotencyRecord, Job, Throttle
from tenants.registry import idempotency
from tenants.registry.housekeeping import forget_what_is_over
from tenants.types import EnterpriseRef, JobState
from tests.support.world import NOON

pytestmark = pytest.mark.usefixtures("db")


def keep(ref: EnterpriseRef, key: str, days_ago: int) -> None:
    with context.enterprise(ref):
        idempotency.keep_record(
            ref,
            route="POST /v1/rfqs",
            key=key,
            fingerprint="f",
            status=201,
            at=NOON - timedelta(days=days_ago),
        )


class TestForgetWhatIsOver:
    def test_keeps_answers_for_seven_days(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        keep(north, "fresh-key", 6)
        keep(north, "stale-key", 8)
        keep(south, "stale-key", 8)

        assert forget_what_is_over(at=NOON)["answers"] == 2

        with context.enterprise(north):
            left = list(IdempotencyRecord.objects.values_list("key", flat=True))
        assert left == ["fresh-key"]

    def test_keeps_failed_jobs_and_what_ended_of_late(
        self, north: EnterpriseRef
    ) -> None:
        long_ago, of_late = NOON - timedelta(days=31), NOON - timedelta(days=29)
        with context.jobs():
            for state, ended in (
                (JobState.SUCCEEDED, long_ago),
                (JobState.SUCCEEDED, of_late),
                (JobState.FAILED, long_ago),
            ):
                Job.objects.create(
                    enterprise_id=north.id,
                    kind="x.y",
                    run_after=ended,
                    state=state,
                    finished_at=ended,
                )

        assert forget_what_is_over(at=NOON)["jobs"] == 1

        with context.jobs():
            left = set(
                Job.objects.filter(kind="x.y").values_list("state", "finished_at")
            )
        assert left == {(JobState.SUCCEEDED, of_late), (JobState.FAILED, long_ago)}

    def test_ends_sessions_that_have_lapsed(self, db: None) -> None:
        with context.directory():
            Session.objects.create(
                session_key="old", session_data="", expire_date=NOON - timedelta(days=1)
            )
            Session.objects.create(
                session_key="new", session_data="", expire_date=NOON + timedelta(days=1)
            )

        forget_what_is_over(at=NOON)

        with context.directory():
            assert set(Session.objects.values_list("session_key", flat=True)) >= {"new"}
            assert not Session.objects.filter(session_key="old").exists()

    def test_forgets_throttles_that_hold_nobody_back(self) -> None:
        with context.directory():
            for key, minutes in (("over", -1), ("in force", 1)):
                Throttle.objects.create(
                    cache_key=key, value="", expires=NOON + timedelta(minutes=minutes)
                )

        assert forget_what_is_over(at=NOON)["throttles"] == 1

        with context.directory():
            assert [row.pk for row in Throttle.objects.all()] == ["in force"]
