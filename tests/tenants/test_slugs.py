"""Which addresses are to be had: by their signs, by what is kept back, by their looks."""

import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from apps.kernel.errors import InvalidInput
from tenants import context
from tenants.models import Enterprise, User
from tenants.models.expressions import Skeleton
from tenants.provisioning import services as provisioning
from tenants.registry import addresses, likeness
from tenants.registry.services import (
    SlugConfusable,
    SlugTaken,
    check_unlike_others,
    sign_up,
)
from tenants.types import EnterpriseRef, Tier
from tests.support.catalogues import drop
from tests.support.world import NOON, PASSWORD


def facts(slug: str) -> dict[str, Any]:
    return {
        "name": "Westwind Forge",
        "slug": slug,
        "country": "PL",
        "language": "en",
        "currency": "PLN",
        "time_zone": "Europe/Warsaw",
        "email": f"owner@{slug}.example",
        "person_name": "Wanda West",
        "password": PASSWORD,
        "at": NOON,
    }


def registered(slug: str, **changes: Any) -> Enterprise:
    """An entry of a register: a row only."""
    with context.directory():
        return Enterprise.objects.create(
            slug=slug,
            name=slug.title(),
            country="PL",
            currency="PLN",
            time_zone="Europe/Warsaw",
            **{"tier": Tier.REGISTERED, **changes},
        )


