"""What anyone may read."""

import pytest
from django.conf import settings
from django.test import Client

from apps.catalog import selectors as catalog
from apps.machines import services
from apps.machines.types import CertificateState
from apps.portal.public import places
from tenants import context
from tenants.models import Enterprise
from tenants.types import SYSTEM, Tier
from tests.factories import exchange as make
from tests.factories import machines
from tests.factories import tenants as make_tenants
from tests.support.world import NOON

PAGES = (
    "/",
    "/enterprises/",
    "/enterprises/?country=DE&process=milling&certificate=iso-9001",
    "/enterprises/north/",
    "/demands/",
    "/demands/?q=plate&process=milling&country=DE",
    "/processes/",
    "/processes/?q=fräsen",
    "/processes/milling-5-axis/",
    "/sign-up/",
    "/sign-in/",
    "/status/",
)


@pytest.mark.parametrize("language", ["en", "zh-hans", "ru"])
@pytest.mark.parametrize("page", PAGES)
def test_answers_in_each_language(public_site, page, language):
    public_site.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    response = public_site.get(page)

    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode()


def test_the_first_page_counts_what_there_is(public_site):
    text = public_site.get("/").content.decode()

    with context.directory():
        leaves = sum(1 for node in catalog.process_tree() if node.is_leaf)
    assert f"<dd>{leaves}</dd>" in text
    assert "<dd>2</dd>" in text


class TestDirectory:
    def test_narrows_by_country_and_words(self, public_site):
        everyone = public_site.get("/enterprises/").content.decode()
        in_brazil = public_site.get("/enterprises/", {"country": "br"}).content.decode()
        by_name = public_site.get("/enterprises/", {"q": "nordlicht"}).content.decode()

        assert "2 enterprises" in everyone
        assert "Südwind" in in_brazil
        assert "Nordlicht" not in in_brazil
        assert "Nordlicht" in by_name
        assert "Südwind" not in by_name

    def test_says_what_to_do_when_nobody_fits(self, public_site):
        text = public_site.get("/enterprises/", {"country": "AQ"}).content.decode()

        assert "No enterprise fits these filters" in text


class TestEnterprise:
    def test_shows_who_it_is_and_that_nothing_is_published(self, public_site, north):
        text = public_site.get("/enterprises/north/").content.decode()

        assert "Nordlicht Precision GmbH" in text
        assert "No machine on the market yet" in text

    def test_knows_no_other(self, public_site):
        assert public_site.get("/enterprises/nobody/").status_code == 404


class TestCertificates:
    def test_marks_the_verified_ones(self, public_site, north):
        make.shop(north)
        with context.enterprise(north):
            checked = machines.certificate(kind_code="iso-14001", number="14-1")
            services.settle_certificate(
                certificate_id=checked.pk,
                version=services.submit_certificate(
                    certificate_id=checked.pk, by=SYSTEM, at=NOON
                ).version,
                state=CertificateState.VERIFIED,
                by=SYSTEM,
                at=NOON,
            )
        make.listing(north)

        text = " ".join(public_site.get("/enterprises/north/").content.decode().split())

        held = next(part for part in text.split("<dt") if "ISO 14001" in part)
        assert held.count("Verified") == 1
        assert held.index("ISO 14001") < held.index("Verified") < held.index("ISO 9001")


