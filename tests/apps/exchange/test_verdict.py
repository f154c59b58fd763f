from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.exchange.rules.verdict import is_candidate, judge
from apps.exchange.types import Audience, EnvelopeKind, Outcome, Reason, Refusal
from tests.factories import exchange as make

TODAY = make.TODAY
STRANGER_ID = UUID("01960000-0000-7000-8000-0000000000cc")


def refused(need_facts: dict, offer_facts: dict) -> list[Reason]:
    verdict = judge(make.need(**need_facts), make.offer(**offer_facts), TODAY)
    return [refusal.reason for refusal in verdict.refusals]


def unknown(need_facts: dict, offer_facts: dict) -> list[Reason]:
    verdict = judge(make.need(**need_facts), make.offer(**offer_facts), TODAY)
    assert not verdict.refusals
    return [found.reason for found in verdict.unknowns]


class TestJudge:
    def test_lets_a_mill_that_meets_all_fit(self) -> None:
        verdict = judge(make.need(), make.offer(), TODAY)

        assert verdict.outcome == Outcome.FITS
        assert verdict.fits

    @pytest.mark.parametrize(
        ("need_facts", "offer_facts", "reasons"),
        [
            ({}, {"process_code": "turning"}, [Reason.PROCESS]),
            ({}, {"material_groups": frozenset({"P"})}, [Reason.MATERIAL]),
            (
                {},
                {
                    "material_groups": frozenset(),
                    "material_codes": frozenset({"en-aw-7075-t6"}),
                },
                [Reason.MATERIAL],
            ),
            ({}, {"envelope_mm": (199.9, 199.9, 199.9)}, [Reason.ENVELOPE]),
            ({}, {"envelope_mm": (600.0, 500.0, 39.0)}, [Reason.ENVELOPE]),
            ({}, {"max_mass_kg": 1.39}, [Reason.MASS]),
            ({}, {"it_grade": 9}, [Reason.TOLERANCE]),
            ({}, {"roughness_um": 3.2}, [Reason.ROUGHNESS]),
            ({}, {"batch_min": 41}, [Reason.BATCH]),
            ({}, {"batch_max": 39}, [Reason.BATCH]),
            ({}, {"batch_min": 41, "batch_max": None}, [Reason.BATCH]),
            ({}, {"certificates": {}}, [Reason.CERTIFICATE]),
            (
                {},
                {"certificates": {"iso-9001": make.DUE_ON - timedelta(days=1)}},
                [Reason.CERTIFICATE],
            ),
            ({"allowed_countries": frozenset({"DE"})}, {}, [Reason.REGION]),
            ({"excluded_countries": frozenset({"PL"})}, {}, [Reason.REGION]),
            ({"audience": Audience.VERIFIED}, {}, [Reason.AUDIENCE]),
            (
                {
                    "audience": Audience.INVITED,
                    "invited_ids": frozenset({STRANGER_ID}),
                },
                {},
                [Reason.AUDIENCE],
            ),
            ({"barred_ids": frozenset({make.SELLER_ID})}, {}, [Reason.AUDIENCE]),
            ({}, {"free_minutes": (100,) * 26}, [Reason.CAPACITY]),
            # Warsaw is three days away: two leave no time, whatever is free.
            ({"due_on": TODAY + timedelta(days=2)}, {}, [Reason.LEAD_TIME]),
            ({"document_language": "de"}, {}, [Reason.LANGUAGE]),
            ({}, {"is_suspended": True}, [Reason.SUSPENDED]),
            (
                {},
                {"it_grade": 9, "certificates": {}, "process_code": "turning"},
                [Reason.PROCESS, Reason.TOLERANCE, Reason.CERTIFICATE],
            ),
        ],
    )
    def test_refuses_with_the_reason(
        self, need_facts: dict, offer_facts: dict, reasons: list[Reason]
    ) -> None:
        assert refused(need_facts, offer_facts) == reasons

    @pytest.mark.parametrize(
        ("need_facts", "offer_facts"),
        [
            ({}, {"envelope_mm": (200.0, 120.0, 40.0)}),
            ({}, {"max_mass_kg": 1.4}),
            ({"mass_kg": 25.0}, {"max_mass_kg": None}),
            ({}, {"batch_min": None, "batch_max": None}),
            ({}, {"it_grade": 8}),
            ({}, {"roughness_um": 1.6}),
            ({}, {"batch_min": 40, "batch_max": 40}),
            ({}, {"certificates": {"iso-9001": make.DUE_ON}}),
            ({}, {"certificates": {"iso-9001": None}}),
            (
                {},
                {
                    "material_groups": frozenset(),
                    "material_codes": frozenset({"en-aw-6061-t6"}),
                },
            ),
            ({"audience": Audience.VERIFIED}, {"is_verified": True}),
            (
                {
                    "audience": Audience.INVITED,
                    "invited_ids": frozenset({make.SELLER_ID}),
                },
                {},
            ),
            ({"document_language": "pl"}, {}),
            ({"allowed_countries": frozenset({"PL", "DE"})}, {}),
        ],
    )
    def test_lets_the_limit_itself_fit(
        self, need_facts: dict, offer_facts: dict
    ) -> None:
        assert refused(need_facts, offer_facts) == []
        assert unknown(need_facts, offer_facts) == []

    @pytest.mark.parametrize(
        ("offer_facts", "reason"),
        [
            ({"material_groups": frozenset()}, Reason.MATERIAL),
            ({"envelope_kind": None, "envelope_mm": None}, Reason.ENVELOPE),
            ({"it_grade": None}, Reason.TOLERANCE),
            ({"roughness_um": None}, Reason.ROUGHNESS),
            ({"free_minutes": ()}, Reason.CAPACITY),
        ],
    )
    def test_takes_what_is_not_stated_for_unknown(
        self, offer_facts: dict, reason: Reason
    ) -> None:
        verdict = judge(make.need(), make.offer(**offer_facts), TODAY)

        assert [found.reason for found in verdict.unknowns] == [reason]
        assert verdict.outcome == Outcome.UNKNOWN
        assert not verdict.fits

    def test_asks_nothing_of_what_the_demand_leaves_open(self) -> None:
        undemanding = make.need(
            material_code="",
            material_group="",
            accepted_materials=frozenset(),
            size_mm=None,
            mass_kg=None,
            it_grade=None,
            roughness_um=None,
            certificates=frozenset(),
        )
        silent = make.offer(
            material_groups=frozenset(),
            envelope_kind=None,
            envelope_mm=None,
            max_mass_kg=None,
            it_grade=None,
            roughness_um=None,
            certificates={},
        )

        assert judge(undemanding, silent, TODAY).fits

    def test_gives_both_values_their_unit_and_the_distance_between_them(self) -> None:
        verdict = judge(
            make.need(size_mm=(305.0, 100.0, 50.0)),
            make.offer(envelope_mm=(203.0, 254.0, 152.0)),
            TODAY,
        )

        assert verdict.refusals == (
            Refusal(
                Reason.ENVELOPE,
                (305.0, 100.0, 50.0),
                (254.0, 203.0, 152.0),
                "mm",
                51.0,
                detail="box",
            ),
        )

    def test_does_not_count_weeks_that_have_passed(self) -> None:
        stale = make.offer(
            weeks_from=TODAY - timedelta(days=14),
            free_minutes=(5000, 5000, *[5100] * 24),
        )

        verdict = judge(make.need(), stale, TODAY)

        assert verdict.refusals == (Refusal(Reason.CAPACITY, 1200, 100, "min", 1100),)

    def test_takes_capacity_published_half_a_year_ago_for_unknown(self) -> None:
        ancient = make.offer(weeks_from=TODAY - timedelta(weeks=26))

        verdict = judge(make.need(), ancient, TODAY)

        assert [found.reason for found in verdict.unknowns] == [Reason.CAPACITY]

    def test_counts_only_weeks_that_end_before_the_transport(self) -> None:
        # Due on a Monday: five whole weeks and three days of transport before it.
        free = (0, 0, 0, 0, 1199, *[9000] * 21)

        assert refused({}, {"free_minutes": free}) == [Reason.CAPACITY]
        assert refused({}, {"free_minutes": (0, 0, 0, 0, 1200, *[9000] * 21)}) == []

    def test_judges_nobody_against_itself(self) -> None:
        own = make.offer(owner_id=make.BUYER_ID)

        assert not is_candidate(make.need(), own)
        assert is_candidate(make.need(), make.offer())


