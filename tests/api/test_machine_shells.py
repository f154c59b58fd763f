"""A partner's system takes machines as shells, and brings them back."""

import json
from typing import Any

from django.core.files.base import ContentFile

from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import partner_of

PACKAGE = "application/asset-administration-shell-package"


class TestMachineShells:
    def test_come_as_json_or_as_a_package(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            machine = factory.machine()
            factory.capability(machine.pk)
        partner = partner_of(north, "machines:read")
        path = f"/v1/machines/{machine.pk}/aas"

        plain: Any = partner.call("GET", path)
        package: Any = partner.call("GET", path, accept=PACKAGE)

        assert (plain.status_code, plain["Content-Type"]) == (200, "application/json")
        assert [one["idShort"] for one in plain.json()["submodels"]] == [
            "Nameplate",
            "TechnicalData",
            "CapabilityDescription",
        ]
        assert (package.status_code, package["Content-Type"]) == (200, PACKAGE)
        assert package.content.startswith(b"PK\x03\x04")
        refused: Any = partner.call("GET", path, accept="text/csv")
        assert refused.status_code == 406

    def test_name_what_they_do_not_carry(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            machine = factory.machine()
        partner = partner_of(north, "machines:read")

        answer: Any = partner.call("GET", f"/v1/machines/{machine.pk}/aas/not-carried")

        assert answer.json() == {
            "not_carried": [
                {
                    "path": "site",
                    "value": "Augsburg",
                    "reason": "Shells say what a machine is, not how its enterprise"
                    " works with it.",
                }
            ]
        }

    def test_are_uploaded_where_tables_are(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            factory.machine()
        partner = partner_of(north, "machines:read", "machines:write")
        all_: Any = partner.call("GET", "/v1/machine-shells?search=Hurco")
        assert len(json.loads(all_.content)["assetAdministrationShells"]) == 1
        document = ContentFile(all_.content, "machines.json")

        made: Any = partner.call(
            "POST", "/v1/machine-tables", body={"document": document}
        )

        body = made.json()
        assert made.status_code == 201, body
        assert (body["file_kind"], body["unchanged_count"]) == ("aas-json", 1)
        assert [one["path"] for one in body["not_carried"]] == [
            "Hurco04/assetInformation/globalAssetId"
        ]

    def test_are_refused_with_the_reason(self, north: EnterpriseRef) -> None:
        partner = partner_of(north, "machines:write")
        document = ContentFile(b'{"submodels": [', "machines.json")

        answer: Any = partner.call(
            "POST", "/v1/machine-tables", body={"document": document}
        )

        assert (answer.status_code, answer.json()["code"]) == (
            422,
            "document_unreadable",
        )
