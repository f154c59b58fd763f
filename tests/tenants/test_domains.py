"""Host names of an enterprise's own: checked, moved at once, and written down."""

import threading

import pytest
from django.db import connections
from django.test import Client

from apps.audit.models import AuditEvent
from apps.kernel.errors import InvalidInput, NotFound
from tenants import context
from tenants.models import Domain, Enterprise
from tenants.registry import domains
from tenants.registry.selectors import enterprise_by_host
from tenants.registry.services import (
    DomainTaken,
    add_domain,
    move_domain,
    remove_domain,
    set_primary_domain,
)
from tenants.types import Actor, EnterpriseRef
from tests.support.world import NOON

OWN = "north.testserver.local"
PARTS = "parts.nordlicht.example"


def hosts(ref: EnterpriseRef) -> dict[str, bool]:
    return {row.domain: row.is_primary for row in domains.domains_of(ref)}


def told(ref: EnterpriseRef) -> list[tuple[str, str, str]]:
    with context.enterprise(ref):
        return list(
            AuditEvent.objects.order_by("at", "id").values_list(
                "verb", "subject_label", "by_label"
            )
        )


class TestAdd:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("parts.nordlicht.example", "parts.nordlicht.example"),
            (" Parts.Nordlicht.Example. ", "parts.nordlicht.example"),
            ("teile.m\u00fcller.example", "teile.xn--mller-kva.example"),
            ("\u7cbe\u5bc6.example", "xn--vct108e.example"),
        ],
    )
    def test_keeps_a_host_as_browsers_send_it(
        self, north: EnterpriseRef, planner: Actor, given: str, kept: str
    ) -> None:
        add_domain(enterprise=north, domain=given, by=planner, at=NOON)

        assert hosts(north) == {OWN: True, kept: False}
        assert enterprise_by_host(kept) == north
        assert told(north) == [("domain.added", kept, "Paula Planner")]

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "nordlicht",
            "10.0.0.1",
            "[::1]",
            "a..example",
            "-a.example",
            "a_b.example",
            "a/b.example",
            "a.example:8000",
            "https://a.example",
            "a b.example",
            f"{'a' * 64}.example",
            f"{'a.' * 130}example",
            "x.123",
            "testserver.local",
            "other.testserver.local",
            "NORTH.testserver.local",
            "a.b.testserver.local",
        ],
    )
    def test_refuses_what_is_no_host_or_ours(
        self, north: EnterpriseRef, planner: Actor, given: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            add_domain(enterprise=north, domain=given, by=planner, at=NOON)

        assert refused.value.field == "domain"
        assert refused.value.remedy
        assert hosts(north) == {OWN: True}
        assert told(north) == []

    def test_refuses_anothers(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        add_domain(enterprise=south, domain=PARTS, by=planner, at=NOON)

        with pytest.raises(DomainTaken, match="leads to an enterprise already"):
            add_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        assert hosts(north) == {OWN: True}
        assert hosts(south) == {"south.testserver.local": True, PARTS: False}


class TestPrimary:
    def test_is_the_one_chosen(self, north: EnterpriseRef, planner: Actor) -> None:
        add_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        set_primary_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        assert hosts(north) == {PARTS: True, OWN: False}

    def test_is_not_removed(self, north: EnterpriseRef, planner: Actor) -> None:
        with pytest.raises(InvalidInput, match="Make another host name the primary"):
            remove_domain(enterprise=north, domain=OWN, by=planner, at=NOON)

        assert hosts(north) == {OWN: True}


class TestRemove:
    def test_has_the_host_lead_nowhere(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        add_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        remove_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        assert enterprise_by_host(PARTS) is None
        assert [verb for verb, *_rest in told(north)] == [
            "domain.added",
            "domain.removed",
        ]

    def test_does_not_touch_anothers(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        add_domain(enterprise=south, domain=PARTS, by=planner, at=NOON)

        with pytest.raises(NotFound):
            remove_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)
        with pytest.raises(NotFound):
            set_primary_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        assert enterprise_by_host(PARTS) == south


class TestMove:
    def test_acts_on_the_next_request(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        add_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)
        browser = Client(HTTP_HOST=PARTS)
        assert north.name in browser.get("/account/login/").content.decode()

        move_domain(domain=PARTS, to=south, by=planner, at=NOON)

        assert south.name in browser.get("/account/login/").content.decode()
        assert hosts(north) == {OWN: True}
        assert hosts(south) == {"south.testserver.local": True, PARTS: False}
        assert told(north)[-1] == ("domain.moved_away", PARTS, "Paula Planner")
        assert told(south) == [("domain.moved_here", PARTS, "Paula Planner")]

    def test_of_a_primary_one_leaves_another_in_its_place(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        add_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)
        set_primary_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        move_domain(domain=PARTS, to=south, by=planner, at=NOON)

        assert hosts(north) == {OWN: True}

    @pytest.mark.parametrize(
        ("domain", "to", "refusal"),
        [
            (PARTS, "north", "leads there already"),
            (OWN, "south", "made from the enterprise's own name"),
            ("nowhere.example", "south", "leads to no enterprise"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self,
        north: EnterpriseRef,
        south: EnterpriseRef,
        planner: Actor,
        domain: str,
        to: str,
        refusal: str,
    ) -> None:
        add_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)

        with pytest.raises((InvalidInput, NotFound), match=refusal):
            move_domain(
                domain=domain,
                to={"north": north, "south": south}[to],
                by=planner,
                at=NOON,
            )

        assert hosts(north) == {OWN: True, PARTS: False}

    def test_with_requests_in_flight_answers_each_as_one_or_the_other(
        self,
        committed: None,
        north: EnterpriseRef,
        south: EnterpriseRef,
        planner: Actor,
    ) -> None:
        add_domain(enterprise=north, domain=PARTS, by=planner, at=NOON)
        answers: list[str] = []
        over = threading.Event()

        def ask() -> None:
            browser = Client(HTTP_HOST=PARTS)
            while not over.is_set():
                text = browser.get("/account/login/").content.decode()
                answers.append(
                    "".join(
                        slug
                        for slug, ref in (("north", north), ("south", south))
                        if ref.name in text
                    )
                )
            connections.close_all()

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for ref in (south, north, south, north, south):
                move_domain(domain=PARTS, to=ref, by=planner, at=NOON)
        finally:
            over.set()
            for thread in threads:
                thread.join()

        assert answers
        assert set(answers) <= {"north", "south"}
        last = Client(HTTP_HOST=PARTS).get("/account/login/").content.decode()
        assert south.name in last
        with context.owner():
            Domain.objects.filter(domain=PARTS).delete()
            assert Enterprise.objects.filter(domains__domain=OWN).count() == 1
