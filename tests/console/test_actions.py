"""What the operator does: jobs once more, enterprises out and in."""

import pytest

from tenants import context
from tenants.models import Enterprise, Job
from tenants.types import JobState, Verification

JOBS = "/tenants/job/"
ENTERPRISES = "/tenants/enterprise/"


def state_of(job: Job) -> str:
    with context.jobs():
        return Job.objects.get(pk=job.pk).state


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def act(client, where: str, action: str, *ids: object):
    return client.post(
        where,
        {"action": action, "_selected_action": [str(one) for one in ids]},
        follow=True,
    )


class TestRetry:
    def test_queues_chosen_jobs_of_the_list_again(self, operator, failed):
        response = act(operator, JOBS, "retry", failed.pk)

        assert state_of(failed) == JobState.QUEUED
        assert said(response) == "reports.render is queued again."
        assert "Queued" in response.content.decode()

    def test_asks_on_a_jobs_own_page_and_then_queues_it(self, operator, failed):
        page = operator.get(f"{JOBS}{failed.pk}/change/").content.decode()
        assert f"{JOBS}{failed.pk}/retry/" in page

        asked = operator.get(f"{JOBS}{failed.pk}/retry/")
        assert "Retry this job?" in asked.content.decode()
        assert state_of(failed) == JobState.FAILED

        response = operator.post(f"{JOBS}{failed.pk}/retry/", follow=True)
        assert state_of(failed) == JobState.QUEUED
        assert said(response) == "reports.render is queued again."

    def test_is_not_offered_for_a_job_that_went_well(self, operator, failed):
        with context.jobs():
            Job.objects.update(state=JobState.SUCCEEDED)

        page = operator.get(f"{JOBS}{failed.pk}/change/").content.decode()
        assert f"{JOBS}{failed.pk}/retry/" not in page
        assert operator.post(f"{JOBS}{failed.pk}/retry/").status_code == 403
        response = act(operator, JOBS, "retry", failed.pk)
        assert "Only a failed, cancelled or quarantined job" in said(response)
        assert state_of(failed) == JobState.SUCCEEDED

    def test_is_not_for_strangers(self, stranger, failed):
        assert stranger.post(f"{JOBS}{failed.pk}/retry/").status_code == 302
        act(stranger, JOBS, "retry", failed.pk)

        assert state_of(failed) == JobState.FAILED


class TestCancel:
    def test_takes_waiting_jobs_off_the_queue(self, operator, failed):
        with context.jobs():
            Job.objects.update(state=JobState.QUEUED, finished_at=None)

        response = act(operator, JOBS, "cancel", failed.pk)

        assert state_of(failed) == JobState.CANCELLED
        assert said(response) == "reports.render is cancelled."

    def test_says_which_have_ended(self, operator, failed):
        response = act(operator, JOBS, "cancel", failed.pk)

        assert "Only a job that still waits can be cancelled." in said(response)
        assert state_of(failed) == JobState.FAILED


class TestEnterprises:
    @pytest.fixture
    def row(self, north):
        def read() -> Enterprise:
            with context.operator():
                return Enterprise.objects.get(pk=north.id)

        return read

    def test_are_suspended_in_the_operators_name_and_reinstated(
        self, operator, olga, north, row
    ):
        response = act(operator, ENTERPRISES, "suspend", north.id)
        assert said(response) == north.name
        assert row().suspended_by_id == olga.pk

        act(operator, ENTERPRISES, "reinstate", north.id)
        assert row().suspended_at is None

    def test_are_verified(self, operator, north, row):
        act(operator, ENTERPRISES, "verify", north.id)

        assert row().verification == Verification.VERIFIED
