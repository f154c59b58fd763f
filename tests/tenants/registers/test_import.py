"""A register goes into the directory whole chunks at a time, as often as one likes."""

import csv
import io
import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from tenants import context, jobs
from tenants.models import Enterprise, Job, JobProgress, RegisterImport
from tenants.registers import services
from tenants.registers.types import Progress
from tenants.types import SYSTEM, ImportState, JobState, Tier
from tests.factories import registers as make
from tests.support.world import NOON

HEADER = "register_number,name,country,city,website,slug\n"
OST = "HRB 1,Ostwerk GmbH,DE,Leipzig,www.ostwerk.example,\n"
WEST = "HRB 2,Westwind Forge,PL,Gdańsk,,\n"
KINDS = ("rows", "created", "updated", "unchanged", "refused")


def read(path: Path, text: str, **facts: object) -> RegisterImport:
    file = path / "register.csv"
    file.write_text(text)
    return services.import_file(
        path=file, source=make.REGISTER, by=SYSTEM, at=NOON, **facts
    )


def counts(row: RegisterImport) -> dict[str, int]:
    found = {
        "rows": row.row_count,
        "created": row.created_count,
        "updated": row.updated_count,
        "unchanged": row.unchanged_count,
        "refused": row.refused_count,
    }
    with context.directory():
        stored = RegisterImport.objects.get(pk=row.pk)
    assert stored.row_count == row.row_count
    assert stored.state == row.state
    assert found["rows"] == sum(found[kind] for kind in KINDS[1:])
    return {kind: count for kind, count in found.items() if count}


def listed(row: RegisterImport) -> list[dict[str, str]]:
    path = settings.ARCHIVE_ROOT / row.errors_path
    return list(csv.DictReader(io.StringIO(path.read_text())))


def slugs() -> dict[str, str]:
    with context.directory():
        return dict(
            Enterprise.objects.filter(register_source=make.REGISTER).values_list(
                "register_number", "slug"
            )
        )


