"""Machines keep the public holidays of the place where they stand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from apps.capacity import selectors
from apps.capacity.rules.public_holidays import (
    NamedDay,
    holidays_kept,
    named_days,
    year_of_days,
)
from apps.capacity.types import WorkingWeek
from apps.kernel.periods import Period
from apps.machines import services as machine_services
from apps.machines.types import HolidayPlace, SiteDraft
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.capacity import EARLY_SHIFTS, MONDAY_7, early_shifts
from tests.support.budget import queries_of

# 2030-08-15 is a Thursday, and Assumption Day.
ASSUMPTION = Period(
    datetime(2030, 8, 15, tzinfo=UTC), datetime(2030, 8, 16, tzinfo=UTC)
)
# 2026-02-14 is a Saturday that China works for Friday 20 February.
MADE_UP = Period(datetime(2026, 2, 14, tzinfo=UTC), datetime(2026, 2, 15, tzinfo=UTC))
SHANGHAI = {
    "name": "Minhang",
    "country": "CN",
    "city": "Shanghai",
    "region": "",
    "time_zone": "Asia/Shanghai",
}
FRIDAY = 4


@pytest.fixture
def at_site(in_north: EnterpriseRef) -> Callable[..., UUID]:
    """Put a machine at a site that says more of itself than Augsburg does."""

    def make(code: str, **facts: object) -> UUID:
        site = machines.site(**{"name": f"Site of {code}", **facts})
        return machines.machine(code=code, site_id=site.pk).pk

    return make


def works_on(machine_id: UUID, period: Period) -> bool:
    return bool(selectors.working_periods_of(machine_id, period))


class TestCalendarFacts:
    def test_keeps_a_bavarian_site_off_on_assumption_day_and_not_one_in_berlin(
        self, at_site: Callable[..., UUID]
    ) -> None:
        early_shifts(holiday_country="DE")
        bavarian = at_site("BY-1", holiday_subdivision="BY")
        berliner = at_site("BE-1", holiday_subdivision="BE")
        of_the_country = at_site("DE-1")

        assert not works_on(bavarian, ASSUMPTION)
        assert works_on(berliner, ASSUMPTION)
        assert works_on(of_the_country, ASSUMPTION)

    def test_leaves_assumption_day_to_catholic_municipalities(
        self, at_site: Callable[..., UUID]
    ) -> None:
        early_shifts(holiday_country="DE")
        franconian = at_site("BY-2", holiday_subdivision="BY-EV")
        epiphany = Period(
            datetime(2031, 1, 6, tzinfo=UTC), datetime(2031, 1, 7, tzinfo=UTC)
        )

        assert works_on(franconian, ASSUMPTION)
        assert not works_on(franconian, epiphany)

    def test_works_the_make_up_saturday_at_a_chinese_site_of_a_german_enterprise(
        self, at_site: Callable[..., UUID]
    ) -> None:
        early_shifts(holiday_country="DE")
        chinese = at_site("CN-1", **SHANGHAI)
        german = at_site("DE-1")

        assert selectors.working_periods_of(chinese, MADE_UP) == [
            Period(
                datetime(2026, 2, 14, 5, tzinfo=UTC),
                datetime(2026, 2, 14, 13, tzinfo=UTC),
            )
        ]
        assert not works_on(german, MADE_UP)
        day_of_unity = Period(
            datetime(2030, 10, 3, tzinfo=UTC), datetime(2030, 10, 4, tzinfo=UTC)
        )
        assert not works_on(german, day_of_unity)

    def test_lets_a_site_keep_the_holidays_of_another_country(
        self, at_site: Callable[..., UUID]
    ) -> None:
        early_shifts(holiday_country="DE")
        border = at_site("PL-1", country="DE", holiday_country="PL")

        # Poland keeps Assumption Day as a whole.
        assert not works_on(border, ASSUMPTION)

    def test_works_through_where_the_enterprise_does(
        self, at_site: Callable[..., UUID]
    ) -> None:
        early_shifts()
        bavarian = at_site("BY-1", holiday_subdivision="BY")

        assert works_on(bavarian, ASSUMPTION)

    def test_keeps_the_country_of_a_machines_own_calendar_and_its_sites_region(
        self, at_site: Callable[..., UUID]
    ) -> None:
        bavarian = at_site("BY-1", holiday_subdivision="BY")
        polish = at_site("BY-2", holiday_subdivision="BE")
        early_shifts(bavarian, holiday_country="DE")
        early_shifts(polish, holiday_country="PL")

        weeks = selectors.calendar_facts([bavarian, polish])

        assert weeks[bavarian].week == WorkingWeek(
            EARLY_SHIFTS, "Europe/Berlin", "DE", "BY"
        )
        assert weeks[polish].week == WorkingWeek(EARLY_SHIFTS, "Europe/Berlin", "PL")

    def test_asks_as_often_for_many_machines_as_for_one(
        self, at_site: Callable[..., UUID]
    ) -> None:
        early_shifts(holiday_country="DE")
        several = [at_site(f"M-{number}") for number in range(5)]

        with queries_of() as of_one:
            selectors.calendar_facts(several[:1])
        with queries_of() as of_all:
            selectors.calendar_facts(several)

        assert len(of_one) == len(of_all) == 4


class TestReviseSite:
    def test_has_the_market_read_free_time_again_when_holidays_change(
        self, planner: Actor, in_north: EnterpriseRef
    ) -> None:
        early_shifts(holiday_country="DE")
        machine = machines.published_machine()
        at = datetime(2030, 8, 12, tzinfo=UTC)

        def week() -> int:
            return selectors.cumulative_free_minutes(
                machine_id=machine.pk, from_monday=date(2030, 8, 12), at=at, weeks=1
            )[0]

        before = week()
        machine_services.revise_site(
            site_id=machine.site_id,
            version=1,
            draft=replace(
                SiteDraft(**machines.AUGSBURG), holiday_subdivision="Augsburg"
            ),
            by=planner,
            at=MONDAY_7,
        )

        assert (before, week()) == (5 * 480, 4 * 480)


class TestHolidaysKept:
    BAVARIA = HolidayPlace("DE", "BY")

    @pytest.mark.parametrize(
        ("observed", "site", "is_own", "kept"),
        [
            ("", BAVARIA, False, HolidayPlace("")),
            ("", BAVARIA, True, HolidayPlace("")),
            ("DE", None, False, HolidayPlace("DE")),
            ("DE", BAVARIA, False, BAVARIA),
            ("PL", BAVARIA, False, BAVARIA),
            ("PL", BAVARIA, True, HolidayPlace("PL")),
            ("DE", BAVARIA, True, BAVARIA),
            ("DE", HolidayPlace("XX"), False, HolidayPlace("")),
        ],
    )
    def test_is_what_calendar_and_site_say_together(
        self, observed: str, site: HolidayPlace | None, is_own: bool, kept: HolidayPlace
    ) -> None:
        assert holidays_kept(observed, site, is_own=is_own) == kept


class TestYearOfDays:
    def test_keeps_what_the_country_does_in_a_region_that_it_does_not_have(
        self,
    ) -> None:
        assert year_of_days("DE", 2030, "Nowhere") == year_of_days("DE", 2030)

    def test_adds_what_only_the_region_keeps(self) -> None:
        added = (
            year_of_days("DE", 2030, "BY").days_off - year_of_days("DE", 2030).days_off
        )

        assert sorted(added) == [
            date(2030, 1, 6),
            date(2030, 6, 20),
            date(2030, 8, 15),
            date(2030, 11, 1),
        ]


class TestNamedDays:
    def test_names_days_in_the_readers_language(self) -> None:
        def first(language: str) -> NamedDay:
            return named_days(
                "CN",
                "",
                start=date(2026, 2, 13),
                end=date(2026, 2, 18),
                language=language,
            )[2]

        assert first("en") == NamedDay(date(2026, 2, 16), "Chinese New Year's Eve")
        assert first("zh-hans").name == "农历除夕"
        assert first("ru").name == "Chinese New Year's Eve"

    def test_names_russian_days_in_russian(self) -> None:
        (found,) = named_days(
            "RU", "", start=date(2030, 6, 12), end=date(2030, 6, 13), language="ru"
        )

        assert found == NamedDay(date(2030, 6, 12), "День России")

    def test_shows_days_that_are_worked_instead(self) -> None:
        found = named_days(
            "CN", "", start=date(2026, 2, 14), end=date(2026, 2, 15), language="en"
        )

        assert found == [NamedDay(date(2026, 2, 14), "", FRIDAY)]
        assert not found[0].is_off

    def test_names_the_weekend_of_a_break_like_the_break(self) -> None:
        found = named_days(
            "CN", "", start=date(2026, 10, 3), end=date(2026, 10, 5), language="en"
        )

        assert found == [
            NamedDay(date(2026, 10, 3), "National Day"),
            NamedDay(date(2026, 10, 4), "National Day"),
        ]

    def test_goes_on_over_the_turn_of_the_year(self) -> None:
        found = named_days(
            "DE", "BE", start=date(2030, 12, 25), end=date(2031, 1, 2), language="en"
        )

        assert [named.day for named in found] == [
            date(2030, 12, 25),
            date(2030, 12, 26),
            date(2031, 1, 1),
        ]

    def test_is_empty_where_nobody_knows(self) -> None:
        found = named_days(
            "XX", "", start=date(2030, 1, 1), end=date(2031, 1, 1), language="en"
        )

        assert found == []
