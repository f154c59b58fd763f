"""How many queries each page asks: as many for twenty rows as for two."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from apps.documents.models import Document
from apps.machines.models import Certificate, Site, TableImport, WorkCenter
from apps.orders.models import Order, Part, Quote
from apps.portal.public.urls import urlpatterns as public_pages
from apps.portal.urls import urlpatterns as portal_pages
from apps.reports.models import Report
from apps.scheduling.selectors import work_requests
from tenants import context
from tenants.registry.selectors import forget_enterprises, members_of
from tests.portal.busy_world import World
from tests.support.budget import budgets, check, queries_of, repeated

FEW, MANY = 2, 20
# They change something, send a file, or lead on to another page.
NO_PAGES = {
    "api-client-revoke",
    "asleep",
    "calendar-exception-add",
    "calendar-ics",
    "calendar-read",
    "calendar-set",
    "calendar-submodel",
    "calendar-take",
    "calendar-undo",
    "capacity-groups-file",
    "certificate-drop",
    "certificate-submit",
    "certificate-withdraw",
    "close",
    "close-withdraw",
    "document-drop",
    "document-file",
    "document-picture",
    "document-thumbnail",
    "evidence-drop",
    "exception-remove",
    "export",
    "export-add",
    "exports",
    "hand-over",
    "idle-lot-withdraw",
    "job-order-move",
    "job-order-pin",
    "job-order-unpin",
    "machine-aspect-file",
    "machine-aspects-file",
    "machine-bulk-undo",
    "machine-capability-drop",
    "machine-confirm",
    "machine-copy",
    "machine-export",
    "machine-fill",
    "machine-publish",
    "machine-setup-times-set",
    "machine-shell-file",
    "machine-shells-file",
    "machine-state",
    "machine-table-drop",
    "machine-table-refusals",
    "machine-table-start",
    "machine-table-undo",
    "machine-template",
    "machine-withdraw",
    "member-add",
    "member-remove",
    "notice",
    "notices-read",
    "order-move",
    "part-file",
    "part-preview",
    "part-read-again",
    "pin-undo",
    "preferences",
    "promise-hold",
    "promise-release",
    "quote-award",
    "quote-withdraw",
    "report-file",
    "report-remake",
    "rfq-cancel",
    "rfq-publish",
    "schedule-accept",
    "schedule-reject",
    "schedule-stop",
    "site-drop",
    "work-center-drop",
    "work-request-cancel",
}
# Public addresses that answer a form, send a file, or lead on to a portal.
# Whoever claims an entry brings a link of their own.
NO_PUBLIC_PAGES = {"claim", "enterprise-photo", "preferences", "to-portal"}


@pytest.fixture
def world(north, south) -> World:
    return World(north, south)


@pytest.fixture
def shop(member_of, north) -> Client:
    """The owner's browser at north's portal."""
    return member_of(north)


@pytest.fixture
def buyer(member_of, south) -> Client:
    """The owner's browser at south's portal."""
    return member_of(south)


def pages_of_shop(world: World) -> dict[str, str]:
    with context.enterprise(world.north):
        machine = {"machine_id": world.listings[0].machine_id}
        demand = {"demand_id": world.wide.pk}
        quote = Quote.objects.filter(demand_id=world.wide.pk).first()
        order = Order.objects.first()
        report = Report.objects.first()
        table = TableImport.objects.newest_first()[0]
        (site, *_others) = Site.objects.order_by("name")
        center = WorkCenter.objects.order_by("code")[0]
        certificate = {"certificate_id": Certificate.objects.order_by("id")[0].pk}
        document = {"document_id": Document.objects.newest_first()[0].pk}
        work = work_requests(search="Brackets 0")[0]
    person = members_of(world.north.id)[0].user
    process = {**machine, "process_code": "milling-3-axis"}
    return {
        "home": at("home"),
        "notices": at("notices"),
        "machines": at("machines"),
        "machine-bulk": at("machine-bulk") + "?scope=all",
        "machine-bulk-result": at("machine-bulk-result", bulk_id=world.bulk_id),
        "machine-add": at("machine-add"),
        "machine-import": at("machine-import"),
        "machine-exports": at("machine-exports"),
        "machine-tables": at("machine-tables"),
        "machine-table": at("machine-table", table_import_id=table.pk),
        "machine-models": at("machine-models") + "?q=vf2",
        "machine": at("machine", **machine),
        "machine-change": at("machine-change", **machine),
        "machine-capability": at("machine-capability", **process),
        "machine-cost": at("machine-cost", **machine),
        "disclosure": at("disclosure"),
        "machine-disclosure": at("machine-disclosure", **machine),
        "machine-preview": at("machine-preview", **machine),
        "machine-alike": at("machine-alike", **machine),
        "machine-maintenance": at("machine-maintenance", **machine),
        "machine-calendar": at("machine-calendar", **machine),
        "calendar": at("calendar", subject_id=machine["machine_id"]),
        "machine-map": at("machine-map"),
        "machine-shell": at("machine-shell", **machine),
        "machine-aspect": at("machine-aspect", **machine),
        "sites": at("sites"),
        "site": at("site", site_id=site.pk),
        "site-change": at("site-change", site_id=site.pk),
        "site-add": at("site-add"),
        "work-centers": at("work-centers"),
        "work-center": at("work-center", work_center_id=center.pk),
        "work-center-add": at("work-center-add"),
        "work-center-change": at("work-center-change", work_center_id=center.pk),
        "machine-history": at("machine-history", **machine),
        "certificates": at("certificates"),
        "certificate-add": at("certificate-add"),
        "certificate": at("certificate", **certificate),
        "certificate-change": at("certificate-change", **certificate),
        "documents": at("documents"),
        "document": at("document", **document),
        "document-add": at("document-add"),
        "evidence-add": at("evidence-add", **document),
        "capacity": at("capacity"),
        "capacity-sorted": at("capacity") + "?sort=idle",
        "capacity-by-process": at("capacity") + "?by=process",
        "capacity-groups": at("capacity-groups"),
        "machine-week": at("machine-week", **machine) + "?from=2030-05-06",
        "promise": at("promise"),
        "promise-asked": at("promise") + asked_for(machine["machine_id"]),
        "idle-lots": at("idle-lots"),
        "idle-lot-offer": at("idle-lot-offer") + f"?machine={machine['machine_id']}",
        "schedule": at("schedule") + "?from=2030-05-06",
        "schedules": at("schedules"),
        "schedule-request": at("schedule-request"),
        "schedule-proposal": at("schedule-proposal", schedule_id=world.proposal.pk)
        + f"?from=2030-05-06&bar={work.job_orders.all()[0].pk}",
        "what-if": at("what-if"),
        "work-requests": at("work-requests"),
        "work-request-add": at("work-request-add"),
        "rush-order": at("rush-order"),
        "work-request": at("work-request", work_request_id=work.pk),
        "work-request-change": at("work-request-change", work_request_id=work.pk),
        "setup-times": at("setup-times"),
        "machine-setup-times": at("machine-setup-times", **machine),
        "shifts": at("shifts"),
        "inbox": at("inbox"),
        "demand": at("demand", **demand),
        "quote-write": at("quote-write", **demand),
        "quotes": at("quotes"),
        "quote": at("quote", quote_id=quote.pk),
        "orders": at("orders"),
        "order": at("order", order_id=order.pk),
        "reports": at("reports"),
        "report": at("report", report_id=report.pk),
        "job": at("job", job_id=report.job_id),
        "search": at("search") + "?q=mill",
        "enterprise": at("enterprise"),
        "members": at("members"),
        "member-role": at("member-role", user_id=person.pk),
        "api-clients": at("api-clients"),
        "data": at("data"),
    }


def pages_of_buyer(world: World) -> dict[str, str]:
    with context.enterprise(world.south):
        part = Part.objects.get(number="WIDE")
        quote = Quote.objects.filter(demand_id=world.wide.pk).first()
        order = Order.objects.first()
        line = quote.rfq_line
        match = world.wide.matches.best_first().first()
    shown = {"rfq_line_id": line.pk}
    return {
        "buyer.home": at("home"),
        "parts": at("parts"),
        "part-upload": at("part-upload"),
        "part": at("part", part_id=part.pk),
        "rfqs": at("rfqs"),
        "rfq-write": at("rfq-write"),
        "rfq-write-idle-lot": at("rfq-write") + f"?idle_lot={world.lot_id}",
        "market-idle-lots": at("market-idle-lots"),
        "rfq-change": at("rfq-change", rfq_id=world.draft.pk),
        "rfq": at("rfq", rfq_id=line.rfq_id),
        "rfq-matches": at("rfq-matches", **shown),
        "rfq-match": at("rfq-match", match_id=match.pk, **shown),
        "buyer.quotes": at("quotes"),
        "buyer.quote": at("quote", quote_id=quote.pk),
        "buyer.orders": at("orders"),
        "buyer.order": at("order", order_id=order.pk),
        "buyer.search": at("search") + "?q=brackets",
    }


def pages_of_site() -> dict[str, str]:
    return {
        "landing": public("landing"),
        "directory": public("directory"),
        "enterprise": public("enterprise", slug="north"),
        "demands": public("demands"),
        "processes": public("processes"),
        "process": public("process", code="milling-3-axis"),
        "sign-up": public("sign-up"),
        "sign-up-address": public("sign-up-address") + "?slug=west",
        "sign-up-place": public("sign-up-place") + "?country=CN",
        "sign-in": public("sign-in"),
        "status": public("status"),
    }


def asked_for(machine_id: UUID) -> str:
    """Ask when one machine could do a batch, for which it has to wait."""
    asked = {
        "quantity": "50",
        "release_at": "2030-05-06T06:00",
        "s1-machine_ids": str(machine_id),
        "s1-setup_minutes": "20",
        "s1-minutes_per_part": "10",
        "s1-most_lots": "3",
        "s1-smallest_lot": "1",
        "s1-transport_minutes": "30",
    }
    return f"?{urlencode(asked)}"


def at(name: str, **kwargs: Any) -> str:
    return reverse(f"portal:{name}", "spindle.urls_enterprise", kwargs=kwargs)


def public(name: str, **kwargs: Any) -> str:
    return reverse(f"public:{name}", "spindle.urls_public", kwargs=kwargs)


def asked_by(client: Client, pages: Mapping[str, str]) -> dict[str, list[str]]:
    """Open each page twice; the second time, what a process keeps has been read."""
    found = {}
    for name, address in pages.items():
        # Known for a while only: looked up now, it is not looked up in between.
        forget_enterprises()
        assert client.get(address).status_code == 200, address
        with queries_of() as statements:
            client.get(address)
        found[name] = statements
    return found


def same_for_many(few: Mapping[str, list[str]], many: Mapping[str, list[str]]) -> str:
    """Say which pages ask more when there is more to show."""
    return "\n".join(
        f"{name}: {len(few[name])} for two, {len(many[name])} for twenty\n"
        + repeated(few[name], many[name])
        for name in few
        if len(few[name]) != len(many[name])
    )


def measure(world: World, shop: Client, buyer: Client, public_site: Client) -> dict:
    found = asked_by(shop, pages_of_shop(world))
    found |= asked_by(buyer, pages_of_buyer(world))
    portal = {f"portal.{name}": statements for name, statements in found.items()}
    site = asked_by(public_site, pages_of_site())
    return portal | {f"public.{name}": statements for name, statements in site.items()}


@pytest.mark.slow
def test_no_page_asks_more_for_twenty_rows_than_for_two(
    world, shop, buyer, public_site
):
    world.grow(FEW)
    few = measure(world, shop, buyer, public_site)
    world.grow(MANY)
    many = measure(world, shop, buyer, public_site)

    assert not same_for_many(few, many), same_for_many(few, many)
    check(few)


@pytest.mark.parametrize(
    ("patterns", "exempt", "prefix"),
    [(portal_pages, NO_PAGES, "portal."), (public_pages, NO_PUBLIC_PAGES, "public.")],
)
def test_every_page_has_a_budget(patterns, exempt, prefix):
    names = {str(pattern.name) for pattern in patterns}
    budgeted = {
        name.removeprefix(prefix) for name in budgets() if name.startswith(prefix)
    }

    assert names - budgeted == exempt
