"""Free weeks are written as Catena-X asks for them, and no more than there is."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from apps.capacity import selectors, services
from apps.capacity.rules.capacity_groups import group_id
from apps.capacity.types import CalendarLevel
from apps.kernel.errors import InvalidInput
from apps.kernel.periods import Period
from apps.machines.models import Machine
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import capacity, machines
from tests.factories.capacity import DAY, HOUR, MONDAY_7, WEEK

CUSTOMER, SUPPLIER = "BPNL00000003AYRE", "BPNL00000003B2OM"
# A Wednesday: the week from Monday 13 May is the first that is whole.
WEDNESDAY = datetime(2030, 5, 8, 9, 30, 15, 250_000, tzinfo=UTC)
# What io.catenax.week_based_capacity_group 3.0.0 asks of what is written here: names,
# which of them must be there, forms and units.
QUANTITY = {"type": "number", "minimum": 0}
BPNL = {"type": "string", "pattern": "^BPNL[a-zA-Z0-9]{12}$"}
ASPECT = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "capacityGroupId",
        "name",
        "customer",
        "supplier",
        "changedAt",
        "unitOfMeasureIsOmitted",
        "capacityGroupIsInactive",
    ],
    "properties": {
        "capacityGroupId": {
            "type": "string",
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
            "[0-9a-f]{12}$",
        },
        "name": {"type": "string"},
        "customer": BPNL,
        "supplier": BPNL,
        "changedAt": {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$",
        },
        "unitOfMeasure": {"const": "unit:minuteUnitOfTime"},
        "unitOfMeasureIsOmitted": {"const": False},
        "capacityGroupIsInactive": {"type": "boolean"},
        "capacities": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["pointInTime", "actualCapacity", "maximumCapacity"],
                "properties": {
                    "pointInTime": {"type": "string", "format": "date"},
                    "actualCapacity": QUANTITY,
                    "maximumCapacity": QUANTITY,
                },
            },
        },
    },
}


@pytest.fixture
def mill(in_north: EnterpriseRef) -> Machine:
    capacity.early_shifts()
    return machines.complete_machine()


def written(by: Any = "process", at: datetime = WEDNESDAY) -> Any:
    raw = selectors.written_capacity_groups(
        by=by, customer=CUSTOMER, supplier=SUPPLIER, at=at
    )
    return json.loads(raw)


def weeks_of(found: Any) -> list[tuple[int, int]]:
    return [
        (week["actualCapacity"], week["maximumCapacity"])
        for week in found["capacities"]
    ]


class TestFile:
    def test_is_the_aspect(self, mill: Machine) -> None:
        Draft202012Validator.check_schema(ASPECT)
        for by in ("process", "work_center"):
            for found in written(by):
                Draft202012Validator(ASPECT).validate(found)

    def test_is_exactly_this(self, mill: Machine) -> None:
        capacity.held(
            mill.pk, not_before=MONDAY_7 + WEEK, expires_at=MONDAY_7 + WEEK, at=MONDAY_7
        )

        raw = selectors.written_capacity_groups(
            by="process", customer=CUSTOMER, supplier=SUPPLIER, at=WEDNESDAY
        )

        weeks = [date(2030, 5, 13) + timedelta(weeks=n) for n in range(26)]
        free = [2400 - 180] + [2400] * 25
        assert json.loads(raw) == [
            {
                "capacityGroupId": "9538a4cd-f4ac-4133-9abd-ed8bd3391725",
                "name": "3-axis milling",
                "customer": CUSTOMER,
                "supplier": SUPPLIER,
                "unitOfMeasure": "unit:minuteUnitOfTime",
                "unitOfMeasureIsOmitted": False,
                "capacityGroupIsInactive": False,
                "changedAt": "2030-05-08T09:30:15.250+00:00",
                "capacities": [
                    {
                        "pointInTime": monday.isoformat(),
                        "actualCapacity": minutes,
                        "maximumCapacity": 2400,
                    }
                    for monday, minutes in zip(weeks, free, strict=True)
                ],
            }
        ]
        assert raw.startswith(b'[\n {\n  "capacityGroupId": ')

    def test_names_a_group_alike_each_time_and_otherwise_for_another(self) -> None:
        key = group_id(SUPPLIER, CUSTOMER, "process:turning")

        assert key == group_id(SUPPLIER, CUSTOMER, "process:turning")
        assert key != group_id(SUPPLIER, "BPNL00000000XXXX", "process:turning")
        assert (key.version, key.variant) == (4, UUID(int=0x8 << 60).variant)

    @pytest.mark.parametrize(
        "number", ["", "BPNL1", f"{CUSTOMER}1", "BPNS0000000ABCDE"]
    )
    def test_is_refused_for_what_is_no_business_partner(
        self, mill: Machine, number: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            selectors.written_capacity_groups(
                by="process", customer=number, supplier=SUPPLIER, at=WEDNESDAY
            )

        assert (refused.value.field, refused.value.value) == ("customer", number[:20])

    def test_says_what_is_left_out(self, in_north: EnterpriseRef) -> None:
        left = {
            entry.path: str(entry.reason)
            for entry in (selectors.not_in_capacity_groups())
        }

        assert left["linkedDemandSeries"] == (
            "Demand series are the customer's; none are known here."
        )


class TestGroups:
    def test_sum_the_machines_of_a_work_center(self, mill: Machine) -> None:
        machines.work_center(code="WC-7", name="Milling", site=mill.site)
        for code in ("A", "B"):
            machines.complete_machine(
                code=code, site_id=mill.site_id, work_center="WC-7"
            )

        (found,) = written("work_center")

        assert found["name"] == "WC-7 Milling"
        assert weeks_of(found) == [(4800, 4800)] * 26

    def test_leave_out_maintenance_from_both_figures(self, mill: Machine) -> None:
        services.take_maintenance(
            machine_id=mill.pk,
            period=Period(MONDAY_7 + WEEK, MONDAY_7 + WEEK + 2 * HOUR),
            reason="",
            by=SYSTEM,
            at=MONDAY_7,
        )

        (found,) = written()

        assert weeks_of(found)[:2] == [(2280, 2280), (2400, 2400)]

    def test_count_a_slow_machine_for_less_and_a_fast_one_for_no_more(
        self, mill: Machine
    ) -> None:
        for percent, minutes in ((75, 1800), (150, 2400)):
            services.set_efficiency(
                level=CalendarLevel(machine_id=mill.pk),
                percent=percent,
                by=SYSTEM,
                at=MONDAY_7,
            )
            (found,) = written()
            assert weeks_of(found)[0] == (minutes, minutes)

    def test_forget_a_lapsed_hold_without_a_sweep(self, mill: Machine) -> None:
        capacity.held(
            mill.pk, not_before=MONDAY_7 + WEEK, expires_at=MONDAY_7 + DAY, at=MONDAY_7
        )

        (before,), (after,) = written(at=MONDAY_7), written(at=MONDAY_7 + DAY)

        assert weeks_of(before)[0] == (2220, 2400)
        assert weeks_of(after)[0] == (2400, 2400)

    def test_are_refused_of_more_machines_than_one_file_sums_up(
        self, mill: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machines.complete_machine(code="B")
        # The package offers the function under the name of its module.
        module = import_module("apps.capacity.selectors.capacity_groups")
        monkeypatch.setattr(module, "MOST_MACHINES", 1)

        with pytest.raises(InvalidInput, match="more than 1 machines"):
            written()

    def test_of_another_enterprise_are_not_in_it(
        self, mill: Machine, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            assert written() == []
