"""Work that shops of the demo plan: shafts, housings, plates, and their setups.

Times are of ordinary shop practice: half an hour to an hour and a half of setup, a few
minutes of machine time for a piece. Days are working days. A shaft that is hardened outside comes back as work
of its own, which may not start before it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, done on up to so many machines of a department."""

    department: str
    family: str
    setup_minutes: int
    run_minutes: int
    titles: Mapping[str, str]
    most_machines: int = 2


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What a shop makes for itself, or for orders from elsewhere."""

    part: str
    quantity: int
    release_in_days: int
    due_in_days: int
    priority: int
    titles: Mapping[str, str]
    steps: tuple[StepRow, ...]
    # Added after the first plan was accepted, so that there is something to propose.
    is_late_comer: bool = False


TURNING = {"en": "Turning, both ends", "ru": "Токарная, оба конца", "zh-hans": "车两端"}
KEYWAY = {"en": "Keyway", "ru": "Шпоночный паз", "zh-hans": "铣键槽"}
FIRST_SIDE = {
    "en": "Milling, first side",
    "ru": "Фрезерная, первая сторона",
    "zh-hans": "铣第一面",
}
SECOND_SIDE = {
    "en": "Milling, second side",
    "ru": "Фрезерная, вторая сторона",
    "zh-hans": "铣第二面",
}
BORING = {
    "en": "Boring of the seats",
    "ru": "Расточка посадок",
    "zh-hans": "镗轴承孔",
}
HARD_TURNING = {
    "en": "Hard turning",
    "ru": "Токарная после закалки",
    "zh-hans": "淬火后硬车",
}

SHAFTS, HOUSINGS, PLATES, FLANGES = "shafts", "housings", "plates", "flanges"
MILL, TURN = "WC-MILL", "WC-TURN"

WORK: tuple[WorkRow, ...] = (
    WorkRow(
        "4417", 40, 0, 6, 7,
        {"en": "Drive shaft", "ru": "Вал приводной", "zh-hans": "传动轴"},
        (
            StepRow(TURN, SHAFTS, 45, 420, TURNING),
            StepRow(MILL, SHAFTS, 30, 180, KEYWAY),
        ),
    ),
    WorkRow(
        "12-0815", 16, 0, 8, 5,
        {"en": "Gearbox housing", "ru": "Корпус редуктора", "zh-hans": "齿轮箱壳体"},
        (
            StepRow(MILL, HOUSINGS, 75, 540, FIRST_SIDE, 3),
            StepRow(MILL, HOUSINGS, 60, 480, SECOND_SIDE, 3),
            StepRow(MILL, HOUSINGS, 45, 300, BORING, 2),
        ),
    ),
    WorkRow(
        "PL-230", 60, 1, 7, 4,
        {"en": "Base plate", "ru": "Плита основания", "zh-hans": "底板"},
        (
            StepRow(MILL, PLATES, 40, 360, FIRST_SIDE, 3),
            StepRow(MILL, PLATES, 40, 240, SECOND_SIDE, 3),
        ),
    ),
    WorkRow(
        "FL-77", 240, 0, 1, 4,
        {"en": "Flange", "ru": "Фланец", "zh-hans": "法兰"},
        (
            # More hours than there are until it is due: what is late is seen as such.
            StepRow(TURN, FLANGES, 35, 1200, TURNING),
            StepRow(MILL, PLATES, 25, 720, BORING, 3),
        ),
    ),
    WorkRow(
        "4418", 24, 6, 12, 5,
        {
            "en": "Pinion shaft, back from hardening",
            "ru": "Вал-шестерня после закалки на стороне",
            "zh-hans": "齿轮轴,外协热处理后",
        },
        (
            StepRow(TURN, SHAFTS, 60, 380, HARD_TURNING),
            StepRow(MILL, SHAFTS, 30, 120, KEYWAY),
        ),
    ),
    WorkRow(
        "12-0901", 6, 0, 5, 9,
        {
            "en": "Pump housing, spare",
            "ru": "Корпус насоса, запасной",
            "zh-hans": "泵体备件",
        },
        (
            StepRow(MILL, HOUSINGS, 75, 240, FIRST_SIDE, 3),
            StepRow(MILL, HOUSINGS, 60, 210, SECOND_SIDE, 3),
        ),
        is_late_comer=True,
    ),
)  # fmt: skip

# From a family to another, in minutes, on every machine of the department.
SETUPS: Mapping[str, Mapping[tuple[str, str], int]] = {
    TURN: {(SHAFTS, FLANGES): 50, (FLANGES, SHAFTS): 55, (SHAFTS, SHAFTS): 15},
    MILL: {
        (HOUSINGS, PLATES): 60,
        (PLATES, HOUSINGS): 80,
        (SHAFTS, HOUSINGS): 75,
        (HOUSINGS, SHAFTS): 50,
        (SHAFTS, PLATES): 40,
        (PLATES, SHAFTS): 45,
    },
}
# What a customer asks for at once: tried as a what-if, not taken on.
RUSH = WorkRow(
    "FX-19", 8, 0, 1, 9,
    {
        "en": "Clamping bracket, rush",
        "ru": "Кронштейн зажима, срочно",
        "zh-hans": "夹紧支架,加急",
    },
    (
        StepRow(MILL, PLATES, 40, 180, FIRST_SIDE, 3),
        StepRow(MILL, PLATES, 30, 150, BORING, 3),
    ),
)  # fmt: skip
PINNED_PART = "PL-230"
PLANNING_SHOPS = ("kaltenrieder", "lanyu", "kamnegorsk")
