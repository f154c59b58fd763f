"""How good a plan is after ten seconds, and how soon the first one is there.

Each instance is given the same seconds twice in the same run: to the scheduler, and to
plain CP-SAT with two workers. Both use two cores. The gap is that of the makespan over
the best known one. Every plan of ours goes through the independent checker first.
"""

import json
import os
import subprocess
import sys
from random import Random
from time import perf_counter
from typing import Any

from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import (
    Incumbent,
    Job,
    MachineTime,
    Mode,
    Objective,
    Problem,
    Task,
)
from apps.scheduling.rules.solver import solve, warm_up
from benchmarks.capacity.instances import (
    Instance,
    Jobs,
    flexible_shops,
    job_shops,
    taillard,
)
from benchmarks.figures import Figure, percentile
from spindle.local import environment

FOREVER = 10_000_000
SECONDS = {"full": 10.0, "medium": 5.0, "small": 1.5}
FIRST_PLANS = {"full": 20, "medium": 10, "small": 3}
IN_SMALL = ("ft10", "mk02")
TARGETS = {"taillard": 1.5, "brandimarte": 1.0, "classic": None}
TARGET_OVER_CPSAT = 0.33
TARGET_FIRST_PLAN_MS = 2_000.0
OPERATIONS = 500


def run(size: str) -> None:
    """Measure all families and the first plan, and print."""
    warm_up()
    figures = [first_plan(FIRST_PLANS[size])]
    families = {
        "classic": job_shops(),
        "brandimarte": flexible_shops(),
        "taillard": taillard(),
    }
    for family, instances in families.items():
        chosen = [
            instance
            for instance in instances
            if size != "small" or instance.name in IN_SMALL
        ]
        if chosen:
            figures += family_figures(family, chosen, SECONDS[size])
    for figure in figures:
        print(figure.line())
    print()
    for figure in figures:
        print(figure.words())
    for family, instances in families.items():
        if not instances:
            print(f"{family}: not measured, its instances are not here.")


def family_figures(
    family: str, instances: list[Instance], seconds: float
) -> list[Figure]:
    """Say the mean gap of a family, ours and that of plain CP-SAT."""
    ours, theirs = [], []
    for instance in instances:
        found, bound = scheduled(instance, seconds)
        plain = plain_cp_sat(instance, seconds)
        ours.append(100 * (found / instance.best_known - 1))
        theirs.append(100 * (plain / instance.best_known - 1))
        print(
            f"{instance.name}: {found}, at least {bound}; CP-SAT {plain};"
            f" best known {instance.best_known}",
            file=sys.stderr,
        )
    count = len(instances)
    gap, plain_gap = (round(sum(gaps) / count, 2) for gaps in (ours, theirs))
    figures = [
        Figure(
            f"schedule_gap_percent_{family}", gap, "%", count, target=TARGETS[family]
        ),
        Figure(f"schedule_gap_percent_{family}_cpsat", plain_gap, "%", count),
    ]
    if plain_gap > 0:
        share = round(gap / plain_gap, 3)
        figures.append(
            Figure(
                f"schedule_gap_over_cpsat_{family}",
                share,
                "of it",
                count,
                target=TARGET_OVER_CPSAT,
            )
        )
    return figures


def scheduled(instance: Instance, seconds: float) -> tuple[int, int]:
    """Return the makespan that the scheduler finds, and what it bounds it by."""
    problem = problem_of(instance.jobs)
    found = solve(problem, objective=Objective("makespan"), seconds=seconds, seed=1)
    if faults := check(problem, found.assignments):
        raise ValueError(f"The plan of {instance.name} breaks rules: {faults[:3]}")
    return found.figures.makespan, found.lower_bound


def problem_of(jobs: Jobs) -> Problem:
    """Write an instance as a shop that never closes."""
    machines = 1 + max(on for job in jobs for step in job for on, _ in step)
    always = Spans.of([(0, FOREVER)])
    return Problem(
        machines=tuple(MachineTime(str(n), always, NO_SPANS) for n in range(machines)),
        jobs=tuple(Job(str(number), 0) for number in range(len(jobs))),
        tasks=tuple(
            Task(
                f"{number}.{step}",
                number,
                step,
                tuple(Mode(on, 0, minutes) for on, minutes in ways),
            )
            for number, job in enumerate(jobs)
            for step, ways in enumerate(job)
        ),
        now=0,
        horizon=FOREVER,
    )


