"""How soon others see a change of a machine's free time, by the real worker.

Web server and worker are those of `make up`. A change is a hold, its release, or a day that
is closed, on a machine among many; its time runs from before the change is asked for until
another transaction reads the changed week of the listing. The baseline is what is written
first: after each change all machines of the enterprise are published anew, here without a
queue and with nobody in the way.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.capacity.promises import opened
from benchmarks.figures import Figure, percentile, timed
from benchmarks.ground import SECRET, a_database, bootstrap, serving
from benchmarks.ground import run as run_module
from spindle.local import environment, ports

# Machines, changes, and how often all machines are published anew.
SIZES = {"full": (200, 300, 3), "medium": (100, 90, 2), "small": (20, 24, 1)}
RESERVATIONS = 40
TARGET_MS = 2_000.0
PATIENCE_S = 300.0
SEED = 20_300_506
SHOP = "bench-shop"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def run(size: str) -> None:
    """Measure in a database of its own, and print."""
    machines, changes, times = SIZES[size]
    given = environment.inherited()
    port = ports.free_port()
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as name:
        folder = Path(name)
        # PostgreSQL does not run as root, and its account must get through.
        folder.chmod(0o755)
        url = bootstrap(given, a_database(given["DATABASE_URL"], "bench_buckets"))
        variables = environment.for_children(
            given,
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="spindle.settings.dev",
            SPINDLE_SECRET_KEY=SECRET,
            SPINDLE_VAR=name,
            SPINDLE_DOMAIN=f"localhost:{port}",
        )
        told(variables, "prepare", str(machines))
        baseline = told(variables, "all", str(times))
        with serving(port, variables, folder):
            found = told(variables, "measure", str(changes))
    figures = [
        Figure(
            f"bucket_refresh_p{share:.0f}_ms",
            percentile(found["one"], share / 100),
            "ms",
            len(found["one"]),
            baseline=percentile(baseline, share / 100),
            target=TARGET_MS if share > 50 else None,
        )
        for share in (50.0, 95.0)
    ]
    figures.append(Figure("bucket_refresh_fleet_ms", found["fleet"], "ms", machines))
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())
    print(
        f"{machines} listed machines with {RESERVATIONS} reservations each; the baseline"
        " publishes all of them. The fleet's figure is one change of the enterprise's"
        " calendar, until the last machine shows it."
    )


def told(variables: dict[str, str], *words: str) -> Any:
    """Do a part that needs Django's settings, and return what it says."""
    answer = run_module(["benchmarks.capacity.buckets", *words], variables)
    return json.loads(answer.splitlines()[-1])


# --- within Django's settings


