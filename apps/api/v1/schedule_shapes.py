"""Shapes of schedules: what is asked for, what comes out, and where work is put."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.reading import Moment, StrictSerializer
from apps.api.v1.work_requests import WorkRequestInput
from apps.scheduling import selectors as scheduling
from apps.scheduling.types import (
    JobOrderState,
    ScheduleObjective,
    ScheduleState,
    WhyKind,
)
from tenants.types import Disclosure

DEFAULT_SECONDS = 10
LONGEST_SECONDS = 600
MOST_WINDOWS = 100
MOST_ASSUMED = 20
LATE_SHOWN = 200


class WindowInput(StrictSerializer):
    """A time of one machine."""

    machine_id = serializers.UUIDField()
    starts_at = Moment()
    ends_at = Moment()


class WhatIfInput(StrictSerializer):
    """What is supposed: machines closed, or open for once, and more work."""

    closed = serializers.ListField(
        child=WindowInput(), max_length=MOST_WINDOWS, required=False, default=list
    )
    extra = serializers.ListField(
        child=WindowInput(), max_length=MOST_WINDOWS, required=False, default=list
    )
    work = serializers.ListField(
        child=WorkRequestInput(), max_length=MOST_ASSUMED, required=False, default=list
    )


class ScheduleInput(StrictSerializer):
    """What a schedule is to be best at, and for how long it may be worked on."""

    objective = serializers.ChoiceField(
        ScheduleObjective.values,
        required=False,
        default=ScheduleObjective.TARDINESS.value,
        help_text="The others break ties.",
    )
    budget_seconds = serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_SECONDS,
        required=False,
        default=DEFAULT_SECONDS,
    )
    frozen_until_at = Moment(
        required=False,
        allow_null=True,
        default=None,
        help_text="What starts before it stays where it is. Now by default.",
    )
    what_if = WhatIfInput(
        required=False,
        allow_null=True,
        default=None,
        help_text="With it the schedule can be looked at, and never accepted.",
    )


class FiguresShape(serializers.Serializer[Any]):
    """What a plan is judged by; less is better in each."""

    disclosure = Disclosure.PRIVATE

    weighted_tardiness = serializers.IntegerField(
        help_text="Minutes late, times priority."
    )
    late_jobs = serializers.IntegerField()
    makespan = serializers.IntegerField(help_text="Minutes until all is done.")
    setup_minutes = serializers.IntegerField(allow_null=True)
    changes = serializers.IntegerField(help_text="How many job orders move.")


class LateWorkShape(serializers.Serializer[Any]):
    """Work that would be finished after it is due; no id: it is only supposed."""

    disclosure = Disclosure.PRIVATE

    work_request_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    due_at = serializers.DateTimeField()
    finishes_at = serializers.DateTimeField()
    tardiness_minutes = serializers.IntegerField()


class ScheduleHeadShape(serializers.Serializer[Any]):
    """A schedule; it is a proposal until it is accepted."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    state = serializers.ChoiceField(ScheduleState.values)
    is_what_if = serializers.BooleanField()
    objective = serializers.ChoiceField(ScheduleObjective.values)
    budget_seconds = serializers.IntegerField()
    frozen_until_at = serializers.DateTimeField()
    job_id = serializers.UUIDField(allow_null=True)
    is_stop_asked = serializers.BooleanField()
    before = serializers.SerializerMethodField(
        help_text="Of the plan in force; null while there is none."
    )
    after = serializers.SerializerMethodField()
    lower_bound = serializers.IntegerField(
        allow_null=True, help_text="What the figure of the objective cannot be below."
    )
    bound_kind = serializers.CharField(allow_blank=True)
    gap_percent = serializers.FloatField(
        allow_null=True, help_text="By how much it may be worse than the best, at most."
    )
    method = serializers.CharField(allow_blank=True)
    error = serializers.CharField(
        allow_blank=True, help_text="Why it failed, or what overtook it."
    )
    requested_at = serializers.DateTimeField()
    requested_by = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_blank=True)

    @extend_schema_field(FiguresShape(allow_null=True))
    def get_before(self, row: Any) -> Any:
        """Return the figures of the plan in force."""
        return figures_of(row, "before")

    @extend_schema_field(FiguresShape(allow_null=True))
    def get_after(self, row: Any) -> Any:
        """Return the figures of the schedule itself."""
        return figures_of(row, "after")


class ScheduleShape(ScheduleHeadShape):
    """A schedule with the first two hundred that would be late, and if it holds."""

    disclosure = Disclosure.PRIVATE

    late = serializers.SerializerMethodField()
    outdated_because = serializers.SerializerMethodField(
        help_text="What keeps a proposal from being accepted; empty if nothing does."
    )

    @extend_schema_field(LateWorkShape(many=True))
    def get_late(self, row: Any) -> Any:
        """Return the work that would be late, the latest first."""
        found = scheduling.late_work(row.pk)[:LATE_SHOWN]
        return LateWorkShape(found, many=True).data

    def get_outdated_because(self, row: Any) -> str:
        """Return what has changed since."""
        if row.state != ScheduleState.PROPOSED:
            return ""
        return scheduling.why_outdated(row)


class WhyShape(serializers.Serializer[Any]):
    """What keeps work from starting earlier, until when, and by which other work."""

    disclosure = Disclosure.PRIVATE

    kind = serializers.ChoiceField(WhyKind.values)
    until_at = serializers.DateTimeField()
    title = serializers.CharField(allow_blank=True)
    job_order_id = serializers.UUIDField(allow_null=True)


class BarShape(serializers.Serializer[Any]):
    """A piece of work on its machine; no ids: it is only supposed."""

    disclosure = Disclosure.PRIVATE

    job_order_id = serializers.UUIDField(allow_null=True)
    work_request_id = serializers.UUIDField(allow_null=True)
    machine_id = serializers.UUIDField()
    title = serializers.CharField()
    starts_at = serializers.DateTimeField()
    finishes_at = serializers.DateTimeField()
    setup_minutes = serializers.IntegerField()
    run_minutes = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    tardiness_minutes = serializers.IntegerField()
    is_pinned = serializers.BooleanField()
    state = serializers.ChoiceField(JobOrderState.values)
    why = WhyShape(allow_null=True)
    was_machine_id = serializers.UUIDField(allow_null=True)
    was_starts_at = serializers.DateTimeField(allow_null=True)
    was_finishes_at = serializers.DateTimeField(allow_null=True)


def figures_of(row: Any, when: str) -> Any:
    """Return the figures before or after a schedule, if there are any."""
    found = row.figures.get(when)
    return found and FiguresShape(found).data
