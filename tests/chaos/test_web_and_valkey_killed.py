"""Web and Valkey die at random moments while RFQs are written: each is there, once."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from apps.exchange.models import Demand, MatchRun
from apps.orders.models import Rfq
from spindle.local.services import ServiceUrls
from tenants import context
from tenants.models import Job
from tenants.types import EnterpriseRef, JobState
from tests.factories.exchange import measured_part
from tests.support.api import HOST, partner_of
from tests.support.cloud import Answer, Cloud

SEED = 20_300_506
DEATHS = 3
WRITERS = 2
PATIENCE_SECONDS = 90

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with Cloud(tmp_path, "web", "worker", "beat") as running:
        yield running


@dataclass
class Writer:
    """A partner that sends a request until it is answered, always with the same key."""

    name: str
    cloud: Cloud
    token: str
    part_id: str
    is_over: threading.Event
    only_valkey_is_down: threading.Event
    written: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    cut_off: int = 0
    replayed: int = 0
    faults: list[str] = field(default_factory=list)

    def run(self) -> None:
        try:
            while not self.is_over.is_set():
                self.write(f"Brackets {self.name} {len(self.written)}")
                # Slower than the workers, or what waits at the end is their backlog.
                time.sleep(0.15)
        except AssertionError as error:
            self.faults.append(str(error))

    def write(self, title: str) -> None:
        drafted = self.post("/v1/rfqs", f"{title} draft", self.request_of(title))
        rfq_id = drafted.json()["id"]
        self.post(f"/v1/rfqs/{rfq_id}/publication", f"{title} publish")
        self.written[title] = rfq_id

    def post(self, path: str, key: str, body: Any = None) -> Answer:
        begun = time.monotonic()
        while True:
            assert time.monotonic() - begun < PATIENCE_SECONDS, f"no answer to {key}"
            try:
                answer = self.cloud.ask(
                    "POST",
                    HOST,
                    path,
                    body,
                    **{
                        "Authorization": f"Bearer {self.token}",
                        "Idempotency-Key": key.replace(" ", "-"),
                    },
                )
            except (OSError, HTTPException):
                # Nobody knows whether it was done: this is what the key is for.
                assert not self.only_valkey_is_down.is_set()
                self.cut_off += 1
                time.sleep(0.05)
                continue
            self.statuses[answer.status] += 1
            assert answer.status in {201, 503}, answer.body
            if answer.status == 201:
                self.replayed += "Idempotent-Replayed" in answer.headers
                return answer
            assert not self.only_valkey_is_down.is_set()

    def request_of(self, title: str) -> dict[str, Any]:
        now = timezone.now()
        return {
            "title": title,
            "currency": "BRL",
            "delivery_country": "DE",
            "due_on": (now + timedelta(weeks=6)).date().isoformat(),
            "response_deadline_at": (now + timedelta(days=10)).isoformat(),
            "lines": [
                {
                    "part_id": self.part_id,
                    "quantity": 40,
                    "process_codes": ["milling-3-axis"],
                    "material_code": "en-aw-6061-t6",
                    "it_grade": 8,
                    "roughness_um": 1.6,
                }
            ],
        }


def waiting() -> int:
    with context.jobs():
        return Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).count()


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    begun = time.monotonic()
    while not is_true():
        assert time.monotonic() - begun < PATIENCE_SECONDS, what
        time.sleep(0.2)


def test_every_answered_write_is_there_once_and_no_job_is_left(
    south: EnterpriseRef, running_services: ServiceUrls, cloud: Cloud
) -> None:
    with context.enterprise(south):
        part_id = str(measured_part().pk)
    token = partner_of(south).token
    is_over, only_valkey = threading.Event(), threading.Event()
    writers = [
        Writer(name, cloud, token, part_id, is_over, only_valkey)
        for name in ("red", "blue")[:WRITERS]
    ]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    rng = Random(SEED)
    deaths = ["web", "valkey"] * DEATHS
    rng.shuffle(deaths)

    for thread in threads:
        thread.start()
    try:
        for victim in deaths:
            time.sleep(rng.uniform(0.3, 1.5))
            if victim == "web":
                cloud.kill("web")
                time.sleep(rng.uniform(0.0, 0.5))
                continue
            # The web server of the death before may still be starting.
            assert cloud.is_ready_in_time()
            only_valkey.set()
            running_services.valkey.kill()
            time.sleep(rng.uniform(0.3, 1.5))
            running_services.valkey.start()
            time.sleep(0.5)
            only_valkey.clear()
        assert cloud.is_ready_in_time()
        time.sleep(0.5)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()

    assert [writer.faults for writer in writers] == [[]] * WRITERS
    wait_until(lambda: waiting() == 0, f"{waiting()} jobs are left")
    written = writers[0].written | writers[1].written
    with context.enterprise(south):
        there = {row.title: str(row.pk) for row in Rfq.objects.all()}
        assert Rfq.objects.count() == len(there)
        assert there == written
        assert set(Rfq.objects.values_list("state", flat=True)) == {"published"}
    with context.exchange():
        demands = list(Demand.objects.values_list("rfq_id", flat=True))
        assert sorted(map(str, demands)) == sorted(written.values())
        finished = MatchRun.objects.filter(state="finished")
        assert set(finished.values_list("demand__rfq_id", flat=True)) == set(demands)
    with context.jobs():
        states = Counter(Job.objects.values_list("state", flat=True))
    assert set(states) == {JobState.SUCCEEDED}
    # The deaths were really met, and the work went on between them.
    assert cloud.processes["web"].runs == 1 + DEATHS
    assert sum(writer.cut_off for writer in writers) >= DEATHS
    assert len(written) > DEATHS
