"""`make bench-register`: how fast one enterprise's 50,000 machines are found again.

Every figure is a whole answer through the real handlers, from the request to the last
byte, with the queries that it asked. The baseline is what a list is written as first:
Django's Paginator over the same rows and the same words, which counts all matches and
skips to its page, in the same database and the same run, and draws nothing.
"""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from html import unescape
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.figures import Figure, percentile
from benchmarks.ground import SECRET, a_database, bootstrap, run
from benchmarks.machines import expect
from spindle.local import environment

SIZES = {"full": (50_000, 30), "medium": (10_000, 30), "small": (2_000, 10)}
WARM_UP = 2
TARGET_PAGE_MS, TARGET_API_MS = 150.0, 100.0
TARGET_QUERIES = 15.0
BATCH = 5_000
SITES = ("Augsburg", "Dresden", "Leipzig", "Ulm", "Bremen")
# Machine, maker, process, and every how many of a thousand machines it is.
MIX = (
    ("VMX24", "Hurco", "milling-3-axis", 400),
    ("DMU 50", "DMG MORI", "milling-5-axis", 200),
    ("Integrex i-200", "Mazak", "turn-mill", 150),
    ("QTN 250", "Mazak", "turning", 150),
    ("CUT P 350", "GF Machining Solutions", "wire-edm", 90),
    ("HPM 600U", "GF Machining Solutions", "milling-5-axis", 10),
)
NEXT_PAGE = re.compile(r'href="(\?[^"]*after=[^"]*)"')
# What is asked, by name: of the page, and of the endpoint in its own words.
ASKED = {
    "plain": ("", ""),
    "by_site": ("site={site}", "site_id={site}"),
    "by_parent_process": ("process=milling", "process_code=milling"),
    "by_rare_process": ("process=wire-edm", "process_code=wire-edm"),
    "by_state": ("state=in_maintenance", "state=in_maintenance"),
    "by_published": ("published=yes", "published=yes"),
    "search_code": ("q=M-{last:05}", "search=M-{last:05}"),
    "search_model": ("q=integrex", "search=integrex"),
    "search_serial": ("q=SN{last:07}", "search=SN{last:07}"),
    "search_nothing": ("q=qqxzz", "search=qqxzz"),
    "by_maker": ("maker=Mazak", "maker=Mazak"),
    "incomplete": ("complete=no", "complete=no"),
    "unconfirmed": ("confirmed=no", "confirmed=no"),
    "sorted_by_code": ("sort=-code", "sort=-code"),
    "sorted_by_maker": ("sort=maker", "sort=maker"),
    "sorted_by_site": ("sort=site", "sort=site"),
}


def main() -> None:
    """Measure in a database of its own, and print."""
    given = environment.inherited()
    count, rounds = SIZES[given.get("SIZE") or "full"]
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as folder:
        # PostgreSQL does not run as root, and its account must get through.
        Path(folder).chmod(0o755)
        # The pages name what the browser loads with them.
        shutil.copytree(environment.VAR / "assets", Path(folder) / "assets")
        url = bootstrap(given, a_database(given["DATABASE_URL"], "bench_register"))
        variables = environment.for_children(
            given,
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="spindle.settings.dev",
            SPINDLE_SECRET_KEY=SECRET,
            SPINDLE_VAR=folder,
        )
        answer = run(
            ["benchmarks.register", "inside", str(count), str(rounds)], variables
        )
    found = json.loads(answer.splitlines()[-1])
    figures = [
        figure
        for face, target in (("page", TARGET_PAGE_MS), ("api", TARGET_API_MS))
        for name, (times, queries) in found[face].items()
        for figure in told(face, name, times, queries, target, found["naive"])
    ]
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())


def told(
    face: str,
    name: str,
    times: Sequence[float],
    queries: int,
    target: float,
    naive: dict[str, Sequence[float]],
) -> Iterator[Figure]:
    """Say of one question how long it took, and how often the database was asked."""
    yield Figure(
        f"register_{face}_{name}_p95_ms",
        percentile(times, 0.95),
        "ms",
        len(times),
        baseline=percentile(naive[name], 0.95) if name in naive else None,
        target=target,
    )
    yield Figure(
        f"register_{face}_{name}_queries",
        queries,
        "queries",
        len(times),
        target=TARGET_QUERIES,
    )


