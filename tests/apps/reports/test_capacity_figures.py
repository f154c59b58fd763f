from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.reports.rules import capacity_figures
from apps.reports.types import MachineWeeks
from tests.factories import reports

MINUTES = st.integers(0, 10_080)


class TestWorkOut:
    def test_adds_up_by_machine_and_by_week(self) -> None:
        figures = capacity_figures.work_out(reports.capacity_facts().machines)
        assert [each.code for each in figures.machines] == ["Hurco04", "Mazak01"]
        load = figures.load
        assert (load.total_minutes, load.work_minutes) == (7200, 1630)
        assert (load.reserved_minutes, load.free_minutes) == (1870, 5330)
        assert load.utilization == Decimal("22.6")
        assert [week.free_minutes for _monday, week in figures.weeks] == [2930, 2400]
        assert figures.busiest_machine is not None
        assert figures.busiest_machine.code == "Mazak01"
        assert figures.freest_week is not None
        assert figures.freest_week[0] == reports.MONDAY

    def test_takes_no_share_of_no_working_time(self) -> None:
        figures = capacity_figures.work_out(
            [MachineWeeks(reports.HURCO_ID, "A", "A", reports.weeks((0, 0, 0, 0)))]
        )
        assert figures.load.utilization is None
        assert figures.busiest_machine is None
        assert figures.freest_week is None

    def test_has_nothing_to_say_of_no_machines(self) -> None:
        figures = capacity_figures.work_out([])
        assert figures.load.total_minutes == 0
        assert figures.weeks == ()

    @given(
        st.lists(
            st.lists(st.tuples(MINUTES, MINUTES, MINUTES, MINUTES), max_size=4),
            max_size=4,
        )
    )
    def test_gives_each_minute_once_whichever_way_it_is_added(
        self, loads: list[list[tuple[int, int, int, int]]]
    ) -> None:
        figures = capacity_figures.work_out(
            MachineWeeks(reports.HURCO_ID, f"M{number}", "", reports.weeks(*each))
            for number, each in enumerate(loads)
        )
        by_week = [load for _monday, load in figures.weeks]
        by_machine = [each.load for each in figures.machines]
        for name in ("total_minutes", "reserved_minutes", "free_minutes"):
            total = getattr(figures.load, name)
            assert sum(getattr(load, name) for load in by_week) == total
            assert sum(getattr(load, name) for load in by_machine) == total
        load = figures.load
        assert load.free_minutes + load.reserved_minutes == load.total_minutes
