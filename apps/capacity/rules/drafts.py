"""What a level says as facts of JSON, for its revisions, and back."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from apps.capacity.types import CalendarDraft, PlannedException, ShiftTime
from apps.kernel.periods import Period


def facts_of_draft(draft: CalendarDraft) -> dict[str, Any]:
    """Write what a level says in values of JSON."""
    return {
        "shifts": None
        if draft.shifts is None
        else [
            {
                "weekday": shift.weekday,
                "starts": f"{shift.starts:%H:%M}",
                "ends": f"{shift.ends:%H:%M}",
                "break_minutes": shift.break_minutes,
                "break_starts": shift.break_starts and f"{shift.break_starts:%H:%M}",
            }
            for shift in draft.shifts
        ],
        "exceptions": [
            {
                "from": exception.period.start.isoformat(),
                "to": exception.period.end.isoformat(),
                "working": exception.working,
                "reason": exception.reason,
            }
            for exception in draft.exceptions
        ],
        "time_zone": draft.time_zone,
        "holiday_country": draft.holiday_country,
        "keeps_exceptions": draft.keeps_exceptions,
        "efficiency_percent": draft.efficiency_percent,
    }


def draft_of_facts(facts: Mapping[str, Any]) -> CalendarDraft:
    """Read what a level said from values of JSON."""
    return CalendarDraft(
        shifts=None
        if facts["shifts"] is None
        else tuple(
            ShiftTime(
                weekday=shift["weekday"],
                starts=time.fromisoformat(shift["starts"]),
                ends=time.fromisoformat(shift["ends"]),
                break_minutes=shift["break_minutes"],
                break_starts=shift["break_starts"]
                and time.fromisoformat(shift["break_starts"]),
            )
            for shift in facts["shifts"]
        ),
        exceptions=tuple(
            PlannedException(
                Period(
                    datetime.fromisoformat(exception["from"]),
                    datetime.fromisoformat(exception["to"]),
                ),
                exception["working"],
                exception["reason"],
            )
            for exception in facts["exceptions"]
        ),
        time_zone=facts["time_zone"],
        holiday_country=facts["holiday_country"],
        keeps_exceptions=facts["keeps_exceptions"],
        efficiency_percent=facts["efficiency_percent"],
    )
