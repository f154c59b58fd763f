"""Lots and routes against everything tried one by one."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity.rules.lots import Cut, Lane, earliest_lots
from apps.capacity.rules.promises import earliest_stretch
from apps.capacity.rules.routes import Plan, Stage, earliest_route
from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.capacity.rules.work import thousandths, working_minutes
from tests.apps.capacity import route_oracle as oracle

UNTIL = 14
SHORT = 9


def spans(minutes: frozenset[int]) -> Spans:
    return Spans.of((minute, minute + 1) for minute in minutes)


@st.composite
def shops(draw: st.DrawFn, until: int = UNTIL) -> oracle.Shop:
    minutes = st.frozensets(st.integers(0, until - 1))
    rests = draw(minutes)
    return oracle.Shop(
        worked=frozenset(range(until)) - frozenset(list(rests)[:4]),
        reserved=frozenset(list(draw(minutes))[:4]),
        setup=draw(st.integers(0, 2)),
        per_part=draw(st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(3, 2)])),
        efficiency=draw(st.sampled_from([100, 100, 80, 150])),
    )


def lane(shop: oracle.Shop, release: int = 0) -> Lane:
    return Lane(
        working=spans(shop.worked),
        reserved=spans(shop.reserved),
        setup_minutes=shop.setup,
        part_thousandths=int(shop.per_part * 1000),
        efficiency_percent=shop.efficiency,
        release=release,
    )


class TestWorkingMinutes:
    @given(
        st.integers(1, 500),
        st.integers(0, 300),
        st.integers(1, 20_000),
        st.integers(1, 200),
    )
    def test_is_the_exact_quotient_rounded_up(
        self, quantity: int, setup: int, each: int, efficiency: int
    ) -> None:
        exact = Fraction(setup * 1000 + quantity * each, 1000) * 100 / efficiency

        minutes = working_minutes(
            quantity,
            setup_minutes=setup,
            part_thousandths=each,
            efficiency_percent=efficiency,
        )

        assert minutes - 1 < exact <= minutes

    @pytest.mark.parametrize(
        ("efficiency", "minutes"), [(100, 75), (80, 94), (200, 38), (1, 7500)]
    )
    def test_is_setup_and_parts_over_efficiency(
        self, efficiency: int, minutes: int
    ) -> None:
        # 30 + 10 x 4.5 = 75 minutes of progress.
        assert (
            working_minutes(
                10,
                setup_minutes=30,
                part_thousandths=thousandths(Decimal("4.5")),
                efficiency_percent=efficiency,
            )
            == minutes
        )


class TestEarliestLots:
    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(shops(), min_size=1, max_size=2),
        st.integers(1, 5),
        st.integers(1, 3),
        st.integers(1, 3),
        st.integers(0, 4),
    )
    def test_is_what_trying_every_cut_finds(
        self,
        drawn: list[oracle.Shop],
        quantity: int,
        most: int,
        smallest: int,
        release: int,
    ) -> None:
        found = earliest_lots(
            quantity,
            [lane(shop, release) for shop in drawn],
            Cut(most, smallest),
            UNTIL,
        )

        assert (
            None
            if found is None
            else (
                max(lot.stretch.finish for lot in found),
                len(found),
                [(lot.lane, lot.stretch.start) for lot in found],
            )
        ) == oracle.best_lots(drawn, quantity, most, smallest, release, UNTIL)
        if found is not None:
            assert sum(lot.quantity for lot in found) == quantity
            for lot in found:
                shop = drawn[lot.lane]
                assert lot.stretch.finish == oracle.walked(
                    shop, lot.stretch.start, shop.time(lot.quantity), UNTIL
                )
                assert lot.quantity >= min(smallest, quantity)

    @given(shops(), st.integers(1, 8), st.integers(0, 10))
    def test_of_one_lot_is_the_earliest_stretch(
        self, drawn: oracle.Shop, quantity: int, release: int
    ) -> None:
        machine = lane(drawn, release)

        found = earliest_lots(quantity, [machine], Cut(), UNTIL)

        whole = earliest_stretch(
            machine.minutes_of(quantity),
            release,
            UNTIL,
            machine.working,
            machine.reserved,
        )
        assert (found[0].stretch if found else None) == whole

    def test_goes_around_a_reservation_and_over_two_machines(self) -> None:
        first = Lane(Spans.of([(0, 480)]), Spans.of([(120, 360)]), 20, 10_000)
        second = Lane(Spans.of([(0, 480)]), NO_SPANS, 20, 20_000, release=60)

        found = earliest_lots(20, [first, second], Cut(most_lots=3), 480)

        # Ten parts fit before the reservation, 20 + 10 x 10 minutes; ten are left for
        # the other machine, 20 + 10 x 20. Alone, the first would take until 580.
        assert found is not None
        placed = [
            (lot.lane, lot.quantity, lot.stretch.start, lot.stretch.finish)
            for lot in found
        ]
        assert placed == [(0, 10, 0, 120), (1, 10, 60, 280)]

    def test_keeps_to_the_most_lots_and_the_smallest(self) -> None:
        machine = Lane(Spans.of([(0, 100)]), Spans.of([(10, 40), (50, 60)]), 0, 1000)

        def finish(cut: Cut) -> int | None:
            found = earliest_lots(25, [machine], cut, 100)
            return found and max(lot.stretch.finish for lot in found)

        assert finish(Cut(most_lots=3)) == 65
        assert finish(Cut(most_lots=2)) == 75
        assert finish(Cut(most_lots=3, smallest_lot=8)) == 68
        assert finish(Cut(most_lots=3, smallest_lot=9)) == 75
        assert finish(Cut(most_lots=1)) == 85
        assert earliest_lots(101, [machine], Cut(most_lots=9), 100) is None


class TestEarliestRoute:
    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.dictionaries(
                    st.sampled_from(["A", "B"]),
                    st.lists(shops(SHORT), min_size=1, max_size=2),
                    min_size=1,
                ),
                st.integers(1, 2),
                st.integers(0, 3),
            ),
            min_size=1,
            max_size=3,
        ),
        st.integers(1, 2),
        st.integers(0, 2),
    )
    def test_is_what_trying_every_choice_finds(
        self,
        drawn: list[tuple[dict[str, list[oracle.Shop]], int, int]],
        quantity: int,
        release: int,
    ) -> None:
        found = earliest_route(
            quantity,
            release,
            [
                Stage(
                    {
                        site: [lane(shop) for shop in shops]
                        for site, shops in at.items()
                    },
                    Cut(most_lots=lots),
                    transport,
                )
                for at, lots, transport in drawn
            ],
            SHORT,
        )

        best = oracle.best_arrival(drawn, quantity, release, SHORT)
        assert (found.arrives if isinstance(found, Plan) else None) == best
        if isinstance(found, Plan):
            assert found.legs[0].release == release
            assert [
                leg.site in at
                for leg, (at, _, _) in zip(found.legs, drawn, strict=True)
            ] == [True] * len(drawn)

    def test_takes_the_slower_machine_at_the_site_where_it_goes_on(self) -> None:
        def machine(each: int, *reserved: tuple[int, int]) -> Lane:
            return Lane(Spans.of([(0, 1000)]), Spans.of(reserved), 0, each * 1000)

        turn = Stage({"Ulm": [machine(1)], "Kiel": [machine(3)]}, Cut(), 100)
        treat = Stage({"Kiel": [machine(2, (0, 40))]}, Cut(), 60)

        plan = earliest_route(10, 5, [turn, treat], 1000)

        assert isinstance(plan, Plan)
        assert plan.arrives == 40 + 20 + 60
        assert [(leg.site, leg.release) for leg in plan.legs] == [
            ("Kiel", 5),
            ("Kiel", 35),
        ]

    def test_names_the_step_that_fails(self) -> None:
        able = Lane(Spans.of([(0, 100)]), NO_SPANS, 0, 1000)
        closed = Lane(NO_SPANS, NO_SPANS, 0, 1000)

        stages = [Stage({"Ulm": [one]}, Cut(), 0) for one in (able, closed, able)]

        assert earliest_route(10, 0, stages, 100) == 1
