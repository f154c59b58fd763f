"""Key spaces: what one enterprise puts into the cache, no other takes out."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.cache import cache

from tenants import context
from tenants.isolation import caches
from tenants.types import Tenancy
from tests.leaks import matrix
from tests.leaks.matrix import Complaint, Group
from tests.leaks.world import World

# Spaces that only tests write to, so that each class has one at least.
caches.register_key_space("tests.leaks", Tenancy.PRIVATE)
caches.register_key_space("tests.for-all", Tenancy.SHARED)

CASES = (
    "another's value",
    "many at once",
    "another's deletion",
    "another's count",
    "nobody's name",
    "beside its space",
)
GROUPS = [Group("Cache", space, CASES) for space in sorted(caches.key_spaces())]


def attack(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    space = group.name
    key = f"{space}price"
    is_private = caches.key_spaces()[space].tenancy is Tenancy.PRIVATE
    cache.clear()
    with context.enterprise(world.north):
        cache.set(key, "north's")
        cache.set(f"{key}:count", 7)
    with context.enterprise(world.east):
        seen = cache.get(key)
        expected = None if is_private else "north's"
        yield "another's value", None if seen == expected else f"gives {seen!r}"
        many = cache.get_many([key])
        yield "many at once", None if bool(many) != is_private else f"gives {many}"
        cache.delete(key)
        with suppress(ValueError):
            cache.incr(f"{key}:count")
    with context.enterprise(world.north):
        kept = cache.get(key) == "north's"
        yield "another's deletion", None if kept == is_private else "reaches it"
        counted = cache.get(f"{key}:count") == 7
        yield "another's count", None if counted == is_private else "reaches it"
    yield "nobody's name", _unnamed(key, is_private=is_private)
    yield "beside its space", _beside(space)
    cache.clear()


def _unnamed(key: str, *, is_private: bool) -> Complaint:
    with context.directory():
        try:
            cache.set(key, 1)
        except context.NoEnterprise:
            return None if is_private else "is refused"
    return "is written in nobody's name" if is_private else None


def _beside(space: str) -> Complaint:
    try:
        cache.set(f"x{space}price", 1)
    except caches.UnknownKeySpace:
        return None
    return "is written"


class TestCache:
    @pytest.mark.parametrize("group", GROUPS, ids=str)
    def test_keeps_enterprises_apart(self, world: World, group: Group) -> None:
        matrix.judge(group, attack(world, group))

    def test_refuses_keys_of_no_space(self) -> None:
        with pytest.raises(caches.UnknownKeySpace, match="register_key_space"):
            cache.get("price-list")

    def test_of_pages_is_used_nowhere(self) -> None:
        """Whole pages are cached nowhere: they differ by person."""
        root = Path(__file__).resolve().parents[2]
        for folder in ("apps", "tenants", "platform"):
            for module in (root / folder).rglob("*.py"):
                assert "cache_page" not in module.read_text(), module
                assert "UpdateCacheMiddleware" not in module.read_text(), module
            for template in (root / folder).rglob("*.html"):
                assert "{% cache " not in template.read_text(), template
