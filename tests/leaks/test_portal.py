"""The portal: every page and form, asked for by everyone who must get nothing."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.portal.forms import PortalForm
from tenants.types import Role
from tests.leaks import matrix
from tests.leaks.matrix import NOBODYS, Complaint, Group, difference, said
from tests.leaks.portal_pages import NO_WORD, PAGES, URLCONF, Page
from tests.leaks.resources import (
    CANARIES,
    FORM_REFERENCES,
    READ_BY_SOUTH,
    SHARED_WITH_COUNTERPARTY,
    reference,
)
from tests.leaks.test_api import AGREED
from tests.leaks.world import World, canaries_in, heard

PORTAL = Path(__file__).resolve().parents[2] / "apps" / "portal"
# Who asks, and what they are told whether there is anything or not.
STRANGERS = {
    "anonymous": {302},
    "owner of another enterprise": {404},
    "the same, at north's host": {404},
    "the same, by a forwarded host": {404},
    # At her own enterprise, pages of other roles are refused before anything is read.
    "member of another enterprise": {403, 404},
    "API client of another enterprise": {302},
    # Signed out with the membership, or a stranger from then on.
    "removed member": {302, 404},
    "counterparty of an award": {404},
    "platform operator": {404},
    "owner of a suspended enterprise": {403},
    "the same suspended, at north's host": {404},
}
AT_NORTH = (
    "anonymous",
    "the same, at north's host",
    "API client of another enterprise",
    "removed member",
    "platform operator",
    "the same suspended, at north's host",
)
LOW_ROLES = tuple(role for role in Role if role != Role.OWNER)


def cases_of(page: Page) -> tuple[str, ...]:
    """Strangers, and those of north's own people whom the page does not let in."""
    strangers = tuple(STRANGERS) if page.has_id else AT_NORTH
    low = tuple(
        f"{role} of north" for role in LOW_ROLES if not page.permission.admits(role)
    )
    return strangers + low


GROUPS = [
    Group("Portal", f"{method} {page}", cases_of(page))
    for page in PAGES
    for method in ("GET", "POST")
]
BY_NAME = {str(page): page for page in PAGES}


def ask(client: Client, method: str, path: str, data: Any = None) -> Any:
    # What the page before had to say, this one would show.
    client.cookies.pop("messages", None)
    return client.get(path) if method == "GET" else client.post(path, data or {})


