"""A change of an enterprise acts on the next request, in every process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from apps.kernel.identifiers import uuid7
from tenants import context, jobs
from tenants.database.session import session, unit_of_work
from tenants.lifecycle import certificates, resting
from tenants.middleware import EnterpriseContext
from tenants.models import Closure, Database, DirectoryVersion, Domain, Enterprise, Job
from tenants.registry import cache
from tenants.registry.selectors import (
    enterprise_by_host,
    enterprise_by_id,
    enterprise_in_any_tier,
    user_by_email,
)
from tenants.registry.services import (
    add_member,
    announce_change,
    reinstate,
    sign_up,
    suspend,
)
from tenants.types import EnterpriseRef, JobState, Role, Tier
from tests.support import work
from tests.support.api import partner_of
from tests.support.cloud import Cloud
from tests.support.world import CAST, NOON, PASSWORD

pytestmark = pytest.mark.usefixtures("committed")


def host_of(slug: str) -> str:
    return f"{slug}.testserver.local"


def shut_out(ref: EnterpriseRef) -> None:
    owner = user_by_email(CAST["south"]["email"])
    assert owner is not None
    with context.operator():
        suspend(enterprise_id=ref.id, by_user_id=owner.pk, reason="x", at=NOON)


def change(ref: EnterpriseRef, **facts: object) -> None:
    """Change an enterprise as another process would, and announce it."""
    with context.directory(), transaction.atomic():
        Enterprise.objects.filter(pk=ref.id).update(**facts)
        announce_change()


@pytest.fixture
def changed(north: EnterpriseRef) -> Iterator[Callable[..., None]]:
    """Change north, and put it back at the end."""
    with context.directory():
        before = Enterprise.objects.values(
            "tier", "database_id", "schema_name", "write_stopped_at", "tier_since"
        ).get(pk=north.id)
    yield lambda **facts: change(north, **facts)
    change(north, **before)


def elsewhere(act: Callable[[], Any]) -> Any:
    """Do something in another thread, with a connection of its own, to its end."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(act())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0] if found else None


def signed_in(slug: str = "north") -> Client:
    client = Client(headers={"host": host_of(slug)})
    person = user_by_email(CAST[slug]["email"])
    assert person is not None
    with context.directory():
        client.force_login(person)
    return client


