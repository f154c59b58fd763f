"""200 jobs, the worker killed at four named points, Valkey emptied: all done, once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from apps.notify.models import Notice
from tenants import context, jobs
from tenants.jobs import sweeper
from tenants.models import Job
from tenants.types import EnterpriseRef, JobState
from tests.support import work

ROOT = Path(__file__).resolve().parents[2]
JOBS = 200
PATIENCE_SECONDS = 90

pytestmark = pytest.mark.usefixtures("committed")


def start_worker(failpoint: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "spindle.celery",
            "worker",
            "-I",
            "tests.support.work",
            "-c",
            "2",
            "-l",
            "ERROR",
            "--without-gossip",
            "--without-mingle",
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": ":".join(
                [str(ROOT), str(ROOT / "platform"), os.environ.get("PYTHONPATH", "")]
            ),
            "DJANGO_SETTINGS_MODULE": os.environ.get(
                "DJANGO_SETTINGS_MODULE", "spindle.settings.test"
            ),
            "SPINDLE_FAILPOINT": failpoint,
            "SPINDLE_LEASE_SECONDS": "1",
            # The point is reached again and again; only a poisoned job counts deaths.
            "SPINDLE_MAX_DEATHS": "100",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "JOBS_MAX_DEATHS", 100)
    monkeypatch.setattr(sweeper, "POKE_IS_STALE_AFTER", sweeper.timedelta(seconds=2))
    yield
    redis.Redis.from_url(settings.REDIS_URL).flushall()


def kill(worker: "subprocess.Popen[bytes]") -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def states() -> Counter[str]:
    with context.jobs():
        return Counter(Job.objects.values_list("state", flat=True))


@pytest.mark.parametrize(
    "failpoint",
    ["before_claim:17", "after_claim:17", "after_effect:17", "after_commit:17"],
)
def test_all_jobs_are_done_and_none_twice(
    north: EnterpriseRef, failpoint: str, patient: None
) -> None:
    valkey = redis.Redis.from_url(settings.REDIS_URL)
    worker = start_worker(failpoint)
    begun = time.monotonic()
    emptied_at, killed_at = 40, 120
    try:
        with context.enterprise(north):
            for number in range(JOBS):
                jobs.enqueue(work.KIND, number=number)
        while True:
            time.sleep(0.3)
            counted = states()
            done = counted[JobState.SUCCEEDED]
            if done == JOBS:
                break
            assert time.monotonic() - begun < PATIENCE_SECONDS, counted
            if done >= emptied_at:
                # Every message that Celery had.
                valkey.flushall()
                emptied_at = JOBS
            if done >= killed_at:
                # The whole process group, on top of those that died at the point.
                kill(worker)
                valkey.flushall()
                worker = start_worker(failpoint)
                killed_at = JOBS
            sweeper.sweep()
    finally:
        kill(worker)

    with context.enterprise(north):
        written = Counter(Notice.objects.values_list("title", flat=True))
    assert written == {f"Notice {number}": 1 for number in range(JOBS)}
    with context.jobs():
        deaths = Job.objects.filter(deaths__gt=0).count()
        attempts = sum(Job.objects.values_list("attempts", flat=True))
    connection.close()
    if failpoint.startswith(("after_claim", "after_effect")):
        # The point was really reached: some runner died with a job in its hands.
        assert deaths > 0
        assert attempts > JOBS
