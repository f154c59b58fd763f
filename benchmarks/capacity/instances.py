"""Shops that others published, and what the best known makespans of them are.

The job shops `ft` (Fisher and Thompson 1963) and `la` (Lawrence 1984) and the flexible
`mk` (Brandimarte 1993) are read from the shared data beside the repository. The `ta`
are drawn by the generator of Taillard, "Benchmarks for basic scheduling problems",
EJOR 64 (1993), from the seeds he published. Their best known makespans, all but that of
ta41 proven to be optimal, are those of https://github.com/ScheduleOpt/benchmarks
(jobshop/README.md, read 2026), where longest job and heaviest machine of each instance
stand as well: `draw` refuses to go on when it does not draw those.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "scheduling"

Jobs = list[list[list[tuple[int, int]]]]
"""Jobs of steps of ways: a machine and its minutes."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A shop and the least makespan that anyone has found for it."""

    name: str
    jobs: Jobs
    best_known: int


@dataclass(frozen=True, slots=True)
class Draw:
    """What an instance of Taillard is drawn from, and what must come out."""

    jobs: int
    machines: int
    time_seed: int
    machine_seed: int
    longest_job: int
    heaviest_machine: int
    best_known: int


TAILLARD = {
    "ta01": Draw(15, 15, 840612802, 398197754, 963, 977, 1231),
    "ta11": Draw(20, 15, 533484900, 317419073, 949, 1139, 1357),
    "ta21": Draw(20, 20, 1035939303, 773961798, 1217, 1182, 1642),
    "ta31": Draw(30, 15, 98640593, 1981283465, 990, 1764, 1764),
    "ta41": Draw(30, 20, 1841414609, 1357882888, 1232, 1830, 2005),
    "ta51": Draw(50, 15, 17271, 718939, 975, 2760, 2760),
    "ta61": Draw(50, 20, 8493988, 2738939, 1284, 2868, 2868),
    # Not in that table: the heaviest machine is a bound, and plans reach it here.
    "ta71": Draw(100, 20, 302034063, 1203569070, 1341, 5464, 5464),
}


def taillard() -> list[Instance]:
    """Draw one instance of each size, from 15x15 to 100x20."""
    return [
        Instance(name, draw(known), known.best_known)
        for name, known in TAILLARD.items()
    ]


def draw(known: Draw) -> Jobs:
    """Draw the minutes of all steps, then the machines of each job."""
    times, machines = _chance(known.time_seed), _chance(known.machine_seed)
    minutes = [
        [_between(times, 1, 99) for _ in range(known.machines)]
        for _ in range(known.jobs)
    ]
    jobs: Jobs = []
    for of_job in minutes:
        order = list(range(known.machines))
        for place in range(known.machines):
            other = _between(machines, place, known.machines - 1)
            order[place], order[other] = order[other], order[place]
        jobs.append([[pair] for pair in zip(order, of_job, strict=True)])
    load = [0] * known.machines
    for job in jobs:
        for [(machine, time)] in job:
            load[machine] += time
    if (max(map(sum, minutes)), max(load)) != (
        known.longest_job,
        known.heaviest_machine,
    ):
        raise ValueError(f"{known} is not what was published.")
    return jobs


def _chance(seed: int) -> Iterator[float]:
    """Draw fractions (Lehmer's generator with the multiplier 16807)."""
    while True:
        seed = seed * 16807 % 2147483647
        yield seed / 2147483647


def _between(chance: Iterator[float], low: int, high: int) -> int:
    return low + int(next(chance) * (high - low + 1))


def job_shops() -> list[Instance]:
    """Read the classic job shops; none where the shared data is not there."""
    return [
        Instance(path.stem, _steps_of_one_way(path), _best_known(path.stem))
        for path in sorted((DATA / "jobshop").glob("*.txt"))
    ]


def flexible_shops() -> list[Instance]:
    """Read the flexible job shops; none where the shared data is not there."""
    return [
        Instance(path.stem, _steps_of_many_ways(path), _best_known(path.stem))
        for path in sorted((DATA / "flexible").glob("*.txt"))
    ]


def _best_known(name: str) -> int:
    known = json.loads((DATA / "best-known.json").read_text())
    return int(known[name]["upper_bound"])


def _steps_of_one_way(path: Path) -> Jobs:
    rows = [[int(word) for word in line.split()] for line in path.open()][1:]
    return [
        [[pair] for pair in zip(row[0::2], row[1::2], strict=True)]
        for row in rows
        if row
    ]


def _steps_of_many_ways(path: Path) -> Jobs:
    jobs: Jobs = []
    for line in path.read_text().splitlines()[1:]:
        words = iter(int(word) for word in line.split())
        job = [
            [(next(words) - 1, next(words)) for _ in range(next(words))]
            for _ in range(next(words, 0))
        ]
        if job:
            jobs.append(job)
    return jobs
