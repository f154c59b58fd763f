"""A partner's system takes machines as the Catena-X aspect, and brings them back."""

from typing import Any

from django.core.files.base import ContentFile

from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import partner_of

ALL = "/v1/exports/catena-x/manufacturing-capability"


class TestMachineAspects:
    def test_state_the_machines_that_filters_keep(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            machine = factory.machine()
            factory.capability(machine.pk)
            factory.machine(code="M-02", name="Lathe", maker="Index")
        partner = partner_of(north, "machines:read")

        one: Any = partner.call("GET", f"/v1/machines/{machine.pk}/catena-x")
        found: Any = partner.call("GET", f"{ALL}?search=Hurco")
        all_: Any = partner.call("GET", ALL)

        assert (one.status_code, one["Content-Type"]) == (200, "application/json")
        assert one.json() == found.json()
        assert len(one.json()["machines"]) == 1
        assert len(all_.json()["machines"]) == 2
        refused: Any = partner.call("GET", f"{ALL}?colour=red")
        assert refused.status_code == 400

    def test_name_what_they_do_not_carry(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            machine = factory.machine()
        partner = partner_of(north, "machines:read")

        answer: Any = partner.call(
            "GET", f"/v1/machines/{machine.pk}/catena-x/not-carried"
        )

        assert answer.json() == {
            "not_carried": [
                {
                    "path": "site",
                    "value": "Augsburg",
                    "reason": "The aspect says what a machine can do, not how it is"
                    " worked with.",
                }
            ]
        }

    def test_are_uploaded_where_tables_are(self, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            factory.machine()
        partner = partner_of(north, "machines:read", "machines:write")
        all_: Any = partner.call("GET", ALL)
        document = ContentFile(all_.content, "aspect.json")

        made: Any = partner.call(
            "POST", "/v1/machine-tables", body={"document": document}
        )

        body = made.json()
        assert made.status_code == 201, body
        assert (body["file_kind"], body["unchanged_count"]) == ("catena-x", 1)
        assert body["not_carried"] == []
