"""Who leaves is asked twice, waited for, erased everywhere, and gets a certificate."""

import io
import json
import logging
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.kernel.errors import InvalidInput, NotFound
from tenants import context, jobs
from tenants.lifecycle import certificates, hooks, services
from tenants.models import Closure, Enterprise, Job, Membership, User
from tenants.registers import services as registers
from tenants.registry.selectors import as_ref
from tenants.registry.services import add_member
from tenants.types import SYSTEM, Actor, EnterpriseRef, JobState, Role, Tier
from tests.factories import archives as full
from tests.factories import registers as make
from tests.factories import tenants as people
from tests.support.world import NOON, PASSWORD
from tests.tenants.lifecycle.conftest import dying_at, forked

LATER = NOON + timedelta(days=31)
NAME = "Nordlicht Precision GmbH"


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all work with others had ended; what blocks has tests of its own."""
    found = hooks._hooks["exchange"]
    monkeypatch.setitem(
        hooks._hooks,
        "exchange",
        hooks.Hooks(None, found.on_rest, found.on_return, found.kept),
    )


class TestAsk:
    def test_waits_for_thirty_days(self, north: EnterpriseRef) -> None:
        closing = services.ask_to_close(
            enterprise_id=north.id, typed_name=f" {NAME} ", by=SYSTEM, at=NOON
        )

        assert closing.due_at == NOON + timedelta(days=30)
        assert services.closing_of(north.id) == closing
        with context.enterprise(north):
            assert Job.objects.get(pk=closing.job_id).state == JobState.QUEUED

    def test_is_asked_once(self, north: EnterpriseRef) -> None:
        facts: dict[str, Any] = {"enterprise_id": north.id, "typed_name": NAME}
        first = services.ask_to_close(**facts, by=SYSTEM, at=NOON)

        assert services.ask_to_close(**facts, by=SYSTEM, at=LATER) == first

    def test_needs_the_name_as_it_is_written(self, north: EnterpriseRef) -> None:
        with pytest.raises(InvalidInput, match="not the enterprise's name") as refused:
            services.ask_to_close(
                enterprise_id=north.id, typed_name="north", by=SYSTEM, at=NOON
            )

        assert refused.value.field == "typed_name"
        assert services.closing_of(north.id) is None

    def test_is_refused_with_the_open_work_named(self, west: EnterpriseRef) -> None:
        from tests.factories import orders

        with context.enterprise(west):
            order = orders.placed_order()

        with pytest.raises(services.WorkIsOpen, match=f"Open orders: {order.number}"):
            services.ask_to_close(
                enterprise_id=west.id, typed_name=west.name, by=SYSTEM, at=NOON
            )

    def test_can_be_taken_back(self, north: EnterpriseRef) -> None:
        services.ask_to_close(
            enterprise_id=north.id, typed_name=NAME, by=SYSTEM, at=NOON
        )

        services.cancel_closing(enterprise_id=north.id, by=SYSTEM, at=NOON)

        assert services.closing_of(north.id) is None
        with pytest.raises(NotFound):
            services.cancel_closing(enterprise_id=north.id, by=SYSTEM, at=NOON)


CANARIES = [f"kanarie{number:03d}x" for number in range(200)]


def plant(ref: EnterpriseRef) -> None:
    """Write each of two hundred words somewhere that the enterprise's data goes."""
    words = iter(CANARIES)

    def word() -> str:
        return next(words)

    with context.owner(ref.schema), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.character_maximum_length"
            " FROM information_schema.columns c JOIN pg_tables t"
            " ON t.schemaname = c.table_schema AND t.tablename = c.table_name"
            " WHERE c.table_schema = %s AND c.data_type IN ('text',"
            " 'character varying') AND coalesce(c.character_maximum_length, 99) >= 80"
            " AND c.table_name !~ '^(audit_|django_)' AND c.column_name !~"
            " 'file|preview|thumbnail|state|_code|kind'  ORDER BY 1, 2",
            [ref.schema],
        )
        columns = cursor.fetchall()
        planted = 0
        for table, column, _longest in columns:
            if planted == 120:
                break
            # Columns that a constraint or a trigger guards keep what they have.
            with suppress(DatabaseError), transaction.atomic():
                cursor.execute(
                    f'UPDATE "{table}" SET "{column}" = %s', [CANARIES[planted]]
                )
                planted += 1
    assert planted >= 15
    for _ in range(planted):
        word()
    with context.enterprise(ref):
        for number in range(10):
            jobs.enqueue("tests.write_notice", number=number, what=word())
        from django.core.files.base import ContentFile
        from django.core.files.storage import default_storage

        default_storage.save(
            f"{ref.schema}/parts/{word()}", ContentFile(word().encode())
        )
    with context.directory():
        Enterprise.objects.filter(pk=ref.id).update(
            name=f"Westwind {word()}",
            name_local=word(),
            about=word(),
            region=word(),
            city=word(),
            website=f"https://{word()}.example",
            activities=[word()],
            register_source="Companies House",
            register_number=word(),
            suspension_reason=word(),
        )
        person = User.objects.get(email="owner@westwind-forge.example")
        User.objects.filter(pk=person.pk).update(
            name=word(), email=f"{word()}@westwind.example"
        )
        session = SessionStore()
        session["_auth_user_id"] = str(person.pk)
        session["note"] = word()
        session.save()
    with context.owner(), connection.cursor() as cursor:
        for sql in (
            "UPDATE exchange_listing SET machine_label = %s WHERE owner_id = %s",
            "UPDATE exchange_demand SET title = %s WHERE owner_id = %s",
            "UPDATE tenants_apiclient SET name = %s WHERE enterprise_id = %s",
            "UPDATE tenants_job SET error = %s WHERE enterprise_id = %s",
        ):
            with suppress(DatabaseError), transaction.atomic():
                cursor.execute(sql, [word(), ref.id])
        cursor.execute(
            "INSERT INTO tenants_idempotencyrecord (id, enterprise_id, route, key,"
            " fingerprint, status, headers, body, created_at)"
            " VALUES (gen_random_uuid(), %s, 'r', %s, '', 201, '{}', %s, now())",
            [ref.id, word(), word()],
        )
        left = list(words)
        for one in left:
            cursor.execute(
                "INSERT INTO tenants_idempotencyrecord (id, enterprise_id, route, key,"
                " fingerprint, status, headers, body, created_at)"
                " VALUES (gen_random_uuid(), %s, 'r', %s, '', 201, '{}', %s, now())",
                [ref.id, one, one],
            )


