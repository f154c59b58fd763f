"""Calendars of machines, and what of their time is taken."""

from apps.capacity.models.calendar import (
    Calendar,
    CalendarException,
    CalendarQuerySet,
    CalendarRevision,
    Shift,
)
from apps.capacity.models.reservation import Reservation, ReservationQuerySet

__all__ = [
    "Calendar",
    "CalendarException",
    "CalendarQuerySet",
    "CalendarRevision",
    "Reservation",
    "ReservationQuerySet",
    "Shift",
]