class TestPhotos:
    @pytest.fixture(autouse=True)
    def _storage(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def address(self, item) -> str:
        return f"/enterprises/north/photos/{item.pk}/"

    def test_are_on_the_page_with_their_title_and_size(self, public_site, north):
        item = make.showcase_item(north, title='The "hall" <1>')

        text = public_site.get("/enterprises/north/").content.decode()

        address = self.address(item)
        assert f'<a href="{address}"><img src="{address}?size=small"' in text
        assert 'alt="The &quot;hall&quot; &lt;1&gt;"' in text
        assert 'width="1600" height="1200"' in text

    def test_are_not_spoken_of_where_there_is_none(self, public_site, north):
        text = public_site.get("/enterprises/north/").content.decode()

        assert 'class="photos"' not in text

    @pytest.mark.parametrize(
        ("query", "media_type", "content"),
        [
            ("", "image/jpeg", b"\xff\xd8 a hall"),
            ("?size=small", "image/webp", b"RIFF a small hall"),
            ("?size=huge", "image/jpeg", b"\xff\xd8 a hall"),
        ],
    )
    def test_are_sent_as_what_they_are_and_nothing_else(
        self, public_site, north, query, media_type, content
    ):
        item = make.showcase_item(north)

        answer = public_site.get(self.address(item) + query)

        assert b"".join(answer.streaming_content) == content
        assert answer.status_code == 200
        assert answer["Content-Type"] == media_type
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "attachment" not in answer.get("Content-Disposition", "")
        assert "Cookie" not in answer.get("Vary", "")

    def test_sends_the_whole_where_there_is_no_thumbnail(self, public_site, north):
        item = make.showcase_item(north, thumbnail="")

        answer = public_site.get(f"{self.address(item)}?size=small")

        assert answer["Content-Type"] == "image/jpeg"
        assert b"".join(answer.streaming_content) == b"\xff\xd8 a hall"

    @pytest.mark.parametrize("how", ["suspended", "dormant"])
    def test_are_gone_with_who_shows_them(self, public_site, north, how):
        item = make.showcase_item(north)
        assert public_site.get(self.address(item)).status_code == 200
        facts = {"tier": Tier.DORMANT}
        if how == "suspended":
            facts = {"suspended_at": NOON, "suspended_by": make_tenants.operator()}
        with context.directory():
            Enterprise.objects.filter(pk=north.id).update(**facts)

        assert public_site.get(self.address(item)).status_code == 404
        assert (
            self.address(item)
            not in public_site.get("/enterprises/north/").content.decode()
        )

    def test_are_of_the_enterprise_in_the_address(self, public_site, north, south):
        item = make.showcase_item(north)

        for address in (
            f"/enterprises/south/photos/{item.pk}/",
            f"/enterprises/north/photos/{item.document_id}/",
            f"/enterprises/nobody/photos/{item.pk}/",
        ):
            assert public_site.get(address).status_code == 404, address

    def test_are_gone_with_the_file(self, public_site, north, tmp_path):
        item = make.showcase_item(north)
        (tmp_path / north.schema / item.stored_path).unlink()

        assert public_site.get(self.address(item)).status_code == 404


class TestDemands:
    def test_says_that_there_is_none(self, public_site):
        assert "No open demand fits" in public_site.get("/demands/").content.decode()


class TestProcesses:
    def test_finds_by_a_name_in_another_language(self, public_site):
        text = public_site.get("/processes/", {"q": "фрезерование"}).content.decode()

        assert "/processes/milling/" in text

    def test_says_that_nothing_answers(self, public_site):
        text = public_site.get("/processes/", {"q": "<b>unobtainium"}).content.decode()

        assert "&lt;b&gt;unobtainium" in text

    def test_forgives_typing_errors(self, public_site):
        text = public_site.get("/processes/", {"q": "фрезировка"}).content.decode()

        assert "/processes/milling/" in text

    def test_shows_typical_figures_with_who_states_them(self, public_site):
        text = public_site.get("/processes/oxyfuel-cutting/").content.decode()

        assert "Sheet thickness" in text
        assert "6 – 300 mm" in " ".join(text.split())
        assert "ratin-equip.com" in text

    def test_knows_no_other_process(self, public_site):
        assert public_site.get("/processes/alchemy/").status_code == 404


@pytest.mark.parametrize("address", ["/nowhere/", "/sign-in/portal/x/"])
def test_an_unknown_address_says_so_in_our_look(public_site, address):
    response = public_site.get(address)

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_an_unknown_host_says_so(db):
    response = Client(HTTP_HOST=f"nobody.{settings.DOMAIN}").get("/")

    assert response.status_code == 404
    assert "There is no portal at this address" in response.content.decode()


class TestPlaces:
    def test_every_currency_offered_can_be_compared(self, db):
        with context.directory():
            for code in places.CURRENCIES:
                assert catalog.cross_rate(code, "EUR", places_day()).rate > 0

    @pytest.mark.parametrize(
        ("country", "currency", "zone"),
        [
            ("CN", "CNY", "Asia/Shanghai"),
            ("DE", "EUR", "Europe/Berlin"),
            ("JP", "EUR", "Asia/Tokyo"),
        ],
    )
    def test_a_country_brings_its_money_and_time(self, country, currency, zone):
        assert places.currency_of(country) == currency
        assert zone in places.time_zones_of(country)

    def test_the_union_is_no_country(self):
        assert "EU" not in places.country_codes()
        assert {
            "DE",
            "CN",
            "RU",
            "TR",
            "IN",
            "US",
            "BR",
            "PL",
        } <= places.country_codes()


def places_day():
    from datetime import date

    return date(2030, 5, 6)
