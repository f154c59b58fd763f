"""The way to one's portal from the public site."""

from django.conf import settings

from tenants import context
from tenants.models import User
from tenants.registry.services import add_member, create_operator
from tenants.types import Role
from tests.support.world import CAST, PASSWORD

NORA = {"login": CAST["north"]["email"], "password": PASSWORD}


class TestSignIn:
    def test_leads_to_the_only_portal(self, public_site):
        response = public_site.post("/sign-in/", NORA)

        assert response.status_code == 302
        assert response["Location"].startswith(f"http://north.{settings.DOMAIN}/")

    def test_lets_choose_among_several(self, public_site, south):
        add_member(
            enterprise=south,
            email=CAST["north"]["email"],
            name="Nora",
            role=Role.VIEWER,
            password=PASSWORD,
        )

        text = public_site.post("/sign-in/", NORA).content.decode()

        assert f"http://north.{settings.DOMAIN}/account/hand-over/" in text
        assert f"http://south.{settings.DOMAIN}/account/hand-over/" in text

    def test_tells_no_one_who_has_a_portal(self, public_site):
        wrong = public_site.post("/sign-in/", {**NORA, "password": "not-this-one"})
        unknown = public_site.post("/sign-in/", {**NORA, "login": "no@body.example"})

        assert wrong.status_code == unknown.status_code == 422
        said = "The email address and/or password you specified are not correct."
        assert said in wrong.content.decode()
        assert said in unknown.content.decode()

    def test_sends_an_operator_to_no_portal(self, public_site):
        with context.directory():
            create_operator(email="op@spindle.example", name="Op", password=PASSWORD)
            assert User.objects.get(email="op@spindle.example").is_operator

        response = public_site.post(
            "/sign-in/", {"login": "op@spindle.example", "password": PASSWORD}
        )

        assert "Its place is the console" in response.content.decode()


class TestToPortal:
    def test_takes_an_address_as_people_paste_it(self, public_site, north):
        response = public_site.post(
            "/sign-in/portal/", {"slug": f"http://NORTH.{settings.DOMAIN}/"}
        )

        assert response["Location"] == f"http://north.{settings.DOMAIN}/"

    def test_names_the_address_that_leads_nowhere(self, public_site):
        response = public_site.post("/sign-in/portal/", {"slug": "nort"})

        assert response.status_code == 422
        assert "There is no portal at “nort”" in response.content.decode()