def plain_cp_sat(instance: Instance, seconds: float) -> int:
    """Return the makespan that CP-SAT finds by itself, as its examples model it."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    horizon = sum(max(t for _, t in step) for job in instance.jobs for step in job)
    makespan = model.new_int_var(0, horizon, "")
    on_machine: dict[int, list[Any]] = {}
    for job in instance.jobs:
        before: Any = 0
        for step in job:
            start = model.new_int_var(0, horizon, "")
            end = model.new_int_var(0, horizon, "")
            model.add(start >= before)
            chosen = []
            for machine, minutes in step:
                is_so = model.new_bool_var("")
                interval = model.new_optional_interval_var(
                    start, minutes, end, is_so, ""
                )
                on_machine.setdefault(machine, []).append(interval)
                chosen.append(is_so)
            model.add_exactly_one(chosen)
            before = end
        model.add(makespan >= before)
    for intervals in on_machine.values():
        model.add_no_overlap(intervals)
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return int(solver.objective_value) if found else horizon


def first_plan(rounds: int) -> Figure:
    """Say when the first plan is shown: a new process, one core, kernels compiled."""
    command = [sys.executable, "-m", "benchmarks.capacity.schedules", "first"]
    times = [
        float(
            json.loads(
                subprocess.run(
                    command, capture_output=True, check=True, text=True
                ).stdout
            )
        )
        for _ in range(rounds + 1)
    ]
    return Figure(
        "first_plan_ms",
        percentile(times[1:], 0.95),
        "ms",
        rounds,
        target=TARGET_FIRST_PLAN_MS,
    )


def time_first_plan() -> float:
    """Return how many milliseconds it takes from the question to the first plan."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    problem = real_shop(Random(1), OPERATIONS)
    shown: list[float] = []

    def watch(_: Incumbent) -> bool:
        shown.append(perf_counter())
        return False

    begun = perf_counter()
    solve(
        problem,
        objective=Objective("tardiness"),
        seconds=2,
        seed=1,
        on_progress=watch,
    )
    return round(1000 * (shown[0] - begun), 1)


def real_shop(chance: Random, operations: int) -> Problem:
    """Return a flexible shop of 20 machines with shifts, bookings, setups, due dates."""
    day, machines, days = 1440, 20, 120
    now = 30_000 * day
    shop = []
    for number in range(machines):
        shifts = [(360, 600), (630, 840)] + [(840, 1320)] * (number % 2)
        week = [
            (now + date * day + opens, now + date * day + closes)
            for date in range(days)
            if date % 7 < 5
            for opens, closes in shifts
        ]
        booked = [
            (start, start + chance.randrange(60, 400))
            for date in range(0, days, 6)
            for start in [now + date * day + chance.randrange(day)]
        ]
        shop.append(MachineTime(f"M{number}", Spans.of(week), Spans.of(booked)))
    steps = 5
    jobs = tuple(
        Job(f"J{job}", now, now + chance.randrange(5, 40) * day, chance.randint(1, 9))
        for job in range(operations // steps)
    )
    tasks = tuple(
        Task(
            f"{job}.{step}",
            job,
            step,
            tuple(
                Mode(on, chance.randrange(0, 40), chance.randrange(20, 400))
                for on in chance.sample(range(machines), chance.randint(1, 3))
            ),
            chance.choice(("steel", "brass", "")),
        )
        for job in range(len(jobs))
        for step in range(steps)
    )
    setups = {
        (machine, before, after): chance.randrange(5, 60)
        for machine in range(machines)
        for before, after in (("steel", "brass"), ("brass", "steel"))
    }
    return Problem(tuple(shop), jobs, tasks, now, now + days * day, setups)


if __name__ == "__main__":
    if sys.argv[1:2] == ["first"]:
        print(json.dumps(time_first_plan()))
    else:
        run(environment.inherited().get("SIZE") or "full")
