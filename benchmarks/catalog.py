"""`make bench-catalog`: how fast the catalog is searched, in four languages.

The baseline is what a shop would write first: ILIKE over every name of every process,
in the same database and the same run. It finds no word that is typed wrong.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.figures import Figure, percentile
from benchmarks.ground import SECRET, a_database, bootstrap, run
from spindle.local import environment

ROUNDS = {"full": 40, "small": 5}
WARM_UP = 2
TARGET_MS = 50.0
TYPED = [
    "5 axis", "5轴", "五轴加工", "фрезеровка", "Fraesen", "milling", "tunring",
    "laser cuting", "慢走丝", "注塑", "风洞", "токарная оброботка", "аргоная сварка",
    "шлифовка", "Drahterodiren", "Spritzguss", "Haerten", "thermal vacum chamber",
    "ground station", "anodising", "WAAM", "熔模铸照", "балансировка", "Windkanal",
]  # fmt: skip
GRADES = [
    "1.4404", "AISI 316L", "06Cr19Ni10", "SUS304", "12Х18Н10Т", "12X18H10T", "6061",
    "inconell 718", "SCM440", "д16т", "GG25", "球墨铸铁",
]  # fmt: skip
SCAN = """
SELECT code FROM catalog_process
 WHERE name_en ILIKE %s OR name_zh ILIKE %s OR name_ru ILIKE %s OR name_de ILIKE %s
    OR code ILIKE %s OR aliases::text ILIKE %s
 ORDER BY "order" LIMIT 20
"""


def main() -> None:
    """Measure in a database of its own, and print."""
    given = environment.inherited()
    size = given.get("SIZE") or "full"
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as folder:
        # PostgreSQL does not run as root, and its account must get through.
        Path(folder).chmod(0o755)
        url = bootstrap(given, a_database(given["DATABASE_URL"], "bench_catalog"))
        variables = environment.for_children(
            given,
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="spindle.settings.dev",
            SPINDLE_SECRET_KEY=SECRET,
            SPINDLE_VAR=folder,
        )
        answer = run(["benchmarks.catalog", "inside", str(ROUNDS[size])], variables)
    found = json.loads(answer.splitlines()[-1])
    figures = [
        Figure(
            "taxonomy_search_p95_ms",
            percentile(found["processes"], 0.95),
            "ms",
            len(found["processes"]),
            baseline=percentile(found["scan"], 0.95),
            target=TARGET_MS,
        ),
        Figure(
            "taxonomy_search_p50_ms",
            percentile(found["processes"], 0.5),
            "ms",
            len(found["processes"]),
            baseline=percentile(found["scan"], 0.5),
        ),
        Figure(
            "material_search_p95_ms",
            percentile(found["materials"], 0.95),
            "ms",
            len(found["materials"]),
            target=TARGET_MS,
        ),
    ]
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())
    print(
        f"{found['names']} names of {found['rows']} entries. Of {len(TYPED)} questions"
        f" the search answers {found['answered']}, the ILIKE scan"
        f" {found['answered_by_scan']}: it knows no umlauts, spaces or errors."
    )


def inside(rounds: int) -> None:
    """Measure, within Django's settings."""
    import django

    django.setup()
    from django.db import connection

    from apps.catalog import selectors
    from apps.catalog.models import SearchName
    from tenants import context
    from tenants.provisioning import migrating
    from tenants.registry import preparation

    migrating.migrate_shared()
    with context.owner():
        for name, load in preparation.steps():
            if name == "catalog loaded":
                load()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    with context.directory(), connection.cursor() as cursor:

        def scan(typed: str) -> list[Any]:
            cursor.execute(SCAN, [f"%{typed}%"] * 6)
            return list(cursor.fetchall())

        def processes(typed: str) -> list[Any]:
            return list(selectors.search_processes(typed, "en"))

        found: dict[str, Any] = {
            "processes": timed(processes, TYPED, rounds),
            "scan": timed(scan, TYPED, rounds),
            "materials": timed(
                lambda typed: list(selectors.search_materials(typed)), GRADES, rounds
            ),
            "answered": sum(bool(processes(typed)) for typed in TYPED),
            "answered_by_scan": sum(bool(scan(typed)) for typed in TYPED),
            "names": SearchName.objects.count(),
            "rows": len(selectors.process_tree()) + len(selectors.materials()),
        }
    print(json.dumps(found))


def timed(
    ask: Callable[[str], list[Any]], questions: list[str], rounds: int
) -> list[float]:
    """Return how many milliseconds each question took, each round."""
    taken = []
    for number in range(rounds + WARM_UP):
        for question in questions:
            started = perf_counter()
            ask(question)
            if number >= WARM_UP:
                taken.append((perf_counter() - started) * 1000)
    return taken


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(int(sys.argv[2]))
    else:
        main()
