"""From a stranger to the owner of a portal."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.utils import timezone

from apps.portal import hand_over
from tenants import context
from tenants.models import Enterprise, User
from tenants.registry.selectors import role_of
from tenants.types import Role
from tests.support.world import CAST, PASSWORD

ANSWERS = {
    "name": "Westwind Zerspanung GmbH",
    "slug": "westwind",
    "country": "DE",
    "language": "en",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "person_name": "Wanda West",
    "email": "wanda@westwind.example",
    "password": PASSWORD,
}


def sign_up(client: Client, **changes: str):
    return client.post("/sign-up/", {**ANSWERS, **changes})


class TestSignUp:
    def test_makes_the_enterprise_and_hands_its_owner_over(self, public_site):
        response = sign_up(public_site)

        assert response.status_code == 302
        target = urlsplit(response["Location"])
        assert target.netloc == f"westwind.{settings.DOMAIN}"
        with context.directory():
            made = Enterprise.objects.get(slug="westwind")
            owner = User.objects.get(email="wanda@westwind.example")
        assert role_of(owner.pk, made.pk) == Role.OWNER

        portal = Client(HTTP_HOST=target.netloc)
        arrived = portal.get(f"{target.path}?{target.query}", follow=True)
        assert arrived.redirect_chain == [("/", 302)]
        assert arrived.status_code == 200
        assert "Westwind Zerspanung GmbH" in arrived.content.decode()

    def test_tells_every_empty_answer_at_once_and_changes_nothing(self, public_site):
        with context.directory():
            before = Enterprise.objects.count()

        response = public_site.post("/sign-up/", {})

        assert response.status_code == 422
        text = response.content.decode()
        assert "9 answers need another look" in text
        with context.directory():
            assert Enterprise.objects.count() == before

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"slug": "north"}, "The address “north” is taken. Choose another"),
            ({"slug": "admin"}, "“admin” is reserved. Add a word"),
            ({"slug": "x"}, "“x” cannot be an address. Use 3 to 40 small letters"),
            ({"email": "wanda"}, "“wanda” is no e-mail address"),
            (
                {"email": CAST["north"]["email"], "password": "not-the-one-of-nora"},
                "is in use",
            ),
            ({"password": "12345678"}, "Choose a longer password"),
            ({"currency": "XAU"}, "XAU is not one of the available choices"),
        ],
    )
    def test_names_value_and_remedy(self, public_site, changes, said):
        response = sign_up(public_site, **changes)

        assert response.status_code == 422
        assert said in response.content.decode()

    def test_keeps_the_answers_but_not_the_password(self, public_site):
        text = sign_up(public_site, slug="north").content.decode()

        assert "Westwind Zerspanung GmbH" in text
        assert PASSWORD not in text

    def test_may_leave_for_the_portal_under_the_content_policy(self, public_site):
        policy = public_site.get("/sign-up/")["Content-Security-Policy"]

        assert f"form-action 'self' *.{settings.DOMAIN}" in policy


class TestAddress:
    def ask(self, client: Client, **query: str) -> str:
        return client.get("/sign-up/address/", query).content.decode()

    def test_proposes_one_from_the_name(self, public_site):
        text = self.ask(
            public_site, name="Westwind Zerspanung GmbH", **{"from": "name"}
        )

        assert 'value="westwind-zerspanung-gmbh"' in text
        assert "is free" in text

    def test_proposes_the_next_that_is_free(self, public_site):
        text = self.ask(public_site, name="North", **{"from": "name"})

        assert 'value="north-2"' in text

    def test_leaves_what_was_typed_and_judges_it(self, public_site):
        text = self.ask(public_site, name="Westwind", slug="north")

        assert "<input" not in text
        assert "is taken" in text

    def test_says_nothing_where_nothing_can_be_proposed(self, public_site):
        text = self.ask(public_site, name="沈阳", **{"from": "name"})

        assert "is free" not in text
        assert "cannot be" not in text


class TestPlace:
    def test_proposes_currency_and_time_zone_of_the_country(self, public_site):
        text = public_site.get("/sign-up/place/", {"country": "RU"}).content.decode()

        assert '<option value="RUB" selected>' in text
        assert '<optgroup label="Russia">' in text

    def test_survives_a_country_that_is_none(self, public_site):
        response = public_site.get("/sign-up/place/", {"country": "<script>"})

        assert response.status_code == 200
        assert b"<script>" not in response.content


class TestHandOver:
    @pytest.fixture
    def nora(self, north) -> User:
        with context.directory():
            return User.objects.get(email=CAST["north"]["email"])

    @pytest.fixture
    def token(self, north, nora, rf) -> str:
        link = hand_over.link_for(nora, north, rf.get("/"))
        return parse_qs(urlsplit(link).query)["token"][0]

    def arrive(self, slug: str, token: str):
        client = Client(HTTP_HOST=f"{slug}.{settings.DOMAIN}")
        return client.get(hand_over.PATH, {"token": token})

    def test_signs_in_once(self, token):
        assert self.arrive("north", token).status_code == 302

        assert self.arrive("north", token).status_code == 403

    def test_opens_no_other_portal(self, token):
        assert self.arrive("south", token).status_code == 403

    def test_is_refused_when_old(self, token, monkeypatch):
        later = timezone.now() + timedelta(seconds=hand_over.VALID_SECONDS + 1)
        monkeypatch.setattr(signing.time, "time", later.timestamp)

        assert self.arrive("north", token).status_code == 403

    @pytest.mark.parametrize("bad", ["", "nonsense", "a:b:c"])
    def test_is_refused_when_forged(self, north, bad):
        assert self.arrive("north", bad).status_code == 403

    def test_takes_the_persons_language_along(self, nora, north, token, rf):
        with context.directory():
            User.objects.filter(pk=nora.pk).update(language="ru")

        response = self.arrive("north", token)

        assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ru"
