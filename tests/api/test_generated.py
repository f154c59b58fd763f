"""Requests made from the contract, right and wrong: each is answered as it says."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import openapi
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from apps.api.contract import document
from apps.machines import selectors as machines
from apps.reports import services as reports
from spindle.wsgi import application
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import exchange as make
from tests.support.api import HOST, Partner, partner_of

EXAMPLES = 10
# Those that need to know whether what is well formed can be meant.
LEFT_OUT = [positive_data_acceptance, ignored_auth]


@pytest.fixture
def own(north: EnterpriseRef, south: EnterpriseRef, buyer: Actor) -> dict[str, UUID]:
    """What north has, by the name of its id in paths."""
    make.shop(north)
    listing = make.listing(north)
    demand = make.demand(south)
    quote = make.auto_quoted(north, demand.pk, listing.pk)
    make.matched(demand.pk)
    line = make.demand(north)
    with context.enterprise(north):
        machine = machines.machine_detail(listing.machine_id).machine
        table = make.machines.table_import()
        report = reports.request_report(kind="rfq_summary", by=buyer, at=make.NOON)
        part = make.measured_part(number="BRK-200")
    return {
        "machine_id": machine.pk,
        "table_import_id": table.pk,
        "part_id": part.pk,
        "rfq_id": line.rfq_id,
        "rfq_line_id": line.rfq_line_id,
        "demand_id": demand.pk,
        "quote_id": quote.pk,
        "report_id": report.pk,
        "job_id": report.job_id,
    }


@pytest.fixture
def partner(north: EnterpriseRef) -> Iterator[Partner]:
    """North's system, whose requests through WSGI stay in the test's transaction."""
    made = partner_of(north)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield made
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_every_operation_keeps_its_contract(
    own: dict[str, UUID], partner: Partner
) -> None:
    contract = openapi.from_dict(json.loads(document()))
    contract.app = application
    failures: list[str] = []

    for found in contract.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def keeps(case: Any) -> None:
            aim(case, own)
            case.call_and_validate(
                base_url=f"http://{HOST}",
                headers={"Authorization": f"Bearer {partner.token}"},
                excluded_checks=LEFT_OUT,
            )

        try:
            keeps()
        except (Exception, FailureGroup) as failure:  # noqa: BLE001  (any is a finding)
            failures.append(f"{operation.label}: {failure}")

    assert failures == []


def aim(case: Any, own: dict[str, UUID]) -> None:
    """Name what is there, so that more than the 404 is seen."""
    for name in case.path_parameters or {}:
        if name in own:
            case.path_parameters[name] = str(own[name])
    if case.path_parameters and "process_code" in case.path_parameters:
        case.path_parameters["process_code"] = "milling-3-axis"
    if case.headers and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
