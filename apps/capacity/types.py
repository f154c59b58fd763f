"""Words of capacity that its rules, models, services and selectors share."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.kernel.periods import Period


class ReservationState(models.TextChoices):
    """Where a reservation stands; `held` and `booked` are live."""

    HELD = "held", _("Held")
    BOOKED = "booked", _("Booked")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Expired")


FULL_EFFICIENCY = 100

LIVE_STATES = (ReservationState.HELD, ReservationState.BOOKED)


class ReservationKind(models.TextChoices):
    """What a machine's time is reserved for."""

    QUOTE = "quote", _("Quote")
    ORDER = "order", _("Order")
    MAINTENANCE = "maintenance", _("Maintenance")
    WORK = "work", _("Work of our own")


class BookingsInTheWay(models.TextChoices):
    """What becomes of bookings that lie where maintenance is to be."""

    REFUSE = "refuse", _("Leave them, and take no maintenance")
    MOVE = "move", _("Move them")


class StepKind(models.TextChoices):
    """What a stretch of time means for a promise."""

    TAKEN = "taken", _("Already reserved")
    TOO_SHORT = "too_short", _("Gap too short")
    OWN_LOT = "own_lot", _("Another lot of this batch")
    WORK = "work", _("Working time used")


@dataclass(frozen=True, slots=True)
class ShiftTime:
    """One shift of a week, in wall time; it ends the next day if `ends` is not later.

    A break without a start lies in the middle of the shift.
    """

    weekday: int
    starts: time
    ends: time
    break_minutes: int = 0
    break_starts: time | None = None


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """When work is done in an ordinary week, and where that week is lived."""

    shifts: tuple[ShiftTime, ...]
    time_zone: str
    holiday_country: str = ""
    holiday_subdivision: str = ""


@dataclass(frozen=True, slots=True)
class WorkingException:
    """A period in which the ordinary week does not hold."""

    period: Period
    working: bool


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """A calendar as the rules need it: the week, and the exceptions as added.

    Efficiency is the share of working time that makes progress, in percent.
    """

    week: WorkingWeek
    exceptions: tuple[WorkingException, ...] = ()
    efficiency_percent: int = FULL_EFFICIENCY


class LevelKind(models.TextChoices):
    """What a calendar may be of, from the top down."""

    ENTERPRISE = "enterprise", _("Enterprise")
    SITE = "site", _("Site")
    WORK_CENTER = "work_center", _("Work center")
    MACHINE = "machine", _("Machine")


@dataclass(frozen=True, slots=True)
class CalendarLevel:
    """What a calendar is of: a site, a work center, a machine, or all of it."""

    site_id: UUID | None = None
    work_center_id: UUID | None = None
    machine_id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse two at once."""
        if sum(key is not None for key in self.keys) > 1:
            msg = "a calendar is of one level"
            raise ValueError(msg)

    @property
    def keys(self) -> tuple[UUID | None, UUID | None, UUID | None]:
        """The three keys, from the top down."""
        return (self.site_id, self.work_center_id, self.machine_id)

    @property
    def subject_id(self) -> UUID | None:
        """The key that is given; none for the enterprise."""
        return next((key for key in self.keys if key is not None), None)

    @property
    def kind(self) -> LevelKind:
        """Which of the levels it is."""
        if self.machine_id is not None:
            return LevelKind.MACHINE
        if self.work_center_id is not None:
            return LevelKind.WORK_CENTER
        return LevelKind.ENTERPRISE if self.site_id is None else LevelKind.SITE


ENTERPRISE_LEVEL = CalendarLevel()


@dataclass(frozen=True, slots=True)
class PlannedException:
    """An exception as a planner writes it; its key, where it is kept already."""

    period: Period
    working: bool
    reason: str = ""
    id: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """All that one level says: what it leaves out it takes from those above.

    No shifts (`None`) means the week of the level above, an empty week means that no
    work is done. The later of two exceptions that overlap holds.
    """

    shifts: tuple[ShiftTime, ...] | None = None
    exceptions: tuple[PlannedException, ...] = ()
    time_zone: str = ""
    holiday_country: str = ""
    keeps_exceptions: bool = True
    efficiency_percent: int | None = None


NOTHING_SAID = CalendarDraft()


class CalendarForm(StrEnum):
    """As what a calendar leaves."""

    ICS = "ics"
    AASX = "aasx"


@dataclass(frozen=True, slots=True)
class PromiseStep:
    """A stretch of time that explains why a promise ends when it does."""

    kind: StepKind
    period: Period
    minutes: int


@dataclass(frozen=True, slots=True)
class Promise:
    """The earliest stretch in which a machine can do the work without a break-in."""

    machine_id: UUID
    start: datetime
    finish: datetime
    working_minutes: int
    explanation: tuple[PromiseStep, ...] = ()
    gaps_passed_over: int = 0

    @property
    def during(self) -> Period:
        """What a hold of this promise would reserve."""
        return Period(self.start, self.finish)


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """Working minutes of one ISO week and what they are given to."""

    monday: date
    total_minutes: int
    held_minutes: int = 0
    booked_minutes: int = 0
    maintenance_minutes: int = 0

    @property
    def reserved_minutes(self) -> int:
        """Minutes that nobody else can have."""
        return self.held_minutes + self.booked_minutes + self.maintenance_minutes

    @property
    def free_minutes(self) -> int:
        """Minutes still to be had."""
        return self.total_minutes - self.reserved_minutes

    @property
    def utilization_percent(self) -> float:
        """Share of working time given to work, maintenance apart."""
        if self.total_minutes == 0:
            return 0.0
        given = self.held_minutes + self.booked_minutes
        return round(100 * given / self.total_minutes, 1)


@dataclass(frozen=True, slots=True)
class MachineLoad:
    """The load of one machine, week by week."""

    machine_id: UUID
    weeks: tuple[WeekLoad, ...] = ()


@dataclass(frozen=True, slots=True)
class StepOption:
    """A machine that can do one step of a route, and what a batch takes there."""

    machine_id: UUID
    setup_minutes: int
    minutes_per_part: Decimal


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step of a route: where it can be done, in how many lots, and how it goes on.

    Transport is to the next step where that is at another site; after the last step
    it is to whoever waits for the parts, always.
    """

    options: tuple[StepOption, ...]
    transport_minutes: int = 0
    most_lots: int = 1
    smallest_lot: int = 1


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """A batch that goes through one step or several, when it may begin and is due."""

    quantity: int
    steps: tuple[RouteStep, ...]
    release_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LotPromise:
    """What one machine would do of one step, and what its working time is made of.

    The batch is ready for the step when it is released or has come from the one before.
    """

    step: int
    quantity: int
    promise: Promise
    ready_at: datetime
    setup_minutes: int
    minutes_per_part: Decimal
    efficiency_percent: int


@dataclass(frozen=True, slots=True)
class RoutePromise:
    """Where and when each lot of each step would be made, and when all is there."""

    lots: tuple[LotPromise, ...]
    arrives_at: datetime

    def transport_after(self, step: int) -> timedelta:
        """Return how long the batch is on the road after a step."""
        done = max(lot.promise.finish for lot in self.lots if lot.step == step)
        follows = [lot.ready_at for lot in self.lots if lot.step == step + 1]
        return min(follows, default=self.arrives_at) - done

    @property
    def finishes_at(self) -> datetime:
        """When the last machine is done."""
        return max(lot.promise.finish for lot in self.lots)

    @property
    def starts_at(self) -> datetime:
        """When the first machine begins."""
        return min(lot.promise.start for lot in self.lots)