def found_in_database() -> set[str]:
    """Return the canaries that any table of any schema holds, in any column."""
    found: set[str] = set()
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%'"
            " AND n.nspname <> 'information_schema'"
        )
        tables = cursor.fetchall()
    for schema, table in tables:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                f'SELECT DISTINCT m[1] FROM "{schema}"."{table}" t,'
                " regexp_matches(t::text, 'kanarie\\d{3}x', 'g') m"
            )
            found |= {row[0] for row in cursor.fetchall()}
    with context.owner(), connection.cursor() as cursor:
        # Not a row of ours, but a row all the same.
        cursor.execute(
            "SELECT encode(session_data::bytea, 'escape') FROM django_session"
        )
        for (data,) in cursor.fetchall():
            decoded = str(SessionStore().decode(data))
            found |= {one for one in CANARIES if one in decoded}
    return found


def found_in_files(*roots: Path) -> set[str]:
    import zipfile

    found: set[str] = set()
    for root in roots:
        for path in root.rglob("*"):
            texts = [str(path)]
            if path.is_file():
                texts.append(path.read_bytes().decode("latin-1"))
                if zipfile.is_zipfile(path):
                    with zipfile.ZipFile(path) as packed:
                        texts += [
                            packed.read(name).decode("latin-1")
                            for name in packed.namelist()
                        ]
            found |= {one for one in CANARIES for text in texts if one in text}
    return found


def found_in_valkey() -> set[str]:
    import redis

    client = redis.Redis.from_url(settings.REDIS_URL)
    found: set[str] = set()
    for key in client.scan_iter():
        kind = client.type(key)
        if kind == b"string":
            value = repr(client.get(key))
        elif kind == b"list":
            value = repr(client.lrange(key, 0, -1))
        elif kind == b"hash":
            value = repr(client.hgetall(key))
        elif kind == b"zset":
            value = repr(client.zrange(key, 0, -1))
        else:
            value = repr(client.smembers(key)) if kind == b"set" else ""
        found |= {one for one in CANARIES if one in value or one in repr(key)}
    return found