def inside(count: int, rounds: int) -> None:
    """Measure, within Django's settings."""
    import io

    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.inside import answers
    from tenants import context, jobs
    from tenants.registry.services import sign_up

    call_command("prepare", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    shop, owner = sign_up(**answers("bench-shop"), at=timezone.now())
    with context.enterprise(shop), jobs.unpoked():
        site_id = fill(count)
    blanks = {"site": site_id, "last": count - 7}
    page, api = signed_in(shop, owner), partner(shop)
    found: dict[str, Any] = {"page": {}, "api": {}, "naive": {}}
    for name, (of_page, of_api) in ASKED.items():
        page_path = f"/machines/?{of_page.format(**blanks)}"
        api_path = f"/v1/machines?{of_api.format(**blanks)}"
        found["page"][name] = timed(rounds, partial(page, page_path))
        found["api"][name] = timed(rounds, partial(api, api_path))
    for face, ask in (("page", page), ("api", api)):
        found[face]["deep"] = timed(rounds, partial(ask, deep_path(face, ask, count)))
    with context.enterprise(shop):
        for name, rows in naive_lists(site_id, count).items():
            found["naive"][name] = timed(rounds, rows)[0]
    print(json.dumps(found))


def fill(count: int) -> str:
    """Write machines with a capability each, as an import would have left them."""
    from django.db import connection, transaction
    from django.utils import timezone

    from apps.machines import services
    from apps.machines.models import Capability, Machine
    from apps.machines.types import SiteDraft
    from tenants.types import SYSTEM

    now = timezone.now()
    sites = [
        services.add_site(
            draft=SiteDraft(name=name, country="DE", time_zone="Europe/Berlin"),
            by=SYSTEM,
            at=now,
        )
        for name in SITES
    ]
    kinds = [one for one in MIX for _ in range(one[3])]
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with transaction.atomic():
            machines = Machine.objects.bulk_create(
                Machine(
                    site=sites[number % len(sites)],
                    code=f"M-{number:05}",
                    name=f"Machine {number}",
                    model=kinds[number * 7 % len(kinds)][0],
                    maker=kinds[number * 7 % len(kinds)][1],
                    serial_number=f"SN{number:07}",
                    state="in_maintenance" if number % 50 == 0 else "active",
                    published_at=now if number % 3 == 0 else None,
                    published_by="bench" if number % 3 == 0 else "",
                )
                for number in numbers
            )
            Capability.objects.bulk_create(
                Capability(
                    machine=machine,
                    process_code=kinds[number * 7 % len(kinds)][2],
                    material_groups=["P", "N"],
                    it_grade=8,
                )
                for number, machine in zip(numbers, machines, strict=True)
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE machines_machine, machines_capability")
    return str(sites[1].pk)


def signed_in(shop: Any, owner: Any) -> Callable[[str], bytes]:
    """Return how the owner opens a page."""
    from django.conf import settings
    from django.test import Client

    from tenants import context

    client = Client(HTTP_HOST=f"{shop.slug}.{settings.DOMAIN}")
    with context.directory():
        client.force_login(
            owner, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return lambda path: content_of(client.get(path))


def partner(shop: Any) -> Callable[[str], bytes]:
    """Return how a partner's program asks, with a token of its own."""
    import base64

    from django.conf import settings
    from django.test import Client

    from tenants.registry.clients import create_client
    from tenants.types import SYSTEM

    made, secret = create_client(
        enterprise=shop,
        name="Bench",
        scopes=["machines:read"],
        by=SYSTEM,
    )
    client = Client(HTTP_HOST=f"api.{settings.DOMAIN}")
    basic = base64.b64encode(f"{made.client_id}:{secret}".encode()).decode()
    answer = client.post(
        "/oauth/token",
        {"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
    )
    token = json.loads(content_of(answer))["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return lambda path: content_of(client.get(path, headers=headers))


def content_of(answer: Any) -> bytes:
    """Return what was answered, whole."""
    expect(answer.status_code == 200, f"answered {answer.status_code}")
    return bytes(answer.content)


def timed(rounds: int, ask: Callable[[], Any]) -> tuple[list[float], int]:
    """Return how many milliseconds each round took, and the queries of the last."""
    times: list[float] = []
    queries = 0
    for number in range(WARM_UP + rounds):
        with counted() as asked:
            started = perf_counter()
            ask()
            spent = (perf_counter() - started) * 1000
        if number >= WARM_UP:
            times.append(spent)
            queries = len(asked)
    return times, queries


@contextmanager
def counted() -> Iterator[list[str]]:
    """Count the statements that the database is sent meanwhile."""
    from django.db import connection

    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, ctx: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, ctx)

    with connection.execute_wrapper(note):
        yield asked


def deep_path(face: str, ask: Callable[[str], bytes], count: int) -> str:
    """Follow the links to the next page for a while, and return the one to ask."""
    path = "/machines/" if face == "page" else "/v1/machines?limit=50"
    for _step in range(min(40, count // 100)):
        said = ask(path).decode()
        if face == "page":
            link = NEXT_PAGE.search(said)
            expect(link is not None, "the list has no link to its next page")
            assert link is not None
            path = "/machines/" + unescape(link[1])
        else:
            path = "/v1/" + str(json.loads(said)["next"]).partition("/v1/")[2]
    return path


def naive_lists(site_id: str, count: int) -> dict[str, Callable[[], Any]]:
    """Return each question as a first draft would ask it: counted, then skipped to."""
    from django.core.paginator import Paginator
    from django.db.models import Q

    from apps.catalog import selectors as catalog
    from apps.machines.models import Machine

    def has(words: str) -> Q:
        return (
            Q(code__icontains=words)
            | Q(name__icontains=words)
            | Q(maker__icontains=words)
            | Q(model__icontains=words)
            | Q(serial_number__icontains=words)
        )

    def able(code: str) -> Q:
        below = catalog.leaf_codes_below([code])
        return Q(capabilities__process_code__in=below)

    asked = {
        "plain": Q(),
        "by_site": Q(site_id=site_id),
        "by_parent_process": able("milling"),
        "by_rare_process": able("wire-edm"),
        "by_state": Q(state="in_maintenance"),
        "by_published": Q(published_at__isnull=False),
        "search_code": has(f"M-{count - 7:05}"),
        "search_model": has("integrex"),
        "search_serial": has(f"SN{count - 7:07}"),
        "search_nothing": has("qqxzz"),
    }

    def first_page(wanted: Q, number: int = 1) -> list[Any]:
        rows = Machine.objects.filter(wanted).distinct().order_by("code")
        return list(Paginator(rows, 25).page(number).object_list)

    lists: dict[str, Callable[[], Any]] = {
        name: partial(first_page, wanted) for name, wanted in asked.items()
    }
    lists["deep"] = partial(first_page, Q(), 40)
    return lists


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
