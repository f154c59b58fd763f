"""Numbers by chance that a seed decides, whatever else the process draws; compiled."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.scheduling.rules.compiled import part

Dice = NDArray[np.uint64]


def dice(seed: int) -> Dice:
    """Return dice that fall the same way for the same seed."""
    mixed = np.random.SeedSequence(seed).generate_state(1, np.uint64)
    return np.maximum(mixed, np.uint64(1))


@part
def roll(state: Dice) -> Any:
    """Draw a fraction from 0 up to 1 (xorshift, Marsaglia 2003)."""
    value = state[0]
    value ^= value << np.uint64(13)
    value ^= value >> np.uint64(7)
    value ^= value << np.uint64(17)
    state[0] = value
    return (value >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@part
def below(state: Dice, count: int) -> int:
    """Draw a whole number from 0 up to a count."""
    return int(roll(state) * count)
