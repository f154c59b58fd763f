"""What anyone may read."""

import pytest
from django.conf import settings
from django.test import Client

from apps.catalog import selectors as catalog
from apps.portal.public import places
from tenants import context

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
