"""Many buyers, one window of one machine, over HTTP: one holds it, the others are told.

The web processes are those of `make up`. In each round all connections ask at once for
the same window, which is another in each round; then every one asks for time of its own.
The control takes lock and constraint away and must double-book, or the race proves
nothing.
"""

import http.client
import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from benchmarks.figures import Figure, percentile
from benchmarks.ground import SECRET, a_database, bootstrap, serving
from benchmarks.ground import run as run_module
from spindle.local import environment, ports

# Buyers, rounds, rounds of the control, and holds of each buyer's own.
SIZES = {"full": (64, 300, 10, 3), "medium": (64, 60, 6, 2), "small": (64, 4, 2, 1)}
TARGET_P99_MS = 2_000.0
ANSWERED_BY = 500
UNAUTHORIZED = 401
MONDAY = datetime(2035, 5, 7, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(size: str) -> None:
    """Race in a database of its own, then without protection, and print."""
    buyers, rounds, control_rounds, own = SIZES[size]
    given = environment.inherited()
    port = ports.free_port()
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as name:
        folder = Path(name)
        # PostgreSQL does not run as root, and its account must get through.
        folder.chmod(0o755)
        url = bootstrap(given, a_database(given["DATABASE_URL"], "bench_races"))
        variables = environment.for_children(
            given,
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="spindle.settings.dev",
            SPINDLE_SECRET_KEY=SECRET,
            SPINDLE_VAR=name,
            SPINDLE_DOMAIN=f"localhost:{port}",
        )
        shop = told(variables, "prepare", str(buyers))
        racers = Racers(port, f"api.localhost:{port}", shop["client"], buyers)
        with serving(port, variables, folder):
            alone = racers.own(shop["machines"], own)
            # Out of the quota of holds, which the race nearly takes by itself.
            told(variables, "free")
            raced = racers.race(shop["machines"][0], rounds)
        overlaps = told(variables, "overlaps")["overlaps"]
        told(variables, "unprotect")
        unsafe = {
            **variables,
            "DJANGO_SETTINGS_MODULE": "benchmarks.capacity.unprotected",
        }
        with serving(port, unsafe, folder):
            racers.race(shop["machines"][1], control_rounds)
        control = told(variables, "overlaps")["overlaps"]
    report(
        Race(buyers, rounds, raced, alone),
        overlaps=overlaps,
        control=control,
        control_rounds=control_rounds,
    )


class Race:
    """What came of a race."""

    def __init__(self, buyers: int, rounds: int, raced: "Told", alone: "Told") -> None:
        self.buyers, self.rounds, self.raced, self.alone = buyers, rounds, raced, alone

    @property
    def server_errors(self) -> int:
        """Answers of 500 and above, in both parts."""
        both = self.raced.statuses + self.alone.statuses
        return sum(count for status, count in both.items() if status >= ANSWERED_BY)


class Told:
    """Answers by their status, how long each took, and how long it all took."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.milliseconds: list[float] = []
        self.seconds = 0.0


def report(race: Race, *, overlaps: int, control: int, control_rounds: int) -> None:
    """Print figures, then words."""
    raced, alone = race.raced, race.alone
    attempts = sum(raced.statuses.values())
    figures = [
        Figure("race_double_bookings", overlaps, "pairs", attempts),
        Figure("race_server_errors", race.server_errors, "answers", attempts),
        Figure("race_attempts_per_s", round(attempts / raced.seconds), "/s", attempts),
        Figure(
            "race_p99_ms",
            percentile(raced.milliseconds, 0.99),
            "ms",
            attempts,
            target=TARGET_P99_MS,
        ),
        Figure(
            "race_bookings_per_s",
            round(alone.statuses[201] / alone.seconds, 1),
            "/s",
            alone.statuses[201],
        ),
        Figure(
            "race_control_double_bookings",
            control,
            "pairs",
            race.buyers * control_rounds,
        ),
    ]
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())
    print(
        f"{race.buyers} connections asked for one window in each of {race.rounds}"
        f" rounds: {dict(sorted(raced.statuses.items()))}. Then each held time of its"
        f" own: {dict(sorted(alone.statuses.items()))}. Without lock and constraint"
        f" {control} pairs overlapped in {control_rounds} rounds."
    )
    if overlaps or race.server_errors or raced.statuses[201] != race.rounds:
        raise SystemExit("A window was held twice, by nobody, or not answered.")
    if not control:
        raise SystemExit("The control did not double-book: the race proves nothing.")


def told(variables: dict[str, str], *words: str) -> Any:
    """Do a part that needs Django's settings, and return what it says."""
    answer = run_module(["benchmarks.capacity.races", *words], variables)
    return json.loads(answer.splitlines()[-1])


class Racers:
    """Connections that stay open, and ask at the same moment."""

    def __init__(self, port: int, host: str, client: str, count: int) -> None:
        self.port, self.host, self.client, self.count = port, host, client, count
        self.token, self.turn_of_tokens = "", threading.Lock()

    def race(self, machine_id: str, rounds: int) -> Told:
        """Ask for one window at once, another in each round."""

        def body(_number: int, turn: int) -> dict[str, Any]:
            # One hour of a day: it is free once, or not at all.
            start = MONDAY + timedelta(days=7 * (turn // 40), hours=turn % 40 // 5)
            start += timedelta(days=turn % 5)
            return work(machine_id, start, due=start + HOUR)

        return self._all(rounds, body, at_once=True)

    def own(self, machine_ids: Sequence[str], count: int) -> Told:
        """Ask for time that nobody else wants."""

        def body(number: int, turn: int) -> dict[str, Any]:
            start = MONDAY + timedelta(weeks=52, days=turn)
            return work(machine_ids[2 + number], start, due=None)

        return self._all(count, body, at_once=False)

    def _all(
        self, turns: int, body: Callable[[int, int], dict[str, Any]], *, at_once: bool
    ) -> Told:
        found, start = Told(), threading.Barrier(self.count)
        lock = threading.Lock()

        def ask(number: int) -> None:
            wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            for turn in range(turns):
                if at_once or not turn:
                    start.wait(timeout=300)
                status, took = self._hold(wire, body(number, turn))
                with lock:
                    found.statuses[status] += 1
                    found.milliseconds.append(took)
            wire.close()

        begun = perf_counter()
        with ThreadPoolExecutor(self.count) as threads:
            list(threads.map(ask, range(self.count)))
        found.seconds = perf_counter() - begun
        return found

    def _hold(
        self, wire: http.client.HTTPConnection, body: dict[str, Any]
    ) -> tuple[int, float]:
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
        }
        begun = perf_counter()
        token = self.token
        answer = self._sent(wire, json.dumps(body), headers, token)
        if answer.status == UNAUTHORIZED:
            # As every partner does: a token lives for minutes.
            begun = perf_counter()
            token = self._fresh(token)
            answer = self._sent(wire, json.dumps(body), headers, token)
        return answer.status, 1000 * (perf_counter() - begun)

    def _fresh(self, worn: str) -> str:
        """Return a token that is not the worn one, fetched once for all."""
        with self.turn_of_tokens:
            if self.token == worn:
                wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                headers = {
                    "Authorization": f"Basic {self.client}",
                    "Content-Type": "application/x-www-form-urlencoded",
                }
                body = "grant_type=client_credentials"
                wire.request(
                    "POST", "/oauth/token", body, {**headers, "Host": self.host}
                )
                self.token = json.loads(wire.getresponse().read())["access_token"]
                wire.close()
            return self.token

    def _sent(
        self,
        wire: http.client.HTTPConnection,
        body: str,
        headers: dict[str, str],
        token: str,
    ) -> http.client.HTTPResponse:
        headers = {
            **headers,
            "Host": self.host,
            "Authorization": f"Bearer {token}",
        }
        try:
            wire.request("POST", "/v1/holds", body, headers)
            answer = wire.getresponse()
        except ConnectionError:
            # The server lets go of connections that wait long for the next round. Asked
            # again by the same key, it does nothing twice.
            wire.close()
            wire.request("POST", "/v1/holds", body, headers)
            answer = wire.getresponse()
        answer.read()
        return answer


def work(machine_id: str, start: datetime, due: datetime | None) -> dict[str, Any]:
    """An hour of work as the API asks for it."""
    option = {"machine_id": machine_id, "minutes_per_part": "60"}
    return {
        "quantity": 1,
        "steps": [{"options": [option]}],
        "release_at": start.isoformat(),
        "due_at": due and due.isoformat(),
        "expires_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
    }


# --- within Django's settings


def prepare(buyers: int) -> dict[str, Any]:
    """Open a shop with a machine to race for, one for the control, and one for each."""
    import io

    from django.core.management import call_command
    from django.utils import timezone

    from apps.capacity import services
    from apps.capacity.types import ShiftTime
    from apps.machines.models import Machine
    from apps.machines.services import add_site
    from apps.machines.types import SiteDraft
    from benchmarks.inside import answers
    from tenants import context, jobs
    from tenants.registry.services import sign_up
    from tenants.types import SYSTEM

    call_command("prepare", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    now = timezone.now()
    shop, _owner = sign_up(**answers("bench-shop"), at=now)
    with context.enterprise(shop), jobs.unpoked():
        site = add_site(
            draft=SiteDraft(name="Hall", country="DE", time_zone="Europe/Berlin"),
            by=SYSTEM,
            at=now,
        )
        services.set_shifts(
            machine_id=None,
            shifts=tuple(
                ShiftTime(day, *(datetime.min.time().replace(hour=h) for h in (6, 14)))
                for day in range(5)
            ),
            time_zone="Europe/Berlin",
            holiday_country="",
            by=SYSTEM,
            at=now,
        )
        made = Machine.objects.bulk_create(
            Machine(
                site=site, code=f"M-{n}", name="Mill", model="VMX24", state="active"
            )
            for n in range(buyers + 2)
        )
    return {"client": client_of(shop), "machines": [str(one.pk) for one in made]}


def client_of(shop: Any) -> str:
    """Register a partner's program; return its name and secret as HTTP sends them."""
    import base64

    from tenants.registry.clients import create_client
    from tenants.types import SYSTEM

    made, secret = create_client(
        enterprise=shop,
        name="Bench",
        scopes=["capacity:read", "capacity:write"],
        by=SYSTEM,
    )
    return base64.b64encode(f"{made.client_id}:{secret}".encode()).decode()


def in_shop(sql: str, *, as_owner: bool = False) -> Any:
    """Ask the shop's schema."""
    from django.db import connection

    from tenants import context
    from tenants.registry.selectors import enterprise_by_slug

    with context.directory():
        shop: Any = enterprise_by_slug("bench-shop")
    entered = context.owner(shop.schema) if as_owner else context.enterprise(shop)
    with entered, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


OVERLAPS = (
    "SELECT count(*) FROM capacity_reservation a JOIN capacity_reservation b"
    " ON a.machine_id = b.machine_id AND a.during && b.during AND a.id < b.id"
    " WHERE a.state IN ('held', 'booked') AND b.state IN ('held', 'booked')"
)
UNPROTECT = (
    "ALTER TABLE capacity_reservation DROP CONSTRAINT capacity_reservation_no_overlap"
)


def inside(words: Sequence[str]) -> None:
    """Do one part, and print what came of it."""
    import django

    django.setup()
    if words[0] == "prepare":
        print(json.dumps(prepare(int(words[1]))))
    elif words[0] == "overlaps":
        print(json.dumps({"overlaps": in_shop(OVERLAPS)[0]}))
    elif words[0] == "free":
        in_shop("UPDATE capacity_reservation SET state = 'released'")
        print("{}")
    else:
        in_shop(UNPROTECT, as_owner=True)
        print("{}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        inside(sys.argv[1:])
    else:
        run(environment.inherited().get("SIZE") or "full")
