"""Search, filters, sort, counts and cursors tell nothing of another's things."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.utils.text import slugify

from apps.api.endpoints import Endpoint
from apps.api.pagination import PLUMBING, SALT
from apps.portal.access import permission_of
from tenants.isolation.finders import views_below
from tests.leaks import matrix
from tests.leaks.matrix import NOBODYS, Complaint, Group, difference, said
from tests.leaks.portal_pages import PAGES
from tests.leaks.resources import CANARIES
from tests.leaks.test_api import get_resolver
from tests.leaks.world import World, browser, heard

# What is asked for, and a word that is like it and stands nowhere.
ASKED = {
    "a part's number": (CANARIES["part number"], "CNRY-PART-00"),
    "a title": (CANARIES["RFQ title"], "Canary invitation 0000"),
    "a price": (CANARIES["target price"], "0000.00"),
    "an id": ("", str(NOBODYS)),
}
WORD = "ASKEDFOR"


def lists_of_the_api() -> dict[str, list[str]]:
    """Every list of the API, with the parameters that it takes."""
    found = {}
    for entry in get_resolver("apps.api.v1.urls").url_patterns:
        view: type[Endpoint] = entry.callback.view_class
        names = [each.name for each in view.filters]
        names += sorted(PLUMBING) if view.is_page else []
        if names and "GET" in view.scopes and "<" not in str(entry.pattern):
            found[f"/v1/{entry.pattern}"] = names
    return found


def parameters_of(view: Any) -> set[str]:
    """The names that a page reads from its address."""
    text = inspect.getsource(inspect.unwrap(view))
    found = set(re.findall(r'request\.GET\.get\("(\w+)"', text))
    found |= set(re.findall(r'"(\w+)" in request\.GET', text))
    for names in re.findall(r"for name in \(([^)]*)\)", text):
        found |= set(re.findall(r'"(\w+)"', names))
    return found | ({"after", "before"} if "page_of" in text else set())


def pages_of(urlconf: str) -> dict[str, set[str]]:
    found = {}
    for route, view in views_below(get_resolver(urlconf)):
        permission = permission_of(view)
        if permission is None or "<" in route:
            continue
        names = parameters_of(view)
        if names:
            found[f"/{route}"] = names
    return found


API_GROUPS = [
    Group("Search and filters", f"API {path}?{name}", tuple(ASKED))
    for path, names in lists_of_the_api().items()
    for name in names
]
PORTAL_GROUPS = [
    Group("Search and filters", f"{face} {path}?{name}", tuple(ASKED))
    for face, urlconf in (
        ("portal", "spindle.urls_enterprise"),
        ("public", "spindle.urls_public"),
    )
    for path, names in pages_of(urlconf).items()
    for name in sorted(names)
]


def attack(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    face, rest = group.name.split(" ", 1)
    path, name = rest.rsplit("?", 1)
    get = {
        "API": world.easts_system.get,
        "portal": world.strangers["owner of another enterprise"].get,
        "public": browser("testserver.local").get,
    }[face]
    for case, (theirs, nobodys) in ASKED.items():
        wanted = theirs or world.ids["part_id"]
        # A neighbour of the id: pages begin after it at the same place.
        nobody = nobodys if theirs else f"{wanted[:-4]}dead"
        answers = []
        for value in (wanted, nobody):
            answer = get(f"{path}?{name}={value.replace(' ', '+')}")
            text = answer.content.decode()
            # What was asked for is given back; whatever else it finds must not be.
            for form in _forms_of(value):
                text = text.replace(form, WORD)
            answers.append((answer.status_code, text))
        same = [_without_noise(status, text) for status, text in answers]
        if same[0] != same[1]:
            yield case, difference(*same)
        else:
            secrets = [s for s in CANARIES.values() if s in answers[0][1]]
            yield case, f"tells {secrets}" if secrets else None


def _forms_of(value: str) -> list[str]:
    """How a page gives back what it was asked: whole, cut, small, as an address."""
    plain = [value, value.replace(" ", "+"), value.replace(" ", "%20"), value[:20]]
    return [*plain, value.lower(), slugify(value), value.lower()[:20]]


def _without_noise(status: int, text: str) -> tuple[int, dict[str, str], bytes]:
    class Plain:
        status_code = status
        headers: dict[str, str] = {}
        streaming = False
        content = text.encode()

    return said(Plain())  # type: ignore[return-value]


class TestParameter:
    @pytest.mark.parametrize("group", API_GROUPS + PORTAL_GROUPS, ids=str)
    def test_finds_as_much_as_where_there_is_nothing(
        self, world: World, group: Group
    ) -> None:
        matrix.judge(group, attack(world, group))

    def test_finds_it_for_its_owner(self, world: World) -> None:
        """The control: the same words do find north's things for north."""
        words = CANARIES["part number"]

        for answer in (
            world.norths_system.get(f"/v1/parts?search={words}"),
            world.norths_browser.get(f"/parts/?q={words}"),
            world.norths_browser.get(f"/search/?q={words}"),
        ):
            assert world.ids["part_id"] in answer.content.decode()

    def test_is_found_in_every_list(self) -> None:
        assert len(API_GROUPS) >= 25
        assert len(PORTAL_GROUPS) >= 15
        assert {str(page) for page in PAGES}


class TestCursor:
    def test_of_another_enterprise_opens_no_page(self, world: World) -> None:
        paths = [
            path for path, names in lists_of_the_api().items() if "cursor" in names
        ]
        cases = tuple(f"{path}, {way}" for path in paths for way in WAYS)
        group = Group("Search and filters", "cursors", cases)

        matrix.judge(group, replay(world, paths))

    def test_counts_no_rows_of_others(self, world: World) -> None:
        paths = [path for path, names in lists_of_the_api().items() if "count" in names]
        counts = {
            path: world.easts_system.get(f"{path}?count=true").json()["count"]
            for path in paths
        }
        own = {"/v1/machines": 2, "/v1/parts": 1, "/v1/rfqs": 1, "/v1/sites": 2}

        assert {path: count for path, count in counts.items() if count} == {
            path: own.get(path, count) for path, count in counts.items() if count
        }
        assert counts["/v1/parts"] == 1
        assert counts["/v1/quotes"] == 0
        assert counts["/v1/orders"] == 0


WAYS = ("another's own", "made up", "cut short", "turned", "without a signature")


def replay(world: World, paths: list[str]) -> Iterator[tuple[str, Complaint]]:
    for path in paths:
        link = world.norths_system.get(f"{path}?limit=1").json()["next"]
        theirs = (
            link.split("cursor=")[1].split("&")[0]
            if link
            else signing.dumps(("0" * 32, "a", world.ids["part_id"]), salt=SALT)
        )
        tries = {
            "another's own": theirs,
            "made up": signing.dumps(("0" * 32, "a", world.ids["part_id"]), salt=SALT),
            "cut short": theirs[:-3],
            "turned": theirs[::-1],
            "without a signature": theirs.split(":")[0].split("%3A")[0],
        }
        for way, cursor in tries.items():
            answer = world.easts_system.get(f"{path}?cursor={cursor}")
            told = heard(answer)
            if answer.status_code != 400:
                told = f"answers {answer.status_code}"
            yield f"{path}, {way}", told
