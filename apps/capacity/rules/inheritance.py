"""What a machine's calendar comes to when every level has said its part."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from apps.capacity.rules.public_holidays import holidays_kept
from apps.capacity.types import (
    FULL_EFFICIENCY,
    CalendarDraft,
    CalendarFacts,
    LevelKind,
    PlannedException,
    WorkingException,
    WorkingWeek,
)
from apps.machines.types import HolidayPlace


@dataclass(frozen=True, slots=True)
class Said:
    """What one level says."""

    kind: LevelKind
    draft: CalendarDraft


@dataclass(frozen=True, slots=True)
class Standing:
    """The clock and the holidays of the place where a machine stands."""

    clock: str
    holidays: HolidayPlace | None = None


def facts_of(said: Sequence[Said], standing: Standing) -> CalendarFacts:
    """Put together what the levels say, given from the top down."""
    week = nearest_week(said)
    observing = nearest_holidays(said)
    efficient = nearest_efficiency(said)
    kept = (
        HolidayPlace("")
        if observing is None
        else holidays_kept(
            observing.draft.holiday_country,
            standing.holidays,
            is_own=observing.kind is not LevelKind.ENTERPRISE,
        )
    )
    shifts = () if week is None else week.draft.shifts or ()
    return CalendarFacts(
        week=WorkingWeek(
            shifts=shifts,
            time_zone=(week.draft.time_zone if week else "") or standing.clock,
            holiday_country=kept.country,
            holiday_subdivision=kept.region,
        ),
        exceptions=tuple(
            WorkingException(exception.period, exception.working)
            for _level, exception in exceptions_in_force(said)
        ),
        efficiency_percent=(
            FULL_EFFICIENCY
            if efficient is None
            else efficient.draft.efficiency_percent or FULL_EFFICIENCY
        ),
    )


def nearest_week(said: Sequence[Said]) -> Said | None:
    """Return the nearest level that has a week."""
    return _nearest(one for one in said if one.draft.shifts is not None)


def nearest_holidays(said: Sequence[Said]) -> Said | None:
    """Return the level that says whose holidays are kept.

    A week says it, also that none are; a level without a week only by naming a country.
    """
    return _nearest(
        one for one in said if one.draft.shifts is not None or one.draft.holiday_country
    )


def nearest_efficiency(said: Sequence[Said]) -> Said | None:
    """Return the nearest level that states an efficiency."""
    return _nearest(one for one in said if one.draft.efficiency_percent is not None)


def exceptions_in_force(
    said: Sequence[Said],
) -> Iterator[tuple[Said, PlannedException]]:
    """Go through exceptions so that of two that overlap the later one holds.

    A nearer level comes after those above it, unless it does not keep theirs at all.
    """
    cuts = [i for i, one in enumerate(said) if not one.draft.keeps_exceptions]
    for one in said[cuts[-1] if cuts else 0 :]:
        for exception in one.draft.exceptions:
            yield one, exception


def zone_of(draft: CalendarDraft, clock: str) -> tzinfo:
    """Return the zone in which a level's own times are meant."""
    return ZoneInfo(draft.time_zone or clock)


def _nearest(said: Iterable[Said]) -> Said | None:
    found = None
    for one in said:
        found = one
    return found
