"""A fleet is migrated while people work: nobody is refused, nothing is lost."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest
from django.db import connections

from apps.notify.models import Notice
from tenants import context
from tenants.fleet import replaying
from tenants.models import FleetPlan, Slot
from tenants.types import EnterpriseRef
from tests.support.api import HOST, partner_of
from tests.support.cloud import Cloud
from tests.tenants.fleet.conftest import crew, environment
from tests.tenants.fleet.test_replaying import standing, write_notice

READERS = 3
PAUSE = 0.1


@dataclass
class Load:
    """Partners who read over HTTP, and a worker that writes to the changed table."""

    cloud: Cloud
    token: str
    ref: EnterpriseRef
    is_over: threading.Event = field(default_factory=threading.Event)
    statuses: Counter[int] = field(default_factory=Counter)
    written: int = 0
    faults: list[str] = field(default_factory=list)

    def read(self) -> None:
        while not self.is_over.is_set():
            try:
                answer = self.cloud.ask(
                    "GET", HOST, "/v1/machines", Authorization=f"Bearer {self.token}"
                )
                self.statuses[answer.status] += 1
            except (OSError, HTTPException) as error:
                self.faults.append(repr(error))
            time.sleep(PAUSE)

    def write(self) -> None:
        try:
            while not self.is_over.is_set():
                write_notice(self.ref, f"Notice {self.written}")
                self.written += 1
                time.sleep(PAUSE)
        except Exception as error:  # noqa: BLE001  (whatever a worker would have met)
            self.faults.append(repr(error))
        finally:
            connections.close_all()

    def run(self) -> list[threading.Thread]:
        works = [self.write, *[self.read] * READERS]
        threads = [threading.Thread(target=work) for work in works]
        for thread in threads:
            thread.start()
        return threads


@pytest.fixture
def cloud(
    large_fleet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cloud]:
    monkeypatch.setenv("DATABASE_URL", environment()["DATABASE_URL"])
    with Cloud(tmp_path, "web") as running:
        yield running


def test_refuses_nobody_and_loses_nothing(cloud: Cloud, planned: FleetPlan) -> None:
    ref = crew("amber")
    load = Load(cloud, partner_of(ref).token, ref)
    threads = load.run()
    time.sleep(5 * PAUSE)

    result = replaying.migrate_fleet()

    time.sleep(5 * PAUSE)
    load.is_over.set()
    for thread in threads:
        thread.join()
    assert (result.failed, result.halted) == ({}, "")
    assert load.faults == []
    assert set(load.statuses) == {200}
    with context.enterprise(ref):
        assert Notice.objects.filter(title__startswith="Notice").count() == load.written
    assert load.written > 0
    with context.owner():
        names = list(Slot.objects.values_list("schema_name", flat=True))
    assert {standing(name) for name in names} == {(True, 0)}