class TestCylinder:
    LATHE = {
        "envelope_kind": EnvelopeKind.CYLINDER,
        "envelope_mm": (60.0, 300.0),
    }

    def test_takes_a_round_part_by_its_diameter(self) -> None:
        shaft = {"size_mm": (250.0, 50.0, 50.0), "round_mm": (50.0, 250.0)}

        assert refused(shaft, self.LATHE) == []

    def test_takes_a_box_by_its_diagonal(self) -> None:
        bar = {"size_mm": (250.0, 50.0, 50.0)}

        assert refused(bar, self.LATHE) == [Reason.ENVELOPE]
        assert refused({"size_mm": (250.0, 48.0, 36.0)}, self.LATHE) == []

    def test_turns_the_box_about_any_axis(self) -> None:
        disc = {"size_mm": (48.0, 36.0, 20.0)}
        short_lathe = {**self.LATHE, "envelope_mm": (60.0, 20.0)}

        assert refused(disc, short_lathe) == []

    def test_refuses_what_is_too_long(self) -> None:
        shaft = {"size_mm": (301.0, 50.0, 50.0), "round_mm": (50.0, 301.0)}
        verdict = judge(make.need(**shaft), make.offer(**self.LATHE), TODAY)

        assert verdict.refusals == (
            Refusal(
                Reason.ENVELOPE, (50.0, 301.0), (60.0, 300.0), "mm", 1.0, detail="round"
            ),
        )


