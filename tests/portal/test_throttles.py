"""Passwords are guessed a few times, and no more: by any process, after any restart."""

import re
from functools import partial

import pytest
from django.conf import settings as current
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client

from tenants import context
from tenants.models import Throttle
from tenants.types import EnterpriseRef
from tests.support.processes import forked
from tests.support.world import CAST, PASSWORD

NORA = CAST["north"]["email"]
TOO_MANY = "Too many failed login attempts"
LOCAL = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "each process for itself",
        "KEY_FUNCTION": "tenants.isolation.caches.make_key",
    }
}


class Counting(MD5PasswordHasher):
    """Counts how often a password was worked on."""

    worked = 0

    def encode(self, password: str, salt: str, **options: object) -> str:
        Counting.worked += 1
        return super().encode(password, salt)


def guess(
    login: str = NORA,
    password: str = "not-this-one",
    host: str = "",
    address: str = "192.0.2.1",
) -> str:
    """Try a password; return what the page says."""
    browser = Client(HTTP_HOST=host or current.DOMAIN, REMOTE_ADDR=address)
    page = "/account/login/" if host else "/sign-in/"
    answer = browser.post(page, {"login": login, "password": password})
    return "in" if answer.status_code == 302 else answer.content.decode()


def guess_in_a_process_of_its_own(number: int) -> None:
    if TOO_MANY in guess(address=f"192.0.2.{number}"):
        raise SystemExit


def plain(text: str, login: str) -> str:
    """The page without what differs from request to request."""
    return re.sub(r"[A-Za-z0-9]{64}|nonce=\S+", "", text.replace(login, ""))


@pytest.fixture
def counted(settings) -> type[Counting]:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    Counting.worked = 0
    return Counting


class TestAnAccount:
    def test_is_tried_five_times_in_five_minutes(self, db: None) -> None:
        said = [guess(address=f"192.0.2.{number}") for number in range(8)]

        assert [TOO_MANY in text for text in said] == [False] * 5 + [True] * 3
        # Not even the right one is looked at then.
        assert TOO_MANY in guess(password=PASSWORD, address="192.0.2.99")

    @pytest.mark.parametrize(
        ("is_shared", "checked"), [(True, 5), (False, 10)], ids=["PostgreSQL", "local"]
    )
    def test_is_tried_five_times_by_ten_processes(
        self, committed: None, settings, is_shared: bool, checked: int
    ) -> None:
        if not is_shared:
            # The control: each process would count by itself.
            settings.CACHES = LOCAL
        try:
            ended = [
                forked(partial(guess_in_a_process_of_its_own, number))
                for number in range(10)
            ]
        finally:
            with context.owner():
                Throttle.objects.all().delete()

        assert ended.count(0) == checked

    def test_is_one_at_the_public_site_and_at_its_portal(
        self, db: None, north: EnterpriseRef
    ) -> None:
        portal = f"{north.slug}.{current.DOMAIN}"
        for number in range(5):
            assert TOO_MANY not in guess(
                host=portal if number % 2 else "", address=f"192.0.2.{number}"
            )

        assert TOO_MANY in guess(host=portal, address="192.0.2.50")
        assert TOO_MANY in guess(address="192.0.2.51")

    def test_is_not_worn_by_signing_in(self, db: None) -> None:
        for number in range(8):
            assert guess(password=PASSWORD, address=f"192.0.2.{number}") == "in"

    def test_counts_whatever_its_case(self, db: None) -> None:
        for number in range(5):
            guess(login=NORA.upper(), address=f"192.0.2.{number}")

        assert TOO_MANY in guess(address="192.0.2.60")


class TestAnAddress:
    def test_tries_ten_times_a_minute_whatever_the_account(self, db: None) -> None:
        said = [guess(login=f"nobody{number}@x.example") for number in range(12)]

        assert [TOO_MANY in text for text in said] == [False] * 10 + [True] * 2


class TestAStranger:
    def test_gets_the_same_answer_after_the_same_work(
        self, db: None, counted: type[Counting]
    ) -> None:
        with context.directory():
            from tenants.models import User

            nora = User.objects.get(email=NORA)
            nora.set_password(PASSWORD)
            nora.save()
        counted.worked = 0
        known = guess(address="192.0.2.1")
        work_for_known = counted.worked
        unknown = guess(login="nobody@x.example", address="192.0.2.2")

        assert counted.worked - work_for_known == work_for_known == 1
        assert plain(known, NORA) == plain(unknown, "nobody@x.example")

    def test_is_throttled_as_anyone_is(self, db: None) -> None:
        said = [
            guess(login="nobody@x.example", address=f"192.0.2.{number}")
            for number in range(6)
        ]

        assert [TOO_MANY in text for text in said] == [False] * 5 + [True]


class TestCache:
    def test_keeps_private_values_apart(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        from tenants.isolation import caches
        from tenants.types import Tenancy

        caches.register_key_space("proof", Tenancy.PRIVATE)
        try:
            with context.enterprise(north):
                cache.set("proof:one", "north's")
                assert cache.get("proof:one") == "north's"
                assert cache.has_key("proof:one")
            with context.enterprise(south):
                assert cache.get("proof:one") is None
                cache.delete("proof:one")
            with context.enterprise(north):
                assert cache.get_many(["proof:one"]) == {"proof:one": "north's"}
        finally:
            caches._spaces.pop("proof:")

    def test_adds_once_and_forgets(self, db: None) -> None:
        assert cache.add("allauth:rl:x", 1, 60)
        assert not cache.add("allauth:rl:x", 2, 60)
        cache.clear()
        assert cache.get("allauth:rl:x") is None
