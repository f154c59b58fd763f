from uuid import UUID

import pytest

from apps.capacity import selectors, services
from apps.capacity.models import CalendarException
from apps.kernel.errors import InvalidInput
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories.capacity import (
    DAY,
    HOUR,
    MONDAY_7,
    SHIFT_START,
    early_shifts,
    held,
)

MONDAY = Period(SHIFT_START, SHIFT_START + DAY)
EARLY_SHIFT = Period(SHIFT_START, SHIFT_START + 8 * HOUR)


def add(planner: Actor, calendar_id: UUID, **facts) -> CalendarException:
    return services.add_exception(
        **{
            "calendar_id": calendar_id,
            "period": MONDAY,
            "working": False,
            "reason": "Stocktaking",
            "by": planner,
            "at": MONDAY_7,
            **facts,
        }
    )


class TestAddException:
    def test_closes_the_machine(self, hurco: UUID, planner: Actor, announced) -> None:
        calendar = early_shifts()
        announced()

        add(planner, calendar.pk)

        assert selectors.working_periods_of(hurco, MONDAY) == []
        assert held(hurco).start == SHIFT_START + DAY
        assert announced() == [hurco]

    def test_opens_the_machine(self, hurco: UUID, planner: Actor) -> None:
        calendar = early_shifts(shifts=())
        extra = Period(SHIFT_START + 9 * HOUR, SHIFT_START + 11 * HOUR)

        add(planner, calendar.pk, period=extra, working=True)

        assert selectors.working_periods_of(hurco, MONDAY) == [extra]

    def test_goes_before_those_added_earlier(self, hurco: UUID, planner: Actor) -> None:
        calendar = early_shifts()
        add(planner, calendar.pk)

        add(planner, calendar.pk, period=EARLY_SHIFT, working=True)

        assert selectors.working_periods_of(hurco, MONDAY) == [EARLY_SHIFT]

    def test_counts_the_version_up(self, hurco: UUID, planner: Actor) -> None:
        calendar = early_shifts()

        add(planner, calendar.pk)

        before = calendar.version
        calendar.refresh_from_db()
        assert calendar.version == before + 1

    def test_refuses_an_empty_period(self, hurco: UUID, planner: Actor) -> None:
        calendar = early_shifts()

        with pytest.raises(InvalidInput) as refusal:
            add(planner, calendar.pk, period=Period(MONDAY_7, MONDAY_7))

        assert refusal.value.field == "period"
        assert CalendarException.objects.count() == 0

    def test_does_not_see_the_calendar_of_another_tenant(
        self, hurco: UUID, south: EnterpriseRef, planner: Actor
    ) -> None:
        calendar = early_shifts()

        with context.enterprise(south), pytest.raises(services.CalendarUnknown):
            add(planner, calendar.pk)

        assert CalendarException.objects.count() == 0


class TestRemoveException:
    def test_lets_the_week_hold_again(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        exception = add(planner, early_shifts().pk)
        announced()

        services.remove_exception(exception_id=exception.pk, by=planner, at=MONDAY_7)

        assert selectors.working_periods_of(hurco, MONDAY) == [EARLY_SHIFT]
        assert announced() == [hurco]

    def test_refuses_what_is_not_there(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        with pytest.raises(services.ExceptionUnknown):
            services.remove_exception(exception_id=uuid7(), by=planner, at=MONDAY_7)

        assert announced() == []

    def test_does_not_see_the_exception_of_another_tenant(
        self, hurco: UUID, south: EnterpriseRef, planner: Actor
    ) -> None:
        exception = add(planner, early_shifts().pk)

        with context.enterprise(south), pytest.raises(services.ExceptionUnknown):
            services.remove_exception(
                exception_id=exception.pk, by=planner, at=MONDAY_7
            )

        assert CalendarException.objects.count() == 1
