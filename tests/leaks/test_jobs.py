"""Background work: every kind, in the wrong name or with another's ids."""

import inspect
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from tenants import context
from tenants.jobs import registry as kinds
from tenants.jobs import runner
from tenants.jobs.registry import Registered, Scope
from tenants.models import Enterprise, Job
from tenants.registry.selectors import forget_enterprises
from tenants.types import EnterpriseRef, JobState, Tier
from tests.leaks import matrix
from tests.leaks.matrix import NOBODYS, Complaint, Group
from tests.leaks.resources import reference
from tests.leaks.test_database import REFUSED, outcome_of
from tests.leaks.world import World, heard

CASES = (
    "in no enterprise's name",
    "another's ids",
    "of an enterprise without a schema",
    "from another's context",
    "broken off midway",
    "in a new thread",
)
KINDS = {
    kind: registered
    for kind, registered in sorted(kinds.kinds().items())
    if not kind.startswith("tests.")
}
GROUPS = [Group("Jobs", kind, CASES) for kind in KINDS]


def arguments_of(registered: Registered, ids: dict[str, str]) -> dict[str, Any]:
    """What a kind needs to be told; a name without a maker is a KeyError."""
    signature = inspect.signature(registered.run)
    return {
        name: reference(name, ids)
        for name, parameter in signature.parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        and parameter.default is inspect.Parameter.empty
    }


def nobodys_arguments(registered: Registered, ids: dict[str, str]) -> dict[str, Any]:
    return {
        name: str(NOBODYS) if name.endswith("_id") else value
        for name, value in arguments_of(registered, ids).items()
    }


def queued(kind: str, enterprise: EnterpriseRef | None, **args: Any) -> Job:
    """Write a job's row past the queue, as a fault of ours might."""
    with context.owner():
        return Job.objects.create(
            enterprise_id=enterprise.id if enterprise else None,
            kind=kind,
            args=args,
            run_after=timezone.now(),
        )


def attack(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    kind = group.name
    registered = KINDS[kind]
    theirs = arguments_of(registered, world.ids)
    nobodys = nobodys_arguments(registered, world.ids)
    north = world.north.schema
    before = matrix.state_of(north)

    def unchanged() -> Complaint:
        touched = matrix.changed(before, matrix.state_of(north))
        return f"changed {touched}" if touched else None

    is_enterprises = registered.scope is Scope.ENTERPRISE
    # Of those that act for the market or the platform, ids of nobody.
    given = theirs if is_enterprises else nobodys

    with matrix.undone():
        ended = runner.run_job(queued(kind, None, **given).id)
        told = unchanged()
        if is_enterprises and ended is not JobState.QUARANTINED:
            told = f"ends as {ended}"
    yield "in no enterprise's name", told

    with matrix.undone():
        job = queued(kind, world.east, **given)
        runner.run_job(job.id)
        yield "another's ids", unchanged() or _reaches(world, job, registered)

    with matrix.undone():
        yield "of an enterprise without a schema", _resting(world, kind, given)

    with matrix.undone():
        job = queued(kind, world.east, **given)
        with context.enterprise(world.north):
            runner.run_job(job.id)
            now = context.current().schema
        told = unchanged() if now == north else f"leaves {now} behind"
    yield "from another's context", told

    with matrix.undone():
        yield "broken off midway", _broken(world, kind, registered, given)

    yield "in a new thread", _in_a_thread(registered, given)


def _reaches(world: World, job: Job, registered: Registered) -> Complaint:
    """Ask for north's table in the very scope that the handler runs in."""
    if registered.scope is Scope.OWNER:
        # Migrations and archives act as the owner of all schemas.
        return None
    with runner._scope(job, registered):
        code, _touched = outcome_of(f'SELECT 1 FROM "{world.north.schema}".orders_part')
    return None if code == REFUSED else f"reads another's table ({code or 'done'})"


def _resting(world: World, kind: str, given: dict[str, Any]) -> Complaint:
    job = queued(kind, world.east, **given)
    with context.owner():
        Enterprise.objects.filter(pk=world.east.id).update(
            tier=Tier.REGISTERED, schema_name=None, database=None
        )
    forget_enterprises()
    ended = runner.run_job(job.id)
    if KINDS[kind].scope is not Scope.ENTERPRISE:
        return None
    return None if ended is JobState.QUARANTINED else f"ends as {ended}"


def _broken(
    world: World, kind: str, registered: Registered, given: dict[str, Any]
) -> Complaint:
    def breaks(**args: Any) -> None:
        with context.enterprise(world.east), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO notify_notice (id, kind, title, body, url, roles,"
                " dedup_key, created_at, readings) VALUES (gen_random_uuid(),"
                " 'leak.left', 'left', '', '', '[\"owner\"]', '', now(), '{}')"
            )
        raise RuntimeError("broken off")

    schemas = [world.north.schema, world.east.schema]
    before = matrix.state_of(*schemas)
    job = queued(kind, world.east, **given)
    held = context.active()
    kinds._handlers[kind] = Registered(
        breaks, registered.scope, registered.max_attempts
    )
    try:
        runner.run_job(job.id)
    finally:
        kinds._handlers[kind] = registered
    if context.active() != held:
        return f"leaves {context.active()} behind"
    touched = matrix.changed(before, matrix.state_of(*schemas))
    return f"left {touched}" if touched else None


def _in_a_thread(registered: Registered, given: dict[str, Any]) -> Complaint:
    """A new thread begins in nobody's name, whatever its maker acts in."""
    ended: list[Any] = []

    def run() -> None:
        try:
            if registered.scope is Scope.ENTERPRISE:
                registered.run(**given)
            else:
                # Its work would enter a name by itself, and wait for this world's rows.
                outcome_of("SELECT 1")
        except Exception as error:  # noqa: BLE001  (which one is the result)
            ended.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if not ended:
        return "does its work"
    is_refused = isinstance(ended[0], context.NoContext | context.NoEnterprise)
    return None if is_refused else f"ends in {ended[0]!r}"


class TestJobs:
    @pytest.mark.parametrize("group", GROUPS, ids=str)
    def test_reach_their_own_enterprise_alone(self, world: World, group: Group) -> None:
        matrix.judge(group, attack(world, group))

    def test_do_their_work_for_their_own(self, world: World) -> None:
        """The control: with north's ids in north's name, something does happen."""
        before = matrix.state_of(world.north.schema)
        with matrix.undone():
            job = queued(
                "reports.render", world.north, report_id=world.ids["report_id"]
            )
            assert runner.run_job(job.id) is JobState.SUCCEEDED
            assert matrix.changed(before, matrix.state_of(world.north.schema))

    def test_of_others_are_not_shown(self, world: World) -> None:
        answer = world.easts_system.get(f"/v1/jobs/{world.ids['job_id']}")

        assert answer.status_code == 404
        assert heard(answer) is None
