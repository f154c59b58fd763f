"""Faults of isolation, planted one by one: each is caught by a test of the matrix."""

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from rest_framework.response import Response

from apps.api import reading
from apps.api.v1 import parts as api_parts
from apps.exchange.models import Demand
from apps.orders import selectors as orders
from apps.orders.models import Part
from apps.portal.access import Permission
from tenants import context
from tenants.jobs import registry as kinds
from tenants.jobs.registry import Registered
from tenants.registry import selectors as enterprises
from tests.leaks import (
    matrix,
    test_api,
    test_caches,
    test_database,
    test_files,
    test_jobs,
    test_portal,
)
from tests.leaks.matrix import Group
from tests.leaks.resources import CANARIES
from tests.leaks.world import World, canaries_in


def group_of(groups: Iterable[Group], name: str) -> Group:
    return next(group for group in groups if group.name == name)


def caught(group: Group, attack: Any) -> str:
    """Return what the matrix says of a fault; it must say something."""
    try:
        wrong = matrix.failures_of(group, attack)
    except AssertionError as error:
        return str(error)
    assert wrong, f"{group} does not see the fault"
    return "\n".join(wrong)


@pytest.fixture(autouse=True)
def repaired(world: World) -> Any:
    """Take back what a fault wrote; monkeypatch takes back the fault."""
    with matrix.undone():
        yield


class TestPlanted:
    def test_view_without_the_enterprise(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def anyones(self: Any, request: Any, part_id: Any) -> Response:
            with context.owner(world.north.schema):
                return Response(api_parts.present(Part.objects.get(pk=part_id)))

        monkeypatch.setattr(api_parts.Part, "get", anyones)
        group = group_of(test_api.GROUPS, "GET /v1/parts/<uuid:part_id>")

        told = caught(group, test_api.attack(world, group))

        assert "client of another enterprise: tells" in told
        assert "part number" in told

    def test_denial_that_differs_in_a_header(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        detail = orders.part_detail

        def telling(part_id: Any) -> Any:
            with context.owner(world.north.schema):
                is_there = Part.objects.filter(pk=part_id).exists()
            if is_there and context.current() != world.north:
                raise reading.Problem(
                    404, "not_found", "", headers={"X-Owner": "another"}
                )
            return detail(part_id)

        monkeypatch.setattr(orders, "part_detail", telling)
        group = group_of(test_api.GROUPS, "GET /v1/parts/<uuid:part_id>")

        assert "differs in its headers" in caught(group, test_api.attack(world, group))

    def test_serializer_that_takes_any_field(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(reading.StrictSerializer, "to_internal_value")
        group = group_of(test_api.ASSIGNMENT_GROUPS, "POST /v1/sites with more")

        told = caught(group, test_api.assign(world, group))

        # The body was taken, and a site was written.
        assert "tenants_idempotencyrecord" in told

    def test_write_that_happens_before_the_denial(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def eager(part_id: Any) -> Any:
            with context.owner(world.north.schema):
                Part.objects.filter(pk=part_id).update(name="Seen")
            raise orders.PartNotFound

        monkeypatch.setattr(orders, "part_detail", eager)
        group = group_of(test_portal.GROUPS, "GET /parts/<uuid:part_id>/")

        told = caught(group, test_portal.attack(world, group))

        assert f"{world.north.schema}.orders_part" in told

    def test_page_that_asks_no_role(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Permission, "admits", lambda self, role: True)
        group = group_of(test_portal.GROUPS, "GET /members/")

        told = caught(group, test_portal.attack(world, group))

        assert "viewer of north: answers 200 instead of 403" in told

    def test_membership_that_is_not_looked_up(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tenants.types import Role

        monkeypatch.setattr(enterprises, "role_of", lambda *_, **__: Role.OWNER)
        group = group_of(test_portal.GROUPS, "GET /rfqs/<uuid:rfq_id>/")

        told = caught(group, test_portal.attack(world, group))

        assert "the same, at north's host: tells" in told

    def test_file_that_is_given_to_anyone(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def anyones(part_id: Any) -> Any:
            with context.owner(world.north.schema):
                return Part.objects.get(pk=part_id)

        monkeypatch.setattr(orders, "part_detail", anyones)
        group = group_of(test_files.GROUPS, "part, plain")

        told = caught(group, test_files.attack(world, {"part": "x"}, group))

        assert "counterparty of an award: gives the file away" in told

    def test_job_that_acts_for_whom_its_arguments_name(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def careless(*, part_id: str, **_: object) -> None:
            with context.enterprise(world.north):
                Part.objects.filter(pk=part_id).update(name="Overwritten")

        kind = "orders.read_geometry"
        known = kinds._handlers[kind]
        planted = Registered(careless, known.scope, known.max_attempts)
        monkeypatch.setitem(kinds._handlers, kind, planted)
        monkeypatch.setitem(test_jobs.KINDS, kind, planted)
        group = group_of(test_jobs.GROUPS, kind)

        told = caught(group, test_jobs.attack(world, group))

        assert f"another's ids: changed ['{world.north.schema}.orders_part']" in told

    def test_cache_key_without_the_enterprise(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "django.core.cache.backends.base.BaseCache.make_key",
            lambda self, key, version=None: f"{version}:{key}",
        )
        monkeypatch.setattr(
            "django.core.cache.backends.base.BaseCache.make_and_validate_key",
            lambda self, key, version=None: f"{version}:{key}",
        )
        group = group_of(test_caches.GROUPS, "tests.leaks:")

        told = caught(group, test_caches.attack(world, group))

        assert "another's value: gives \"north's\"" in told

    def test_row_security_off(self, world: World) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE exchange_listing DISABLE ROW LEVEL SECURITY")
        group = group_of(test_database.OWNED_GROUPS, "exchange.Listing")

        told = caught(group, test_database.attack_owned(world, group))

        assert "reads another's rows" in told
        assert "changes another's rows" in told

    def test_role_off(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        entered = context._enter

        def as_owner(found: context.Context) -> Any:
            role = context.OWNER_ROLE if found.enterprise else found.role
            return entered(context.Context(role, found.schema, found.enterprise))

        monkeypatch.setattr(context, "_enter", as_owner)
        group = group_of(test_database.PRIVATE_GROUPS, "orders.Part")

        told = caught(group, test_database.attack_private(world, group))

        assert "another enterprise reads by the whole name" in told

    def test_grant_too_many(self, world: World) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f'GRANT SELECT ON tenants_slot TO "{world.east.schema}"')
        group = group_of(test_database.PLATFORM_GROUPS, "tenants.Slot")

        with pytest.raises(Exception, match="email"):
            caught(group, test_database.attack_platform(world, group))

    def test_market_view_that_forgets_whom_it_is_for(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from apps.api.v1 import matches

        def anyones(self: Any, request: Any, demand_id: Any) -> HttpResponse:
            with context.exchange():
                found = Demand.objects.get(pk=demand_id)
            return Response({"title": found.title, "price": str(found.reference_eur)})

        monkeypatch.setattr(matches.Demand, "get", anyones)
        group = group_of(test_api.GROUPS, "GET /v1/demands/<uuid:demand_id>")

        told = caught(group, test_api.attack(world, group))

        assert "client of another enterprise: tells RFQ title" in told

    def test_log_line_with_a_secret(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        logging.getLogger("spindle").warning("price %s", CANARIES["target price"])

        assert canaries_in(caplog.text) == ["target price"]