class TestImportFile:
    def test_writes_registered_enterprises(self, db: None, tmp_path: Path) -> None:
        done = read(tmp_path, HEADER + OST + WEST)

        assert counts(done) == {"rows": 2, "created": 2}
        assert done.state == ImportState.DONE
        assert listed(done) == []
        with context.directory():
            ost = Enterprise.objects.get(register_number="HRB 1")
        assert (ost.slug, ost.name, ost.country, ost.city) == (
            "ostwerk-gmbh",
            "Ostwerk GmbH",
            "DE",
            "Leipzig",
        )
        assert (ost.tier, ost.schema_name, ost.tier_since) == ("registered", None, NOON)
        assert (ost.currency, ost.time_zone) == ("EUR", "Europe/Berlin")
        assert ost.website == "https://www.ostwerk.example"
        assert ost.register_source == make.REGISTER

    def test_changes_nothing_the_second_time(self, db: None, tmp_path: Path) -> None:
        read(tmp_path, HEADER + OST + WEST)
        before = slugs()

        assert counts(read(tmp_path, HEADER + OST + WEST)) == {
            "rows": 2,
            "unchanged": 2,
        }
        assert slugs() == before

    def test_brings_changed_facts_up_to_date_and_keeps_the_address(
        self, db: None, tmp_path: Path
    ) -> None:
        read(tmp_path, HEADER + OST + WEST)

        done = read(tmp_path, HEADER + OST.replace("Ostwerk", "Ostwerke") + WEST)

        assert counts(done) == {"rows": 2, "updated": 1, "unchanged": 1}
        with context.directory():
            ost = Enterprise.objects.get(register_number="HRB 1")
        assert (ost.name, ost.slug) == ("Ostwerke GmbH", "ostwerk-gmbh")

    def test_leaves_an_activated_enterprise_its_own_facts(
        self, db: None, tmp_path: Path
    ) -> None:
        with context.directory():
            Enterprise.objects.filter(slug="north").update(
                register_source=make.REGISTER, register_number="HRB 1"
            )

        done = read(tmp_path, HEADER + OST)

        assert counts(done) == {"rows": 1, "unchanged": 1}
        assert [row["problem"] for row in listed(done)] == [
            "The enterprise is activated: its own facts were kept."
        ]
        with context.directory():
            assert Enterprise.objects.get(slug="north").name.startswith("Nordlicht")

    def test_takes_the_good_rows_and_lists_the_others(
        self, db: None, tmp_path: Path
    ) -> None:
        done = read(
            tmp_path,
            HEADER
            + OST
            + "HRB 3,Südwerk,,,,\n"
            + "HRB 4,Nordwerk,NO,Oslo\n"
            + WEST
            + "HRB 1,Ostwerk again,DE,,,\n"
            + "HRB 5,=cmd|x,DE,,no host,\n",
        )

        assert counts(done) == {"rows": 6, "created": 2, "refused": 4}
        assert [
            (row["line"], row["field"], row["value"], row["problem"])
            for row in listed(done)
        ] == [
            ("3", "country", "", "This row has no country."),
            (
                "4",
                "",
                "HRB 4,Nordwerk,NO,Oslo",
                "This row has 4 columns, the first has 6.",
            ),
            ("6", "register_number", "HRB 1", "Line 2 has this number already."),
            ("7", "website", "no host", "This is no address of a website."),
        ]
        assert all(row["remedy"] for row in listed(done))

    def test_tames_what_a_spreadsheet_would_run(self, db: None, tmp_path: Path) -> None:
        done = read(tmp_path, HEADER + "HRB 1,Ostwerk,=2+3,,,\n")

        assert [row["value"] for row in listed(done)] == ["'=2+3"]

    def test_knows_a_number_apart_from_anothers_register(
        self, db: None, tmp_path: Path
    ) -> None:
        make.registered(register_source="Companies House", register_number="HRB 1")

        assert counts(read(tmp_path, HEADER + OST)) == {"rows": 1, "created": 1}

    def test_keeps_what_was_read_before_a_packed_file_broke_off(
        self, db: None, tmp_path: Path
    ) -> None:
        import gzip

        rows = "".join(f"HRB {n},Ostwerk {n},DE,Leipzig,,\n" for n in range(9000))
        whole = gzip.compress((HEADER + rows).encode())
        path = tmp_path / "register.csv.gz"
        path.write_bytes(whole[: len(whole) // 2])

        with pytest.raises(services.UnreadableRegister, match="breaks off"):
            services.import_file(path=path, source="hr", by=SYSTEM, at=NOON)

        with context.directory():
            row = RegisterImport.objects.get(source="hr")
            written = Enterprise.objects.filter(register_source="hr").count()
        assert row.state == ImportState.FAILED
        assert "breaks off after line" in row.error
        assert written == row.row_count == row.created_count > 1000


class TestAddress:
    def test_is_each_enterprises_own(
        self, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Within a chunk and across chunks.
        monkeypatch.setattr(services, "ROWS_A_CHUNK", 2)
        make.registered(slug="ostwerk-gmbh", register_number="HRB 0")

        done = read(
            tmp_path,
            HEADER + "".join(f"HRB {n},Ostwerk GmbH,DE,,,\n" for n in range(1, 6)),
        )

        assert counts(done) == {"rows": 5, "created": 5}
        found = slugs()
        assert len(set(found.values())) == 6
        assert all(
            slug.startswith("ostwerk-gmbh-")
            for n, slug in found.items()
            if n != "HRB 0"
        )

    def test_is_the_same_when_everything_is_read_anew(
        self, db: None, tmp_path: Path
    ) -> None:
        text = HEADER + "".join(f"HRB {n},Ostwerk,DE,,,\n" for n in range(5))
        read(tmp_path, text)
        before = slugs()
        with context.owner():
            Enterprise.objects.filter(register_source=make.REGISTER).delete()

        read(tmp_path, text)

        assert slugs() == before

    def test_goes_to_who_names_it(self, db: None, tmp_path: Path) -> None:
        read(tmp_path, HEADER + "HRB 1,Ostwerk,DE,,,\nHRB 2,Another,DE,,,ostwerk\n")

        found = slugs()
        assert found["HRB 2"] == "ostwerk"
        assert found["HRB 1"].startswith("ostwerk-")

    def test_that_is_named_and_taken_is_refused(self, db: None, tmp_path: Path) -> None:
        done = read(
            tmp_path,
            HEADER + "HRB 1,Ost,DE,,,north\nHRB 2,West,DE,,,west\nHRB 3,X,DE,,,west\n",
        )

        assert counts(done) == {"rows": 3, "created": 1, "refused": 2}
        assert [(row["line"], row["field"], row["value"]) for row in listed(done)] == [
            ("2", "slug", "north"),
            ("4", "slug", "west"),
        ]


class TestRequestImport:
    def test_reads_in_the_background_and_shows_how_far(self, committed: None) -> None:
        row = make.register_import((HEADER + OST + WEST).encode())
        assert row.state == ImportState.QUEUED
        assert (settings.ARCHIVE_ROOT / row.path).exists()

        jobs.run_due()

        with context.directory():
            done = RegisterImport.objects.get(pk=row.pk)
        assert counts(done) == {"rows": 2, "created": 2}
        assert not (settings.ARCHIVE_ROOT / row.path).exists()
        with context.jobs():
            job = Job.objects.get(kind=services.KIND)
            assert job.state == JobState.SUCCEEDED
            assert JobProgress.objects.get(job_id=job.pk).note.startswith("2 rows")

    def test_says_why_a_file_was_not_read(self, committed: None) -> None:
        row = make.register_import(b"PK\x03\x04")

        jobs.run_due()

        with context.directory():
            done = RegisterImport.objects.get(pk=row.pk)
        assert done.state == ImportState.FAILED
        assert done.error.startswith("This is a spreadsheet")
        assert not (settings.ARCHIVE_ROOT / row.path).exists()

    def test_is_done_once(self, db: None) -> None:
        row = make.register_import()
        services.read_import(import_id=row.pk, at=NOON)

        with pytest.raises(services.ImportNotWaiting):
            services.read_import(import_id=row.pk, at=NOON)


def die_after(statements: int, row_id: object) -> None:
    left = statements

    def count(execute, *statement):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*statement)

    with connection.execute_wrapper(count):
        services.read_import(import_id=row_id, at=NOON)


class TestKilled:
    @pytest.fixture
    def small_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "ROWS_A_CHUNK", 10)

    def test_reads_on_whatever_statement_it_was_at(
        self, committed: None, small_chunks: None
    ) -> None:
        rows = [f"HRB {n},Ostwerk {n % 7},DE,Leipzig,,\n" for n in range(45)]
        rows[13] = "HRB 13,No country,,,,\n"
        rows[31] = "HRB 2,Ostwerk again,DE,,,\n"
        row = make.register_import((HEADER + "".join(rows)).encode())
        kills = 0
        while True:
            # Further each time, and always before the end.
            ended = forked(partial(die_after, 3 + kills % 17, row.pk))
            if not os.WIFSIGNALED(ended):
                break
            kills += 1
            with context.directory():
                now = RegisterImport.objects.get(pk=row.pk)
                written = Enterprise.objects.filter(
                    register_source=make.REGISTER
                ).count()
            assert written == now.created_count
            assert now.row_count % 10 == 0

        assert ended == 0
        assert kills >= 5
        with context.directory():
            done = RegisterImport.objects.get(pk=row.pk)
        assert counts(done) == {"rows": 45, "created": 43, "refused": 2}
        assert [(one["line"], one["field"]) for one in listed(done)] == [
            ("15", "country"),
            ("33", "register_number"),
        ]


def forked(work):
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


class TestCommand:
    def test_reads_a_file_and_says_what_became_of_it(
        self, db: None, tmp_path: Path
    ) -> None:
        path, errors, said = tmp_path / "r.csv", tmp_path / "e.csv", io.StringIO()
        path.write_text(HEADER + OST + "HRB 3,Südwerk,,,,\n")

        call_command(
            "register",
            "import",
            str(path),
            f"--source={make.REGISTER}",
            f"--errors={errors}",
            stdout=said,
            stderr=io.StringIO(),
        )

        assert said.getvalue().splitlines() == [
            "2 rows: 1 new, 0 changed, 0 unchanged, 1 refused",
            f"what did not go in: {errors}",
        ]
        assert "This row has no country." in errors.read_text()

    @pytest.mark.parametrize("content", [None, b"PK\x03\x04"])
    def test_says_what_is_wrong_with_a_file(
        self, db: None, tmp_path: Path, content: bytes | None
    ) -> None:
        path = tmp_path / "r.csv"
        if content is not None:
            path.write_bytes(content)

        with pytest.raises(CommandError, match="No such file|spreadsheet"):
            call_command("register", "import", str(path), "--source=hr")


@pytest.mark.slow
def test_reads_a_hundred_thousand_rows_in_less_than_a_minute(
    committed: None, tmp_path: Path
) -> None:
    names = ("Weber", "Уральский завод", "深圳机械", "Müller & Söhne", "Nord Forge")
    rows = "".join(
        f"{n},{names[n % 5]} {names[n // 5 % 5]},{('DE', 'CN', 'RU')[n % 3]},,,\n"
        for n in range(100_000)
    )
    told: list[Progress] = []
    begun = time.monotonic()

    done = read(tmp_path, HEADER + rows, tell=told.append)

    assert time.monotonic() - begun < 60
    assert counts(done) == {"rows": 100_000, "created": 100_000}
    assert len(told) == 20
    assert [one.percent for one in told] == sorted(one.percent for one in told)
    assert told[-1].percent == 100
    assert told[-1].seconds_left == 0
    with context.directory():
        assert Enterprise.objects.filter(tier=Tier.REGISTERED).count() == 100_000
    # Row by row, as the fixture has it, would take longer than the test.
    with context.owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenants_enterprise WHERE tier = 'registered'")
