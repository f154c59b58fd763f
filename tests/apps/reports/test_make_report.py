"""A report is made by a job, from the enterprise's own rows."""

import hashlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import openpyxl
import pypdf
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from apps.audit import selectors as audit
from apps.exchange.models import Demand
from apps.notify import selectors as notices
from apps.reports import selectors, services
from apps.reports.models import Report, ReportFile
from apps.reports.services import files, pdf
from tenants import context, jobs
from tenants.jobs.progress import progress_of
from tenants.types import EnterpriseRef, JobState, Role
from tests.factories import capacity, exchange, machines, orders, reports
from tests.factories.reports import NOON, PAULA

HOURS = 60
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def stored(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*.*"))


def text_of(file: ReportFile) -> str:
    with file.file.open("rb") as content:
        pages = pypdf.PdfReader(BytesIO(content.read())).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


def a_working_week() -> UUID:
    """Let Hurco04 work 40 hours a week, three of them held from Monday seven on."""
    hurco = machines.machine()
    capacity.early_shifts()
    capacity.held(hurco.pk)
    machines.machine(code="Mazak01", name="Integrex", maker="Mazak", model="i-200")
    return hurco.pk


class TestMakeReport:
    def test_makes_pages_sheets_and_charts_of_capacity(
        self, in_north: EnterpriseRef, own_files: Path
    ) -> None:
        a_working_week()
        report = reports.requested_report()
        made = services.make_report(report_id=report.id, at=NOON)
        assert (made.edition, made.finished_at) == (1, NOON)
        view = selectors.report_view(report.id)
        stem = f"capacity-utilisation-{report.reference.lower()}-1"
        assert [(each.format, each.name) for each in view.files] == [
            ("pdf", f"{stem}.pdf"),
            ("svg", f"{stem}-chart-1.svg"),
            ("svg", f"{stem}-chart-2.svg"),
            ("xlsx", f"{stem}.xlsx"),
        ]
        folder = f"{in_north.schema}/reports/{report.id}"
        assert stored(own_files) == sorted(
            f"{folder}/{each.name}" for each in view.files
        )
        for each in view.files:
            data = (own_files / folder / each.name).read_bytes()
            assert (each.size, each.sha256) == (
                len(data),
                hashlib.sha256(data).hexdigest(),
            )
        charts = selectors.charts_of(report.id)
        assert len(charts) == 2
        assert all(each.startswith("<svg") for each in charts)

    def test_prints_what_calendars_and_reservations_say(
        self, in_north: EnterpriseRef
    ) -> None:
        a_working_week()
        report = reports.requested_report()
        services.make_report(report_id=report.id, at=NOON)
        view = selectors.report_view(report.id)
        text = text_of(selectors.file_to_download(view.files[0].id))
        # Two machines of 40 hours, of which 3 are held.
        assert "2030-W19 6 May 2030 80.0 0.0 3.0 0.0 77.0 3.8" in text
        assert "Total 160.0 0.0 3.0 0.0 157.0 1.9" in text
        assert "Hurco VMX24" in text
        assert "Hurco04 6 May 2030 07:00 6 May 2030 10:00 3.0 Quote Held" in text
        with selectors.file_to_download(view.files[-1].id).file.open("rb") as content:
            sheet = openpyxl.load_workbook(content, data_only=True)["Machines"]
            rows = list(sheet.iter_rows(values_only=True))
        assert rows[1][:8] == (
            "Hurco04",
            "Hurco VMX24",
            80 * HOURS,
            0,
            3 * HOURS,
            0,
            77 * HOURS,
            3.8,
        )

    def test_leaves_out_machines_that_were_not_asked_for(
        self, in_north: EnterpriseRef
    ) -> None:
        hurco_id = a_working_week()
        report = reports.requested_report(
            parameters={
                "starts_on": "2030-05-06",
                "weeks": 1,
                "machine_ids": [str(hurco_id)],
            }
        )
        services.make_report(report_id=report.id, at=NOON)
        view = selectors.report_view(report.id)
        text = text_of(selectors.file_to_download(view.files[0].id))
        assert "Hurco04" in text
        assert "Mazak01" not in text

    def test_sums_up_what_a_buyer_asked_and_got(self, in_south: EnterpriseRef) -> None:
        rfq = orders.published_rfq()
        line = orders.first_line(rfq)
        orders.received_quote(line)
        orders.received_quote(line, "800.00", counterparty_name="上海精密机械有限公司")
        report = reports.requested_report(
            kind="rfq_summary",
            parameters={"starts_on": "2030-05-01", "ends_on": "2030-05-31"},
            language="zh-hans",
        )
        services.make_report(report_id=report.id, at=LATER)
        view = selectors.report_view(report.id)
        assert view.title.startswith("询价单与匹配")
        text = text_of(selectors.file_to_download(view.files[0].id))
        for expected in (rfq.number, "3,941.25", "5,000.00", "上海精密机械有限公司"):
            assert expected in text

    def test_sums_up_what_a_seller_offered(self, in_north: EnterpriseRef) -> None:
        quote = orders.given_quote()
        orders.placed_order(quote)
        report = reports.requested_report(
            kind="rfq_summary",
            parameters={
                "starts_on": "2030-05-01",
                "ends_on": "2030-05-31",
                "side": "seller",
            },
            language="ru",
        )
        services.make_report(report_id=report.id, at=LATER)
        view = selectors.report_view(report.id)
        text = text_of(selectors.file_to_download(view.files[0].id))
        for expected in (
            "Заявки и предложения",
            quote.number,
            "630,60",
            "Südwind Aerospace S.A.",
        ):
            assert expected in text

    def test_tells_who_asked_and_writes_it_down(self, in_north: EnterpriseRef) -> None:
        report = reports.requested_report()
        services.make_report(report_id=report.id, at=NOON)
        assert PAULA.user_id is not None
        (told,) = notices.unread(user_id=PAULA.user_id, role=Role.PLANNER)
        assert told.title == f"{report.title} is ready"
        assert told.url == f"/reports/{report.id}/"
        verbs = [event.verb for event in audit.events_of(report)]
        assert sorted(verbs) == ["report.made", "report.requested"]

    def test_makes_a_new_edition_and_keeps_the_one_before(
        self, in_north: EnterpriseRef, own_files: Path
    ) -> None:
        report = reports.requested_report()
        services.make_report(report_id=report.id, at=NOON)
        first = selectors.report_view(report.id).files
        services.make_report(report_id=report.id, at=LATER)
        view = selectors.report_view(report.id)
        assert (view.edition, view.finished_at) == (2, LATER)
        assert {each.id for each in view.files}.isdisjoint(each.id for each in first)
        assert "edition 2" in text_of(selectors.file_to_download(view.files[0].id))
        assert "edition 1" in text_of(selectors.file_to_download(first[0].id))

    def test_refuses_a_report_of_nobody(self, in_north: EnterpriseRef) -> None:
        with pytest.raises(selectors.ReportNotFound):
            services.make_report(report_id=reports.HURCO_ID, at=NOON)
        with pytest.raises(selectors.ReportFileNotFound):
            selectors.file_to_download(reports.HURCO_ID)


class TestTheMarket:
    """What the matcher found, read from the exchange by either side."""

    @pytest.fixture
    def matched(self, north: EnterpriseRef, south: EnterpriseRef) -> Demand:
        """Of two mills of north, one fits what south asks for and one is small."""
        exchange.shop(north)
        exchange.listing(north)
        exchange.listing(
            north,
            code="Small01",
            offers={"size_x_mm": 152.0, "size_y_mm": 190.5, "size_z_mm": 90.0},
        )
        demand = exchange.demand(south)
        exchange.matched(demand.pk)
        return demand

    def summary(self, side: str, language: str = "en") -> str:
        report = reports.requested_report(
            kind="rfq_summary",
            parameters={
                "starts_on": exchange.NOON.date().isoformat(),
                "ends_on": (exchange.NOON.date() + timedelta(days=7)).isoformat(),
                "side": side,
            },
            language=language,
        )
        services.make_report(report_id=report.id, at=exchange.NOON)
        view = selectors.report_view(report.id)
        return text_of(selectors.file_to_download(view.files[0].id))

    def test_tells_the_buyer_how_many_fit_and_why_the_others_do_not(
        self, matched: Demand, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            text = self.summary("buyer")
            russian = self.summary("buyer", "ru")
        assert "Listings that fit 1 of 2 considered" in text
        assert "Envelope 1 1 100.0" in text
        assert "из 2 рассмотренных" in russian

    def test_tells_the_seller_which_demands_its_machines_fit(
        self, matched: Demand, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            text = self.summary("seller")
        assert "Demands that fit 1 0 quoted" in text
        assert matched.title in text
        assert "Südwind" not in text


class TestFiles:
    def test_leaves_no_half_written_file_and_clears_what_a_death_left(
        self, in_north: EnterpriseRef, own_files: Path
    ) -> None:
        report = reports.requested_report()
        folder = own_files / in_north.schema / "reports" / str(report.id)
        folder.mkdir(parents=True)
        (folder / "tmp123.partial").write_bytes(b"%PDF-1.7 hal")
        (folder / "of-an-undone-try.pdf").write_bytes(b"%PDF-1.7 whole")
        services.make_report(report_id=report.id, at=NOON)
        names = {each.name for each in folder.iterdir()}
        assert names == {each.name for each in selectors.report_view(report.id).files}
        assert {oct(each.stat().st_mode & 0o777) for each in folder.iterdir()} == {
            oct(settings.FILE_UPLOAD_PERMISSIONS)
        }

    def test_names_nothing_before_it_is_written_whole(
        self,
        in_north: EnterpriseRef,
        own_files: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        report = reports.requested_report()

        def full_disk(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.os, "fsync", full_disk)
        with pytest.raises(OSError, match="No space"), transaction.atomic():
            services.make_report(report_id=report.id, at=NOON)
        assert [each for each in stored(own_files) if "partial" not in each] == []
        assert not ReportFile.objects.exists()

    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"format": "docx"}, "format_known"),
            ({"size": 0}, "size_above_zero"),
            ({"sha256": "none"}, "sha256_shaped"),
        ],
    )
    def test_keeps_its_facts_in_the_database(
        self, in_north: EnterpriseRef, facts: dict[str, object], constraint: str
    ) -> None:
        report = reports.requested_report()
        with pytest.raises(IntegrityError, match=f"reports_reportfile_{constraint}"):
            reports.report_file(report, **facts)

    def test_finishes_a_report_with_its_first_edition(
        self, in_north: EnterpriseRef
    ) -> None:
        report = reports.requested_report()
        with pytest.raises(IntegrityError, match="finished_with_edition"):
            Report.objects.filter(pk=report.pk).update(finished_at=NOON)


