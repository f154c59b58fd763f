"""When the tasks of a plan take place, given their order on each machine; compiled.

This is the one place where times come from: every search judges its plans by it.
"""

from apps.scheduling.rules.compiled import kernel, part, write
from apps.scheduling.rules.tables import Layout, Numbers, Shop


@part
def worked_before(shop: Shop, machine: int, moment: int) -> int:
    """Count the minutes that a machine has worked before a moment."""
    low, high = shop.spans[machine], shop.spans[machine + 1]
    if low == high or moment <= shop.opens[low]:
        return 0
    while high - low > 1:
        middle = (low + high) >> 1
        if shop.opens[middle] < moment:
            low = middle
        else:
            high = middle
    return shop.worked[low] + min(moment, shop.closes[low]) - shop.opens[low]


@part
def moment_of(shop: Shop, machine: int, count: int) -> int:
    """Return when so many minutes, one at least, have been worked."""
    low, high = shop.spans[machine], shop.spans[machine + 1]
    while high - low > 1:
        middle = (low + high) >> 1
        if shop.worked[middle] < count:
            low = middle
        else:
            high = middle
    return shop.opens[low] + count - shop.worked[low]


@part
def fit(shop: Shop, machine: int, begin: int, minutes: int) -> int:
    """Find the first gap from a minute worked on that holds the work; -1 if none."""
    low, high = shop.gaps[machine], shop.gaps[machine + 1]
    last = high
    while low < high:
        middle = (low + high) >> 1
        if shop.gap_to[middle] <= begin:
            low = middle + 1
        else:
            high = middle
    for gap in range(low, last):
        opens = max(begin, shop.gap_from[gap])
        if opens + minutes <= shop.gap_to[gap]:
            return opens
    return -1


@part
def setup_after(shop: Shop, mode: int, task: int, family: int) -> int:
    """Return the setup of a task after work of a family."""
    own = shop.family[task]
    reach = shop.pair.shape[1]
    if family < reach and own < reach:
        paired = shop.pair[shop.on[mode], family, own]
        if paired >= 0:
            return paired
    if own != 0 and own == family:
        return 0
    return shop.setup[mode]


@part
def place(
    shop: Shop, task: int, mode: int, setup: int, begin: int, not_before: int
) -> int:
    """Return the minute worked in which a task begins on its machine, or -1.

    :param begin: the minute worked from which the machine is free.
    """
    machine = shop.on[mode]
    minutes = setup + shop.run[mode]
    fixed = shop.fixed_start[task]
    if fixed >= 0:
        wanted = worked_before(shop, machine, fixed)
        if wanted < begin or not_before > fixed:
            return -1
        # A setup that grew may reach over what is taken behind it.
        return wanted if fit(shop, machine, wanted, minutes) == wanted else -1
    earliest = max(not_before, shop.ready[task])
    if shop.was_machine[task] == machine:
        earliest = max(earliest, shop.floor[task])
    return fit(
        shop, machine, max(begin, worked_before(shop, machine, earliest)), minutes
    )


@part
def count_waits(
    shop: Shop, layout: Layout, trial: Layout, waits: Numbers, first: int
) -> int:
    """Count what each task from a rank on waits for; return where the ready ones end."""
    ready = first
    for rank in range(first, shop.job_of.size):
        task = layout.order[rank]
        waiting = 0
        before = shop.before[task]
        if before >= 0 and layout.rank[before] >= first:
            waiting += 1
        position = layout.position[task]
        if position > 0:
            ahead = layout.sequence[shop.on[layout.mode[task]], position - 1]
            if layout.rank[ahead] >= first:
                waiting += 1
        waits[task] = waiting
        if waiting == 0:
            trial.order[ready] = task
            ready += 1
    return ready