def attack(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    method, name = group.name.split(" ", 1)
    page = BY_NAME[name]
    schemas = [ref.schema for ref in (world.north, world.south, world.east)]
    before = matrix.state_of(*schemas, "public")
    for case in group.cases:
        if case.endswith(" of north"):
            role = Role(case.removesuffix(" of north"))
            yield case, _low(world, page, method, role)
        else:
            yield case, _denied(world, page, method, case)
    touched = matrix.changed(before, matrix.state_of(*schemas, "public"))
    assert touched == [], f"{group.name} changed {touched}"


def _denied(world: World, page: Page, method: str, case: str) -> Complaint:
    client = world.strangers[case]
    is_agreed = case == "counterparty of an award" and not set(page.names).isdisjoint(
        SHARED_WITH_COUNTERPARTY
    )
    with matrix.undone() if is_agreed else nullcontext():
        answer = ask(client, method, page.path(world.ids))
    told = heard(answer, but=AGREED if is_agreed else ())
    if told:
        return told
    if is_agreed:
        return None if answer.status_code < 500 else f"breaks: {answer.status_code}"
    if answer.status_code not in {*STRANGERS[case], 405}:
        return f"answers {answer.status_code} instead of {STRANGERS[case]}"
    if not page.has_id:
        return None
    nobodys = page.nobodys(world.ids)
    nothing = ask(client, method, page.path(nobodys))
    named = [world.ids[name] for name in page.names if name.endswith("_id")]
    return difference(said(answer, *named), said(nothing, NOBODYS, NO_WORD))


def _low(world: World, page: Page, method: str, role: Role) -> Complaint:
    answer = ask(world.colleagues[role], method, page.path(world.ids))
    if answer.status_code != 403:
        return f"answers {answer.status_code} instead of 403"
    return heard(answer)


class TestDenied:
    @pytest.mark.parametrize("group", GROUPS, ids=str)
    def test_is_all_that_belongs_to_another(self, world: World, group: Group) -> None:
        matrix.judge(group, attack(world, group))


NAMING = [page for page in PAGES if page.has_id]


class TestOwn:
    @pytest.mark.parametrize("page", NAMING, ids=str)
    def test_is_read_by_its_owner(self, world: World, page: Page) -> None:
        """The control of every denial: the address is right and the thing is there."""
        client = world.norths_browser
        if not set(page.names).isdisjoint(READ_BY_SOUTH):
            client = world.strangers["counterparty of an award"]
        ids = dict(world.ids)
        if page.route == "rfqs/<uuid:rfq_id>/change/":
            ids["rfq_id"] = ids["draft_id"]

        with matrix.undone():
            answer = client.get(page.path(ids))

        # A notice leads on; what only answers forms says so; the rest is shown.
        assert answer.status_code in (200, 302, 405)
        assert answer.status_code != 302 or "notice_id" in page.names
        if answer.status_code == 200:
            assert "no-store" in answer["Cache-Control"]

    def test_shows_the_canaries(self, world: World) -> None:
        shown = "".join(
            world.norths_browser.get(path).content.decode()
            for path in (
                "/parts/",
                "/rfqs/",
                "/machines/",
                "/certificates/",
                "/notices/",
                "/members/",
                "/api-clients/",
                f"/rfqs/{world.ids['rfq_id']}/",
                f"/machines/{world.ids['machine_id']}/",
                f"/parts/{world.ids['part_id']}/",
                "/capacity/shifts/",
                "/market/idle-lots/",
                "/work-requests/",
                f"/work-requests/{world.ids['work_request_id']}/",
                f"/machines/{world.ids['machine_id']}/setup-times/",
                f"/schedule/{world.ids['what_if_id']}/",
            )
        )
        files = {
            "file content",
            "report's content",
            "document's content",
            "imported serial",
        }
        assert set(canaries_in(shown)) >= set(CANARIES) - files - NOT_SHOWN


# Written on forms only, or on the other side's pages.
NOT_SHOWN = {"delivery city", "target price", "note to sellers"}

REFERRERS = ("owner of another enterprise", "counterparty of an award")
FORM_GROUPS = [
    Group("Portal", f"{page} naming {field}", REFERRERS)
    for page, field in FORM_REFERENCES
]


class TestReference:
    @pytest.mark.parametrize("group", FORM_GROUPS, ids=str)
    def test_to_anothers_thing_is_one_to_nothing(
        self, world: World, group: Group
    ) -> None:
        matrix.judge(group, refer(world, group))

    def test_is_found_wherever_a_form_makes_one(self) -> None:
        fields = {
            name
            for form in _forms(PortalForm)
            for name in form.base_fields
            if name.endswith(("_id", "_ids"))
        }
        for module in PORTAL.rglob("*.py"):
            fields |= set(
                re.findall(r'request\.POST\.get\("(\w+_ids?)"', module.read_text())
            )

        assert fields == {field for _page, field in FORM_REFERENCES}, (
            "Add the page and field to FORM_REFERENCES in tests/leaks/resources.py."
        )


def _forms(base: type[PortalForm]) -> list[type[PortalForm]]:
    below = base.__subclasses__()
    found = [form for form in below if form.__module__.startswith("apps.")]
    return found + [one for form in below for one in _forms(form)]


def refer(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    page, field = group.name.split(" naming ")
    before = matrix.state_of(world.north.schema)
    for case in REFERRERS:
        slug = "east" if case == REFERRERS[0] else "south"
        own = {**world.ids, **world.own[slug]}
        pattern = next(one for one in PAGES if _is_named(one, page, own))
        singular = field.removesuffix("s") if field.endswith("_ids") else field
        singular = {"source_id": "machine_id", "target_id": "machine_id"}.get(
            singular, singular
        )
        answers = []
        for target in (str(NOBODYS), reference(singular, world.ids)):
            data = {**FORM_REFERENCES[page, field], field: target}
            with matrix.undone() if target == str(NOBODYS) else nullcontext():
                answer = ask(world.strangers[case], "POST", pattern.path(own), data)
                answers.append((answer, said(answer, target)))
        told = heard(answers[1][0], but=AGREED)
        yield case, told or difference(answers[1][1], answers[0][1])
    assert matrix.changed(before, matrix.state_of(world.north.schema)) == []


def _is_named(page: Page, name: str, ids: dict[str, str]) -> bool:
    arguments = {key: ids[key] for key in page.names if key in ids}
    try:
        address = reverse(f"portal:{name}", urlconf=URLCONF, kwargs=arguments)
    except Exception:  # noqa: BLE001  (another page's arguments)
        return False
    return address == page.path(ids)
