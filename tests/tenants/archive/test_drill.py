"""One enterprise is restored from its backup while the others go on with their work."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from apps.notify.models import Notice
from tenants import context
from tenants.archive import restoring, storing
from tenants.archive.verifying import checksums
from tenants.cells import clearing
from tenants.models import Enterprise
from tenants.types import SYSTEM, ArchivePurpose, EnterpriseRef, Tier
from tests.factories import archives as make
from tests.factories import notify
from tests.support.world import NOON


class Work:
    """Notices that south writes, one transaction each, until it is told to stop."""

    def __init__(self, ref: EnterpriseRef) -> None:
        self.written = 0
        self.faults: list[Exception] = []
        self._ref = ref
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def _go_on(self) -> None:
        try:
            while not self._is_over.is_set():
                with context.enterprise(self._ref):
                    notify.notice(title=f"Notice {self.written}")
                self.written += 1
        except Exception as error:  # noqa: BLE001  (whatever it is, the test says so)
            self.faults.append(error)
        finally:
            connection.close()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()


@pytest.fixture
def work(south: EnterpriseRef) -> Iterator[Work]:
    """South at work."""
    made = Work(south)
    made.start()
    yield made
    made.stop()


def test_restores_one_as_it_was_and_touches_nobody_else(
    west_row: Enterprise, north: EnterpriseRef, south: EnterpriseRef, work: Work
) -> None:
    north_before = checksums(north.schema)
    west_before = checksums(west_row.schema_name or "")
    backup = make.archive(west_row, purpose=ArchivePurpose.BACKUP)
    lost = west_row.schema_name or ""
    with context.directory():
        Enterprise.objects.filter(pk=west_row.pk).update(
            schema_name=None, tier=Tier.ARCHIVED
        )
    clearing.drop_schema(lost)

    back = restoring.restore_same(
        enterprise_id=west_row.pk,
        path=storing.path_of(backup.path),
        by=SYSTEM,
        at=NOON,
    )

    work.stop()
    assert checksums(back.schema) == west_before
    assert checksums(north.schema) == north_before
    assert work.faults == []
    with context.enterprise(south):
        assert Notice.objects.count() == work.written > 0
