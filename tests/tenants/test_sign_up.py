"""What a sign-up refuses, naming field, value and remedy, and changing nothing."""

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password

from apps.kernel.errors import DomainError, InvalidInput
from tenants import context
from tenants.models import Enterprise, Slot, User
from tenants.registry import rules, selectors
from tenants.registry.services import EmailTaken, SlugTaken, sign_up
from tenants.types import Role, SlotState
from tests.support.world import CAST, NOON, PASSWORD

WEST: dict[str, Any] = {
    "name": "Westwind Forge",
    "slug": "westwind-forge",
    "country": "PL",
    "language": "en",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "email": "owner@westwind-forge.example",
    "person_name": "Wanda West",
    "password": PASSWORD,
    "at": NOON,
}


class TestSlug:
    @pytest.mark.parametrize(
        "slug", ["abc", "a1b", "westwind-forge", "a-b-c-d", "a" * 40]
    )
    def test_of_letters_digits_and_single_hyphens_is_accepted(self, slug: str) -> None:
        assert rules.check_slug(slug) == slug

    @pytest.mark.parametrize(
        "slug",
        [
            pytest.param("", id="empty"),
            pytest.param("ab", id="too short"),
            pytest.param("a" * 41, id="too long"),
            pytest.param("a" * 64, id="longer than a host label"),
            pytest.param("west--forge", id="double hyphen"),
            pytest.param("xn--80ak6aa92e", id="punycode that reads like another"),
            pytest.param("xn--nrth-0ra", id="punycode of a Latin word"),
            pytest.param("nоrth", id="Cyrillic letter among Latin ones"),
            pytest.param("ｎｏｒｔｈ", id="full width"),
            pytest.param("nord\u200blicht", id="zero-width space"),
            pytest.param("müller", id="umlaut"),
            pytest.param("苏州精密", id="Chinese"),
            pytest.param("пермь", id="Russian"),
            pytest.param("-west", id="hyphen first"),
            pytest.param("west-", id="hyphen last"),
            pytest.param("4axis", id="digit first"),
            pytest.param("west.forge", id="dot"),
            pytest.param("west_forge", id="underscore"),
            pytest.param("west forge", id="blank"),
            pytest.param("west/forge", id="slash"),
            pytest.param("West", id="capital"),
            pytest.param("west\n", id="line end"),
            pytest.param("west\x00", id="null"),
        ],
    )
    def test_that_no_host_name_can_bear_is_refused(self, slug: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            rules.check_slug(slug)

        assert refused.value.field == "slug"
        assert refused.value.value == slug
        assert "3 to 40 small letters" in str(refused.value.remedy)

    @pytest.mark.parametrize("slug", sorted(rules.RESERVED))
    def test_that_is_reserved_is_refused(self, slug: str) -> None:
        with pytest.raises(InvalidInput):
            rules.check_slug(slug)

    @pytest.mark.parametrize("slug", ["api", "console", "www", "admin", "static"])
    def test_of_a_host_of_ours_is_reserved(self, slug: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            rules.check_slug(slug)

        assert (
            str(refused.value) == f"“{slug}” is reserved. Add a word, such as the city."
        )

    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("Westwind Forge GmbH & Co. KG", "westwind-forge-gmbh-co-kg"),
            ("Müller -- Söhne", "muller-sohne"),
            ("沈阳", ""),
            ("A" * 60, "a" * 40),
        ],
    )
    def test_is_proposed_from_a_name(self, name: str, slug: str) -> None:
        assert rules.propose_slug(name) == slug