@pytest.fixture
def leaving(room: None, nobody_waits: None) -> EnterpriseRef:
    """Westwind Forge with rows everywhere, words planted among them, and an export."""
    ref = full.full_enterprise()
    with context.jobs():
        Job.objects.all().delete()
    plant(ref)
    services.ask_for_export(enterprise_id=ref.id, by=SYSTEM, at=NOON)
    with context.jobs():
        exporting = Job.objects.get(kind="tenants.write_archive").pk
    jobs.run_job(exporting)
    with context.directory():
        return as_ref(Enterprise.objects.get(pk=ref.id))


class TestClose:
    def test_leaves_no_word_anywhere(
        self, leaving: EnterpriseRef, caplog: pytest.LogCaptureFixture
    ) -> None:
        roots = (Path(settings.ARCHIVE_ROOT), Path(settings.MEDIA_ROOT))
        caplog.set_level(logging.DEBUG)
        assert len(found_in_database()) >= 190
        assert len(found_in_files(*roots)) >= 100
        assert found_in_database() | found_in_files(*roots) == set(CANARIES)

        closure = services.close_enterprise(
            enterprise_id=leaving.id, by=SYSTEM, at=LATER
        )

        assert found_in_database() == set()
        assert found_in_files(*roots) == set()
        assert found_in_valkey() == set()
        assert [one for one in CANARIES if one in caplog.text] == []
        document = closure.document
        assert set(document["checks"].values()) == {0}
        assert document["own_rows"]["machines_machine"] >= 1
        assert document["shared_rows"]["tenants_domain"] == 1
        assert document["shared_rows"]["tenants_job"] >= 10
        assert document["people"] == 2
        assert document["files"] >= 3
        assert document["archives"] == 1
        assert {one["what"] for one in document["kept_by_others"]} == {
            "orders",
            "quotes given or received",
        }

    def test_keeps_a_tombstone_without_a_name(self, leaving: EnterpriseRef) -> None:
        services.close_enterprise(enterprise_id=leaving.id, by=SYSTEM, at=LATER)

        with context.directory():
            row = Enterprise.objects.get(pk=leaving.id)
        assert (row.tier, row.name, row.country, row.schema_name) == (
            "closed",
            "",
            "ZZ",
            None,
        )
        assert row.slug == f"closed-{leaving.id.hex}"
        assert services.is_left_address("westwind-forge")
        assert not services.is_left_address("north")

    def test_keeps_people_who_have_another_place(
        self, leaving: EnterpriseRef, north: EnterpriseRef
    ) -> None:
        both = add_member(
            enterprise=leaving,
            email="both@westwind.example",
            name="Berta Both",
            role=Role.VIEWER,
            password=PASSWORD,
        )
        add_member(
            enterprise=north,
            email="both@westwind.example",
            name="",
            role=Role.VIEWER,
            password=PASSWORD,
        )

        services.close_enterprise(enterprise_id=leaving.id, by=SYSTEM, at=LATER)

        with context.directory():
            assert User.objects.get(pk=both.pk).name == "Berta Both"
            assert [
                one.enterprise_id for one in Membership.objects.filter(user=both)
            ] == [north.id]

    def test_killed_at_any_statement_is_whole_or_erased(
        self, leaving: EnterpriseRef
    ) -> None:
        kills, step, erased = 0, 1, 0
        while True:
            ended = forked(
                dying_at(
                    step,
                    lambda: services.close_enterprise(
                        enterprise_id=leaving.id, by=SYSTEM, at=LATER
                    ),
                )
            )
            if not os.WIFSIGNALED(ended):
                break
            kills += 1
            step += 1 if kills < 10 else 7
            with context.directory():
                row = Enterprise.objects.get(pk=leaving.id)
            if row.tier == Tier.CLOSED:
                erased += 1
                break
            assert row.name.startswith("Westwind")
            assert row.schema_name == leaving.schema
            assert found_in_files(Path(settings.MEDIA_ROOT))
        assert kills >= 15
        # Whoever was killed after the commit left the files to a job.
        jobs.run_due()
        with context.directory():
            closure = Closure.objects.get(enterprise_id=leaving.id)
        assert certificates.is_genuine(closure)
        assert found_in_files(Path(settings.MEDIA_ROOT)) == set()
        assert found_in_database() == set()

    def test_closes_one_that_is_archived(self, leaving: EnterpriseRef) -> None:
        services.let_rest(enterprise_id=leaving.id, by=SYSTEM, at=NOON)
        with context.jobs():
            Job.objects.all().delete()
        services.archive_enterprise(enterprise_id=leaving.id, by=SYSTEM, at=NOON)
        jobs.run_due()

        services.close_enterprise(enterprise_id=leaving.id, by=SYSTEM, at=LATER)

        assert found_in_database() == set()
        assert found_in_files(Path(settings.ARCHIVE_ROOT)) == set()

    def test_happens_by_itself_once_it_is_due(self, leaving: EnterpriseRef) -> None:
        closing = services.ask_to_close(
            enterprise_id=leaving.id, typed_name=leaving.name, by=SYSTEM, at=NOON
        )
        with context.jobs():
            Job.objects.exclude(pk=closing.job_id).delete()
            Job.objects.update(run_after=NOON - timedelta(days=9999))

        jobs.run_due()
        jobs.run_due()

        closure = services.certificate_of(leaving.id)
        assert certificates.is_genuine(closure)
        assert closure.closed_by == "the platform"
        assert found_in_database() == set()

    def test_is_refused_while_orders_are_open(self, west: EnterpriseRef) -> None:
        from tests.factories import orders

        with context.enterprise(west):
            orders.placed_order()

        with pytest.raises(services.WorkIsOpen):
            services.close_enterprise(enterprise_id=west.id, by=SYSTEM, at=LATER)

        with context.directory():
            assert Enterprise.objects.get(pk=west.id).tier == Tier.ACTIVATED


