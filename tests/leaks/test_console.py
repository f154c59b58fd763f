"""The operator's console: nobody else sees a page of it, nor private rows at all."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from apps.kernel.admin import console
from tenants import context
from tenants.isolation import TenantModel
from tenants.isolation.finders import views_below
from tests.leaks import matrix
from tests.leaks.matrix import NOBODYS, Complaint, Group, difference, said
from tests.leaks.resources import CANARIES
from tests.leaks.world import CONSOLE_HOST, World, browser, canaries_in, heard

STRANGERS = (
    "anonymous",
    "owner of an enterprise",
    "member of an enterprise",
    "API client",
    "former operator, old session",
)
# What is of the market or of people, and so before the operator's eyes by design.
BEFORE_OPERATORS = frozenset(
    {
        "RFQ title",
        "note to sellers",
        "member's name",
        "member's e-mail",
        "API client",
        # What the engine measures prices against is in the match run's inputs.
        "hourly rate",
        "target price",
    }
)


def routes() -> list[str]:
    """Every page of the console that the guard stands before."""
    marks = ("model_admin", "admin_site", "is_operators")
    return [
        route
        for route, view in views_below(get_resolver("spindle.urls_console"))
        # Signing out is everyone's.
        if any(hasattr(view, mark) for mark in marks) and route != "logout/"
    ]


ROUTES = routes()
GROUPS = [
    Group("Operator console", f"{method} /{route}", STRANGERS)
    for route in ROUTES
    for method in ("GET", "POST")
]


def path_of(route: str, ids: dict[str, str]) -> str:
    """Fill in a console's address with a row of the model that it is of."""
    label = "/".join(route.split("/")[:2])
    path = route.replace("<path:object_id>", ids.get(label, str(NOBODYS)))
    path = path.replace("<path:content_type_id>", "1").replace("(?P<url>.*)$", "")
    for kind in ("uuid", "slug", "int", "str"):
        while f"<{kind}:" in path:
            name = path.split(f"<{kind}:", 1)[1].split(">", 1)[0]
            value = ids.get(name) or ids.get(label, str(NOBODYS))
            path = path.replace(f"<{kind}:{name}>", "1" if kind == "int" else value)
    if path.startswith("^"):
        path = "tenants/"
    return f"/{path}"


@pytest.fixture(scope="module")
def rows(world: World) -> dict[str, str]:
    """A row of each model that the console shows, by the model's address."""
    found = {**world.ids}
    with context.operator():
        for model in console._registry:
            row = model._default_manager.order_by("-pk").first()
            if row is not None:
                label = f"{model._meta.app_label}/{model._meta.model_name}"
                found[label] = str(row.pk)
    return found


@pytest.fixture(scope="module")
def strangers(world: World) -> dict[str, Client]:
    token = f"Bearer {world.norths_system.token}"
    return {
        "anonymous": browser(CONSOLE_HOST),
        "owner of an enterprise": browser(CONSOLE_HOST, world.norths_owner),
        "member of an enterprise": browser(CONSOLE_HOST, world.easts_member),
        "API client": browser(CONSOLE_HOST, HTTP_AUTHORIZATION=token),
        "former operator, old session": world.former_operators_browser,
    }


def attack(
    strangers: dict[str, Client], rows: dict[str, str], group: Group
) -> Iterator[tuple[str, Complaint]]:
    method, route = group.name.split(" /", 1)
    before = matrix.state_of("public")
    for name, client in strangers.items():
        yield name, _denied(client, method, route, rows)
    touched = matrix.changed(before, matrix.state_of("public"))
    assert touched == [], f"{group.name} changed {touched}"


def _denied(client: Client, method: str, route: str, rows: dict[str, str]) -> Complaint:
    def ask(path: str) -> Any:
        data = {"action": "suspend", "_selected_action": list(rows.values())}
        return client.get(path) if method == "GET" else client.post(path, data)

    path = path_of(route, rows)
    answer = ask(path)
    if answer.status_code not in (302, 404) or (
        answer.status_code == 302 and "login" not in answer["Location"]
    ):
        return f"answers {answer.status_code}"
    named = [one for one in path.split("/") if one in rows.values()]
    if not named:
        return heard(answer)
    nothing = ask(path.replace(named[0], str(NOBODYS)))
    return heard(answer) or difference(said(answer, named[0]), said(nothing, NOBODYS))


class TestDenied:
    @pytest.mark.parametrize("group", GROUPS, ids=str)
    def test_is_every_page_to_who_is_no_operator(
        self, strangers: dict[str, Client], rows: dict[str, str], group: Group
    ) -> None:
        matrix.judge(group, attack(strangers, rows, group))


class TestOperator:
    """Without breaking the glass: the platform's own tables, and no enterprise's."""

    def test_sees_the_lists(self, world: World) -> None:
        client = browser(CONSOLE_HOST, world.operator)

        lists = {
            route for route in ROUTES if route.count("/") == 2 and "<" not in route
        }
        lists = {route for route in lists if route.split("/")[0] in _apps()}

        assert lists
        assert {client.get(f"/{route}").status_code for route in lists} == {200}

    def test_is_shown_no_model_of_an_enterprises_schema(self) -> None:
        assert [m for m in console._registry if issubclass(m, TenantModel)] == []

    def test_reads_no_secret_of_an_enterprise_on_any_page(
        self, world: World, rows: dict[str, str]
    ) -> None:
        client = browser(CONSOLE_HOST, world.operator)
        pages = [route for route in ROUTES if "delete" not in route]
        kept = tuple(name for name in CANARIES if name not in BEFORE_OPERATORS)
        group = Group("Operator console", "operator without break-glass", kept)

        def read() -> Iterator[tuple[str, Complaint]]:
            shown: dict[str, list[str]] = {}
            for route in pages:
                answer = client.get(path_of(route, rows))
                body = b"" if answer.streaming else answer.content
                for name in canaries_in(body):
                    shown.setdefault(name, []).append(route)
            for name in kept:
                yield name, f"on {shown[name]}" if name in shown else None

        matrix.judge(group, read())


def _apps() -> set[str]:
    return {model._meta.app_label for model in console._registry}
