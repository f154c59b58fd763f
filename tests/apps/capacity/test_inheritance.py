"""Every level says its part, and the nearer one holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import UUID

import pytest
from hypothesis import given, settings

from apps.capacity import selectors, services
from apps.capacity.rules.inheritance import Said, Standing, facts_of
from apps.capacity.rules.working_time import working_spans
from apps.capacity.types import (
    ENTERPRISE_LEVEL,
    CalendarLevel,
    LevelKind,
    ShiftTime,
    WorkingException,
    WorkingWeek,
)
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines.selectors import SiteNotFound
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.apps.capacity import minute_oracle as oracle
from tests.apps.capacity.drawn import levels
from tests.factories import machines
from tests.factories.capacity import DAY, EARLY_SHIFTS, HOUR, MONDAY_7, SHIFT_START
from tests.support.budget import queries_of

LATE = (ShiftTime(0, time(14), time(22)),)
NIGHT = (ShiftTime(0, time(22), time(6)),)
MONDAY = Period(SHIFT_START, SHIFT_START + DAY)
MORNING = Period(SHIFT_START, SHIFT_START + 2 * HOUR)


class Shop:
    """North: two sites, a work center with two machines, and a lonely machine."""

    def __init__(self) -> None:
        self.augsburg = machines.site(name="Augsburg plant")
        self.shanghai = machines.site(
            name="Minhang",
            country="CN",
            city="Shanghai",
            region="",
            time_zone="Asia/Shanghai",
        )
        self.center = machines.work_center(site=self.augsburg, code="MILL")
        self.mill = machines.machine(
            code="M1", site_id=self.augsburg.pk, work_center="MILL"
        ).pk
        self.mate = machines.machine(
            code="M2", site_id=self.augsburg.pk, work_center="MILL"
        ).pk
        self.lonely = machines.machine(code="M3", site_id=self.augsburg.pk).pk
        self.chinese = machines.machine(code="M4", site_id=self.shanghai.pk).pk
        self.at_site = CalendarLevel(site_id=self.augsburg.pk)
        self.at_center = CalendarLevel(work_center_id=self.center.pk)
        self.at_mill = CalendarLevel(machine_id=self.mill)

    @property
    def all(self) -> list[UUID]:
        return [self.mill, self.mate, self.lonely, self.chinese]


@pytest.fixture
def shop(in_north: EnterpriseRef) -> Shop:
    return Shop()


@pytest.fixture
def week_at(planner: Actor) -> Callable[..., None]:
    def set_week(level: CalendarLevel, shifts=EARLY_SHIFTS, **facts: object) -> None:
        services.set_shifts(
            **{
                "level": level,
                "shifts": shifts,
                "holiday_country": "",
                "by": planner,
                "at": MONDAY_7,
                **facts,
            }
        )

    return set_week


@pytest.fixture
def close_at(planner: Actor) -> Callable[..., None]:
    def close(
        level: CalendarLevel, period: Period = MONDAY, *, working: bool = False
    ) -> None:
        services.add_exception(
            level=level, period=period, working=working, by=planner, at=MONDAY_7
        )

    return close


def weeks_of(shop: Shop) -> list[tuple[ShiftTime, ...]]:
    facts = selectors.calendar_facts(shop.all)
    return [facts[key].week.shifts for key in shop.all]


class TestCalendarFacts:
    def test_takes_the_week_of_the_nearest_level(self, shop: Shop, week_at) -> None:
        week_at(ENTERPRISE_LEVEL)
        assert weeks_of(shop) == [EARLY_SHIFTS] * 4

        week_at(shop.at_site, LATE)
        assert weeks_of(shop) == [LATE, LATE, LATE, EARLY_SHIFTS]

        week_at(shop.at_center, NIGHT)
        assert weeks_of(shop) == [NIGHT, NIGHT, LATE, EARLY_SHIFTS]

        week_at(shop.at_mill, ())
        assert weeks_of(shop) == [(), NIGHT, LATE, EARLY_SHIFTS]

    def test_follows_the_clock_of_each_site_where_the_week_names_none(
        self, shop: Shop, week_at
    ) -> None:
        week_at(ENTERPRISE_LEVEL, time_zone="")

        facts = selectors.calendar_facts(shop.all)

        assert facts[shop.mill].week.time_zone == "Europe/Berlin"
        assert facts[shop.chinese].week.time_zone == "Asia/Shanghai"

    def test_keeps_the_zone_that_the_week_names(self, shop: Shop, week_at) -> None:
        week_at(ENTERPRISE_LEVEL, time_zone="Europe/Berlin")

        facts = selectors.calendar_facts([shop.chinese])

        assert facts[shop.chinese].week == WorkingWeek(EARLY_SHIFTS, "Europe/Berlin")

    def test_adds_up_exceptions_and_lets_the_nearer_hold(
        self, shop: Shop, week_at, close_at
    ) -> None:
        week_at(ENTERPRISE_LEVEL)
        # Said first, but nearer: it holds against what the enterprise says later.
        close_at(shop.at_mill, MORNING, working=True)
        close_at(ENTERPRISE_LEVEL)

        facts = selectors.calendar_facts(shop.all)

        closed, opened = (
            WorkingException(MONDAY, False),
            WorkingException(MORNING, True),
        )
        assert facts[shop.mill].exceptions == (closed, opened)
        assert facts[shop.mate].exceptions == (closed,)
        assert selectors.working_periods_of(shop.mill, MONDAY) == [MORNING]
        assert selectors.working_periods_of(shop.mate, MONDAY) == []

    def test_cuts_off_exceptions_above_a_level_that_does_not_keep_them(
        self, shop: Shop, week_at, close_at, planner: Actor
    ) -> None:
        week_at(ENTERPRISE_LEVEL)
        close_at(ENTERPRISE_LEVEL)
        close_at(shop.at_site, MORNING)
        services.set_keeps_exceptions(
            level=shop.at_center, keeps=False, by=planner, at=MONDAY_7
        )

        facts = selectors.calendar_facts(shop.all)

        assert facts[shop.mill].exceptions == ()
        assert [one.period for one in facts[shop.lonely].exceptions] == [
            MONDAY,
            MORNING,
        ]

    def test_takes_the_efficiency_of_the_nearest_level_else_all(
        self, shop: Shop, planner: Actor
    ) -> None:
        def state(level: CalendarLevel, percent: int | None) -> None:
            services.set_efficiency(
                level=level, percent=percent, by=planner, at=MONDAY_7
            )

        state(shop.at_site, 85)
        state(shop.at_mill, 110)

        def stated() -> list[int]:
            facts = selectors.calendar_facts(shop.all)
            return [facts[key].efficiency_percent for key in shop.all]

        assert stated() == [110, 85, 85, 100]
        state(shop.at_mill, None)
        assert stated() == [85, 85, 85, 100]

    def test_keeps_the_holidays_that_the_nearest_level_names(
        self, shop: Shop, week_at, planner: Actor
    ) -> None:
        week_at(ENTERPRISE_LEVEL, holiday_country="DE")
        chain = selectors.calendar_chain(shop.at_center)
        services.replace_calendar(
            level=shop.at_center,
            facts=replace(chain.own.draft, holiday_country="PL"),
            version=0,
            by=planner,
            at=MONDAY_7,
        )

        facts = selectors.calendar_facts(shop.all)

        assert [facts[key].week.holiday_country for key in shop.all] == [
            "PL",
            "PL",
            "DE",
            "CN",
        ]

    def test_asks_as_often_for_many_machines_as_for_one(
        self, shop: Shop, week_at, close_at
    ) -> None:
        for level in (ENTERPRISE_LEVEL, shop.at_site, shop.at_center, shop.at_mill):
            week_at(level)
            close_at(level)

        with queries_of() as of_one:
            selectors.calendar_facts([shop.mill])
        with queries_of() as of_all:
            selectors.calendar_facts(shop.all)

        assert len(of_one) == len(of_all) == 4

    def test_does_not_ask_for_no_machine(self, shop: Shop) -> None:
        with queries_of() as none:
            assert selectors.calendar_facts([]) == {}

        assert len(none) == 0


class TestFactsOf:
    @settings(max_examples=200, deadline=None)
    @given(levels())
    def test_works_the_minutes_that_the_levels_say_minute_by_minute(
        self, drawn: tuple[oracle.Scene, list[Said], Standing]
    ) -> None:
        scene, said, standing = drawn

        facts = facts_of(said, standing)

        spans = working_spans(facts, scene.start_minute, scene.end_minute)
        found = {m for start, end in spans.pairs() for m in range(start, end)}
        drafts = [one.draft for one in said]
        assert found == oracle.working_minutes_of_levels(scene, drafts)
        stated = [
            draft.efficiency_percent
            for draft in drafts
            if draft.efficiency_percent is not None
        ]
        assert facts.efficiency_percent == [100, *stated][-1]


class TestCalendarChain:
    def test_names_the_level_that_each_fact_is_from(
        self, shop: Shop, week_at, close_at, planner: Actor
    ) -> None:
        week_at(shop.at_site)
        close_at(ENTERPRISE_LEVEL)
        close_at(shop.at_mill, MORNING, working=True)
        services.set_efficiency(
            level=shop.at_center, percent=90, by=planner, at=MONDAY_7
        )

        chain = selectors.calendar_chain(shop.at_mill)

        assert [link.level.kind for link in chain.links] == list(LevelKind)
        assert [link.name for link in chain.links[1:3]] == [
            "Augsburg plant",
            str(shop.center),
        ]
        assert chain.week_from == chain.links[1]
        assert chain.efficiency_from == chain.links[2]
        assert [one.link for one in chain.exceptions] == [
            chain.links[0],
            chain.links[3],
        ]
        assert chain.facts == selectors.calendar_facts([shop.mill])[shop.mill]
        assert (chain.version, chain.undoable_version) == (1, 0)
        assert (chain.clock, chain.time_zone) == ("Europe/Berlin", "Europe/Berlin")

    def test_is_empty_where_nobody_has_said_anything(self, shop: Shop) -> None:
        chain = selectors.calendar_chain(ENTERPRISE_LEVEL)

        assert (chain.version, chain.week_from, chain.efficiency_from) == (
            0,
            None,
            None,
        )
        assert chain.facts.week == WorkingWeek((), "Europe/Berlin")

    def test_refuses_what_is_not_there(self, shop: Shop, south: EnterpriseRef) -> None:
        with pytest.raises(SiteNotFound):
            selectors.calendar_chain(CalendarLevel(site_id=uuid7()))
        with context.enterprise(south), pytest.raises(SiteNotFound):
            selectors.calendar_chain(shop.at_site)


class TestCalendarLinks:
    def test_lists_levels_that_have_said_something_from_the_top_down(
        self, shop: Shop, week_at, planner: Actor
    ) -> None:
        week_at(shop.at_mill)
        week_at(shop.at_site)
        week_at(ENTERPRISE_LEVEL)
        services.inherit_week(level=shop.at_site, by=planner, at=MONDAY_7)

        assert [link.level for link in selectors.calendar_links()] == [
            ENTERPRISE_LEVEL,
            shop.at_mill,
        ]


class TestAnnounce:
    def test_tells_of_exactly_the_machines_that_a_change_hits(
        self, shop: Shop, week_at, close_at, announced
    ) -> None:
        week_at(ENTERPRISE_LEVEL)
        assert announced() == sorted(shop.all)

        week_at(shop.at_center, LATE)
        assert announced() == sorted([shop.mill, shop.mate])

        week_at(shop.at_site, NIGHT)
        assert announced() == [shop.lonely]

        close_at(shop.at_site)
        assert announced() == sorted([shop.mill, shop.mate, shop.lonely])

        week_at(shop.at_mill, LATE, time_zone="Europe/Berlin")
        assert announced() == []


class TestCalendarLevel:
    def test_is_of_one_thing_at_most(self) -> None:
        with pytest.raises(ValueError, match="one level"):
            CalendarLevel(site_id=uuid7(), machine_id=uuid7())


class TestCalendarOf:
    def test_returns_the_calendar_that_has_the_week_with_its_clock(
        self, shop: Shop, week_at, planner: Actor
    ) -> None:
        week_at(shop.at_site)
        services.set_efficiency(level=shop.at_mill, percent=90, by=planner, at=MONDAY_7)

        found = selectors.calendar_of(shop.mill)

        assert found is not None
        assert (found.site_id, found.machine_id) == (shop.augsburg.pk, None)
        assert found.time_zone == "Europe/Berlin"
        assert selectors.calendar_of(shop.chinese) is None


def test_working_time_of_dst_night_is_that_of_the_sites_clock(
    shop: Shop, week_at
) -> None:
    week_at(ENTERPRISE_LEVEL, (ShiftTime(5, time(22), time(6)),), time_zone="")
    night = Period(
        datetime(2030, 3, 30, 12, tzinfo=UTC), datetime(2030, 3, 31, 12, tzinfo=UTC)
    )

    assert [
        sum(p.minutes for p in selectors.working_periods_of(key, night))
        for key in (shop.mill, shop.chinese)
    ] == [7 * 60, 8 * 60]