class TestCertificate:
    def test_is_not_believed_once_it_was_changed(self, leaving: EnterpriseRef) -> None:
        closure = services.close_enterprise(
            enterprise_id=leaving.id, by=SYSTEM, at=LATER
        )
        assert certificates.is_genuine(closure)

        closure.document["people"] = 0

        assert not certificates.is_genuine(closure)

    def test_is_shown_and_verified(self, leaving: EnterpriseRef) -> None:
        services.close_enterprise(enterprise_id=leaving.id, by=SYSTEM, at=LATER)
        said = io.StringIO()

        call_command(
            "enterprise", "certificate", str(leaving.id), "--verify", stdout=said
        )

        assert said.getvalue().endswith("The signature is genuine.\n")
        with context.directory():
            Closure.objects.update(document={"format": "spindle-erasure"})
        with pytest.raises(CommandError, match="not of this document"):
            call_command(
                "enterprise", "certificate", str(leaving.id), "--verify", stdout=said
            )

    def test_names_nobody(self, leaving: EnterpriseRef) -> None:
        with context.directory():
            owner = User.objects.get(email__startswith="kanarie")
        closure = services.close_enterprise(
            enterprise_id=leaving.id,
            by=Actor(label=owner.name, user_id=owner.pk),
            at=LATER,
        )

        assert closure.closed_by == "an owner"
        text = json.dumps(closure.document) + closure.closed_by
        assert [one for one in (*CANARIES, "westwind") if one in text.lower()] == []


def test_a_register_does_not_bring_back_who_left(room: None, tmp_path: Path) -> None:
    row = make.registered()
    services.close_enterprise(enterprise_id=row.pk, by=SYSTEM, at=LATER)
    file = tmp_path / "register.csv"
    file.write_bytes(make.HEADER + make.ROW)

    done = registers.import_file(path=file, source=make.REGISTER, by=SYSTEM, at=LATER)

    assert (done.created_count, done.refused_count) == (0, 1)
    with context.directory():
        assert not Enterprise.objects.filter(register_number="HRB 4711").exists()


def test_an_operator_is_never_erased(leaving: EnterpriseRef) -> None:
    operator = people.operator()
    with context.directory():
        Membership.objects.create(
            enterprise_id=leaving.id, user=operator, role=Role.VIEWER
        )

    services.close_enterprise(enterprise_id=leaving.id, by=SYSTEM, at=LATER)

    with context.directory():
        assert User.objects.filter(pk=operator.pk).exists()
        User.objects.filter(pk=operator.pk).delete()
