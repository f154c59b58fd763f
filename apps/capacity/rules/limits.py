"""How much of a machine's time one enterprise may tie up, and for how long."""

from datetime import timedelta

HOLDS_AT_ONCE = 500
"""Live holds in one enterprise. Holding costs nothing, so hoarding must not pay."""

HOLDS_BEFORE_COUNTING_IN_TURN = HOLDS_AT_ONCE - 100
"""From here on holds are counted one transaction at a time, so that the quota is exact.

Below it two holds may count at once: fewer than a hundred run side by side.
"""

HOLDS_OF_ONE_COUNTERPARTY = HOLDS_AT_ONCE // 5
"""Live holds for one buyer: one that takes all it may leaves four fifths to others."""

SHARE_OF_A_MACHINE_PERCENT = 50
SHARE_COUNTED_OVER = timedelta(weeks=13)
"""One buyer may hold half of a machine's working time in the quarter to come.

Most work is sold a quarter ahead, and whoever would tie up more than half of it means
to keep others out. A first hold is always let through: a batch may be that large.
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

FILE_WEEKS = 104
"""How far a calendar file is read where it does not repeat weekly, and how far days off
are written into one."""

MOST_FILE_BYTES = 2 * 1024 * 1024

KEPT_REVISIONS = 100
"""Of one calendar: how far changes can be taken back."""

MOST_STEPS = 12
"""Of one route; real ones have two to eight."""

MOST_OPTIONS = 40
"""Machines asked for one step."""

MOST_LOTS = 20
"""Of one step: each costs a setup, and more are nobody's plan."""

LARGEST_BATCH = 1_000_000

LONGEST_TRANSPORT_MINUTES = 60 * 24 * 60