@part
def time_task(shop: Shop, layout: Layout, trial: Layout, task: int, first: int) -> bool:
    """Work out when a task takes place, those it waits for being known."""
    mode = layout.mode[task]
    machine = shop.on[mode]
    begin, family, not_before = 0, shop.last_family[machine], 0
    position = layout.position[task]
    if position > 0:
        ahead = layout.sequence[machine, position - 1]
        source = trial if layout.rank[ahead] >= first else layout
        begin, family = source.end[ahead], shop.family[ahead]
    before = shop.before[task]
    if before >= 0:
        source = trial if layout.rank[before] >= first else layout
        not_before = source.finish[before]
    setup = setup_after(shop, mode, task, family)
    opens = place(shop, task, mode, setup, begin, not_before)
    if opens < 0:
        return False
    end = opens + setup + shop.run[mode]
    trial.setup[task] = setup
    trial.end[task] = end
    trial.start[task] = moment_of(shop, machine, opens + 1) - 1
    trial.finish[task] = moment_of(shop, machine, end)
    return True


@part
def retime(
    shop: Shop, layout: Layout, trial: Layout, waits: Numbers, first: int
) -> bool:
    """Work the times out from a rank on, into the trial; False if they do not exist.

    Tasks of lesser rank keep the times that the layout has.
    """
    tail = count_waits(shop, layout, trial, waits, first)
    head = first
    while head < tail:
        task = trial.order[head]
        head += 1
        if not time_task(shop, layout, trial, task, first):
            return False
        after = shop.after[task]
        if after >= 0:
            waits[after] -= 1
            if waits[after] == 0:
                trial.order[tail] = after
                tail += 1
        machine, position = shop.on[layout.mode[task]], layout.position[task]
        if position + 1 < layout.length[machine]:
            behind = layout.sequence[machine, position + 1]
            waits[behind] -= 1
            if waits[behind] == 0:
                trial.order[tail] = behind
                tail += 1
    return tail == shop.job_of.size


@part
def judge(
    shop: Shop, layout: Layout, trial: Layout, first: int, preference: Numbers
) -> None:
    """Write the figures of a trial into its cost, in the order in which they decide."""
    tardiness, late, latest, setups, changes = 0, 0, shop.now, 0, 0
    for job in range(shop.last_task.size):
        task = shop.last_task[job]
        if task < 0:
            continue
        finish = (trial if layout.rank[task] >= first else layout).finish[task]
        latest = max(latest, finish)
        if finish > shop.due[job]:
            late += 1
            tardiness += shop.weight[job] * (finish - shop.due[job])
    for task in range(shop.job_of.size):
        source = trial if layout.rank[task] >= first else layout
        setups += source.setup[task]
        was = shop.was_machine[task]
        if was >= 0 and (
            was != shop.on[layout.mode[task]]
            or shop.was_start[task] != source.start[task]
        ):
            changes += 1
    for place_there in range(5):
        figure = preference[place_there]
        if figure == 0:
            trial.cost[place_there] = tardiness
        elif figure == 1:
            trial.cost[place_there] = late
        elif figure == 2:
            trial.cost[place_there] = latest - shop.now
        elif figure == 3:
            trial.cost[place_there] = setups
        else:
            trial.cost[place_there] = changes


@part
def keep(layout: Layout, trial: Layout, first: int) -> None:
    """Take the times of a trial over."""
    for rank in range(first, layout.order.size):
        task = trial.order[rank]
        layout.order[rank] = task
        layout.rank[task] = rank
        layout.start[task] = trial.start[task]
        layout.finish[task] = trial.finish[task]
        layout.end[task] = trial.end[task]
        layout.setup[task] = trial.setup[task]
    write(trial.cost, layout.cost)


@part
def lesser(one: Numbers, other: Numbers) -> bool:
    """Compare two costs: the first figure that differs decides."""
    for place_there in range(5):
        if one[place_there] != other[place_there]:
            return one[place_there] < other[place_there]
    return False


@kernel
def time_plan(
    shop: Shop, layout: Layout, trial: Layout, waits: Numbers, preference: Numbers
) -> bool:
    """Work out the times and the cost of a plan whose order is given."""
    if not retime(shop, layout, trial, waits, 0):
        return False
    judge(shop, layout, trial, 0, preference)
    keep(layout, trial, 0)
    return True
