"""Settings of the control: no lock before a machine's time is read."""

from spindle.settings.dev import *  # noqa: F403, TID251  (differences only)

SPINDLE_UNSAFE_NO_BOOKING_LOCK = True
