"""A partner's program chooses who sees what, and looks at it as others do."""

from typing import Any

import pytest

from apps.exchange import services
from apps.exchange.models import Listing
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import exchange as make
from tests.support.api import Partner, partner_of
from tests.support.world import NOON

PATH = "/v1/disclosure"


@pytest.fixture
def partner(north: EnterpriseRef) -> Partner:
    return partner_of(north, "machines:read", "machines:write")


@pytest.fixture
def mill(north: EnterpriseRef) -> Listing:
    make.shop(north)
    return make.listing(north, offers={"size_x_mm": 613.7})


def put(partner: Partner, path: str, **circles: str | None) -> Any:
    tag = partner.get(path)["ETag"]
    return partner.call("PUT", path, circles, **{"If-Match": tag})


def chosen(answer: Any, fact: str) -> tuple[str, str]:
    assert answer.status_code == 200, answer.content
    (found,) = (each for each in answer.json()["facts"] if each["fact"] == fact)
    return found["circle"], found["decided_by"]


class TestDisclosure:
    def test_is_chosen_for_all_and_for_one(
        self, partner: Partner, mill: Listing
    ) -> None:
        path = f"/v1/machines/{mill.machine_id}/disclosure"
        assert chosen(partner.get(path), "envelope") == ("market", "default")

        put(partner, PATH, envelope="private", batch="public")
        assert chosen(partner.get(path), "envelope") == ("private", "enterprise")

        answer = put(partner, path, envelope="counterparty")
        assert chosen(answer, "envelope") == ("counterparty", "machine")
        assert chosen(answer, "batch") == ("public", "enterprise")

        # What is left out of a replacement has no choice of its own any more.
        assert chosen(put(partner, path), "envelope") == ("private", "enterprise")
        assert chosen(put(partner, PATH), "envelope") == ("market", "default")

    def test_is_not_replaced_unseen_nor_as_it_was_before(
        self, partner: Partner, db: None
    ) -> None:
        tag = partner.get(PATH)["ETag"]
        put(partner, PATH, envelope="private")

        unseen = partner.call("PUT", PATH, {})
        late = partner.call("PUT", PATH, {}, **{"If-Match": tag})

        assert (unseen.status_code, late.status_code) == (428, 412)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"envelope": "friends"}, 422),
            ({"serial_number": "public"}, 400),
        ],
    )
    def test_refuses_what_it_does_not_know(
        self, partner: Partner, db: None, body: dict[str, str], status: int
    ) -> None:
        answer = partner.call("PUT", PATH, body, **{"If-Match": "*"})

        assert answer.status_code == status
        assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(body))}"


class TestPreview:
    @pytest.mark.parametrize(
        ("circle", "seen"),
        [
            ("private", []),
            ("counterparty", ["counterparty"]),
            ("market", ["enterprise", "counterparty"]),
            ("public", ["stranger", "enterprise", "counterparty"]),
        ],
    )
    def test_has_the_figures_of_those_who_may_see_them(
        self,
        partner: Partner,
        north: EnterpriseRef,
        mill: Listing,
        circle: str,
        seen: list[str],
    ) -> None:
        put(partner, f"/v1/machines/{mill.machine_id}/disclosure", envelope=circle)
        with context.enterprise(north):
            services.publish_machine(machine_id=mill.machine_id, at=NOON)

        found = []
        for reader in ("stranger", "enterprise", "counterparty"):
            answer = partner.get(f"/v1/machines/{mill.machine_id}/preview?as={reader}")
            hidden = {each["fact"] for each in answer.json()["hidden"]}
            is_told = "613.7" in answer.content.decode()
            assert is_told != ("envelope" in hidden)
            assert answer.json()["is_current"]
            found += [reader] * is_told
        assert found == seen

    def test_says_while_the_exchange_has_not_followed(
        self, partner: Partner, mill: Listing
    ) -> None:
        put(partner, PATH, envelope="counterparty")

        answer = partner.get(f"/v1/machines/{mill.machine_id}/preview")

        assert answer.json()["is_current"] is False


class TestMatches:
    def test_tell_a_buyer_no_masked_figure(
        self,
        partner: Partner,
        north: EnterpriseRef,
        south: EnterpriseRef,
        mill: Listing,
    ) -> None:
        demand = make.demand(south, part={"size_y_mm": 901.7})
        buyer = partner_of(south, "rfqs:read")
        path = f"/v1/rfq-lines/{demand.rfq_line_id}/matches"
        make.matched(demand.pk)
        assert "613.7" in buyer.get(path).content.decode()

        put(partner, PATH, envelope="counterparty")
        with context.enterprise(north):
            services.publish_machine(machine_id=mill.machine_id, at=NOON)
        make.matched(demand.pk)

        answer = buyer.get(path)
        (match,) = answer.json()["items"]
        assert "613.7" not in answer.content.decode()
        assert match["refusals"][0] == {
            "reason": "envelope",
            "needed": None,
            "offered": None,
            "unit": "",
            "gap": None,
        }
