import pytest

from apps.audit import selectors as audit
from apps.reports import selectors, services
from apps.reports.models import Report
from apps.reports.rules.parameters import ReportParameterRefused, UnknownReportKind
from apps.reports.services import ReportStillBeingMade
from tenants import context
from tenants.models import Job
from tenants.types import EnterpriseRef, JobState
from tests.factories import reports
from tests.factories.reports import NOON, PAULA


class TestRequestReport:
    def test_writes_a_report_and_its_job_together(
        self, in_north: EnterpriseRef
    ) -> None:
        report = reports.requested_report()
        job = Job.objects.get(pk=report.job_id)
        assert job.kind == "reports.render"
        assert job.args == {"report_id": str(report.id)}
        assert job.enterprise_id == in_north.id
        view = selectors.report_view(report.id)
        assert (view.state, view.percent, view.is_over) == ("queued", 0, False)
        assert view.kind_label == "Capacity and utilization"
        assert view.title == "Capacity and utilization, 6 May 2030 to 19 May 2030"
        assert view.parameters == {
            "starts_on": "2030-05-06",
            "weeks": 2,
            "machine_ids": [],
        }
        assert (view.created_by, view.created_at) == ("Paula Planner", NOON)
        assert view.files == ()
        (event,) = audit.events_of(report)
        assert event.verb == "report.requested"

    def test_names_it_in_the_language_asked_for(self, in_north: EnterpriseRef) -> None:
        chinese = reports.requested_report(language="zh-hans")
        assert chinese.title == "产能与利用率, 2030年5月6日 至 2030年5月19日"
        default = reports.requested_report(language="")
        assert default.language == "en"

    def test_refuses_an_unknown_kind_and_changes_nothing(
        self, in_north: EnterpriseRef
    ) -> None:
        with pytest.raises(UnknownReportKind) as refused:
            reports.requested_report(kind="weather")
        assert refused.value.field == "kind"
        assert refused.value.value == "weather"
        assert "rfq_summary" in str(refused.value.remedy)
        assert not Report.objects.exists()
        assert not Job.objects.exists()

    def test_refuses_a_period_it_cannot_cover(self, in_north: EnterpriseRef) -> None:
        with pytest.raises(ReportParameterRefused) as refused:
            reports.requested_report(parameters={"weeks": 500})
        assert (refused.value.field, refused.value.value) == ("weeks", 500)
        assert "from 1 to 53" in str(refused.value.remedy)
        assert not Report.objects.exists()

    def test_is_invisible_to_another_tenant(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            report = reports.requested_report()
        with context.enterprise(south):
            assert selectors.reports() == []
            with pytest.raises(selectors.ReportNotFound):
                selectors.report_view(report.id)


class TestRemakeReport:
    def test_waits_for_the_one_being_made(self, in_north: EnterpriseRef) -> None:
        report = reports.requested_report()
        with pytest.raises(ReportStillBeingMade) as refused:
            services.remake_report(report_id=report.id, by=PAULA, at=NOON)
        assert refused.value.value == report.reference

    def test_gives_a_finished_or_failed_one_a_new_job(
        self, in_north: EnterpriseRef
    ) -> None:
        report = reports.requested_report()
        Job.objects.filter(pk=report.job_id).update(state=JobState.FAILED)
        assert selectors.report_view(report.id).is_failed
        again = services.remake_report(report_id=report.id, by=PAULA, at=NOON)
        assert again.job_id != report.job_id
        assert selectors.report_view(report.id).state == "queued"

    def test_refuses_a_report_of_nobody(self, in_north: EnterpriseRef) -> None:
        with pytest.raises(selectors.ReportNotFound):
            services.remake_report(report_id=reports.HURCO_ID, by=PAULA, at=NOON)


class TestReports:
    def test_lists_the_newest_first_with_two_look_ups_for_all_jobs(
        self, in_north: EnterpriseRef
    ) -> None:
        first = reports.requested_report()
        second = reports.requested_report(kind="rfq_summary", parameters={})
        assert [each.id for each in selectors.reports()] == [second.id, first.id]
        only = selectors.reports(kind="rfq_summary", created_by_id=PAULA.user_id)
        assert [each.id for each in only] == [second.id]
