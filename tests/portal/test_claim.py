"""A stranger with the operator's link becomes an owner; one without it does not."""

from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants import context
from tenants.lifecycle import services
from tenants.models import Enterprise
from tenants.types import SYSTEM, Tier
from tests.factories import registers as make
from tests.support.world import PASSWORD

OLGA = {
    "language": "en",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "person_name": "Olga Ost",
    "email": "olga@ostwerk.example",
    "password": PASSWORD,
}


def link_for(row: Enterprise) -> str:
    at = timezone.now()
    return f"/claim/{services.issue_claim(enterprise_id=row.pk, by=SYSTEM, at=at)}/"


class TestClaim:
    def test_asks_only_what_no_register_knows(self, public_site: Client) -> None:
        answer = public_site.get(link_for(make.registered()))

        text = answer.content.decode()
        assert answer.status_code == 200
        assert "Claim Ostwerk Maschinenbau GmbH" in text
        assert "Handelsregister" in text
        assert 'name="email"' in text
        assert 'name="slug"' not in text
        assert answer["Referrer-Policy"] == "same-origin"

    def test_opens_the_portal_with_its_owner(self, public_site: Client) -> None:
        row = make.registered()

        answer = public_site.post(link_for(row), OLGA)

        assert answer.status_code == 302
        host = f"{row.slug}.{settings.DOMAIN}"
        assert answer["Location"].startswith(f"http://{host}/account/")
        portal = Client(HTTP_HOST=host)
        portal.get(answer["Location"].removeprefix(f"http://{host}"))
        assert portal.get("/enterprise/").status_code == 200
        with context.directory():
            assert Enterprise.objects.get(pk=row.pk).tier == Tier.ACTIVATED

    def test_says_what_is_wrong_and_takes_nothing(self, public_site: Client) -> None:
        row = make.registered()
        link = link_for(row)

        answer = public_site.post(link, {**OLGA, "password": "short"})

        assert answer.status_code == 422
        assert "Choose a longer password" in answer.content.decode()
        assert public_site.get(link).status_code == 200

    def test_opens_nothing_twice_or_too_late(self, public_site: Client) -> None:
        row = make.registered()
        link = link_for(row)
        public_site.post(link, OLGA)
        late = make.registered(slug="spaetwerk", register_number="HRB 2")
        old = services.issue_claim(
            enterprise_id=late.pk, by=SYSTEM, at=timezone.now() - timedelta(days=15)
        )

        for address in (link, f"/claim/{old}/", "/claim/made-up/"):
            answer = public_site.get(address)
            assert answer.status_code == 404
            assert "This link opens nothing" in answer.content.decode()


class TestRegistered:
    def test_has_a_page_that_says_where_it_is_from(self, public_site: Client) -> None:
        make.registered(website="https://www.ostwerk.example", activities=["28.41"])

        text = public_site.get("/enterprises/ostwerk-maschinenbau/").content.decode()

        assert "Is this yours?" in text
        assert "Handelsregister" in text
        assert "HRB 4711" in text
        assert "28.41" in text
        assert 'href="https://www.ostwerk.example" rel="nofollow' in text

    def test_is_named_to_who_wants_its_address(self, public_site: Client) -> None:
        make.registered()

        answer = public_site.get("/sign-up/address/?slug=ostwerk-maschinenbau")

        assert "its page says how to claim it" in answer.content.decode()


class TestDirectory:
    def test_pages_to_the_end_and_back_without_losing_any(
        self, public_site: Client
    ) -> None:
        for number in range(120):
            make.registered(
                slug=f"werk-{number:03d}",
                # Several share a name: the page goes on between them all the same.
                name=f"Werk {number // 7:02d}",
                register_number=str(number),
            )
        seen: list[str] = []
        address: str | None = "/enterprises/?q=werk"
        pages = [address]
        while address:
            answer = public_site.get(address)
            seen += [firm.slug for firm in answer.context["firms"]]
            cursor = answer.context["page"].next_cursor
            address = f"/enterprises/?q=werk&after={cursor}" if cursor else None
            pages.append(address)

        assert len(seen) == len(set(seen)) == 120
        last = public_site.get(pages[-2])
        before = last.context["page"].previous_cursor
        back = public_site.get(f"/enterprises/?q=werk&before={before}")
        assert [firm.slug for firm in back.context["firms"]] == seen[50:100]
        assert "120 enterprises" in last.content.decode()

    def test_finds_a_name_in_its_own_script_and_a_short_beginning(
        self, public_site: Client
    ) -> None:
        make.registered(name="Shenzhen Precision", name_local="深圳精密机械", slug="sz")

        for words in ("精密机", "深圳", "sh", "SHENZH", " shenzhen "):
            found = public_site.get("/enterprises/", {"q": words}).context["firms"]
            assert [firm.slug for firm in found] == ["sz"], words

    def test_is_not_upset_by_what_anyone_types(self, public_site: Client) -> None:
        for query in (
            "q=%00",
            "q=%25%5F",
            "after=x",
            "before=x",
            "country=%27",
            "q=" + "x" * 999,
        ):
            assert public_site.get(f"/enterprises/?{query}").status_code == 200, query
