"""The parts of the benchmark that speak Spindle's own language.

`prepare` makes the database ready; `measure` times sign-ups, matching, pages and
endpoints against the web server and worker that run meanwhile, and prints JSON.
"""

import base64
import http.client
import io
import json
import re
import sys
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

import django

PASSWORD = "a-long-enough-pass-phrase"
BUYER = "bench-buyer"
SELLERS = 10
USERS = 20
PAGES = ("/", "/rfqs/", "/parts/", "/machines/", "/orders/", "/quotes/")
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """One person's connection: a host, its cookies, and one socket kept open."""

    def __init__(self, port: int, host: str, **headers: str) -> None:
        self.port, self.host, self.headers = port, host, headers
        self.cookies: dict[str, str] = {}
        self.wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        """Send a request; return status, headers and body."""
        headers = {"Host": self.host, **self.headers}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://{self.host}{path}"
        self.wire.request(method, path, body=body, headers=headers)
        answer = self.wire.getresponse()
        said = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers, said

    def follow(self, location: str) -> "Browser":
        """Go where a redirect leads, to another host if need be; return who arrived."""
        target = urllib.parse.urlsplit(location)
        there = self
        if target.netloc and target.netloc != self.host:
            there = Browser(self.port, target.netloc)
        path = target.path + (f"?{target.query}" if target.query else "")
        status, headers, _said = there.ask("GET", path)
        if status in {301, 302, 303}:
            return there.follow(headers["Location"])
        expect(status == 200, f"GET {location} was answered {status}")
        return there


def expect(is_so: bool, otherwise: str) -> None:  # noqa: FBT001
    """Stop the benchmark where what it measures does not work."""
    if not is_so:
        raise SystemExit(otherwise)


def answers(slug: str, country: str = "DE") -> dict[str, str]:
    """Return what a person who signs up types."""
    return {
        "name": f"{slug} GmbH",
        "slug": slug,
        "country": country,
        "language": "en",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "person_name": "Owner",
        "email": f"owner@{slug}.example",
        "password": PASSWORD,
    }


# --- prepare