class Messages:
    """What a connection sends to the server, message by message."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @contextmanager
    def listening(self) -> Iterator["Messages"]:
        ours = session()
        ours.ensure_connection()
        driver = ours.connection
        listener = self

        class Telling(psycopg2.extensions.cursor):
            def execute(self, sql: Any, params: Any = None) -> None:
                listener.sent.append(str(sql))
                super().execute(sql, params)

        before = driver.cursor_factory
        driver.cursor_factory = Telling
        try:
            yield self
        finally:
            driver.cursor_factory = before


class TestVersion:
    def test_is_raised_with_the_change_and_only_if_it_is_made(
        self, north: EnterpriseRef
    ) -> None:
        def version() -> int:
            with context.directory():
                return DirectoryVersion.objects.get().version

        before = version()
        with pytest.raises(ZeroDivisionError), context.directory():
            with transaction.atomic():
                announce_change()
                raise ZeroDivisionError
        undone = version()
        with context.directory(), transaction.atomic():
            announce_change()

        assert (undone - before, version() - before) == (0, 1)

    def test_is_not_raised_outside_a_transaction(self, north: EnterpriseRef) -> None:
        with pytest.raises(transaction.TransactionManagementError):
            announce_change()

    def test_rides_in_the_message_that_sets_role_and_path(
        self, north: EnterpriseRef
    ) -> None:
        client = signed_in()
        client.get("/notices/")

        with Messages().listening() as heard:
            assert client.get("/notices/").status_code == 200

        asking = [text for text in heard.sent if "tenants_directoryversion" in text]
        assert asking == [
            (
                'SET ROLE "spindle_directory"; SET search_path = "public", "ext"; '
                "SELECT version FROM public.tenants_directoryversion"
            )
        ]
        assert heard.sent[0] == asking[0]
        looked_up = [text for text in heard.sent if "tenants_domain" in text]
        assert looked_up == []

    def test_never_shows_others_what_a_transaction_has_not_committed(
        self, north: EnterpriseRef
    ) -> None:
        with unit_of_work(), pytest.raises(ZeroDivisionError):
            with context.directory(), transaction.atomic():
                Enterprise.objects.filter(pk=north.id).update(name="Never")
                announce_change()
                mine = enterprise_by_id(north.id)
                theirs = elsewhere(lambda: enterprise_by_id(north.id))
                raise ZeroDivisionError
        after = enterprise_by_id(north.id)

        assert mine is not None
        assert (mine.name, theirs.name) == ("Never", north.name)
        assert after is not None
        assert after.name == north.name

    def test_undone_in_a_savepoint_leaves_nothing_behind(
        self, north: EnterpriseRef
    ) -> None:
        with context.directory(), transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                Enterprise.objects.filter(pk=north.id).update(name="Never")
                announce_change()
                enterprise_by_id(north.id)
                raise ZeroDivisionError
            found = enterprise_by_id(north.id)

        assert found is not None
        assert found.name == north.name
        later = enterprise_by_id(north.id)
        assert later is not None
        assert later.name == north.name


class TestCache:
    def test_forgets_who_was_asked_for_longest_ago(
        self, north: EnterpriseRef, south: EnterpriseRef, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(cache, "CACHE_ENTRIES", 2)
        cache.forget()
        for ref in (north, south, north):
            enterprise_by_id(ref.id)
        enterprise_by_host(host_of("north"))

        assert list(cache._entries) == [
            ("id", str(north.id)),
            ("host", host_of("north")),
        ]

    def test_remembers_nobody_as_absent(self, north: EnterpriseRef) -> None:
        assert enterprise_by_host(host_of("westwind")) is None

        ref, _ = sign_up(
            **{**CAST["north"], "slug": "westwind", "email": "w@west.example"},
            password=PASSWORD,
            at=NOON,
        )

        assert enterprise_by_host(host_of("westwind")) == ref


class TestSuspension:
    def test_in_another_thread_acts_on_the_next_request(
        self, north: EnterpriseRef
    ) -> None:
        client = signed_in()
        assert client.get("/notices/").status_code == 200

        elsewhere(lambda: shut_out(north))

        assert client.get("/notices/").status_code == 403
        assert Client(headers={"host": host_of("north")}).get("/").status_code == 403

    def test_would_act_late_if_the_version_were_not_asked_for(
        self, north: EnterpriseRef, monkeypatch: Any
    ) -> None:
        client = signed_in()
        client.get("/notices/")
        known = session().directory_version()
        monkeypatch.setattr(type(session()), "directory_version", lambda _: known)

        elsewhere(lambda: shut_out(north))

        assert client.get("/notices/").status_code == 200

    def test_acts_on_the_next_call_of_a_partner(self, north: EnterpriseRef) -> None:
        partner = partner_of(north)
        assert partner.get("/v1/orders").status_code == 200

        elsewhere(lambda: shut_out(north))

        assert partner.get("/v1/orders").status_code == 401

    def test_lifted_acts_on_the_next_request(self, north: EnterpriseRef) -> None:
        client = signed_in()
        shut_out(north)
        assert client.get("/notices/").status_code == 403

        def lift() -> None:
            with context.operator():
                reinstate(enterprise_id=north.id)

        elsewhere(lift)

        assert client.get("/notices/").status_code == 200

    def test_in_another_process_acts_on_the_next_request(
        self, north: EnterpriseRef, tmp_path: Path
    ) -> None:
        client = signed_in()
        cookies = "; ".join(f"{key}={m.value}" for key, m in client.cookies.items())
        with Cloud(tmp_path, "web") as cloud:
            request: Any = ("GET", host_of("north"), "/notices/")
            # Each of its threads has a connection; all have the entry.
            before = [cloud.ask(*request, Cookie=cookies).status for _ in range(12)]
            shut_out(north)
            after = [cloud.ask(*request, Cookie=cookies).status for _ in range(12)]

        assert (before, after) == ([200] * 12, [403] * 12)


class TestJob:
    def test_meets_the_enterprise_as_it_is_at_the_claim(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        with context.enterprise(north), transaction.atomic():
            first = jobs.enqueue(work.KIND, number=1)
            second = jobs.enqueue(work.KIND, number=2)
        assert jobs.run_job(first) == JobState.SUCCEEDED

        elsewhere(
            lambda: changed(tier=Tier.ARCHIVED, schema_name=None, tier_since=NOON)
        )

        assert jobs.run_job(second) == JobState.QUARANTINED

    def test_waits_while_its_enterprise_may_not_be_written_to(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        with context.enterprise(north), transaction.atomic():
            job_id = jobs.enqueue(work.KIND, number=1)
        changed(write_stopped_at=NOON)

        assert jobs.run_job(job_id) is None
        assert jobs.run_due() == 0
        with context.jobs():
            waiting = Job.objects.get(pk=job_id)
        changed(write_stopped_at=None)

        assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 0)
        assert jobs.run_job(job_id) == JobState.SUCCEEDED


class TestDomainMove:
    def test_gives_the_next_request_to_the_new_enterprise(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        add_member(
            enterprise=south,
            email=CAST["north"]["email"],
            name="Nora",
            role=Role.VIEWER,
            password=PASSWORD,
        )
        client = signed_in()
        before = client.get("/notices/").wsgi_request.enterprise.slug

        def move(to: EnterpriseRef) -> None:
            with context.owner(), transaction.atomic():
                Domain.objects.filter(domain=host_of("north")).update(
                    tenant_id=to.id, is_primary=False
                )
                announce_change()

        elsewhere(lambda: move(south))
        during = client.get("/notices/").wsgi_request
        elsewhere(lambda: move(north))
        after = client.get("/notices/").wsgi_request.enterprise.slug

        assert (before, during.enterprise.slug, after) == ("north", "south", "north")
        assert during.role == Role.VIEWER

    def test_lets_a_request_end_as_the_one_it_began_as(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        """A hundred requests in two threads; the host changes hands all the while."""
        seen: list[tuple[str, str]] = []
        is_over = threading.Event()

        def ask() -> None:
            def view(request: Any) -> Any:
                with closing(connection.cursor()) as cursor:
                    cursor.execute("SELECT current_user, current_schema()")
                    first = cursor.fetchone()
                    cursor.execute("SELECT pg_sleep(0.002)")
                    cursor.execute("SELECT current_user, current_schema()")
                    second = cursor.fetchone()
                mine = request.enterprise.schema
                assert first == second == (mine, mine)
                seen.append((request.enterprise.slug, first[0]))
                return HttpResponse()

            try:
                for _ in range(50):
                    request: Any = RequestFactory().get(
                        "/", headers={"host": host_of("north")}
                    )
                    request.face, request.user = "enterprise", AnonymousUser()
                    request.role = None
                    with unit_of_work(), context.directory():
                        EnterpriseContext(view)(request)
            finally:
                connections.close_all()

        def change_hands() -> None:
            try:
                for turn in range(1000):
                    to = (south, north)[turn % 2]
                    if is_over.is_set() and to is south:
                        break
                    with context.owner(), transaction.atomic():
                        Domain.objects.filter(domain=host_of("north")).update(
                            tenant_id=to.id, is_primary=False
                        )
                        announce_change()
            finally:
                connections.close_all()

        asking = [threading.Thread(target=ask) for _ in range(2)]
        changing = threading.Thread(target=change_hands)
        for thread in (*asking, changing):
            thread.start()
        for thread in asking:
            thread.join()
        is_over.set()
        changing.join()
        with context.owner(), transaction.atomic():
            Domain.objects.filter(domain=host_of("north")).update(
                tenant_id=north.id, is_primary=True
            )
            announce_change()

        schemas = {north.slug: north.schema, south.slug: south.schema}
        assert len(seen) == 100
        assert {slug for slug, _ in seen} == {"north", "south"}
        assert all(schemas[slug] == schema for slug, schema in seen)


class TestTier:
    def test_closed_is_gone(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        client = signed_in()
        changed(tier=Tier.CLOSED, schema_name=None)

        answer = client.get("/notices/")

        assert answer.status_code == 410
        assert "has been closed" in answer.content.decode()

    def test_registered_has_no_portal(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        changed(tier=Tier.REGISTERED, schema_name=None)

        assert signed_in().get("/notices/").status_code == 404

    def test_archived_sleeps_until_a_member_wakes_it(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        member, stranger = signed_in(), Client(headers={"host": host_of("north")})
        changed(tier=Tier.ARCHIVED, schema_name=None)

        seen = member.get("/notices/")
        assert (seen.status_code, seen["Retry-After"]) == (503, "5")
        assert 'action="/asleep/"' in seen.content.decode()
        shown = stranger.get("/")
        assert shown.status_code == 503
        assert 'action="/asleep/"' not in shown.content.decode()
        assert stranger.post("/asleep/").status_code == 302
        with context.jobs():
            assert not Job.objects.exists()

        for _ in range(2):
            assert member.post("/asleep/").status_code == 302

        with context.jobs():
            job = Job.objects.get()
        assert job.kind == "tenants.revive_enterprise"
        assert job.args["enterprise_id"] == str(north.id)
        assert job.args["by_label"] == CAST["north"]["person_name"]
        assert "waking up" in member.get("/").content.decode()

    def test_archived_is_not_woken_by_a_forged_request(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        changed(tier=Tier.ARCHIVED, schema_name=None)
        forged = Client(enforce_csrf_checks=True, headers={"host": host_of("north")})
        forged.cookies = signed_in().cookies

        assert forged.post("/asleep/").status_code == 403
        with context.jobs():
            assert not Job.objects.exists()

    def test_archived_lets_its_people_sign_in(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        changed(tier=Tier.ARCHIVED, schema_name=None)
        stranger = Client(headers={"host": host_of("north")})

        assert stranger.get("/account/login/").status_code == 200

    def test_dormant_shows_strangers_the_way_in_and_does_not_wake(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        changed(tier=Tier.DORMANT)

        answer = Client(headers={"host": host_of("north")}).get("/notices/")

        assert (answer.status_code, answer["Location"]) == (
            302,
            "/account/login/?next=%2Fnotices%2F",
        )
        found = enterprise_in_any_tier(north.id)
        assert found is not None
        assert found.tier is Tier.DORMANT

    def test_dormant_is_woken_by_a_member_and_by_a_partner(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        partner = partner_of(north)
        for ask in (
            lambda: signed_in().get("/notices/"),
            lambda: partner.get("/v1/orders"),
        ):
            changed(tier=Tier.DORMANT)
            assert ask().status_code == 200
            found = enterprise_in_any_tier(north.id)
            assert found is not None
            assert found.tier is Tier.ACTIVATED

    def test_dormant_is_not_woken_by_a_member_of_another(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        client = signed_in("south")
        changed(tier=Tier.DORMANT)

        assert (
            client.get("/notices/", headers={"host": host_of("north")}).status_code
            == 404
        )
        found = enterprise_in_any_tier(north.id)
        assert found is not None
        assert found.tier is Tier.DORMANT

    def test_a_member_there_is_noted_once_an_hour(self, north: EnterpriseRef) -> None:
        resting.forget_activity()
        client = signed_in()
        before = timezone.now()
        with context.directory():
            Enterprise.objects.filter(pk=north.id).update(last_active_at=None)

        client.get("/notices/")

        with context.directory():
            noted = Enterprise.objects.get(pk=north.id).last_active_at
        assert noted is not None
        assert noted >= before

    def test_erased_leaves_a_sign_at_its_address(self, north: EnterpriseRef) -> None:
        with context.directory():
            closure = Closure.objects.create(
                enterprise_id=uuid7(),
                slug_digest=certificates.digest_of("slug", "left-behind"),
                closed_at=NOON,
                closed_by="Operator",
                signature="x",
            )
        left = Client(headers={"host": host_of("left-behind")}).get("/")
        never = Client(headers={"host": host_of("never-there")}).get("/")
        with context.owner():
            closure.delete()

        assert (left.status_code, never.status_code) == (410, 404)


class TestMove:
    def test_to_another_database_is_told_to_the_proxy(
        self, north: EnterpriseRef, other_database: str, changed: Callable[..., None]
    ) -> None:
        client, partner = signed_in(), partner_of(north)
        changed(database_id=other_database)

        for answer in (client.get("/notices/"), partner.get("/v1/orders")):
            assert answer.status_code == 421
            assert answer["Spindle-Database"] == other_database
        assert partner.get("/v1/orders").json()["code"] == "served_elsewhere"

    def test_stops_writes_and_lets_reading_go_on(
        self, north: EnterpriseRef, changed: Callable[..., None]
    ) -> None:
        client, partner = signed_in(), partner_of(north)
        changed(write_stopped_at=NOON)

        assert client.get("/notices/").status_code == 200
        assert partner.get("/v1/orders").status_code == 200
        refused = client.post("/notices/read/")
        assert (refused.status_code, refused["Retry-After"]) == (503, "5")
        assert "being moved" in refused.content.decode()
        told = partner.post("/v1/sites", {})
        assert (told.status_code, told["Retry-After"]) == (503, "5")
        assert told["Content-Type"] == "application/problem+json"
        assert told.json()["code"] == "being_moved"

        changed(write_stopped_at=None)
        assert client.post("/notices/read/").status_code == 302


@pytest.fixture
def other_database(north: EnterpriseRef) -> Iterator[str]:
    with context.owner():
        Database.objects.create(code="second", cell_id="main")
    yield "second"
    with context.owner():
        Enterprise.objects.filter(database="second").update(database="main")
        Database.objects.filter(code="second").delete()