@pytest.mark.usefixtures("committed")
class TestTheJob:
    def test_shows_how_far_it_has_come_and_then_the_files(
        self, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            report = reports.requested_report(language="ru")
        assert jobs.run_job(report.job_id) == JobState.SUCCEEDED
        with context.enterprise(north):
            assert progress_of(report.job_id) == (90, "Запись файлов")
            view = selectors.report_view(report.id)
        assert (view.state, view.percent, view.is_over) == ("succeeded", 100, True)
        assert (view.note, view.error) == ("", "")
        assert [each.format for each in view.files] == ["pdf", "xlsx"]

    def test_keeps_a_clear_reason_when_it_cannot_be_drawn(
        self, north: EnterpriseRef, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        broken = tmp_path / "broken.typ"
        broken.write_text("#panic([no such page])")
        with context.enterprise(north):
            report = reports.requested_report()
        with monkeypatch.context() as patched:
            patched.setattr(pdf, "TEMPLATE", broken)
            assert jobs.run_job(report.job_id) == JobState.FAILED
        with context.enterprise(north):
            view = selectors.report_view(report.id)
            assert view.is_failed
            assert (view.percent, view.note) == (50, "Setting pages")
            assert "could not be set as a PDF" in view.error
            assert "no such page" in view.error
            assert "Have it made once more" in view.error
            assert (view.edition, view.files) == (0, ())
            again = services.remake_report(report_id=report.id, by=PAULA, at=LATER)
        assert jobs.run_job(again.job_id) == JobState.SUCCEEDED
        with context.enterprise(north):
            assert selectors.report_view(report.id).edition == 1
