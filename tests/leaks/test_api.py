"""The partner API: every path, every method, every caller who must get nothing."""

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from typing import Any

import pytest
from django.urls import get_resolver

from apps.api.contract import document
from tests.api.operations import OPERATIONS, Operation
from tests.leaks import matrix
from tests.leaks.matrix import NOBODYS, Complaint, Group, difference, said
from tests.leaks.resources import (
    BODIES,
    HIDDEN_REFERENCES,
    PUBLIC_REFERENCES,
    SHARED_WITH_COUNTERPARTY,
    reference,
)
from tests.leaks.world import World, heard
from tests.support.api import Partner

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Whoever calls, and what they are told, of what is there and of what is not.
CALLERS = {
    "anonymous": 401,
    "client of another enterprise": 404,
    "counterparty of an award": 404,
    "client of the same enterprise without the scope": 403,
    "revoked client": 401,
    "client of a suspended enterprise": 401,
    "owner of another enterprise, by session": 401,
    "operator, by session": 401,
}
# What the other side of a deal may read of an invitation and of a price.
AGREED = ("RFQ title", "note to sellers", "hourly rate")
# Names that no caller may set, whatever the operation.
FORBIDDEN = (
    "tenant",
    "tenant_id",
    "enterprise_id",
    "owner_id",
    "id",
    "status",
    "created_by",
    "created_at",
    "price_approved",
    "is_verified",
    "schema_name",
    "role",
)


def routes() -> list[str]:
    patterns = get_resolver("apps.api.v1.urls").url_patterns
    return [f"/v1/{entry.pattern}" for entry in patterns]


SCOPES = {(each.method, each.route): each.scope for each in OPERATIONS}
GROUPS = [
    Group(
        "Partner API",
        f"{method} {route}",
        tuple(CALLERS) if "<uuid:" in route or (method, route) in SCOPES else (),
    )
    for route in routes()
    for method in METHODS
]
GROUPS = [group for group in GROUPS if group.cases]


def callers_of(world: World, scope: str | None) -> dict[str, Partner]:
    return {
        "anonymous": Partner(),
        "client of another enterprise": world.easts_system,
        "counterparty of an award": world.souths_system,
        "client of the same enterprise without the scope": world.system_without(
            scope or "catalog:read"
        ),
        "revoked client": world.revoked_system,
        "client of a suspended enterprise": world.wests_system,
        "owner of another enterprise, by session": world.easts_session,
        "operator, by session": world.operators_session,
    }


def path_of(route: str, ids: dict[str, str]) -> str:
    """Fill an address in; an id that has no maker is a KeyError."""
    found = route
    for kind in ("uuid", "slug", "str"):
        while f"<{kind}:" in found:
            name = found.split(f"<{kind}:", 1)[1].split(">", 1)[0]
            found = found.replace(f"<{kind}:{name}>", reference(name, ids), 1)
    return found


# What an operation has to be asked beside its address.
QUERIES = {
    "GET /v1/machines/<uuid:machine_id>/maintenance": (
        "?starts_at=2035-05-07T06:00:00Z&ends_at=2035-05-07T08:00:00Z"
    )
}


def ask(caller: Partner, name: str, ids: dict[str, str], **headers: str) -> Any:
    """Send an operation with a well-formed body that names things of `ids`."""
    method, route = name.split(" ", 1)
    body = BODIES[name](ids) if name in BODIES else None
    if body is None and method in ("POST", "PUT", "PATCH"):
        body = {}
    if method in ("PUT", "PATCH", "DELETE"):
        headers["If-Match"] = "*"
    path = path_of(route, ids) + QUERIES.get(name, "")
    return caller.call(method, path, body, **headers)


def nobodys(ids: dict[str, str], name: str) -> tuple[dict[str, str], str]:
    """The same ids, but for the one in the address, which nobody has."""
    route = name.split(" ", 1)[1]
    named = route.split("<uuid:")[1].split(">")[0]
    return {**ids, named: str(NOBODYS)}, named