class TestSkeleton:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("kalten-rieder", "kaltenrieder"),
            ("bern-tool", "bem-tool"),
            ("vvest-forge", "west-forge"),
            ("0rion", "orion"),
            ("alpha1", "alphal"),
            ("alphai", "alphal"),
            ("mi11", "mlil"),
        ],
    )
    def test_is_one_for_what_looks_alike(self, one: str, other: str) -> None:
        assert addresses.skeleton_of(one) == addresses.skeleton_of(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [("north", "south"), ("forge-2", "forge-3"), ("mill", "miller")],
    )
    def test_is_not_one_for_what_does_not(self, one: str, other: str) -> None:
        assert addresses.skeleton_of(one) != addresses.skeleton_of(other)

    @pytest.mark.parametrize(
        "slug", ["kalten-rieder", "bern-0rion-vvest", "rn", "r-n", "vvv", "i10lo"]
    )
    def test_is_the_same_in_the_database(self, db: None, slug: str) -> None:
        registered(slug)

        with context.directory():
            found = Enterprise.objects.annotate(looks=Skeleton("slug")).get(slug=slug)
        assert found.looks == addresses.skeleton_of(slug)

    def test_is_looked_up_by_its_index(self, db: None) -> None:
        with context.directory(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            rows = Enterprise.objects.annotate(looks=Skeleton("slug")).filter(looks="a")
            assert "tenants_enterprise_looks" in rows.explain()


class TestReserved:
    @pytest.mark.parametrize(
        ("slug", "told"),
        [
            ("adm1n", "“adm1n” looks like “admin”, which is reserved."),
            ("spind1e", "“spind1e” looks like “spindle”, which is reserved."),
            ("l0gin", "“l0gin” looks like “login”, which is reserved."),
            ("w-w-w", "“w-w-w” looks like “www”, which is reserved."),
            ("vvvvvv", "“vvvvvv” looks like “www”, which is reserved."),
            ("sup-port", "“sup-port” looks like “support”, which is reserved."),
            ("zhuce", "“zhuce” is reserved."),
            ("vhod", "“vhod” is reserved."),
            ("zh-hans", "“zh-hans” is reserved."),
            ("admin-north", "“admin” is reserved, within an address too."),
            ("north-login", "“login” is reserved, within an address too."),
            ("spindle-billing", "“spindle” is reserved, within an address too."),
            ("my-sp1ndle-gmbh", "“sp1ndle” is reserved, within an address too."),
        ],
    )
    def test_is_refused_in_any_disguise(self, slug: str, told: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            addresses.check_slug(slug)

        assert str(refused.value.detail) == told
        assert refused.value.field == "slug"
        assert refused.value.remedy

    @pytest.mark.parametrize(
        "slug",
        ["media-print", "shop-systems", "test-ing-bau", "administrata", "spindletec"],
    )
    def test_lets_words_of_the_trade_be(self, slug: str) -> None:
        assert addresses.check_slug(slug) == slug

    @pytest.mark.parametrize(
        ("slug", "told"),
        [
            ("n\u043erth", "CYRILLIC SMALL LETTER O"),
            ("\u0430lpha", "CYRILLIC SMALL LETTER A"),
            ("m\u00fcller", "LATIN SMALL LETTER U WITH DIAERESIS"),
            ("nord\u200blicht", "ZERO WIDTH SPACE"),
            ("xn--nrth-0ra", "stands for letters that are not from a to z"),
        ],
    )
    def test_names_the_letter_that_is_none_of_ours(self, slug: str, told: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            addresses.check_slug(slug)

        assert told in str(refused.value)
        assert "3 to 40 small letters" in str(refused.value.remedy)


class TestLikeness:
    @pytest.mark.parametrize("slug", ["n0rth", "nor-th"])
    def test_to_an_enterprise_is_refused_by_name(
        self, north: EnterpriseRef, slug: str
    ) -> None:
        before = counted()

        with pytest.raises(SlugConfusable) as refused:
            sign_up(**facts(slug))

        assert refused.value.code == "slug_confusable"
        assert str(refused.value.detail) == (
            f"“{slug}” looks like north.testserver.local, which is another enterprise's."
        )
        assert counted() == before

    @pytest.mark.parametrize(
        "changes", [{"tier": Tier.CLOSED}, {"suspended_at": NOON}], ids=str
    )
    def test_to_one_that_nobody_sees_is_refused_without_its_name(
        self, db: None, north: EnterpriseRef, changes: dict[str, Any]
    ) -> None:
        with context.directory():
            if "suspended_at" in changes:
                changes = {**changes, "suspended_by": User.objects.first()}
        registered("kalten-rieder", **changes)

        with pytest.raises(SlugConfusable) as refused:
            sign_up(**facts("kaltenrieder"))

        assert "kalten-rieder" not in str(refused.value)
        assert "looks like another enterprise's address" in str(refused.value)

    def test_is_no_bar_to_its_own_address(self, db: None) -> None:
        mine = registered("kalten-rieder")

        check_unlike_others("kaltenrieder", but=mine.pk)
        with pytest.raises(SlugTaken):
            check_unlike_others("kalten-rieder")

    def test_among_entries_of_a_register_is_let_be(self, db: None) -> None:
        registered("kalten-rieder")
        registered("kaltenrieder")

    def test_is_found_with_two_statements(self, db: None) -> None:
        with context.directory(), CaptureQueriesContext(connection) as asked:
            check_unlike_others("westwind-forge")

        assert len(asked) == 2

    @pytest.mark.parametrize("is_locked", [True, False])
    def test_of_two_at_once_is_seen_by_the_second(
        self, committed: None, is_locked: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both_looked = threading.Barrier(2)
        ended: list[str] = []
        if not is_locked:
            # The control: both look before either has written.
            monkeypatch.setattr(likeness, "_wait_for_others", lambda skeleton: None)
            take = provisioning.take_slot

            def wait_and_take(**wanted: Any) -> str:
                both_looked.wait(10)
                return take(**wanted)

            monkeypatch.setattr(provisioning, "take_slot", wait_and_take)

        def run(slug: str) -> None:
            try:
                sign_up(**facts(slug))
                ended.append("in")
            except SlugConfusable:
                ended.append("refused")
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=run, args=(slug,))
            for slug in ("kalten-rieder", "kaltenrieder")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        try:
            assert sorted(ended) == (["in", "refused"] if is_locked else ["in", "in"])
        finally:
            forget("kalten")


def forget(beginning: str) -> None:
    with context.owner():
        rows = Enterprise.objects.filter(slug__startswith=beginning)
        schemas = [row.schema_name for row in rows if row.schema_name]
        rows.delete()
        User.objects.filter(email__contains=f"@{beginning}").delete()
    for schema in schemas:
        drop(schema)


def counted() -> tuple[int, int]:
    with context.directory():
        return Enterprise.objects.count(), User.objects.count()
