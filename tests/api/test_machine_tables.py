"""A partner's system sends a list of machines, and takes it back."""

from typing import Any

from django.core.files.base import ContentFile

from apps.machines import selectors as machines
from tenants import context, jobs
from tenants.types import EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import partner_of
from tests.support.data import shared_data
from tests.support.tables import HEADER, HERMLE, HURCO, text

WRONG = (*HERMLE[:6], "a lot", *HERMLE[7:])


def codes(ref: EnterpriseRef) -> list[str]:
    with context.enterprise(ref):
        return [machine.code for machine in machines.machines_of()]


class TestMachineTables:
    def test_previews_imports_and_takes_back(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            factory.site()
        partner = partner_of(north, "machines:read", "machines:write")
        document = ContentFile(text(HEADER, HURCO, WRONG), "machines.csv")

        made: Any = partner.call(
            "POST", "/v1/machine-tables", body={"document": document}
        )
        body = made.json()
        assert made.status_code == 201, body
        assert (body["state"], body["created_count"], body["refused_count"]) == (
            "draft",
            1,
            1,
        )
        assert [(one["cell"], one["code"]) for one in body["refusals"]] == [
            ("G3", "not_a_number")
        ]
        path = f"/v1/machine-tables/{body['id']}"

        started: Any = partner.call("POST", f"{path}/start", body={})
        assert started.status_code == 202
        assert started["Location"].endswith(f"/v1/jobs/{started.json()['job_id']}")
        jobs.run_due()
        assert codes(north) == ["M-01"]
        found: Any = partner.call("GET", path)
        assert found.json()["state"] == "applied"
        again: Any = partner.call("POST", f"{path}/start", body={})
        assert (again.status_code, again.json()["code"]) == (409, "table_not_draft")

        undone: Any = partner.call("POST", f"{path}/undo", body={})
        assert undone.status_code == 202
        jobs.run_due()
        assert codes(north) == []
        listed: Any = partner.call("GET", "/v1/machine-tables")
        assert [row["state"] for row in listed.json()["items"]] == ["undone"]

    def test_refuses_what_is_no_table(self, north: EnterpriseRef) -> None:
        partner = partner_of(north, "machines:write")
        document = ContentFile(b"PK\x03\x04", "machines.xlsx")

        answer: Any = partner.call(
            "POST", "/v1/machine-tables", body={"document": document}
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "table_unreadable")

    def test_previews_devices_of_mtconnect(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            factory.site()
        partner = partner_of(north, "machines:read", "machines:write")
        raw = shared_data("nist/Devices.xml").read_bytes()
        document = ContentFile(raw, "probe.xml")

        made: Any = partner.call(
            "POST", "/v1/machine-tables", body={"document": document}
        )

        body = made.json()
        assert made.status_code == 201, body
        assert (body["file_kind"], body["row_count"], body["created_count"]) == (
            "mtconnect",
            8,
            8,
        )
        assert body["not_carried"][0]["path"] == "Devices/Device[1]//DataItem"
        assert codes(north) == []

    def test_refuse_xml_of_another_kind(self, north: EnterpriseRef) -> None:
        partner = partner_of(north, "machines:write")
        document = ContentFile(b"<MTConnectStreams/>", "current.xml")

        made: Any = partner.call(
            "POST", "/v1/machine-tables", body={"document": document}
        )

        assert (made.status_code, made.json()["code"]) == (422, "not_a_probe_document")