def prepare(listings: int) -> None:
    """Migrate, sign a few enterprises up, and fill the market."""
    from django.core.management import call_command
    from django.utils import timezone

    from tenants.registry.services import sign_up

    call_command("prepare", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    owners = [
        sign_up(**answers(f"bench-seller-{number}"), at=timezone.now())[0]
        for number in range(SELLERS)
    ]
    sign_up(**answers(BUYER), at=timezone.now())
    fill_market([ref.id for ref in owners], listings)
    call_command("prepare", stdout=io.StringIO())


def fill_market(owners: list[Any], count: int) -> None:
    """Publish so many machines of a random world, past the sellers' own schemas."""
    from django.utils import timezone

    from apps.exchange.models import Listing
    from apps.kernel.identifiers import uuid7
    from tenants import context

    rng = Random(1)
    today = timezone.now().date()
    monday = today - timedelta(days=today.weekday())
    processes = ("milling-3-axis", "milling-5-axis", "turning", "wire-edm", "bending")

    def one(number: int) -> Listing:
        sides = sorted((rng.uniform(40, 1200) for _ in range(3)), reverse=True)
        week = rng.choice((300, 1200, 2400))
        return Listing(
            owner_id=rng.choice(owners),
            machine_id=uuid7(),
            capability_id=uuid7(),
            seller_name=f"Seller {number % SELLERS}",
            machine_label=f"Mill {number}",
            process_code=rng.choice(processes),
            material_groups=rng.sample(["P", "M", "K", "N", "S"], 2),
            envelope_kind="box",
            envelope_mm=sides,
            max_mass_kg=rng.choice((50.0, 500.0)),
            it_grade=rng.choice((6, 7, 8, 9)),
            roughness_um=rng.choice((0.4, 0.8, 1.6, 3.2)),
            batch_min=1,
            batch_max=rng.choice((50, 1000)),
            certificates={"iso-9001": None} if rng.random() < 0.7 else {},
            languages=["en"],
            country=rng.choice(("DE", "PL", "CN", "TR", "US")),
            latitude=rng.uniform(30, 55),
            longitude=rng.uniform(-10, 60),
            rate_eur_hour=rng.choice((25, 45, 70, 120)),
            weeks_from=monday,
            cumulative_free_minutes=[week * n for n in range(1, 27)],
            auto_quote=False,
        )

    with context.exchange():
        for start in range(0, count, 5000):
            Listing.objects.bulk_create(
                [one(n) for n in range(start, min(count, start + 5000))]
            )


# --- measure


def measure(port: int, domain: str, size: dict[str, int]) -> dict[str, Any]:
    """Do the measurements one after another, so that none disturbs another."""
    return {
        "sign_up": [time_sign_up(port, domain, n) for n in range(size["sign_ups"])],
        "matching": time_matching(size["requests"]),
        **time_reading(port, domain, size["seconds"]),
    }


def time_sign_up(port: int, domain: str, number: int) -> float:
    """Time from sending the form to the first page of the new portal."""
    stranger = Browser(port, domain)
    _status, _headers, page = stranger.ask("GET", "/sign-up/")
    found = CSRF.search(page.decode())
    expect(found is not None, "The sign-up page has no form.")
    form = {**answers(f"bench-new-{number}"), "csrfmiddlewaretoken": found[1]}  # type: ignore[index]
    begun = time.perf_counter()
    status, headers, page = stranger.ask("POST", "/sign-up/", form)
    expect(status == 302, f"Sign-up was answered {status}: {page[:300]!r}")
    stranger.follow(headers["Location"])
    return 1000 * (time.perf_counter() - begun)


def time_matching(count: int) -> list[float]:
    """Time from publishing a request to its finished match run, by a real worker."""
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from apps.exchange import selectors as exchange
    from apps.orders import selectors as orders
    from apps.orders import services
    from apps.orders.types import RfqDraft, RfqLineDraft
    from tenants import context
    from tenants.registry.selectors import enterprise_by_slug
    from tenants.types import SYSTEM
    from tests.journey.smoke import BLOCK, block

    with context.directory():
        buyer = enterprise_by_slug(BUYER)
    assert buyer is not None
    found = []
    with context.enterprise(buyer):
        part = services.upload_part(
            number="BENCH-1",
            revision="",
            name="Block",
            file=ContentFile(block(BLOCK), name="block.stl"),
            by=SYSTEM,
            at=timezone.now(),
        )
        wait(lambda: orders.part_detail(part.pk).geometry_state == "ready", 60)
        for number in range(count + 2):
            now = timezone.now()
            rfq = services.draft_rfq(
                draft=RfqDraft(
                    title=f"Blocks {number}",
                    currency="EUR",
                    delivery_country="DE",
                    due_on=(now + timedelta(weeks=6)).date(),
                    response_deadline_at=now + timedelta(days=10),
                    certificate_codes=("iso-9001",),
                    lines=(
                        RfqLineDraft(
                            part_id=part.pk,
                            quantity=40,
                            process_codes=("milling-3-axis", "milling-5-axis"),
                            material_code="en-aw-6061-t6",
                            it_grade=8,
                            roughness_um=1.6,
                        ),
                    ),
                ),
                by=SYSTEM,
                at=now,
            )
            line = rfq.lines.get().pk
            begun = time.perf_counter()
            services.publish_rfq(rfq_id=rfq.pk, by=SYSTEM, at=timezone.now())

            def is_matched(line: Any = line) -> bool:
                run = exchange.run_of(line)
                return run is not None and run.state == "finished"

            wait(is_matched, 120)
            exchange.matches_of(line)
            # Each of the two workers reads the market once; that is not matching.
            if number >= 2:
                found.append(1000 * (time.perf_counter() - begun))
    return found


def wait(is_so: Any, seconds: float) -> None:
    """Look every few milliseconds until it is so."""
    until = time.monotonic() + seconds
    while not is_so():
        expect(time.monotonic() < until, "The worker did not do its job in time.")
        time.sleep(0.005)


def time_reading(port: int, domain: str, seconds: int) -> dict[str, list[float]]:
    """Time pages and endpoints that twenty people ask for at once."""
    from tenants import context
    from tenants.registry.clients import SCOPES, create_client
    from tenants.registry.selectors import enterprise_by_slug
    from tenants.types import SYSTEM

    host = f"{BUYER}.{domain}"
    person = Browser(port, host)
    _status, _headers, page = person.ask("GET", "/account/login/")
    found = CSRF.search(page.decode())
    expect(found is not None, "The sign-in page has no form.")
    status, _headers, page = person.ask(
        "POST",
        "/account/login/",
        {
            "login": f"owner@{BUYER}.example",
            "password": PASSWORD,
            "csrfmiddlewaretoken": found[1],  # type: ignore[index]
        },
    )
    expect(status == 302, f"Sign-in was answered {status}: {page[:300]!r}")

    with context.directory():
        buyer = enterprise_by_slug(BUYER)
        assert buyer is not None
        client, secret = create_client(
            enterprise=buyer, name="Bench", scopes=SCOPES, by=SYSTEM
        )
    pair = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    stranger = Browser(port, f"api.{domain}", Authorization=f"Basic {pair}")
    _status, _headers, said = stranger.ask(
        "POST", "/oauth/token", {"grant_type": "client_credentials"}
    )
    bearer = {"Authorization": f"Bearer {json.loads(said)['access_token']}"}
    partner = Browser(port, f"api.{domain}", **bearer)
    _status, _headers, said = partner.ask("GET", "/v1/rfqs")
    rfq = json.loads(said)["items"][0]["id"]
    _status, _headers, said = partner.ask("GET", f"/v1/rfqs/{rfq}")
    line = json.loads(said)["lines"][0]["id"]
    endpoints = (
        "/v1/rfqs",
        f"/v1/rfqs/{rfq}",
        f"/v1/rfq-lines/{line}/matches",
        "/v1/parts",
        "/v1/orders",
        "/v1/processes?q=milling",
    )

    def walker() -> Browser:
        made = Browser(port, host)
        made.cookies = dict(person.cookies)
        return made

    return {
        "pages": crowd(walker, (*PAGES, f"/rfqs/{rfq}/"), seconds),
        "endpoints": crowd(
            lambda: Browser(port, f"api.{domain}", **bearer), endpoints, seconds
        ),
    }


def crowd(make: Any, paths: tuple[str, ...], seconds: int) -> list[float]:
    """Let twenty users ask for the paths in turn, and time each answer."""
    # Once alone, so that no template is compiled on the clock.
    for path in paths:
        status = make().ask("GET", path)[0]
        expect(status == 200, f"GET {path} was answered {status}")
    until = time.monotonic() + seconds
    start = threading.Barrier(USERS)

    def use(number: int) -> list[float]:
        browser, times, turn = make(), [], number
        start.wait()
        while time.monotonic() < until:
            path = paths[turn % len(paths)]
            turn += 1
            begun = time.perf_counter()
            status, _headers, _said = browser.ask("GET", path)
            times.append(1000 * (time.perf_counter() - begun))
            expect(status == 200, f"GET {path} was answered {status}")
        return times

    with ThreadPoolExecutor(USERS) as users:
        return [each for times in users.map(use, range(USERS)) for each in times]


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
    else:
        print(
            json.dumps(measure(int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])))
        )