sizes = st.tuples(*[st.floats(1, 1000, allow_nan=False)] * 3)


class TestJudgeHolds:
    @given(part=sizes, room=sizes)
    @settings(max_examples=200, deadline=None)
    def test_the_same_however_the_part_is_turned(self, part, room) -> None:
        for kind, envelope in (
            (EnvelopeKind.BOX, room),
            (EnvelopeKind.CYLINDER, room[:2]),
        ):
            place = make.offer(envelope_kind=kind, envelope_mm=envelope)
            outcomes = {
                judge(make.need(size_mm=turned), place, TODAY).outcome
                for turned in permutations(part)
            }
            assert len(outcomes) == 1

    @given(part=sizes, room=sizes, shrink=st.floats(0.1, 1.0), grow=st.floats(1.0, 3.0))
    @settings(max_examples=200, deadline=None)
    def test_for_a_smaller_part_and_for_a_larger_machine(
        self, part, room, shrink, grow
    ) -> None:
        for kind, sides in ((EnvelopeKind.BOX, 3), (EnvelopeKind.CYLINDER, 2)):
            place = make.offer(envelope_kind=kind, envelope_mm=room[:sides])
            if not judge(make.need(size_mm=part), place, TODAY).fits:
                continue
            smaller = make.need(size_mm=(part[0] * shrink, *part[1:]))
            larger = replace(place, envelope_mm=tuple(s * grow for s in room[:sides]))
            assert judge(smaller, place, TODAY).fits
            assert judge(make.need(size_mm=part), larger, TODAY).fits

    @given(
        offered=st.tuples(st.integers(3, 16), st.floats(0.05, 25), st.floats(0.1, 900)),
        eased=st.tuples(st.integers(0, 4), st.floats(0, 10), st.floats(0, 1)),
        later=st.integers(0, 90),
        less=st.integers(0, 1100),
    )
    @settings(max_examples=200, deadline=None)
    def test_for_a_demand_that_asks_less(self, offered, eased, later, less) -> None:
        mill = make.offer(
            it_grade=offered[0], roughness_um=offered[1], max_mass_kg=offered[2]
        )
        if not judge(make.need(), mill, TODAY).fits:
            return
        easier = make.need(
            it_grade=8 + eased[0],
            roughness_um=1.6 + eased[1],
            mass_kg=1.4 * eased[2],
            due_on=make.DUE_ON + timedelta(days=later),
            work_minutes=1200 - less,
        )
        assert judge(easier, mill, TODAY).fits

    @given(
        due_in=st.integers(0, 250),
        work=st.integers(1, 30_000),
        weekly=st.lists(st.integers(0, 3000), min_size=26, max_size=26),
        published=st.integers(-200, 0),
    )
    @settings(max_examples=300, deadline=None)
    def test_only_if_the_work_is_done_before_it_is_due(
        self, due_in, work, weekly, published
    ) -> None:
        total = 0
        cumulative = tuple(total := total + minutes for minutes in weekly)
        monday = TODAY + timedelta(days=7 * (published // 7))
        mill = make.offer(
            weeks_from=monday,
            free_minutes=cumulative,
            certificates={"iso-9001": date(2040, 1, 1)},
        )
        due_on = TODAY + timedelta(days=due_in)
        verdict = judge(make.need(due_on=due_on, work_minutes=work), mill, TODAY)

        # Minute by minute: fill the weeks from today on until the work is done.
        left, week = work, (TODAY - monday).days // 7
        while week < 26 and left > weekly[week]:
            left -= weekly[week]
            week += 1
        transport = 3
        arrival = monday + timedelta(days=7 * (week + 1) + transport)
        in_time = week < 26 and arrival <= due_on
        if (TODAY - monday).days // 7 >= 26:
            assert not verdict.fits
        else:
            assert verdict.fits == in_time
