"""`make bench-machines`: how fast a table of machines becomes a register.

Each row is a machine with a process, an envelope, materials and an hourly rate. The
time runs from the first byte read to the commit, audit trail included; the baseline is
the time that the same rows would take by the form, one service call each.
"""

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.figures import Figure
from benchmarks.ground import SECRET, a_database, bootstrap, run
from spindle.local import environment

ROWS = {"full": 5_000, "small": 1_000}
BY_HAND = 100
TARGET_SECONDS = 60.0
HEADER = (
    "Code", "Name", "Site", "Maker", "Model", "Process", "X (mm)", "Y (mm)", "Z (mm)",
    "Table load (kg)", "IT grade", "Ra", "Materials", "Material groups", "Hourly rate",
    "Currency",
)  # fmt: skip
AUGSBURG: dict[str, Any] = {
    "name": "Augsburg",
    "country": "DE",
    "time_zone": "Europe/Berlin",
}


def main() -> None:
    """Measure in a database of its own, and print."""
    given = environment.inherited()
    rows = ROWS[given.get("SIZE") or "full"]
    with tempfile.TemporaryDirectory(prefix="spindle-bench-") as folder:
        # PostgreSQL does not run as root, and its account must get through.
        Path(folder).chmod(0o755)
        url = bootstrap(given, a_database(given["DATABASE_URL"], "bench_machines"))
        variables = environment.for_children(
            given,
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="spindle.settings.dev",
            SPINDLE_SECRET_KEY=SECRET,
            SPINDLE_VAR=folder,
        )
        answer = run(["benchmarks.machines", "inside", str(rows)], variables)
    found = json.loads(answer.splitlines()[-1])
    whole = found["preview"] + found["apply"]
    figures = [
        Figure("xlsx_import_rows_per_s", round(rows / whole, 1), "rows/s", rows),
        Figure(
            "xlsx_import_s",
            round(whole, 2),
            "s",
            rows,
            baseline=round(found["by_hand"] * rows / BY_HAND, 2),
            target=TARGET_SECONDS * rows / ROWS["full"],
        ),
        Figure("xlsx_preview_s", round(found["preview"], 2), "s", rows),
        Figure("xlsx_repeat_s", round(found["repeat"], 2), "s", rows),
        Figure("xlsx_undo_s", round(found["undo"], 2), "s", rows),
    ]
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())


def workbook(count: int) -> bytes:
    """Return a workbook of so many mills that differ in code and size."""
    import io

    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Machines")
        sheet.write_row(0, 0, HEADER)
        for number in range(count):
            sheet.write_row(number + 1, 0, mill(number))
    return buffer.getvalue()


def mill(number: int) -> tuple[Any, ...]:
    """Return one row of the table."""
    return (
        f"M-{number:05}", f"Mill {number}", "Augsburg", "Hurco", "VMX24",
        "milling-3-axis", 500 + number % 300, 508, 610, 1360, 8, 1.6,
        "en-aw-6061-t6; c45", "P; N", 68, "EUR",
    )  # fmt: skip


def inside(rows: int) -> None:
    """Measure, within Django's settings."""
    import io

    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from apps.machines import services
    from apps.machines.types import SiteDraft
    from benchmarks.inside import answers
    from tenants import context, jobs
    from tenants.registry.services import sign_up
    from tenants.types import SYSTEM

    call_command("prepare", stdout=io.StringIO())
    now = timezone.now()
    north, _owner = sign_up(**answers("bench-shop"), at=now)
    by_hand, _owner = sign_up(**answers("bench-by-hand"), at=now)
    raw = workbook(rows)
    facts: dict[str, Any] = {"by": SYSTEM, "at": now}
    found: dict[str, float] = {}

    with context.enterprise(north), jobs.unpoked():
        services.add_site(draft=SiteDraft(**AUGSBURG), **facts)
        started = perf_counter()
        made = services.upload_table(raw=raw, file_name="machines.xlsx", **facts)
        found["preview"] = perf_counter() - started
        services.start_table(table_import_id=made.pk, **facts)
        started = perf_counter()
        done = services.apply_table(table_import_id=made.pk, at=now)
        found["apply"] = perf_counter() - started
        expect(done.created_count == rows, f"{done.created_count} of {rows} imported")
        started = perf_counter()
        again = services.upload_table(raw=raw, file_name="machines.xlsx", **facts)
        found["repeat"] = perf_counter() - started
        expect(again.unchanged_count == rows, "the same table would change something")
        services.start_undo(table_import_id=made.pk, **facts)
        started = perf_counter()
        services.undo_table(table_import_id=made.pk, at=now)
        found["undo"] = perf_counter() - started
    with context.enterprise(by_hand), jobs.unpoked():
        site = services.add_site(draft=SiteDraft(**AUGSBURG), **facts)
        started = perf_counter()
        for number in range(BY_HAND):
            add_by_hand(number, site.pk, facts)
        found["by_hand"] = perf_counter() - started
    print(json.dumps(found))


def add_by_hand(number: int, site_id: Any, facts: dict[str, Any]) -> None:
    """Register a mill as the portal's forms do."""
    from decimal import Decimal

    from apps.machines import services
    from apps.machines.types import CapabilityDraft, CostInputs, MachineDraft

    code, name, _site, maker, model, process, x, y, z, load, grade, ra, *_ = mill(
        number
    )
    machine = services.add_machine(
        site_id=site_id,
        draft=MachineDraft(code=code, name=name, maker=maker, model=model),
        capabilities=[
            CapabilityDraft(
                process_code=process,
                material_codes=("en-aw-6061-t6", "c45"),
                material_groups=("P", "N"),
                envelope_kind="box",
                size_x_mm=x,
                size_y_mm=y,
                size_z_mm=z,
                max_mass_kg=load,
                it_grade=grade,
                roughness_um=ra,
            )
        ],
        **facts,
    )
    services.set_cost_model(
        machine_id=machine.pk,
        cost=CostInputs(currency="EUR", hourly_rate=Decimal(68)),
        **facts,
    )


def expect(is_so: bool, otherwise: str) -> None:  # noqa: FBT001
    """Stop the benchmark where what it measures does not work."""
    if not is_so:
        raise SystemExit(otherwise)


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(int(sys.argv[2]))
    else:
        main()