def prepare(machines: int) -> None:
    """Open a shop whose machines are listed and partly reserved."""
    import io

    from django.core.management import call_command
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
    from django.utils import timezone

    from apps.capacity.models import Reservation
    from apps.kernel.identifiers import uuid7
    from benchmarks.inside import answers
    from tenants import context, jobs
    from tenants.registry.services import sign_up
    from tests.factories import exchange as make

    call_command("prepare", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    now = timezone.now()
    shop, _owner = sign_up(**answers(SHOP), at=now)
    order_id = uuid7()
    with jobs.unpoked():
        with context.enterprise(shop):
            site_id = opened()
        for number in range(machines):
            listing = make.listing(
                shop, at=now, code=f"M-{number:03}", site_id=site_id, auto_quote=False
            )
            with context.enterprise(shop):
                begin = monday_after(now)
                Reservation.objects.bulk_create(
                    Reservation(
                        machine_id=listing.machine_id,
                        during=DateTimeTZRange(start, start + 2 * HOUR, "[)"),
                        minutes=120,
                        state="booked",
                        kind="order",
                        order_id=order_id,
                    )
                    for start in (begin + 3 * DAY * n for n in range(RESERVATIONS))
                )
    # All of this is published by the worker's jobs or by the baseline.
    with context.jobs():
        from tenants.models import Job

        Job.objects.filter(state="queued").delete()
    print(json.dumps(machines))


def monday_after(moment: datetime) -> datetime:
    """Return eight o'clock (UTC) of the Monday after next."""
    day = moment.replace(hour=8, minute=0, second=0, microsecond=0)
    return day + timedelta(days=14 - day.weekday())


def everything(times: int) -> None:
    """Publish all machines of the enterprise anew, in turn."""
    from django.utils import timezone

    from apps.exchange import services
    from tenants import context, jobs

    def publish() -> None:
        for machine_id in machine_ids():
            services.refresh_capacity(machine_id=machine_id, at=timezone.now())

    with context.enterprise(shop()), jobs.unpoked():
        # Once before the clock runs: what is published must not change for the baseline.
        publish()
        found = [timed(publish) for _time in range(times)]
    print(json.dumps(found))


def shop() -> Any:
    """Return the enterprise whose machines these are."""
    from tenants import context
    from tenants.registry.selectors import enterprise_by_slug

    with context.directory():
        found = enterprise_by_slug(SHOP)
    if found is None:
        raise SystemExit("The shop is not there.")
    return found


def machine_ids() -> list[UUID]:
    """Return the machines that are listed."""
    from apps.exchange import selectors

    return [row.machine_id for row in selectors.own_listings()]


def measure(changes: int) -> None:
    """Change one machine after another, then all, and wait until others would see it."""
    from django.utils import timezone

    from tenants import context

    rng = Random(SEED)
    with context.enterprise(shop()):
        machines = machine_ids()
        one: list[float] = []
        undo: dict[UUID, Callable[[], object]] = {}
        # The first few find a worker that has read nothing yet.
        for number in range(changes + 4):
            machine_id = rng.choice(machines)
            before = weeks_of(machine_id)
            begun = time.perf_counter()
            if machine_id in undo:
                undo.pop(machine_id)()
            else:
                undo[machine_id] = (hold, close)[number % 2](
                    machine_id, timezone.now(), rng
                )
            await_change([machine_id], {machine_id: before}, begun)
            if number >= 4:
                one.append(1000 * (time.perf_counter() - begun))
        known = {machine_id: weeks_of(machine_id) for machine_id in machines}
        begun = time.perf_counter()
        close(None, timezone.now(), rng)
        await_change(machines, known, begun)
        fleet = round(1000 * (time.perf_counter() - begun), 1)
    print(json.dumps({"one": one, "fleet": fleet}))


def weeks_of(machine_id: UUID) -> list[int]:
    """Return what is published of a machine's free time."""
    from apps.exchange import selectors

    return list(selectors.listings_of_machine(machine_id)[0].cumulative_free_minutes)


def await_change(
    machines: list[UUID], before: dict[UUID, list[int]], begun: float
) -> None:
    """Look every few milliseconds until each machine's published weeks are others."""
    waiting = list(machines)
    while waiting:
        waiting = [key for key in waiting if weeks_of(key) == before[key]]
        if time.perf_counter() - begun > PATIENCE_S:
            raise SystemExit("A change was not published.")
        if waiting:
            time.sleep(0.003)


def hold(machine_id: UUID, at: datetime, rng: Random) -> Callable[[], object]:
    """Hold an hour of a machine; return how to let it go."""
    from functools import partial

    from apps.capacity import services
    from apps.kernel.identifiers import uuid7
    from tenants.types import SYSTEM

    held = services.hold(
        machine_id=machine_id,
        minutes=60,
        not_before=monday_after(at) + rng.randrange(20) * WEEK,
        expires_at=at + 2 * DAY,
        quote_id=uuid7(),
        by=SYSTEM,
        at=at,
    )
    return partial(services.release, reservation_id=held.pk, by=SYSTEM, at=at)


def close(machine_id: UUID | None, at: datetime, rng: Random) -> Callable[[], object]:
    """Close a day of a machine, or of all; return how to open it again."""
    from functools import partial

    from apps.capacity import services
    from apps.capacity.types import CalendarLevel
    from apps.kernel.periods import Period
    from tenants.types import SYSTEM

    # Of all: another day than of one, which may be closed already.
    day = DAY if machine_id else 2 * DAY
    start = monday_after(at).replace(hour=0) + rng.randrange(20) * WEEK + day
    closed = services.add_exception(
        level=CalendarLevel(machine_id=machine_id),
        period=Period(start, start + DAY),
        working=False,
        reason="",
        by=SYSTEM,
        at=at,
    )
    return partial(services.remove_exception, exception_id=closed.pk, by=SYSTEM, at=at)


PARTS = {"prepare": prepare, "all": everything, "measure": measure}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        import django

        django.setup()
        PARTS[sys.argv[1]](int(sys.argv[2]))
    else:
        run(environment.inherited().get("SIZE") or "full")
