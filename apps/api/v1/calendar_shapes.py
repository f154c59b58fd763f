"""What calendars look like to partners' programs."""

from typing import Any

from rest_framework import serializers

from apps.api.reading import Moment, StrictSerializer, WallTime
from apps.capacity.rules import limits
from apps.capacity.types import CalendarDraft, PlannedException, ShiftTime
from apps.kernel.errors import InvalidInput
from apps.kernel.periods import Period
from tenants.types import Disclosure

MOST_BREAK_MINUTES = 1439


class PlannedShiftInput(StrictSerializer):
    """One shift; it ends the next day if `ends` is not later than `starts`."""

    weekday = serializers.IntegerField(
        min_value=0, max_value=6, help_text="0 is Monday."
    )
    starts = WallTime()
    ends = WallTime()
    break_minutes = serializers.IntegerField(
        min_value=0, max_value=MOST_BREAK_MINUTES, required=False, default=0
    )
    break_starts = WallTime(
        required=False,
        default=None,
        allow_null=True,
        help_text="Null for the middle of the shift.",
    )


class ExceptionInput(StrictSerializer):
    """A period in which the week does not hold."""

    starts_at = Moment()
    ends_at = Moment()
    working = serializers.BooleanField(help_text="True: open for once; false: closed.")
    reason = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )


class LevelCalendarInput(StrictSerializer):
    """All that a level says itself; what it leaves out it takes from those above."""

    shifts = serializers.ListField(
        child=PlannedShiftInput(),
        max_length=limits.MOST_SHIFTS,
        required=False,
        default=None,
        allow_null=True,
        help_text="Null for the week of the level above; empty if nobody works.",
    )
    exceptions = serializers.ListField(
        child=ExceptionInput(),
        max_length=limits.MOST_EXCEPTIONS,
        required=False,
        default=list,
        help_text="Of two that overlap the later holds.",
    )
    time_zone = serializers.CharField(
        max_length=50,
        required=False,
        default="",
        allow_blank=True,
        help_text="IANA name; empty for the clock of each site.",
    )
    holiday_country = serializers.RegexField(
        r"^([A-Z]{2})?$",
        required=False,
        default="",
        allow_blank=True,
        help_text="ISO 3166-1; empty in a level with a week to work through holidays.",
    )
    keeps_exceptions = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether exceptions of the levels above hold here too.",
    )
    efficiency_percent = serializers.IntegerField(
        min_value=1, max_value=200, required=False, default=None, allow_null=True
    )


class UndoInput(StrictSerializer):
    """Which change is taken back."""

    version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The version that you saw."
    )
    to_version = serializers.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        default=None,
        allow_null=True,
        help_text="The version to return to; null for the one before the last change.",
    )


class RevisionShape(serializers.Serializer[Any]):
    """A state of a calendar that undo can return to."""

    disclosure = Disclosure.PRIVATE

    version = serializers.IntegerField()
    changed_at = serializers.DateTimeField()
    changed_by = serializers.CharField(allow_blank=True)
    has_week = serializers.BooleanField()
    shifts = serializers.IntegerField(help_text="How many; 0 without a week.")
    exceptions = serializers.IntegerField(help_text="How many.")
    time_zone = serializers.CharField(allow_blank=True)
    holiday_country = serializers.CharField(allow_blank=True)
    keeps_exceptions = serializers.BooleanField()
    efficiency_percent = serializers.IntegerField(allow_null=True)


class CalendarFileInput(StrictSerializer):
    """A calendar of RFC 5545, or a package of IDTA 02067, as multipart/form-data."""

    file = serializers.FileField()


class PlannedShiftShape(serializers.Serializer[Any]):
    """One shift of a week."""

    disclosure = Disclosure.PRIVATE

    weekday = serializers.IntegerField()
    starts = WallTime()
    ends = WallTime()
    break_minutes = serializers.IntegerField()
    break_starts = WallTime(allow_null=True)


