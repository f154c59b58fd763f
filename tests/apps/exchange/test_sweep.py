from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.exchange.rules.columns import Columns
from apps.exchange.rules.score import PRESETS, miss_degree, rank_key, score
from apps.exchange.rules.sweep import judge_all
from apps.exchange.rules.verdict import is_candidate, judge
from apps.exchange.types import Need, Offer, Outcome, Reason
from tests.factories import exchange as make

TODAY = make.TODAY
WEIGHTS = PRESETS["balanced"]


def columns_of(offers: Sequence[Offer]) -> Columns:
    columns = Columns()
    columns.put((offer, True) for offer in offers)
    return columns


def judged(offers: Sequence[Offer], need: Need, best: int = 200, nearest: int = 50):
    return judge_all(
        columns_of(offers),
        need,
        WEIGHTS,
        TODAY,
        verified={offer.owner_id for offer in offers if offer.is_verified},
        suspended={offer.owner_id for offer in offers if offer.is_suspended},
        best=best,
        nearest=nearest,
    )


def by_the_rules(offers: Sequence[Offer], need: Need, best: int, nearest: int) -> dict:
    """Judge pair by pair what the engine judges at once."""
    first: Counter = Counter()
    only: Counter = Counter()
    outcomes: Counter = Counter()
    shown, missed = [], []
    for offer in offers:
        if not is_candidate(need, offer):
            continue
        verdict = judge(need, offer, TODAY)
        total = score(need, offer, WEIGHTS, TODAY).total
        outcomes[verdict.outcome] += 1
        if verdict.refusals:
            first[verdict.refusals[0].reason] += 1
            if len(verdict.refusals) == 1:
                only[verdict.refusals[0].reason] += 1
            missed.append((miss_degree(verdict.refusals), -total, offer.id))
        else:
            shown.append(rank_key(verdict.outcome, total, offer.id))
    return {
        "considered": sum(outcomes.values()),
        "fitting": outcomes[Outcome.FITS],
        "unknown": outcomes[Outcome.UNKNOWN],
        "first": dict(first),
        "only": dict(only),
        "best": [key[2] for key in sorted(shown)[:best]],
        "nearest": [key[2] for key in sorted(missed)[:nearest]],
    }


def with_one_standing(offers: list[Offer]) -> list[Offer]:
    """Let all listings of an enterprise share its standing, as in the directory."""
    standing = {offer.owner_id: offer for offer in offers}
    return [
        replace(
            offer,
            is_verified=standing[offer.owner_id].is_verified,
            is_suspended=standing[offer.owner_id].is_suspended,
        )
        for offer in offers
    ]


class TestJudgeAll:
    @pytest.mark.parametrize("seed", range(25))
    def test_agrees_with_the_rules_on_random_worlds(self, seed: int) -> None:
        rng = Random(seed)
        offers = with_one_standing([make.random_offer(rng) for _ in range(120)])
        for _ in range(8):
            need = make.random_need(rng)
            # Short lists too, so that the cut itself is compared.
            for best, nearest in ((200, 50), (3, 2)):
                found = judged(offers, need, best, nearest)
                expected = by_the_rules(offers, need, best, nearest)
                assert {name: getattr(found, name) for name in expected} == expected

    @given(seed=st.integers(0, 2**32), scale=st.floats(0.3, 3.0))
    @settings(max_examples=150, deadline=None)
    def test_agrees_with_the_rules_on_single_pairs(self, seed, scale) -> None:
        rng = Random(seed)
        offer = make.random_offer(rng)
        need = make.random_need(rng)
        if need.size_mm is not None:
            need = replace(need, size_mm=tuple(side * scale for side in need.size_mm))
        found = judged([offer], need)
        expected = by_the_rules([offer], need, 200, 50)

        assert {name: getattr(found, name) for name in expected} == expected

    def test_worlds_hold_every_reason_and_every_outcome(self) -> None:
        # Else agreement on them would prove little.
        rng = Random(9)
        offers = with_one_standing([make.random_offer(rng) for _ in range(2000)])
        first: set[Reason] = set()
        only: set[Reason] = set()
        fitting = unknown = 0
        for _ in range(120):
            found = judged(offers, make.random_need(rng))
            first |= found.first.keys()
            only |= found.only.keys()
            fitting += found.fitting
            unknown += found.unknown

        assert first == set(Reason)
        assert only == set(Reason)
        assert fitting > 100
        assert unknown > 100

    def test_does_not_depend_on_the_order_of_the_listings(self) -> None:
        rng = Random(3)
        offers = with_one_standing([make.random_offer(rng) for _ in range(200)])
        need = make.random_need(rng)
        shuffled = rng.sample(offers, len(offers))

        assert judged(shuffled, need) == judged(offers, need)

    def test_is_not_moved_by_an_irrelevant_listing(self) -> None:
        rng = Random(5)
        offers = with_one_standing([make.random_offer(rng) for _ in range(200)])
        irrelevant = make.offer(id=UUID(int=1), process_code="bending")
        need = make.need()

        with_it = judged([*offers, irrelevant], need, nearest=500)
        without = judged(offers, need, nearest=500)

        assert with_it.best == without.best
        assert [i for i in with_it.nearest if i != irrelevant.id] == without.nearest

    def test_breaks_ties_by_the_listing(self) -> None:
        ids = [UUID(int=n << 64 | m) for n in (2, 1) for m in (9, 3, 5)]
        offers = [make.offer(id=listing_id) for listing_id in ids]

        assert judged(offers, make.need(), best=4).best == sorted(ids)[:4]

    def test_changes_its_digest_with_any_version_and_any_standing(self) -> None:
        mill = make.offer()
        digests = [
            judged(offers, make.need()).digest
            for offers in (
                [mill],
                [replace(mill, version=2)],
                [replace(mill, is_suspended=True)],
                [mill, make.offer(id=UUID(int=5))],
            )
        ]

        assert len(set(digests)) == 4
        assert judged([mill], make.need()).digest == digests[0]


