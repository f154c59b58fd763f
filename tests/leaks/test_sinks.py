"""What is written beside answers: logs, mails, error pages, reports, notices."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.test import Client

from apps.api.contract import document
from apps.notify.models import Notice
from apps.reports import services as reports
from apps.reports.models import ReportFile
from apps.reports.types import FileFormat, ReportKind
from tenants import context
from tenants.types import SYSTEM
from tests.api.operations import OPERATIONS
from tests.factories.reports import NOON
from tests.leaks import matrix
from tests.leaks.matrix import Complaint, Group
from tests.leaks.portal_pages import PAGES
from tests.leaks.resources import CANARIES
from tests.leaks.test_api import AGREED, ask
from tests.leaks.world import World, canaries_in

SINKS = ("answers", "headers", "logs", "mails", "error pages", "notices")
GROUPS = [Group("Logs, mails and errors", name, SINKS) for name in CANARIES]


class Heard(logging.Handler):
    """Everything that is logged, whatever its level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def told(world: World) -> dict[str, str]:
    """What every sink holds after a stranger has been everywhere."""
    handler = Heard()
    root = logging.getLogger()
    root.addHandler(handler)
    # Denials are logged below what the settings let through.
    requests = logging.getLogger("django.request")
    level = requests.level
    requests.setLevel(logging.DEBUG)
    answers: list[Any] = []
    client: Client = world.strangers["owner of another enterprise"]
    with matrix.undone():
        for page in PAGES:
            path = page.path(world.ids)
            answers += [client.get(path), client.post(path)]
        answers += [
            ask(world.easts_system, str(each), world.ids) for each in OPERATIONS
        ]
        broken = [
            client.get("/parts/not-an-id/"),
            client.get("/%00"),
            world.easts_system.get("/v1/parts/not-an-id"),
            world.easts_system.call("POST", "/v1/rfqs", ["no", "object"]),
            world.easts_system.get(f"/v1/parts/{world.ids['part_id']}?x=1"),
        ]
        with context.enterprise(world.east):
            notices = [f"{one.title} {one.body}" for one in Notice.objects.all()]
    root.removeHandler(handler)
    requests.setLevel(level)
    bodies = [b"" if one.streaming else one.content for one in answers]
    return {
        "answers": b"\n".join(bodies).decode(errors="replace"),
        "headers": "\n".join(str(dict(one.headers)) for one in answers),
        "logs": "\n".join(handler.lines),
        "mails": "\n".join(str(one.message()) for one in mail.outbox),
        "error pages": "\n".join(one.content.decode() for one in broken),
        "notices": "\n".join(notices),
    }


class TestSinks:
    @pytest.mark.parametrize("group", GROUPS, ids=str)
    def test_hold_no_secret_of_another(
        self, told: dict[str, str], group: Group
    ) -> None:
        secret = CANARIES[group.name]
        matrix.judge(
            group,
            [(sink, "holds it" if secret in told[sink] else None) for sink in SINKS],
        )

    def test_were_written_to(self, told: dict[str, str]) -> None:
        """The control: there was something to search."""
        assert len(told["answers"]) > 100_000
        assert "Not Found" in told["logs"]

    def test_hold_no_secret_of_a_client(self, world: World) -> None:
        assert world.resources.secret not in document()


REPORT_GROUPS = [
    Group("Exports and reports", f"{kind} of the other side", tuple(CANARIES))
    for kind in ReportKind
]


class TestReports:
    @pytest.mark.parametrize("group", REPORT_GROUPS, ids=str)
    def test_of_another_hold_nothing_of_north(self, world: World, group: Group) -> None:
        matrix.judge(group, written(world, ReportKind(group.name.split(" ")[0])))

    def test_contract_holds_nothing_of_anyone(self) -> None:
        assert canaries_in(document()) == []


def written(world: World, kind: ReportKind) -> Iterator[tuple[str, Complaint]]:
    parameters: dict[str, Any] = {"starts_on": "2030-05-06", "weeks": 2}
    if kind is ReportKind.RFQ_SUMMARY:
        parameters = {
            "starts_on": "2030-04-01",
            "ends_on": "2030-05-31",
            "side": "seller",
        }
    with context.enterprise(world.south):
        report = reports.request_report(
            kind=kind, parameters=parameters, language="en", by=SYSTEM, at=NOON
        )
        reports.make_report(report_id=report.pk, at=NOON)
        text = "\n".join(
            _text_of(one) for one in ReportFile.objects.filter(report=report)
        )
    assert len(text) > 200
    for name, secret in CANARIES.items():
        is_agreed = name in AGREED
        yield name, "is in it" if secret in text and not is_agreed else None


def _text_of(file: ReportFile) -> str:
    raw: bytes = file.file.open("rb").read()
    if file.format == FileFormat.XLSX:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
        return "\n".join(
            str(value)
            for sheet in book
            for row in sheet.iter_rows(values_only=True)
            for value in row
            if value is not None
        )
    return raw.decode(errors="replace")