class PlannedExceptionShape(serializers.Serializer[Any]):
    """A period in which the week does not hold."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField(allow_null=True)
    starts_at = serializers.DateTimeField(source="period.start")
    ends_at = serializers.DateTimeField(source="period.end")
    working = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)


class OwnCalendarShape(serializers.Serializer[Any]):
    """All that a level says itself."""

    disclosure = Disclosure.PRIVATE

    shifts = PlannedShiftShape(many=True, allow_null=True)
    exceptions = PlannedExceptionShape(many=True)
    time_zone = serializers.CharField(allow_blank=True)
    holiday_country = serializers.CharField(allow_blank=True)
    keeps_exceptions = serializers.BooleanField()
    efficiency_percent = serializers.IntegerField(allow_null=True)


class LevelShape(serializers.Serializer[Any]):
    """What a calendar is of."""

    disclosure = Disclosure.PRIVATE

    subject_id = serializers.UUIDField()
    kind = serializers.ChoiceField(["enterprise", "site", "work_center", "machine"])
    name = serializers.CharField()
    version = serializers.IntegerField()
    calendar = OwnCalendarShape()


class InForceExceptionShape(PlannedExceptionShape):
    """An exception that holds at a level, and the level that says it."""

    from_id = serializers.UUIDField()


class InForceShape(serializers.Serializer[Any]):
    """What holds at a level, and by whose word."""

    disclosure = Disclosure.PRIVATE

    shifts = PlannedShiftShape(many=True)
    week_from = serializers.UUIDField(allow_null=True)
    time_zone = serializers.CharField()
    holiday_country = serializers.CharField(allow_blank=True)
    holiday_region = serializers.CharField(allow_blank=True)
    holidays_from = serializers.UUIDField(allow_null=True)
    efficiency_percent = serializers.IntegerField()
    efficiency_from = serializers.UUIDField(allow_null=True)
    exceptions = InForceExceptionShape(many=True)


class LevelCalendarShape(LevelShape):
    """What a level says itself, and what holds there."""

    levels_above = serializers.ListField(child=serializers.UUIDField())
    in_force = InForceShape()
    undoable_version = serializers.IntegerField(allow_null=True)


class WeekChangeShape(serializers.Serializer[Any]):
    """Free minutes of one week, before a change and after it."""

    disclosure = Disclosure.PRIVATE

    monday = serializers.DateField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class MachineEffectShape(serializers.Serializer[Any]):
    """What a change does to a machine."""

    disclosure = Disclosure.PRIVATE

    machine_id = serializers.UUIDField()
    code = serializers.CharField()
    is_published = serializers.BooleanField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    efficiency_before = serializers.IntegerField()
    efficiency_after = serializers.IntegerField()


class EndangeredShape(serializers.Serializer[Any]):
    """A reservation whose window would no longer have the time that it needs."""

    disclosure = Disclosure.PRIVATE

    reservation_id = serializers.UUIDField(source="reservation.id")
    machine_id = serializers.UUIDField(source="reservation.machine_id")
    state = serializers.CharField(source="reservation.state")
    order_id = serializers.UUIDField(source="reservation.order_id", allow_null=True)
    quote_id = serializers.UUIDField(source="reservation.quote_id", allow_null=True)
    starts_at = serializers.DateTimeField(source="during.start")
    ends_at = serializers.DateTimeField(source="during.end")
    short_minutes = serializers.IntegerField()
    finishes_at = serializers.DateTimeField(allow_null=True)
    is_in_the_way = serializers.BooleanField()


class OvertakenShape(serializers.Serializer[Any]):
    """A proposed schedule that could not be accepted any more."""

    disclosure = Disclosure.PRIVATE

    schedule_id = serializers.UUIDField(source="schedule.pk")
    why = serializers.CharField()


class CalendarEffectShape(serializers.Serializer[Any]):
    """Whom a change would hit; nothing is written."""

    disclosure = Disclosure.PRIVATE

    weeks = WeekChangeShape(many=True)
    machines = MachineEffectShape(many=True)
    endangered = EndangeredShape(many=True)
    schedules = OvertakenShape(many=True)


class FileNotCarriedShape(serializers.Serializer[Any]):
    """What a file says that a calendar has no place for."""

    disclosure = Disclosure.PRIVATE

    what = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    reason = serializers.CharField()


class CalendarReadingShape(serializers.Serializer[Any]):
    """What a level would say by a file; nothing is written."""

    disclosure = Disclosure.PRIVATE

    name = serializers.CharField(allow_blank=True)
    exact_from = serializers.DateTimeField(source="horizon.start")
    exact_until = serializers.DateTimeField(source="horizon.end")
    calendar = OwnCalendarShape(source="draft")
    not_carried = FileNotCarriedShape(many=True)


def draft_of(facts: dict[str, Any]) -> CalendarDraft:
    """Return what a level is to say, as the body says it.

    :raises InvalidInput: if an exception ends before it begins.
    """
    shifts = facts.pop("shifts")
    exceptions = [exception_of(one) for one in facts.pop("exceptions")]
    return CalendarDraft(
        shifts=None if shifts is None else tuple(ShiftTime(**one) for one in shifts),
        exceptions=tuple(exceptions),
        **facts,
    )


def exception_of(facts: dict[str, Any]) -> PlannedException:
    """Return an exception as the body says it.

    :raises InvalidInput: if it ends before it begins.
    """
    starts_at, ends_at = facts.pop("starts_at"), facts.pop("ends_at")
    if ends_at <= starts_at:
        raise InvalidInput(
            "The exception ends before it begins.",
            field="ends_at",
            value=ends_at.isoformat(),
            remedy="Give an end that is later than the start.",
        )
    return PlannedException(Period(starts_at, ends_at), **facts)
