"""A row is checked fact by fact, and completed from its country."""

from zoneinfo import available_timezones

import pytest

from tenants.registers import defaults
from tenants.registers.rules import checked_entry, reserve_slug
from tenants.registers.types import Entry, Problem, Record
from tenants.registry import rules

OST = {
    "register_number": "HRB 4711",
    "name": "Ostwerk Maschinenbau GmbH",
    "country": "DE",
    "city": "Leipzig",
}


def checked(**facts: object) -> Entry:
    entry = checked_entry("hr", Record(2, {**OST, **facts}))
    assert isinstance(entry, Entry), entry
    return entry


def refused(**facts: object) -> list[tuple[str, str, str]]:
    found = checked_entry("hr", Record(2, {**OST, **facts}))
    assert isinstance(found, list)
    assert all(problem.line == 2 and problem.remedy for problem in found)
    return [(problem.field, problem.value, problem.problem) for problem in found]


class TestDefaults:
    @pytest.mark.parametrize(
        ("country", "currency", "zone", "language"),
        [
            ("DE", "EUR", "Europe/Berlin", "en"),
            ("cn", "CNY", "Asia/Shanghai", "zh-hans"),
            ("RU", "RUB", "Europe/Moscow", "ru"),
            ("US", "USD", "America/New_York", "en"),
            ("BY", "BYN", "Europe/Minsk", "ru"),
            ("JP", "JPY", "Asia/Tokyo", "en"),
        ],
    )
    def test_come_from_the_country(
        self, country: str, currency: str, zone: str, language: str
    ) -> None:
        entry = checked(country=country)

        assert (entry.country, entry.currency, entry.time_zone, entry.language) == (
            country.upper(),
            currency,
            zone,
            language,
        )

    def test_yield_to_what_is_written(self) -> None:
        entry = checked(currency="usd", time_zone="Asia/Tokyo", language="ru")

        assert (entry.currency, entry.time_zone, entry.language) == (
            "USD",
            "Asia/Tokyo",
            "ru",
        )

    def test_are_there_for_every_country(self) -> None:
        countries, _currencies = rules._countries_and_currencies()
        without_people = {"BV", "HM"}

        assert {
            country
            for country in countries
            if defaults.time_zone_of(country) not in available_timezones()
        } == without_people
        assert {
            country for country in countries if not defaults.currency_of(country)
        } == set()

    def test_are_asked_for_where_a_country_has_none(self) -> None:
        assert refused(country="BV") == [
            ("time_zone", "", "BV does not say which one.")
        ]


class TestRefusals:
    @pytest.mark.parametrize(
        ("facts", "field", "value", "problem"),
        [
            ({"country": ""}, "country", "", "This row has no country."),
            ({"country": "XX"}, "country", "XX", "“XX” is no country."),
            ({"country": 49}, "country", "49", "“49” is no country."),
            ({"name": " "}, "name", "", "This is empty."),
            ({"register_number": None}, "register_number", "", "This is empty."),
            ({"name": "x" * 161}, "name", "x" * 120, "This has 161 characters."),
            (
                {"name": "Ost\x07werk"},
                "name",
                "Ost�werk",
                "This holds control characters.",
            ),
            (
                {"name": "Ost\u202ewerk"},
                "name",
                "Ost�werk",
                "This holds control characters.",
            ),
            ({"city": ["Leipzig"]}, "city", "['Leipzig']", "This is no text."),
            ({"currency": "DM"}, "currency", "DM", "“DM” is no currency in use."),
            ({"time_zone": "MEZ"}, "time_zone", "MEZ", "“MEZ” is no time zone."),
            ({"language": "de"}, "language", "de", "Spindle does not speak “de”."),
            (
                {"website": "javascript:alert(1)"},
                "website",
                "javascript:alert(1)",
                "This is no address of a website.",
            ),
            ({"slug": "console"}, "slug", "console", "“console” is reserved."),
            ({"slug": "Ost werk"}, "slug", "Ost werk", None),
            (
                {"activities": ["x" * 41]},
                "activities",
                "x" * 41,
                "These are no codes of activities.",
            ),
        ],
    )
    def test_name_field_value_and_what_is_wrong(
        self, facts: dict[str, object], field: str, value: str, problem: str | None
    ) -> None:
        found = refused(**facts)

        assert len(found) == 1
        assert found[0][:2] == (field, value)
        assert problem is None or found[0][2] == problem

    def test_name_all_that_is_wrong_at_once(self) -> None:
        found = refused(name="", country="", currency="DM")

        assert [field for field, _value, _text in found] == [
            "name",
            "country",
            "currency",
        ]


class TestWebsite:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("www.ostwerk.example", "https://www.ostwerk.example"),
            ("http://ostwerk.example/de?x=1", "http://ostwerk.example/de?x=1"),
            ("https://машины.рф", "https://машины.рф"),
        ],
    )
    def test_is_made_whole(self, given: str, kept: str) -> None:
        assert checked(website=given).website == kept

    @pytest.mark.parametrize(
        "given",
        [
            "ftp://ostwerk.example",
            "localhost",
            "http://10.0.0.1/",
            "https://user:secret@ostwerk.example",
            'https://ostwerk.example/"onclick="x',
            "https://[",
        ],
    )
    def test_is_one_that_anyone_may_follow(self, given: str) -> None:
        assert refused(website=given)[0][0] == "website"


class TestAddress:
    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("Südwind Ærospace S.A.", "sudwind-aerospace-sa"),
            ("ООО Уральский завод", "ooo-uralskiy-zavod"),
            ("深圳精密机械", "shenzhenjingmijixie"),
            (
                "Gesellschaft für allgemeine Zerspanungstechnik",
                "gesellschaft-fur-allgemeine",
            ),
            # Too short: with the city.
            ("AB", "ab-leipzig"),
        ],
    )
    def test_is_proposed_from_the_name(self, name: str, slug: str) -> None:
        assert checked(name=name).slug == slug

    def test_is_made_of_the_number_where_the_name_gives_none(self) -> None:
        entry = checked(name="!!!", city="")

        assert entry.slug == entry.reserve_slug == reserve_slug("hr", "HRB 4711", "!!!")
        assert entry.slug.startswith("enterprise-")

    @pytest.mark.parametrize(
        "name", ["Ost", "7", "Console", "深圳精密机械" * 20, "x" * 160]
    )
    def test_has_a_reserve_that_can_always_be_borne(self, name: str) -> None:
        slug = reserve_slug("hr", "HRB 4711", name)

        assert rules.check_slug(slug) == slug
        assert slug != reserve_slug("hr", "HRB 4712", name)
        assert slug == reserve_slug("hr", "HRB 4711", name)


class TestActivities:
    @pytest.mark.parametrize(
        "given", ["25.62|28.41", "25.62; 28.41;25.62", ["25.62", "28.41"]]
    )
    def test_are_codes_each_once(self, given: object) -> None:
        assert checked(activities=given).activities == ("25.62", "28.41")


def test_a_problem_is_a_value() -> None:
    assert Problem(1, "name", "", "a", "b") == Problem(1, "name", "", "a", "b")