@pytest.mark.usefixtures("db")
class TestSignUp:
    def test_writes_down_what_was_told_in_its_usual_form(self) -> None:
        ref, owner = sign_up(
            **WEST
            | {"slug": " Westwind-Forge ", "country": "pl", "currency": "pln"}
            | {"email": " Owner@Westwind-Forge.example", "name": " Westwind Forge "}
        )

        assert (ref.slug, ref.name) == ("westwind-forge", "Westwind Forge")
        assert (ref.country, ref.currency) == ("PL", "PLN")
        assert owner.email == "owner@westwind-forge.example"
        assert selectors.role_of(owner.pk, ref.id) == Role.OWNER
        assert selectors.enterprise_by_host("westwind-forge.testserver.local") == ref

    @pytest.mark.parametrize(
        ("field", "value", "remedy"),
        [
            ("country", "XX", "ISO 3166-1"),
            ("country", "EU", "ISO 3166-1"),
            ("country", "SU", "ISO 3166-1"),
            ("country", "POL", "ISO 3166-1"),
            ("country", "", "ISO 3166-1"),
            ("currency", "XXX", "ISO 4217"),
            ("currency", "XAU", "ISO 4217"),
            ("currency", "DEM", "ISO 4217"),
            ("currency", "", "ISO 4217"),
            ("time_zone", "Europe/Atlantis", "IANA"),
            ("time_zone", "europe/warsaw", "IANA"),
            ("time_zone", "../../etc/passwd", "IANA"),
            ("time_zone", "localtime", "IANA"),
            ("time_zone", "", "IANA"),
            ("language", "tlh", "en, zh-hans, ru"),
            ("language", "", "en, zh-hans, ru"),
            ("name", "", "Fill it in"),
            ("name", " \t ", "Fill it in"),
            ("name", "W" * 161, "at most 160"),
            ("name", "West\x00wind", "Leave them out"),
            ("name_local", "西" * 161, "at most 160"),
            ("region", "R" * 81, "at most 80"),
            ("city", "C" * 81, "at most 80"),
            ("about", "A" * 4001, "at most 4000"),
            ("person_name", "", "Fill it in"),
            ("person_name", "P" * 121, "at most 120"),
            ("email", "wanda", "name@example.com"),
            ("email", "wanda@" + "w" * 250 + ".example", "at most 254"),
        ],
    )
    def test_refuses_what_cannot_be_meant_and_changes_nothing(
        self, field: str, value: str, remedy: str
    ) -> None:
        before = counted()

        with pytest.raises(InvalidInput) as refused:
            sign_up(**WEST | {field: value})

        assert refused.value.field == field
        assert refused.value.value == value.strip() or refused.value.value == value
        assert remedy in str(refused.value.remedy)
        assert counted() == before

    @pytest.mark.parametrize(
        "password", ["", "short", "12345678901", "password1234", "wanda west"]
    )
    def test_refuses_a_weak_password_without_repeating_it(self, password: str) -> None:
        before = counted()

        with pytest.raises(InvalidInput) as refused:
            sign_up(**WEST | {"password": password})

        assert (refused.value.field, refused.value.value) == ("password", "")
        assert "Choose a longer password" in str(refused.value.remedy)
        assert counted() == before

    @pytest.mark.parametrize("slug", ["north", "NORTH", " north "])
    def test_refuses_anothers_address(self, slug: str) -> None:
        before = counted()

        with pytest.raises(SlugTaken) as refused:
            sign_up(**WEST | {"slug": slug})

        assert (refused.value.field, refused.value.value) == ("slug", "north")
        assert "with the city added" in str(refused.value.remedy)
        assert counted() == before

    @pytest.mark.parametrize(
        "email", [CAST["north"]["email"], CAST["north"]["email"].upper()]
    )
    def test_refuses_anothers_email_address(self, email: str) -> None:
        before = counted()

        with pytest.raises(EmailTaken) as refused:
            sign_up(**WEST | {"email": email, "password": "not-the-one-of-nora"})

        assert refused.value.field == "email"
        assert refused.value.value == CAST["north"]["email"]
        assert "another e-mail address" in str(refused.value.remedy)
        assert counted() == before

    def test_gives_a_second_enterprise_to_a_person_who_proves_to_be_it(self) -> None:
        ref, owner = sign_up(**WEST | {"email": CAST["north"]["email"]})

        assert owner.name == CAST["north"]["person_name"]
        mine = [mine.slug for mine in selectors.enterprises_of(owner.pk)]
        assert mine == ["north", ref.slug]

    def test_keeps_a_hash_that_was_made_before(self) -> None:
        _ref, owner = sign_up(**WEST, password_hash=make_password("hashed only once"))

        assert check_password("hashed only once", owner.password)

    def test_refuses_with_one_line_for_its_reader(self) -> None:
        with pytest.raises(DomainError) as refused:
            sign_up(**WEST | {"currency": "XAU"})

        assert str(refused.value) == (
            "“XAU” is no currency in use."
            " Give the three letters of ISO 4217, such as EUR."
        )


def counted() -> tuple[int, int, int]:
    with context.directory():
        return (
            Enterprise.objects.count(),
            User.objects.count(),
            Slot.objects.filter(state=SlotState.FREE).count(),
        )