def attack(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    method, route = group.name.split(" ", 1)
    scope = SCOPES.get((method, route))
    schemas = [ref.schema for ref in (world.north, world.south, world.west)]
    before = matrix.state_of(*schemas, "public")
    for name, caller in callers_of(world, scope).items():
        if "<uuid:" in route:
            yield name, _denied(world, group.name, name, caller, scope)
        else:
            yield name, _own_only(world, group.name, name, caller, scope)
    touched = matrix.changed(before, matrix.state_of(*schemas, "public"))
    if "<uuid:" not in route:
        # What callers write for themselves is theirs.
        touched = [table for table in touched if world.north.schema in table]
    assert touched == [], f"{group.name} changed {touched}"


def _denied(
    world: World, name: str, caller_name: str, caller: Partner, scope: str | None
) -> Complaint:
    others_ids = world.ids
    nobodys_ids, named = nobodys(world.ids, name)
    is_agreed = (
        caller_name == "counterparty of an award" and named in SHARED_WITH_COUNTERPARTY
    )
    # What the other side of a deal may do is taken back; of the rest, nothing may stay.
    with matrix.undone() if is_agreed else nullcontext():
        answer = ask(caller, name, others_ids)
    told = heard(answer, but=AGREED if is_agreed else ())
    if told:
        return told
    if is_agreed:
        return None if answer.status_code < 500 else f"breaks: {answer.status_code}"
    nothing = ask(caller, name, nobodys_ids)
    expected = CALLERS[caller_name] if scope or CALLERS[caller_name] == 401 else 405
    # Which methods there are, everyone may know; a path's, before who asks.
    if answer.status_code not in {expected, 404, 405} or (
        scope and answer.status_code != expected
    ):
        return f"answers {answer.status_code} instead of {expected}"
    return difference(
        said(answer, others_ids[named]), said(nothing, nobodys_ids[named])
    )


def _own_only(
    world: World, name: str, caller_name: str, caller: Partner, scope: str | None
) -> Complaint:
    answer = ask(caller, name, {**world.ids, **OWN_NOTHING})
    told = heard(
        answer, but=AGREED if caller_name == "counterparty of an award" else ()
    )
    if told:
        return told
    body = "" if answer.streaming else answer.content.decode()
    named = [
        key for key, value in world.ids.items() if len(value) == 36 and value in body
    ]
    if caller_name != "counterparty of an award" and named:
        return f"names {named}"
    expected = CALLERS[caller_name]
    if expected != 404 and answer.status_code != expected:
        return f"answers {answer.status_code} instead of {expected}"
    return None


OWN_NOTHING = dict.fromkeys(
    ("site_id", "part_id", "listing_id", "machine_id"), str(NOBODYS)
)


class TestDenied:
    @pytest.mark.parametrize("group", GROUPS, ids=str)
    def test_is_all_that_belongs_to_another(self, world: World, group: Group) -> None:
        matrix.judge(group, attack(world, group))


READABLE = [
    each for each in OPERATIONS if each.method == "GET" and "<uuid:" in each.route
]


class TestOwn:
    @pytest.mark.parametrize("operation", READABLE, ids=str)
    def test_is_read_by_its_owner(self, world: World, operation: Operation) -> None:
        """The control of every denial: the address is right and the thing is there."""
        reader = world.norths_system
        if operation.id_name == "demand_id":
            reader = world.souths_system

        answer = ask(reader, str(operation), world.ids)

        assert answer.status_code == 200

    def test_holds_the_canaries(self, world: World) -> None:
        lists = [
            world.norths_system.get(path).content.decode()
            for path in ("/v1/parts", "/v1/rfqs", "/v1/machines", "/v1/certificates")
        ]
        line = ask(world.norths_system, "GET /v1/rfqs/<uuid:rfq_id>", world.ids)

        told = heard_in(" ".join([*lists, line.content.decode()]))
        assert {
            "part number",
            "part name",
            "file name",
            "RFQ title",
            "target price",
            "machine code",
            "certificate number",
        } <= told


def heard_in(text: str) -> set[str]:
    from tests.leaks.world import canaries_in

    return set(canaries_in(text))


@cache
def references() -> dict[str, tuple[str, ...]]:
    """Every place of every body that names a thing by its id, from the contract."""
    contract = json.loads(document())
    shapes = contract["components"]["schemas"]
    found: dict[str, tuple[str, ...]] = {}
    for operation in OPERATIONS:
        path = operation.route
        for kind in ("uuid", "slug"):
            path = path.replace(f"<{kind}:", "{").replace(">", "}")
        told = contract["paths"][path][operation.method.lower()]
        contents = told.get("requestBody", {}).get("content", {})
        places: list[str] = []
        for content in contents.values():
            places += _ids_in(content["schema"], shapes)
        places += HIDDEN_REFERENCES.get(str(operation), ())
        if places:
            found[str(operation)] = tuple(sorted(set(places)))
    return found


def _ids_in(shape: dict[str, Any], shapes: dict[str, Any], at: str = "") -> list[str]:
    if "$ref" in shape:
        return _ids_in(shapes[shape["$ref"].rsplit("/", 1)[1]], shapes, at)
    found = []
    if shape.get("format") == "uuid":
        found.append(at)
    if shape.get("type") == "array":
        found += _ids_in(shape["items"], shapes, f"{at}.0")
    for name, inner in shape.get("properties", {}).items():
        found += _ids_in(inner, shapes, f"{at}.{name}".lstrip("."))
    for inner in shape.get("allOf", []):
        found += _ids_in(inner, shapes, at)
    return found


def placed(body: dict[str, Any], place: str, value: str) -> dict[str, Any]:
    """Put a value where a pointer leads, making the list that it is in."""
    *steps, last = place.split(".")
    inner: Any = body
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    if last.isdigit():
        del inner[int(last) :]
        inner.insert(int(last), value)
    else:
        inner[last] = value
    return body


REFERRERS = ("client of another enterprise", "counterparty of an award")
REFERENCE_GROUPS = [
    Group("Partner API", f"{name} naming {place}", REFERRERS)
    for name, places in references().items()
    for place in places
]


class TestReference:
    @pytest.mark.parametrize("group", REFERENCE_GROUPS, ids=str)
    def test_to_anothers_thing_is_one_to_nothing(
        self, world: World, group: Group
    ) -> None:
        matrix.judge(group, refer(world, group))

    def test_is_found_wherever_a_body_makes_one(self) -> None:
        assert {
            "POST /v1/machines naming site_id",
            "POST /v1/machine-imports naming site_id",
            "POST /v1/rfqs naming lines.0.part_id",
            "POST /v1/demands/<uuid:demand_id>/quotes naming listing_id",
            "POST /v1/reports naming parameters.machine_ids.0",
        } <= {group.name for group in REFERENCE_GROUPS}


def refer(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    name, place = group.name.split(" naming ")
    steps = [step for step in place.split(".") if not step.isdigit()]
    named = steps[-1]
    method, route = name.split(" ", 1)
    before = matrix.state_of(world.north.schema)
    for caller_name in REFERRERS:
        caller = callers_of(world, None)[caller_name]
        own = own_ids(world, caller_name)
        answers = []
        for target in (str(NOBODYS), reference(_singular(named), world.ids)):
            # The same key and number twice would be refused for another reason.
            with matrix.undone() if target == str(NOBODYS) else nullcontext():
                answer = caller.call(
                    method,
                    path_of(route, own),
                    placed(BODIES[name](own), place, target),
                    **({"If-Match": "*"} if method == "PUT" else {}),
                )
                answers.append((answer, said(answer, target)))
        told = heard(answers[1][0], but=AGREED)
        if told:
            yield caller_name, told
        elif answers[0][0].status_code < 300:
            # Something was made, with a new id: what is said of it is the same.
            same = [mask_ids(answer) for _whole, answer in answers]
            is_public = named in PUBLIC_REFERENCES
            yield caller_name, None if is_public else difference(*reversed(same))
        else:
            yield caller_name, difference(answers[1][1], answers[0][1])
    assert matrix.changed(before, matrix.state_of(world.north.schema)) == []


IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|R-[0-9A-F]{8}")
MOMENTS = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?")


def mask_ids(answer: Any) -> Any:
    """Leave out of an answer what is new each time that something is made."""
    status, headers, body = answer
    headers = {name: IDS.sub("ID", value) for name, value in headers.items()}
    text = MOMENTS.sub("AT", IDS.sub("ID", body.decode()))
    return status, headers, text.replace("ASKED", "ID").encode()


def _singular(name: str) -> str:
    return {
        "machine_ids": "machine_id",
        "invited_enterprise_ids": "client_id",
    }.get(name, name)


def own_ids(world: World, caller_name: str) -> dict[str, str]:
    """Ids that the caller may use, so that only the one at issue is another's."""
    ref = world.south if caller_name == "counterparty of an award" else world.east
    return {**world.ids, **world.own[ref.slug]}


WRITES = [
    each
    for each in OPERATIONS
    if each.method in ("POST", "PUT", "PATCH") and str(each) in BODIES
]
ASSIGNMENT_GROUPS = [
    Group("Partner API", f"{each} with more", FORBIDDEN) for each in WRITES
]


class TestMassAssignment:
    @pytest.mark.parametrize("group", ASSIGNMENT_GROUPS, ids=str)
    def test_is_refused(self, world: World, group: Group) -> None:
        matrix.judge(group, assign(world, group))

    def test_is_tried_on_every_write(self) -> None:
        # A DELETE has no body to put anything into.
        writes = {
            str(each) for each in OPERATIONS if each.method not in ("GET", "DELETE")
        }

        assert writes - {str(each) for each in WRITES} == set()


def assign(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    name = group.name.removesuffix(" with more")
    method, route = name.split(" ", 1)
    before = matrix.state_of(world.north.schema, "public")
    for field in FORBIDDEN:
        # The owner's own system, its own things: only the field is wrong.
        writer = world.norths_system
        if route.startswith("/v1/demands/"):
            writer = world.souths_system
        body = {**BODIES[name](world.ids), field: "x"}
        # Whatever the version: only the field is wrong.
        headers = {"If-Match": "*"}
        answer = writer.call(method, path_of(route, world.ids), body, **headers)
        if answer.status_code != 400 or answer.json()["code"] != "unknown_field":
            yield field, f"answers {answer.status_code} {answer.content[:120]!r}"
        else:
            yield field, None
    after = matrix.state_of(world.north.schema, "public")
    assert matrix.changed(before, after) == [], name


class TestConfusion:
    """The token's enterprise is the only one, whatever else a request claims."""

    CLAIMS = {
        "host of the other": {"X-Forwarded-Host": "north.testserver.local"},
        "forwarded for": {"Forwarded": "host=north.testserver.local"},
        "a tenant's header": {"X-Tenant": "north", "X-Enterprise": "north"},
        "an original URL": {"X-Original-URL": "/", "X-Rewrite-URL": "/"},
        "a method's header": {"X-HTTP-Method-Override": "DELETE"},
    }

    @pytest.mark.parametrize("claim", CLAIMS)
    def test_by_headers_changes_nothing(self, world: World, claim: str) -> None:
        group = Group("Partner API", claim, tuple(str(each) for each in READABLE))

        def tried() -> Iterator[tuple[str, Complaint]]:
            for operation in READABLE:
                name = str(operation)
                plain = ask(world.easts_system, name, world.ids)
                claimed = ask(world.easts_system, name, world.ids, **self.CLAIMS[claim])
                yield name, heard(claimed) or difference(said(claimed), said(plain))

        matrix.judge(group, tried())
