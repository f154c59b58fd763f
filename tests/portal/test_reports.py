"""Reports as pages, and jobs as fragments."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from apps.reports import services
from apps.reports.models import Report
from tenants import context, jobs
from tenants.models import Job
from tenants.types import Actor, JobState, Role
from tests.factories import capacity, machines

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
PAULA = Actor(
    label="Paula Planner", user_id=UUID("0190a000-0000-7000-8000-000000000001")
)
NOBODY = UUID("01960000-0000-7000-8000-00000000dead")


@pytest.fixture(autouse=True)
def own_files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def requested(north):
    """A report that waits for a worker."""
    with context.enterprise(north):
        machines.machine()
        capacity.early_shifts()
        return services.request_report(
            kind="capacity_utilisation",
            parameters={"starts_on": "2030-05-06", "weeks": 2},
            language="en",
            by=PAULA,
            at=NOON,
        )


@pytest.fixture
def made(north, requested):
    """A report with its files."""
    with context.enterprise(north):
        report = services.make_report(report_id=requested.id, at=NOON)
    set_job(report, state=JobState.SUCCEEDED)
    return report


def set_job(report, **facts):
    with context.jobs():
        Job.objects.filter(pk=report.job_id).update(**facts)


@pytest.fixture
def planner_at_north(member_of, north):
    return member_of(north, Role.PLANNER)


class TestReportList:
    def test_asks_a_stranger_to_sign_in(self, stranger):
        response = stranger.get("/reports/")

        assert response["Location"] == "/account/login/?next=%2Freports%2F"

    def test_is_not_there_for_members_of_others(self, member_of, north, south):
        assert member_of(south, at=north).get("/reports/").status_code == 404

    @pytest.mark.parametrize("role", list(Role))
    def test_is_for_every_member(self, member_of, north, role):
        response = member_of(north, role).get("/reports/")

        assert response.status_code == 200
        assert "No reports yet" in response.content.decode()

    def test_shows_how_far_each_has_come(self, planner_at_north, requested):
        text = planner_at_north.get("/reports/").content.decode()

        assert requested.title in text
        assert "Queued" in text
        assert 'hx-trigger="every 2s"' in text

    def test_leads_to_the_files(self, planner_at_north, made):
        text = planner_at_north.get("/reports/").content.decode()

        assert "Succeeded" in text
        assert text.count('class="file-link"') == 2
        assert "every 2s" not in text

    def test_hides_those_of_others(self, member_of, south, made):
        assert "No reports yet" in member_of(south).get("/reports/").content.decode()


class TestAskForAReport:
    def test_has_one_of_capacity_made(self, planner_at_north, north):
        with context.enterprise(north):
            hurco = machines.machine()

        response = planner_at_north.post(
            "/reports/",
            {
                "ask": "capacity_utilisation",
                "starts_on": "2030-05-08",
                "weeks": "3",
                "machine_ids": [str(hurco.pk)],
                "language": "ru",
            },
        )

        with context.enterprise(north):
            report = Report.objects.get()
        assert response["Location"] == f"/reports/{report.pk}/"
        assert report.kind == "capacity_utilisation"
        assert report.language == "ru"
        assert report.parameters == {
            "starts_on": "2030-05-06",
            "weeks": 3,
            "machine_ids": [str(hurco.pk)],
        }
        assert report.created_by == "Planner of north"

    def test_has_one_of_rfqs_made(self, planner_at_north, north):
        planner_at_north.post(
            "/reports/",
            {
                "ask": "rfq_summary",
                "side": "seller",
                "starts_on": "2030-01-01",
                "ends_on": "2030-03-31",
                "language": "zh-hans",
            },
        )

        with context.enterprise(north):
            report = Report.objects.get()
        assert (report.kind, report.language) == ("rfq_summary", "zh-hans")
        assert report.parameters == {
            "side": "seller",
            "starts_on": "2030-01-01",
            "ends_on": "2030-03-31",
        }

    @pytest.mark.parametrize(
        ("facts", "name", "refusal"),
        [
            (
                {"ask": "capacity_utilisation", "weeks": "54"},
                "weeks",
                "A report cannot cover “54” weeks. Give a whole number from 1 to 53.",
            ),
            (
                {"ask": "capacity_utilisation", "weeks": "", "starts_on": "soon"},
                "weeks",
                "This is empty. Fill it in.",
            ),
            (
                {"ask": "rfq_summary", "side": "buyer", "ends_on": "2029-12-31"},
                "ends_on",
                "Give a last day that is not before the first.",
            ),
            (
                {"ask": "rfq_summary", "side": "both", "ends_on": "2030-02-01"},
                "side",
                "both",
            ),
        ],
    )
    def test_refuses_what_it_cannot_cover(
        self, planner_at_north, north, facts, name, refusal
    ):
        response = planner_at_north.post(
            "/reports/", {"starts_on": "2030-01-01", "language": "en", **facts}
        )

        assert response.status_code == 200
        assert refusal in " ".join(response.context["form"].errors[name])
        with context.enterprise(north):
            assert not Report.objects.exists()


class TestReport:
    def test_that_waits_asks_again(self, planner_at_north, requested):
        text = planner_at_north.get(f"/reports/{requested.pk}/").content.decode()

        assert "Waiting for a worker" in text
        assert f'hx-get="/reports/{requested.pk}/"' in text
        assert "Make it again" not in text

    def test_shows_its_progress(self, planner_at_north, requested):
        response = planner_at_north.get(
            f"/reports/{requested.pk}/", headers={"HX-Request": "true"}
        )

        assert "HX-Refresh" not in response
        assert "<html" not in response.content.decode()
        assert "0 %" in response.content.decode()

    def test_that_is_done_loads_the_whole_page(self, planner_at_north, made):
        response = planner_at_north.get(
            f"/reports/{made.pk}/", headers={"HX-Request": "true"}
        )

        assert response["HX-Refresh"] == "true"

    def test_shows_charts_and_files(self, planner_at_north, made):
        text = planner_at_north.get(f"/reports/{made.pk}/").content.decode()

        assert "Succeeded" in text
        assert text.count("report-chart") == 2
        assert "<svg" in text
        assert f"capacity-utilisation-{made.reference.lower()}-1.pdf" in text
        assert f"capacity-utilisation-{made.reference.lower()}-1.xlsx" in text
        assert "Make it again" in text

    def test_that_failed_says_why(self, planner_at_north, requested):
        set_job(
            requested,
            state=JobState.FAILED,
            error="There is no machine of this id here.",
            finished_at=NOON,
        )

        text = planner_at_north.get(f"/reports/{requested.pk}/").content.decode()

        assert "This report could not be made" in text
        assert "There is no machine of this id here." in text
        assert "Try again" in text

    def test_is_not_there_for_others(self, member_of, south, made):
        owner = member_of(south)

        assert owner.get(f"/reports/{made.pk}/").status_code == 404
        assert owner.post(f"/reports/{made.pk}/remaking/").status_code == 404

    def test_asks_a_stranger_to_sign_in(self, stranger, made):
        for address in (f"/reports/{made.pk}/", f"/jobs/{made.job_id}/"):
            assert stranger.get(address).status_code == 302


class TestRemake:
    def test_has_it_made_again(self, planner_at_north, made, north):
        response = planner_at_north.post(f"/reports/{made.pk}/remaking/")

        with context.enterprise(north):
            again = Report.objects.get()
        assert response["Location"] == f"/reports/{made.pk}/"
        assert again.job_id != made.job_id
        assert "Waiting" in planner_at_north.get(response["Location"]).content.decode()

    def test_refuses_while_it_is_being_made(self, planner_at_north, requested, north):
        response = planner_at_north.post(
            f"/reports/{requested.pk}/remaking/", follow=True
        )

        assert "This report is still being made." in response.content.decode()
        with context.enterprise(north):
            assert Report.objects.get().job_id == requested.job_id


class TestReportFile:
    @pytest.mark.parametrize(
        ("format_", "content_type", "start"),
        [
            ("pdf", "application/pdf", b"%PDF"),
            (
                "xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                b"PK",
            ),
            ("svg", "image/svg+xml", b"<svg"),
        ],
    )
    def test_is_sent_as_an_attachment(
        self, planner_at_north, north, made, format_, content_type, start
    ):
        with context.enterprise(north):
            file = made.files.filter(format=format_).order_by("name").first()

        response = planner_at_north.get(f"/report-files/{file.pk}/")

        assert response["Content-Type"] == content_type
        assert file.name in response["Content-Disposition"]
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response.getvalue().startswith(start)

    def test_is_not_there_for_others(self, member_of, north, south, made):
        with context.enterprise(north):
            file = made.files.first()

        assert member_of(south).get(f"/report-files/{file.pk}/").status_code == 404

    def test_is_not_there_if_there_is_none(self, planner_at_north):
        assert planner_at_north.get(f"/report-files/{NOBODY}/").status_code == 404


class TestJob:
    def test_asks_again_until_it_is_over(self, planner_at_north, requested):
        text = planner_at_north.get(f"/jobs/{requested.job_id}/").content.decode()

        assert "Making the report" in text
        assert f'hx-get="/jobs/{requested.job_id}/"' in text

    def test_that_failed_says_why_and_asks_no_more(self, planner_at_north, requested):
        set_job(requested, state=JobState.FAILED, error="Too much.", finished_at=NOON)

        text = planner_at_north.get(f"/jobs/{requested.job_id}/").content.decode()

        assert "Too much." in text
        assert "hx-get" not in text

    def test_of_an_unknown_kind_has_a_name(self, planner_at_north, north):
        with context.enterprise(north):
            job_id = jobs.enqueue("reports.render", report_id=str(NOBODY))
        with context.jobs():
            Job.objects.filter(pk=job_id).update(kind="tests.other")

        text = planner_at_north.get(f"/jobs/{job_id}/").content.decode()

        assert "Work in the background" in text

    def test_of_others_is_not_there(self, member_of, south, requested):
        assert member_of(south).get(f"/jobs/{requested.job_id}/").status_code == 404
