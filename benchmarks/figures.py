"""Figures, as lines for programs and as words for people."""

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; the baseline was measured in the same run."""

    figure: str
    value: float
    unit: str
    n: int
    baseline: float | None = None
    target: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better than the baseline, where there is one."""
        return round(self.baseline / self.value, 1) if self.baseline else None

    def line(self) -> str:
        """The figure as one JSON line."""
        order = ("figure", "value", "unit", "baseline", "ratio", "target", "n")
        facts = {**asdict(self), "ratio": self.ratio}
        return json.dumps({name: facts[name] for name in order})

    def words(self) -> str:
        """The figure as a sentence."""
        said = f"{self.figure}: {self.value:g} {self.unit} over {self.n}"
        if self.baseline:
            said += (
                f"; the baseline {self.baseline:g} {self.unit}, {self.ratio} times that"
            )
        if self.target:
            met = "met" if self.value <= self.target else "MISSED"
            said += f"; target {self.target:g} {self.unit} {met}"
        return said + "."


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of all does not exceed."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)


def timed(what: Callable[[], Any]) -> float:
    """Return how many milliseconds it took."""
    begun = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - begun)
