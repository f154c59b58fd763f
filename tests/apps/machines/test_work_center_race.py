"""Somebody drops a work center while others put machines into it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.kernel.errors import DomainError
from apps.machines import services
from apps.machines.models import Machine, WorkCenter
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.machines import NOON

pytestmark = pytest.mark.usefixtures("committed")

MACHINES = 3
ROUNDS = 5


def test_no_machine_is_left_in_a_work_center_that_is_gone(
    north: EnterpriseRef, planner: Actor
) -> None:
    for number in range(ROUNDS):
        code = f"WC-{number}"
        with context.enterprise(north):
            site_id = machines.site(name=f"Site {number}").pk
            made = [
                machines.machine(code=f"M-{number}-{each}", site_id=site_id)
                for each in range(MACHINES)
            ]
            center = WorkCenter.objects.create(site_id=site_id, code=code, name="Mill")
        start = Barrier(MACHINES + 1)

        def attempt(
            machine: Machine | None,
            *,
            center: WorkCenter = center,
            start: Barrier = start,
        ) -> str:
            try:
                with context.enterprise(north):
                    connection.ensure_connection()
                    start.wait(timeout=30)
                    if machine is None:
                        services.drop_work_center(
                            work_center_id=center.pk, version=1, by=planner, at=NOON
                        )
                    else:
                        services.assign_work_center(
                            machine_id=machine.pk,
                            version=1,
                            work_center=center.code,
                            by=planner,
                            at=NOON,
                        )
            except DomainError as error:
                return error.code
            finally:
                connection.close()
            return "done"

        with ThreadPoolExecutor(MACHINES + 1) as threads:
            dropped, *put_in = threads.map(attempt, [None, *made])

        with context.enterprise(north):
            belonging = Machine.objects.filter(work_center_id=center.pk).count()
            is_there = WorkCenter.objects.filter(pk=center.pk).exists()
        assert set(put_in) <= {"done", "work_center_not_found"}
        assert dropped == ("work_center_in_use" if is_there else "done")
        assert belonging == put_in.count("done")
        assert is_there == bool(belonging)
