"""What is free of a machine is what an oracle counts minute by minute, reserved or not."""

import itertools
import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity import selectors, services
from apps.capacity.rules.inheritance import Said, Standing, facts_of
from apps.capacity.rules.spans import Spans
from apps.capacity.rules.working_time import working_spans
from apps.capacity.types import (
    ENTERPRISE_LEVEL,
    NOTHING_SAID,
    CalendarDraft,
    CalendarLevel,
    PlannedException,
    ShiftTime,
)
from apps.kernel.periods import Period
from tenants.types import Actor, EnterpriseRef
from tests.apps.capacity import minute_oracle as oracle
from tests.apps.capacity.drawn import levels
from tests.factories import machines
from tests.factories.capacity import MONDAY_7, reservation_row

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The shop works in shifts on all days, by night too, and closes and opens as it likes.
NIGHTS = CalendarDraft(
    shifts=tuple(
        shift
        for day in range(7)
        for shift in (
            ShiftTime(day, time(6), time(14, 15), 30),
            ShiftTime(day, time(21, 45), time(6), 45, time(0, 10)),
        )
    )
)


def minutes_in(periods: list[Period]) -> set[int]:
    return {
        minute
        for period in periods
        for minute in range(
            (period.start - EPOCH) // MINUTE, (period.end - EPOCH) // MINUTE
        )
    }


class TestMinus:
    @settings(max_examples=100, deadline=None)
    @given(levels(), st.data())
    def test_leaves_the_minutes_that_are_worked_and_not_reserved(
        self,
        drawn: tuple[oracle.Scene, list[Said], Standing],
        data: st.DataObject,
    ) -> None:
        scene, said, standing = drawn
        moments = st.integers(scene.start_minute, scene.end_minute)
        first, last = sorted(data.draw(st.tuples(moments, moments)))
        reserved = data.draw(st.lists(st.tuples(moments, st.integers(0, 900))))

        free = working_spans(facts_of(said, standing), first, last).minus(
            Spans.of((start, start + length) for start, length in reserved)
        )

        taken = {m for start, length in reserved for m in range(start, start + length)}
        worked = oracle.working_minutes_of_levels(scene, [one.draft for one in said])
        found = {m for start, end in free.pairs() for m in range(start, end)}
        assert found == {m for m in worked - taken if first <= m < last}
        assert free.total == len(found)


class TestFreePeriodsOf:
    @pytest.mark.parametrize(
        "name",
        [
            "clocks go back in Berlin",
            "half an hour forward on Lord Howe",
            "half an hour back on Lord Howe",
            "midnight is skipped in Cairo",
            "eleven comes twice in Cairo",
            "leap day in Shanghai",
        ],
    )
    def test_agrees_with_the_oracle_in_any_period(
        self, in_north: EnterpriseRef, planner: Actor, name: str
    ) -> None:
        scene = next(one for one in oracle.SCENES if one.name == name)
        chance = random.Random(name)
        said, mill = self._said_by_all_levels(scene, planner, chance)
        taken: set[int] = set()
        for start in sorted(chance.sample(range(scene.days * 24), 8)):
            length = chance.randrange(1, 60)
            begins = scene.start + timedelta(hours=start)
            reservation_row(mill, begins, length * MINUTE)
            taken |= minutes_in([Period(begins, begins + length * MINUTE)])
        worked = oracle.working_minutes_of_levels(scene, said)

        for _number in range(5):
            first, last = sorted(chance.sample(scene.minutes, 2))
            # A minute that is cut off by the period is not free as a whole.
            period = Period(
                EPOCH + first * MINUTE - timedelta(seconds=chance.choice([0, 20])),
                EPOCH + last * MINUTE + timedelta(seconds=chance.choice([0, 20])),
            )
            found = selectors.free_periods_of(mill, period, at=scene.start)
            inside = range(first, last)
            assert minutes_in(found) == {m for m in worked - taken if m in inside}

    def test_is_empty_in_less_than_a_minute(
        self, hurco: UUID, in_north: EnterpriseRef
    ) -> None:
        start = MONDAY_7 + timedelta(seconds=10)

        found = selectors.free_periods_of(
            hurco, Period(start, start + timedelta(seconds=55)), at=MONDAY_7
        )

        assert found == []

    def _said_by_all_levels(
        self, scene: oracle.Scene, planner: Actor, chance: random.Random
    ) -> tuple[list[CalendarDraft], UUID]:
        """Let all four levels say something about the scene."""
        site = machines.site(name=scene.name, time_zone=scene.time_zone)
        center = machines.work_center(site=site)
        mill = machines.machine(site_id=site.pk, code="M1", work_center=center.code).pk
        drafts = [NIGHTS, NOTHING_SAID, NOTHING_SAID, NOTHING_SAID]
        for index, draft in enumerate(drafts):
            exceptions = []
            for _number in range(3):
                begin = chance.randrange(scene.days * 24 * 60)
                start = scene.start + begin * MINUTE
                length = chance.randrange(30, 900)
                exceptions.append(
                    PlannedException(
                        Period(start, start + length * MINUTE), chance.random() < 0.5
                    )
                )
            drafts[index] = replace(draft, exceptions=tuple(exceptions))
        subjects = (
            ENTERPRISE_LEVEL,
            CalendarLevel(site_id=site.pk),
            CalendarLevel(work_center_id=center.pk),
            CalendarLevel(machine_id=mill),
        )
        for level, draft in zip(subjects, drafts, strict=True):
            services.replace_calendar(
                level=level, facts=draft, version=None, by=planner, at=MONDAY_7
            )
        return drafts, mill


def test_scenes_go_both_ways() -> None:
    """Every zone of the oracle with two clocks is there forward and back."""
    by_zone: dict[str, set[int]] = {}
    for scene in oracle.SCENES:
        days = [scene.first + timedelta(days=n) for n in range(scene.days + 1)]
        by_zone.setdefault(scene.time_zone, set()).update(_steps(scene, days))
    assert {zone for zone, steps in by_zone.items() if {-1, 1} <= steps} == {
        "Africa/Cairo",
        "America/Havana",
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Beirut",
        "Australia/Lord_Howe",
        "Europe/Berlin",
    }


def _steps(scene: oracle.Scene, days: list[date]) -> set[int]:
    zone = ZoneInfo(scene.time_zone)
    offsets = [
        datetime.combine(day, time(12), tzinfo=UTC).astimezone(zone).utcoffset()
        for day in days
    ]
    changes = itertools.pairwise(offset for offset in offsets if offset is not None)
    return {1 if after > before else -1 for before, after in changes if before != after}