class TestColumns:
    def test_replace_a_listing_that_comes_again(self) -> None:
        columns = columns_of([make.offer(certificates={"as9100d": make.DUE_ON})])
        columns.put([(make.offer(version=2), True)])

        found = judge_all(columns, make.need(), WEIGHTS, TODAY, best=5, nearest=5)

        assert len(columns) == 1
        assert found.fitting == 1

    def test_forget_certificates_that_are_gone(self) -> None:
        columns = columns_of([make.offer()])
        columns.put([(make.offer(certificates={}), True)])

        found = judge_all(columns, make.need(), WEIGHTS, TODAY, best=5, nearest=5)

        assert found.only == {Reason.CERTIFICATE: 1}

    def test_leave_out_what_was_withdrawn(self) -> None:
        columns = columns_of([make.offer()])
        columns.put([(make.offer(), False)])

        found = judge_all(columns, make.need(), WEIGHTS, TODAY, best=5, nearest=5)

        assert found.considered == 0
        assert found.best == []

    def test_judge_an_empty_market(self) -> None:
        found = judge_all(Columns(), make.need(), WEIGHTS, TODAY, best=5, nearest=5)

        assert (found.considered, found.best, found.first) == (0, [], {})

    def test_grow_beyond_their_first_room(self) -> None:
        offers = [make.offer(id=UUID(int=n)) for n in range(1, 3000)]
        columns = columns_of(offers)
        columns.put(
            (make.offer(id=UUID(int=n), certificates={"gb-t": None}), True)
            for n in range(3000, 5000)
        )

        found = judge_all(columns, make.need(), WEIGHTS, TODAY, best=3, nearest=0)

        assert found.considered == 4999
        assert found.fitting == 2999

    def test_agree_with_the_rules_after_changes(self) -> None:
        rng = Random(11)
        offers = [make.random_offer(rng) for _ in range(150)]
        columns = columns_of(offers)
        for _ in range(300):
            place = rng.randrange(len(offers))
            changed = make.random_offer(rng)
            offers[place] = replace(
                changed, id=offers[place].id, is_verified=False, is_suspended=False
            )
            columns.put([(offers[place], True)])
        offers = [replace(o, is_verified=False, is_suspended=False) for o in offers]
        for _ in range(10):
            need = make.random_need(rng)
            found = judge_all(columns, need, WEIGHTS, TODAY, best=200, nearest=50)
            expected = by_the_rules(offers, need, 200, 50)
            assert {name: getattr(found, name) for name in expected} == expected


class TestMissDegree:
    def test_puts_a_wrong_process_last(self) -> None:
        wrong_process = judge(make.need(), make.offer(process_code="turning"), TODAY)
        many_reasons = judge(
            make.need(due_on=TODAY + timedelta(days=300)),
            make.offer(it_grade=12, roughness_um=9.0, certificates={}, batch_max=1),
            TODAY,
        )

        assert miss_degree(wrong_process.refusals) > miss_degree(many_reasons.refusals)
