"""What an owner sets up: the enterprise, its members and its API clients."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tenants import context
from tenants.models import ApiClient, User
from tenants.registry import clients, selectors, services
from tenants.types import SYSTEM, Role
from tests.factories import machines
from tests.support.world import PASSWORD

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
PAGES = ("/enterprise/", "/members/", "/api-clients/")


@pytest.fixture
def owner(member_of, north):
    return member_of(north)


class TestSettings:
    @pytest.mark.parametrize("address", PAGES)
    def test_ask_a_stranger_to_sign_in(self, stranger, address):
        response = stranger.get(address)

        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")

    @pytest.mark.parametrize("address", PAGES)
    @pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
    def test_are_not_for_other_roles(self, member_of, north, address, role):
        assert member_of(north, role).get(address).status_code == 403

    @pytest.mark.parametrize("address", PAGES)
    def test_are_not_there_for_members_of_others(
        self, member_of, north, south, address
    ):
        assert member_of(south, at=north).get(address).status_code == 404

    def test_are_in_the_owners_navigation_alone(self, member_of, north, owner):
        seller = member_of(north, Role.SELLER)

        assert 'href="/members/"' in owner.get("/").content.decode()
        assert 'href="/members/"' not in seller.get("/").content.decode()


class TestEnterprise:
    def test_states_the_facts(self, owner, north):
        with context.enterprise(north):
            machines.site()

        text = owner.get("/enterprise/").content.decode()

        assert "Nordlicht Precision GmbH" in text
        assert "Germany" in text
        assert "Europe/Berlin" in text
        assert "EUR" in text
        assert "Augsburg" in text
        assert "2 people" in text


class TestMembers:
    def test_lists_who_acts_here(self, owner):
        text = owner.get("/members/").content.decode()

        assert "Nora Nordmann" in text
        assert "owner@north.example" in text
        assert "2 members" in text
        assert text.count("End membership") == 2
        assert "owner@south.example" not in text

    def test_lets_a_new_person_in_with_a_password_shown_once(self, owner, north):
        response = owner.post(
            "/members/add/",
            {"name": "Selma", "email": "Selma@North.example", "role": "seller"},
        )

        password = response.context["added"]["password"]
        assert len(password) == 16
        assert password in response.content.decode()
        assert "no-store" in response["Cache-Control"]
        assert password not in owner.get("/members/").content.decode()
        person = selectors.user_by_email("selma@north.example")
        assert person.check_password(password)
        assert selectors.role_of(person.pk, north.id) == Role.SELLER

    def test_lets_a_known_person_keep_the_password(self, owner, north, south):
        response = owner.post(
            "/members/add/",
            {"name": "Sofia", "email": "owner@south.example", "role": "viewer"},
        )

        assert response.context["added"]["password"] == ""
        assert "with the password it has" in response.content.decode()
        person = selectors.user_by_email("owner@south.example")
        assert person.check_password(PASSWORD)
        assert person.name == "Sofia Silva"
        assert selectors.role_of(person.pk, north.id) == Role.VIEWER

    @pytest.mark.parametrize(
        ("changes", "name", "refusal"),
        [
            ({"email": "not an address"}, "email", "is not an e-mail address."),
            ({"email": ""}, "email", "This is empty. Fill it in."),
            ({"name": ""}, "name", "This is empty. Fill it in."),
            ({"role": "emperor"}, "role", "emperor"),
            (
                {"email": "owner@north.example"},
                "email",
                "owner@north.example is a member already.",
            ),
        ],
    )
    def test_refuses_and_changes_nothing(self, owner, north, changes, name, refusal):
        with context.directory():
            before = User.objects.count()

        response = owner.post(
            "/members/add/",
            {"name": "X", "email": "x@north.example", "role": "viewer", **changes},
        )

        assert refusal in " ".join(response.context["form"].errors[name])
        with context.directory():
            assert User.objects.count() == before
        nora = selectors.user_by_email("owner@north.example")
        assert selectors.role_of(nora.pk, north.id) == Role.OWNER

    def test_ends_a_membership(self, owner, north):
        selma = services.add_member(
            enterprise=north,
            email="selma@north.example",
            name="Selma",
            role=Role.SELLER,
            password=PASSWORD,
        )

        response = owner.post(f"/members/{selma.pk}/removal/", follow=True)

        assert "The membership has ended." in response.content.decode()
        assert "selma@north.example" not in response.content.decode()
        assert selectors.role_of(selma.pk, north.id) is None

    def test_changes_a_role(self, owner, north):
        selma = services.add_member(
            enterprise=north,
            email="selma@north.example",
            name="Selma",
            role=Role.SELLER,
            password=PASSWORD,
        )
        assert f"/members/{selma.pk}/role/" in owner.get("/members/").content.decode()
        page = owner.get(f"/members/{selma.pk}/role/").content.decode()
        assert "Role of Selma" in page

        response = owner.post(
            f"/members/{selma.pk}/role/", {"role": "planner"}, follow=True
        )

        assert "Selma is Planner from the next request on." in response.content.decode()
        assert selectors.role_of(selma.pk, north.id) == Role.PLANNER

    def test_does_not_take_the_last_owners_role(self, south):
        sofia = selectors.user_by_email("owner@south.example")
        owner = Client(HTTP_HOST="south.testserver.local")
        with context.directory():
            owner.force_login(
                sofia, backend="allauth.account.auth_backends.AuthenticationBackend"
            )

        response = owner.post(f"/members/{sofia.pk}/role/", {"role": "viewer"})

        assert response.status_code == 422
        assert "An enterprise needs an owner" in response.content.decode()
        assert selectors.role_of(sofia.pk, south.id) == Role.OWNER

    def test_changes_no_role_elsewhere(self, owner, south):
        sofia = selectors.user_by_email("owner@south.example")

        response = owner.post(f"/members/{sofia.pk}/role/", {"role": "viewer"})

        assert response.status_code == 404
        assert selectors.role_of(sofia.pk, south.id) == Role.OWNER

    def test_does_not_end_ones_own(self, owner, north):
        me = selectors.user_by_email("owner.member@north.example")

        response = owner.post(f"/members/{me.pk}/removal/", follow=True)

        assert "You cannot end your own membership." in response.content.decode()
        assert selectors.role_of(me.pk, north.id) == Role.OWNER

    def test_does_not_end_those_of_others(self, owner, south):
        sofia = selectors.user_by_email("owner@south.example")

        assert owner.post(f"/members/{sofia.pk}/removal/").status_code == 404
        assert selectors.role_of(sofia.pk, south.id) == Role.OWNER

    def test_is_not_changed_by_other_roles(self, member_of, north):
        seller = member_of(north, Role.SELLER)
        nora = selectors.user_by_email("owner@north.example")

        added = seller.post(
            "/members/add/", {"name": "X", "email": "x@x.example", "role": "owner"}
        )
        removed = seller.post(f"/members/{nora.pk}/removal/")

        assert (added.status_code, removed.status_code) == (403, 403)
        assert selectors.user_by_email("x@x.example") is None
        assert selectors.role_of(nora.pk, north.id) == Role.OWNER


class TestApiClients:
    def test_teaches_what_they_are_for(self, owner):
        text = owner.get("/api-clients/").content.decode()

        assert "No clients yet" in text
        for scope in clients.SCOPES.values():
            assert str(scope) in text

    def test_shows_a_secret_once_that_gets_a_token(self, owner, north, settings):
        response = owner.post(
            "/api-clients/", {"name": "ERP", "scopes": ["orders:read", "rfqs:read"]}
        )

        made = response.context["made"]
        text = response.content.decode()
        assert made["secret"] in text
        assert "no-store" in response["Cache-Control"]
        assert f"curl http://api.{settings.DOMAIN}/oauth/token" in text
        assert f"--user {made['client'].client_id}" in text
        assert made["secret"] not in owner.get("/api-clients/").content.decode()
        token = Client(HTTP_HOST=f"api.{settings.DOMAIN}").post(
            "/oauth/token",
            {
                "grant_type": "client_credentials",
                "client_id": made["client"].client_id,
                "client_secret": made["secret"],
            },
        )
        assert token.status_code == 200
        assert token.json()["token_type"] == "Bearer"

    @pytest.mark.parametrize(
        ("facts", "name", "refusal"),
        [
            ({"name": "ERP"}, "scopes", "A client needs at least one scope."),
            ({"name": "ERP", "scopes": ["all"]}, "scopes", "all"),
            ({"name": "", "scopes": ["rfqs:read"]}, "name", "Fill it in."),
            ({"name": "  ", "scopes": ["rfqs:read"]}, "name", "Fill it in."),
        ],
    )
    def test_refuses_and_makes_none(self, owner, facts, name, refusal):
        response = owner.post("/api-clients/", facts)

        assert refusal in " ".join(response.context["form"].errors[name])
        with context.directory():
            assert not ApiClient.objects.exists()

    def test_revokes(self, owner, north):
        made, _secret = clients.create_client(
            enterprise=north, name="ERP", scopes=["rfqs:read"], by=SYSTEM
        )

        response = owner.post(f"/api-clients/{made.client_id}/revocation/", follow=True)

        assert "Revoked" in response.content.decode()
        assert clients.active_client(made.client_id) is None

    def test_does_not_revoke_those_of_others(self, owner, south):
        made, _secret = clients.create_client(
            enterprise=south, name="ERP", scopes=["rfqs:read"], by=SYSTEM
        )

        response = owner.post(f"/api-clients/{made.client_id}/revocation/")

        assert response.status_code == 404
        assert clients.active_client(made.client_id) is not None

    def test_is_not_changed_by_other_roles(self, member_of, north):
        made, _secret = clients.create_client(
            enterprise=north, name="ERP", scopes=["rfqs:read"], by=SYSTEM
        )
        seller = member_of(north, Role.SELLER)

        asked = seller.post("/api-clients/", {"name": "X", "scopes": ["rfqs:read"]})
        revoked = seller.post(f"/api-clients/{made.client_id}/revocation/")

        assert (asked.status_code, revoked.status_code) == (403, 403)
        assert len(clients.clients_of(north.id)) == 1
        assert clients.active_client(made.client_id) is not None
