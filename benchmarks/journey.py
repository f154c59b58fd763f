"""`make bench-journey`: how fast a person comes in, is matched, and is served.

SIZE=small ends within a minute or two: a smaller market, fewer rounds, and no timing
of `make up`. Each figure is one line of JSON; then all are said in words.
"""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, percentile
from benchmarks.ground import PATIENCE, SECRET, a_database, bootstrap, run, serving
from spindle.local import environment, ports
from spindle.local.environment import ROOT

SIZES: dict[str, dict[str, int]] = {
    "full": {
        "listings": 100_000,
        "sign_ups": 20,
        "stock": 10,
        "requests": 40,
        "seconds": 20,
        "starts": 1,
    },
    "small": {
        "listings": 5_000,
        "sign_ups": 5,
        "stock": 3,
        "requests": 10,
        "seconds": 5,
        "starts": 0,
    },
}
STARTED = re.compile(r"\((cold_start_s|warm_start_s)=([0-9.]+)\)")


def main() -> None:
    """Measure everything in turn and print it."""
    given = environment.inherited()
    size = SIZES[given.get("SIZE") or "full"]
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as folder:
        # PostgreSQL does not run as root, and its account must get through.
        Path(folder).chmod(0o755)
        stock = time_stock(given, Path(folder), size["stock"])
        found = time_spindle(given, Path(folder), size)
        starts = time_starts(given, Path(folder)) if size["starts"] else {}
    figures = [
        Figure(
            "sign_up_to_portal_ms",
            percentile(found["sign_up"], 0.5),
            "ms",
            len(found["sign_up"]),
            baseline=percentile(stock["milliseconds"], 0.5),
            target=2000,
        ),
        Figure(
            "publish_to_match_p95_ms",
            percentile(found["matching"], 0.95),
            "ms",
            len(found["matching"]),
            target=1000,
        ),
        Figure(
            "page_p95_ms",
            percentile(found["pages"], 0.95),
            "ms",
            len(found["pages"]),
        ),
        Figure(
            "endpoint_p95_ms",
            percentile(found["endpoints"], 0.95),
            "ms",
            len(found["endpoints"]),
        ),
        *(Figure(name, value, "s", 1) for name, value in starts.items()),
    ]
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())
    print(
        f"Sign-up is the median from the form sent to the first page of the portal;"
        f" its baseline is the median of django-tenants saving a tenant of the same"
        f" {stock['tables']} tables, without form or page. Matching was against"
        f" {size['listings']:,} listings. Pages and endpoints were asked for by 20"
        f" users at once for {size['seconds']} s each, on this machine with everything"
        f" else that the benchmark runs: {len(found['pages']) / size['seconds']:.0f}"
        f" pages and {len(found['endpoints']) / size['seconds']:.0f} endpoints a second."
    )


def time_stock(given: Mapping[str, str], folder: Path, count: int) -> Any:
    """Time django-tenants as it comes, in a database of its own."""
    url = a_database(given["DATABASE_URL"], "bench_stock")
    bootstrap(given, url)
    answer = run(
        ["benchmarks.stock.measure", "sign_up", str(count)],
        environment.for_children(
            given,
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="benchmarks.stock.settings",
            SPINDLE_SECRET_KEY=SECRET,
            SPINDLE_VAR=str(folder),
        ),
    )
    return json.loads(answer)


def time_spindle(
    given: Mapping[str, str], folder: Path, size: Mapping[str, int]
) -> Any:
    """Time Spindle with the web server and worker that `make up` runs."""
    port = ports.free_port()
    domain = f"localhost:{port}"
    assets = environment.VAR / "assets"
    if assets.exists():
        shutil.copytree(assets, folder / "assets")
    url = bootstrap(given, a_database(given["DATABASE_URL"], "bench_spindle"))
    variables = environment.for_children(
        given,
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="spindle.settings.dev",
        SPINDLE_SECRET_KEY=SECRET,
        SPINDLE_VAR=str(folder),
        SPINDLE_DOMAIN=domain,
        SPINDLE_SLOTS_LOW_WATER="30",
        SPINDLE_SLOTS_HIGH_WATER="40",
    )
    run(["benchmarks.inside", "prepare", str(size["listings"])], variables)
    with serving(port, variables, folder):
        answer = run(
            ["benchmarks.inside", "measure", str(port), domain, json.dumps(dict(size))],
            variables,
        )
    return json.loads(answer.splitlines()[-1])


def time_starts(given: Mapping[str, str], folder: Path) -> dict[str, float]:
    """Time `make up` on an empty machine, and once more when all is there."""
    var = folder / "up"
    var.mkdir()
    if (environment.VAR / "assets").exists():
        shutil.copytree(environment.VAR / "assets", var / "assets")
    rest = {
        name: value
        for name, value in given.items()
        if name not in {"DATABASE_URL", "REDIS_URL"}
    }
    variables = environment.for_children(
        rest, SPINDLE_VAR=str(var), PORT=str(ports.free_port())
    )
    found: dict[str, float] = {}
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-m", "spindle.local", "up"],
            env=variables,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        for line in child.stdout:
            started = STARTED.search(line)
            if started:
                found[started[1]] = float(started[2])
                child.send_signal(signal.SIGINT)
        if child.wait(timeout=PATIENCE) and not found:
            raise SystemExit("make up did not become ready.")
    return found


if __name__ == "__main__":
    main()
