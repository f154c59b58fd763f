"""Two people who import one document at once make one machine of each device."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.machines import services
from apps.machines.models import Machine
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.machines import NOON
from tests.support.data import shared_data

pytestmark = pytest.mark.usefixtures("committed")

PEOPLE = 4


def test_one_document_imported_by_four_at_once(
    north: EnterpriseRef, planner: Actor
) -> None:
    raw = shared_data("nist/Devices.xml").read_bytes()
    with context.enterprise(north):
        site_id = machines.site().pk
    start = Barrier(PEOPLE)

    def attempt(_person: int) -> tuple[int, int]:
        try:
            with context.enterprise(north):
                connection.ensure_connection()
                start.wait(timeout=30)
                result = services.import_mtconnect(
                    document=raw, site_id=site_id, by=planner, at=NOON
                )
                return len(result.created), len(result.unchanged)
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as threads:
        outcomes = sorted(threads.map(attempt, range(PEOPLE)))

    assert outcomes == [(0, 8), (0, 8), (0, 8), (8, 0)]
    with context.enterprise(north):
        assert Machine.objects.count() == 8
