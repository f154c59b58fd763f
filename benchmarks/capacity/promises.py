"""How fast a promise is on machines with 50, 500 and 5,000 reservations.

Each promise is the whole answer of the selector, from calendar and reservations in
PostgreSQL to the explanation. The baseline is what is written first: read the rows in
order and try gap after gap, with the working minutes counted shift by shift, in the same
database and the same run. It must give the same finish, or nothing is reported.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, percentile, timed
from benchmarks.ground import SECRET, a_database, bootstrap
from benchmarks.ground import run as run_module
from spindle.local import environment

RESERVATIONS = (50, 500, 5_000)
ASKED = {"full": 200, "medium": 60, "small": 12}
NAIVE_ASKED = {"full": 20, "medium": 8, "small": 3}
TARGET_MS = 50.0
SEED = 20_300_506
MINUTE = timedelta(minutes=1)
# A Monday, and the week that all machines work: two shifts, Monday to Friday.
MONDAY = date(2030, 5, 6)
ZONE = "Europe/Berlin"
SHIFTS = ((time(6), time(14)), (time(14), time(22)))
AT = datetime(2030, 5, 6, tzinfo=UTC)


def run(size: str) -> None:
    """Measure in a database of its own, and print."""
    given = environment.inherited()
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as folder:
        # PostgreSQL does not run as root, and its account must get through.
        Path(folder).chmod(0o755)
        url = bootstrap(given, a_database(given["DATABASE_URL"], "bench_promises"))
        variables = environment.for_children(
            given,
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="spindle.settings.dev",
            SPINDLE_SECRET_KEY=SECRET,
            SPINDLE_VAR=folder,
        )
        answer = run_module(["benchmarks.capacity.promises", "inside", size], variables)
    found = json.loads(answer.splitlines()[-1])
    figures = [figure for name, one in found.items() for figure in told(name, one)]
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())
    print(
        "A promise looks as far ahead as it must: on the fullest machine that is two"
        " years. Three steps were over four such machines each, in up to three lots."
    )


def told(name: str, found: dict[str, list[float]]) -> list[Figure]:
    """Say of one kind of promise how long it took."""
    end = "" if name == str(RESERVATIONS[-1]) else f"_{name}"
    naive = found.get("naive")
    return [
        Figure(
            f"promise{end}_p{share:.0f}_ms",
            percentile(found["ours"], share / 100),
            "ms",
            len(found["ours"]),
            baseline=percentile(naive, share / 100) if naive else None,
            target=TARGET_MS if share > 50 and naive else None,
        )
        for share in (50.0, 95.0)
    ]


# --- within Django's settings


def inside(size: str) -> None:
    """Fill machines, ask them, and print what it took."""
    import io

    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.inside import answers
    from tenants import context, jobs
    from tenants.registry.services import sign_up

    call_command("prepare", stdout=io.StringIO())
    shop, _owner = sign_up(**answers("bench-shop"), at=timezone.now())
    found: dict[str, Any] = {}
    with context.enterprise(shop), jobs.unpoked():
        site_id = opened()
        rng = Random(SEED)
        for count in RESERVATIONS:
            machine_id = filled(site_id, f"M-{count}", count, rng)
            found[str(count)] = measured(
                machine_id, count, ASKED[size], NAIVE_ASKED[size], rng
            )
        found["route"] = {
            "ours": routes(site_id, RESERVATIONS[-1], ASKED[size] // 4, rng)
        }
    print(json.dumps(found))


def opened() -> UUID:
    """Open a site and give the enterprise its week."""
    from apps.capacity import services
    from apps.capacity.types import ENTERPRISE_LEVEL, CalendarDraft, ShiftTime
    from apps.machines import services as machines
    from apps.machines.types import SiteDraft
    from tenants.types import SYSTEM

    site: UUID = machines.add_site(
        draft=SiteDraft(name="Hall", country="DE", time_zone=ZONE), by=SYSTEM, at=AT
    ).pk
    shifts = tuple(
        ShiftTime(day, starts, ends) for day in range(5) for starts, ends in SHIFTS
    )
    services.replace_calendar(
        level=ENTERPRISE_LEVEL,
        facts=CalendarDraft(shifts=shifts, time_zone=ZONE),
        version=None,
        by=SYSTEM,
        at=AT,
    )
    return site


def filled(site_id: UUID, code: str, count: int, rng: Random) -> UUID:
    """Add a machine with reservations of one to three hours and short gaps between."""
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from apps.capacity.models import Reservation
    from apps.kernel.identifiers import uuid7
    from apps.machines.models import Machine

    machine = Machine.objects.create(
        site_id=site_id, code=code, name=code, model="VMX24", state="active"
    )
    order_id = uuid7()
    begin, rows = AT, []
    for _number in range(count):
        start = after(begin, rng.randint(0, 40) + 1) - MINUTE
        finish = after(start, rng.randint(60, 180))
        rows.append(
            Reservation(
                machine=machine,
                during=DateTimeTZRange(start, finish, "[)"),
                minutes=60,
                state="booked",
                kind="order",
                order_id=order_id,
            )
        )
        begin = finish
    Reservation.objects.bulk_create(rows, batch_size=1000)
    key: UUID = machine.pk
    return key


def after(begin: datetime, minutes: int, until: datetime | None = None) -> datetime:
    """Return when so many working minutes are over, shift by shift."""
    zone = ZoneInfo(ZONE)
    day = begin.astimezone(zone).date()
    while True:
        if day.weekday() < 5:
            for starts, ends in SHIFTS:
                opens = max(datetime.combine(day, starts, zone).astimezone(UTC), begin)
                closes = datetime.combine(day, ends, zone).astimezone(UTC)
                if until is not None:
                    if opens >= until:
                        return datetime.max.replace(tzinfo=UTC)
                    closes = min(closes, until)
                length = max((closes - opens) // MINUTE, 0)
                if length >= minutes:
                    return opens + minutes * MINUTE
                minutes -= length
        day += timedelta(days=1)


def naive(machine_id: UUID, minutes: int, not_before: datetime) -> datetime:
    """Read all rows, and try gap after gap."""
    from apps.capacity.models import Reservation

    begin = not_before
    for row in Reservation.objects.filter(
        machine_id=machine_id, state__in=["held", "booked"], during__endswith__gt=begin
    ).order_by("during"):
        if row.during.lower > begin:
            finish = after(begin, minutes, until=row.during.lower)
            if finish <= row.during.lower:
                return finish
        begin = max(begin, row.during.upper)
    return after(begin, minutes)


def measured(
    machine_id: UUID, count: int, asked: int, naive_asked: int, rng: Random
) -> dict[str, list[float]]:
    """Time promises on one machine, and the naive answers to some of the same."""
    from apps.capacity import selectors

    questions = [
        (rng.randint(60, 600), AT + rng.randint(0, count * 90) * MINUTE)
        for _question in range(asked)
    ]
    ours: list[float] = []
    theirs: list[float] = []
    for number, (minutes, not_before) in enumerate(questions):
        kept: list[Any] = []
        promise = partial(
            selectors.earliest_finish,
            machine_id=machine_id,
            minutes=minutes,
            not_before=not_before,
            at=AT,
        )
        ours.append(timed(partial(keep, kept, promise)))
        if number < naive_asked:
            by_hand = partial(naive, machine_id, minutes, not_before)
            theirs.append(timed(partial(keep, kept, by_hand)))
            if kept[0].finish != kept[1]:
                raise SystemExit(f"{kept[0].finish} is not {kept[1]}")
    return {"ours": ours, "naive": theirs}


def keep(answers: list[Any], ask: Callable[[], Any]) -> None:
    """Ask, and keep what was answered."""
    answers.append(ask())


def routes(site_id: UUID, count: int, asked: int, rng: Random) -> list[float]:
    """Time routes of three steps over four full machines each, in up to three lots."""
    from decimal import Decimal

    from apps.capacity import selectors
    from apps.capacity.types import RouteRequest, RouteStep, StepOption

    mills = [filled(site_id, f"R-{number}", count, rng) for number in range(4)]
    step = RouteStep(
        options=tuple(StepOption(key, 30, Decimal("4.5")) for key in mills),
        most_lots=3,
        smallest_lot=5,
    )

    def ask() -> Callable[[], object]:
        request = RouteRequest(
            quantity=rng.randint(20, 200),
            steps=(step, step, step),
            release_at=AT + rng.randint(0, count * 90) * MINUTE,
        )
        return partial(selectors.promise_route, request=request, at=AT)

    return [timed(ask()) for _route in range(max(asked, 3))]


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(sys.argv[2])
    else:
        run(environment.inherited().get("SIZE") or "full")
