"""What the operator does: jobs once more, enterprises out and in."""

import pytest
from django.contrib.admin.models import LogEntry

from apps.audit.models import AuditEvent
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


def act(client, where: str, action: str, *ids: object, **facts: str):
    return client.post(
        where,
        {"action": action, "_selected_action": [str(one) for one in ids], **facts},
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
        response = act(
            operator, ENTERPRISES, "suspend", north.id, reason="Invoices unpaid"
        )
        assert said(response) == north.name
        assert row().suspended_by_id == olga.pk
        assert row().suspension_reason == "Invoices unpaid"

        act(operator, ENTERPRISES, "reinstate", north.id, reason="Paid")
        assert row().suspended_at is None

    def test_are_verified(self, operator, north, row):
        act(operator, ENTERPRISES, "verify", north.id, reason="Register read")

        assert row().verification == Verification.VERIFIED

    @pytest.mark.parametrize("action", ["suspend", "reinstate", "verify"])
    def test_are_left_alone_without_a_reason(self, operator, north, row, action):
        response = act(operator, ENTERPRISES, action, north.id, reason="  ")

        assert "Write the reason beside the action." in said(response)
        assert row().suspended_at is None
        assert row().verification == Verification.UNVERIFIED

    def test_keep_who_did_what_to_them_when_and_why(self, operator, olga, north):
        act(operator, ENTERPRISES, "suspend", north.id, reason="Invoices unpaid")
        act(operator, ENTERPRISES, "reinstate", north.id, reason="Paid")

        with context.enterprise(north):
            events = AuditEvent.objects.order_by("at", "id").values_list(
                "verb", "by_id", "by_label", "facts"
            )
            assert list(events) == [
                (
                    "enterprise.suspended",
                    olga.pk,
                    olga.name,
                    {"reason": "Invoices unpaid"},
                ),
                ("enterprise.reinstated", olga.pk, olga.name, {"reason": "Paid"}),
            ]
        with context.operator():
            logged = LogEntry.objects.order_by("id").values_list(
                "user", "object_id", "change_message"
            )
            assert list(logged) == [
                (olga.pk, str(north.id), "suspend: Invoices unpaid"),
                (olga.pk, str(north.id), "reinstate: Paid"),
            ]


class TestSlots:
    def test_show_how_the_pool_stands(self, operator, north):
        text = operator.get("/tenants/slot/").content.decode()

        assert "Ready for the next sign-up" in text
        assert "of at most 2000" in text
        assert north.schema in text
