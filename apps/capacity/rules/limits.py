"""How much of a machine's time one enterprise may tie up, and for how long."""

from datetime import timedelta

HOLDS_AT_ONCE = 500
"""Live holds in one enterprise. Holding costs nothing, so hoarding must not pay."""

HOLDS_BEFORE_COUNTING_IN_TURN = HOLDS_AT_ONCE - 100
"""From here on holds are counted one transaction at a time, so that the quota is exact.

Below it two holds may count at once: fewer than a hundred run side by side.
"""

LONGEST_HOLD = timedelta(days=30)

LONGEST_PIECE_OF_WORK_MINUTES = 366 * 24 * 60

FURTHEST_START = timedelta(days=10 * 366)

LOOK_AHEAD_WEEKS = (13, 52, 260)
"""How far a promise looks, in turns: most are found in the first quarter."""

PUBLISHED_WEEKS = 26

LATE_WEEKS = 52
"""How long after its window a reservation that came short is still followed."""

STEPS_SHOWN = 40
"""Entries of an explanation; a machine with years of work has thousands of gaps."""

MOST_SHIFTS = 84
"""Of one week: twelve a day."""

MOST_EXCEPTIONS = 1000
"""Of one calendar; closed days of ten years are some hundreds."""

KEPT_REVISIONS = 100
"""Of one calendar: how far changes can be taken back."""
