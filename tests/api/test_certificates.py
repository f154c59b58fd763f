"""A partner's program keeps certificates and has them checked."""

from typing import Any

import pytest

from apps.machines.models import Certificate
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import documents, machines
from tests.support.api import Partner, partner_of

CLAIM = {"kind_code": "iso-9001", "number": "DE-2", "issuer": "DEKRA"}


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "machines:read", "machines:write")


@pytest.fixture
def claimed(shop: Partner) -> dict[str, Any]:
    answer = shop.post("/v1/certificates", CLAIM)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    assert answer["Location"].endswith(f"/v1/certificates/{made['id']}")
    return made


def test_is_revised_as_it_was_seen(shop: Partner, claimed: dict[str, Any]) -> None:
    address = f"/v1/certificates/{claimed['id']}"
    seen = shop.get(address)
    assert seen.json() == {
        "id": claimed["id"],
        **CLAIM,
        "valid_from_on": None,
        "valid_until_on": None,
        "state": "claimed",
        "verified_at": None,
        "rejection": "",
    }
    revised = {**CLAIM, "number": "DE-3", "valid_until_on": "2033-04-30"}

    done = shop.call("PUT", address, revised, **{"If-Match": seen["ETag"]})
    late = shop.call("PUT", address, revised, **{"If-Match": seen["ETag"]})
    unseen = shop.call("PUT", address, revised)

    assert (done.status_code, late.status_code, unseen.status_code) == (200, 412, 428)
    assert done.json()["valid_until_on"] == "2033-04-30"


def test_is_checked_with_evidence(
    shop: Partner, claimed: dict[str, Any], north: EnterpriseRef
) -> None:
    address = f"/v1/certificates/{claimed['id']}"
    refused = shop.post(f"{address}/submission", {})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_evidence")
    with context.enterprise(north):
        machines.evidence(
            certificate=Certificate.objects.get(pk=claimed["id"]),
            document=documents.document(),
        )

    done = shop.post(f"{address}/submission", {})
    assert (done.status_code, done.json()["state"]) == (200, "submitted")
    locked = shop.call("DELETE", address, **{"If-Match": done["ETag"]})
    assert (locked.status_code, locked.json()["code"]) == (
        409,
        "certificate_under_review",
    )

    back = shop.post(f"{address}/submission/withdrawal", {})
    assert back.json()["state"] == "claimed"
    gone = shop.call("DELETE", address, **{"If-Match": back["ETag"]})
    assert gone.status_code == 204
    assert shop.get(address).status_code == 404
