"""People let in, given another role and let go: at once, and written down."""

import threading

import pytest
from allauth.idp.oidc.models import Token
from django.db import connections
from django.test import Client

from apps.audit.models import AuditEvent
from apps.kernel.errors import NotFound
from tenants import context
from tenants.models import Membership, User
from tenants.registry import clients, members, selectors
from tenants.registry.services import (
    LastOwner,
    add_member,
    change_role,
    remove_member,
)
from tenants.types import Actor, EnterpriseRef, Role
from tests.support.world import NOON, PASSWORD


def let_in(ref: EnterpriseRef, name: str, role: Role, by: Actor) -> User:
    return add_member(
        enterprise=ref,
        email=f"{name.lower()}@north.example",
        name=name,
        role=role,
        password=PASSWORD,
        by=by,
        at=NOON,
    )


def browser_of(person: User) -> Client:
    browser = Client(HTTP_HOST="north.testserver.local")
    with context.directory():
        browser.force_login(
            person, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return browser


def owner_of(ref: EnterpriseRef) -> User:
    found = selectors.user_by_email(f"owner@{ref.slug}.example")
    assert found is not None
    return found


def told(ref: EnterpriseRef) -> list[tuple[str, str, str, object]]:
    with context.enterprise(ref):
        return list(
            AuditEvent.objects.order_by("at", "id").values_list(
                "verb", "subject_label", "by_label", "facts"
            )
        )


class TestChangeRole:
    def test_acts_on_the_next_request(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        selma = let_in(north, "Selma", Role.OWNER, planner)
        browser = browser_of(selma)
        assert browser.get("/members/").status_code == 200

        change_role(
            enterprise=north, user_id=selma.pk, role=Role.VIEWER, by=planner, at=NOON
        )

        assert browser.get("/members/").status_code == 403
        assert browser.get("/").status_code == 200

    def test_is_written_into_the_enterprises_own_chain(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        selma = let_in(north, "Selma", Role.SELLER, planner)

        change_role(
            enterprise=north, user_id=selma.pk, role=Role.BUYER, by=planner, at=NOON
        )

        who = "Selma <selma@north.example>"
        assert told(north) == [
            ("member.added", who, "Paula Planner", {"role": "seller"}),
            (
                "member.role_changed",
                who,
                "Paula Planner",
                {"before": "seller", "role": "buyer"},
            ),
        ]
        assert told(south) == []

    def test_to_the_same_role_is_nothing(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        change_role(
            enterprise=north,
            user_id=owner_of(north).pk,
            role=Role.OWNER,
            by=planner,
            at=NOON,
        )

        assert told(north) == []

    def test_refuses_to_leave_no_owner_and_changes_nothing(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        nora = owner_of(north)

        with pytest.raises(LastOwner, match="Make another member an owner first"):
            change_role(
                enterprise=north, user_id=nora.pk, role=Role.BUYER, by=planner, at=NOON
            )

        assert selectors.role_of(nora.pk, north.id) == Role.OWNER
        assert told(north) == []

    def test_refuses_a_stranger(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        with pytest.raises(NotFound):
            change_role(
                enterprise=north,
                user_id=owner_of(south).pk,
                role=Role.BUYER,
                by=planner,
                at=NOON,
            )

    @pytest.mark.parametrize("is_locked", [True, False])
    def test_of_two_owners_by_each_other_leaves_one(
        self,
        committed: None,
        north: EnterpriseRef,
        planner: Actor,
        is_locked: bool,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        nora = owner_of(north)
        selma = let_in(north, "Selma", Role.OWNER, planner)
        ended: list[str] = []
        both = threading.Barrier(2)
        if not is_locked:
            # The control: each looks without a lock, before the other has written.
            monkeypatch.setattr(members, "_place", unlocked_place)
            check = members._check_another_owner

            def check_and_wait(enterprise: EnterpriseRef, user_id: object) -> None:
                check(enterprise, user_id)  # type: ignore[arg-type]
                both.wait(10)

            monkeypatch.setattr(members, "_check_another_owner", check_and_wait)

        def demote(person: User) -> None:
            try:
                change_role(
                    enterprise=north,
                    user_id=person.pk,
                    role=Role.VIEWER,
                    by=planner,
                    at=NOON,
                )
                ended.append("done")
            except LastOwner:
                ended.append("refused")
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=demote, args=(person,)) for person in (nora, selma)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        try:
            with context.directory():
                owners = Membership.objects.filter(
                    enterprise_id=north.id, role=Role.OWNER
                ).count()
            assert owners == (1 if is_locked else 0)
            assert sorted(ended) == (["done", "refused"] if is_locked else ["done"] * 2)
        finally:
            with context.owner():
                Membership.objects.filter(enterprise_id=north.id, user=nora).update(
                    role=Role.OWNER
                )
                User.objects.filter(pk=selma.pk).delete()


def unlocked_place(enterprise: EnterpriseRef, user_id: object) -> Membership:
    return Membership.objects.select_related("user").get(
        enterprise_id=enterprise.id, user_id=user_id
    )


class TestRemove:
    def test_ends_sessions_and_what_the_person_could_still_use(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        selma = let_in(north, "Selma", Role.OWNER, planner)
        browser = browser_of(selma)
        assert browser.get("/").status_code == 200
        hers = Actor(label="Selma", user_id=selma.pk)
        client, _secret = clients.create_client(
            enterprise=north, name="ERP", scopes=["orders:read"], by=hers
        )
        ours, _secret = clients.create_client(
            enterprise=north,
            name="MES",
            scopes=["orders:read"],
            by=Actor(label="Nora", user_id=owner_of(north).pk),
        )
        with context.directory():
            Token.objects.create(
                client=client.client, user=selma, hash="h", type=Token.Type.ACCESS_TOKEN
            )

        remove_member(
            enterprise=north,
            user_id=selma.pk,
            by=Actor(label="Nora", user_id=owner_of(north).pk),
            at=NOON,
        )

        answer = browser.get("/")
        assert answer.status_code == 302
        assert "/account/login/" in answer["Location"]
        with context.directory():
            assert not Token.objects.filter(user=selma).exists()
        assert clients.active_client(client.client_id) is None
        assert clients.active_client(ours.client_id) is not None
        assert told(north)[-1] == (
            "member.removed",
            "Selma <selma@north.example>",
            "Nora",
            {"role": "owner", "clients_revoked": 1},
        )

    def test_leaves_other_peoples_sessions_alone(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        selma = let_in(north, "Selma", Role.SELLER, planner)
        browser = browser_of(owner_of(north))

        remove_member(enterprise=north, user_id=selma.pk, by=planner, at=NOON)

        assert browser.get("/").status_code == 200

    def test_refuses_to_leave_no_owner_and_changes_nothing(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        nora = owner_of(north)

        with pytest.raises(LastOwner):
            remove_member(enterprise=north, user_id=nora.pk, by=planner, at=NOON)

        assert selectors.role_of(nora.pk, north.id) == Role.OWNER
        assert told(north) == []

    def test_is_undone_where_it_cannot_be_written_down(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        selma = let_in(north, "Selma", Role.SELLER, planner)
        from tenants.registry import events

        def refuse(event: events.Event) -> None:
            raise RuntimeError(event.verb)

        events.subscribe("refusal", refuse)
        try:
            with pytest.raises(RuntimeError, match=r"member\.removed"):
                remove_member(enterprise=north, user_id=selma.pk, by=planner, at=NOON)
        finally:
            events._subscribers.pop("refusal")

        assert selectors.role_of(selma.pk, north.id) == Role.SELLER
