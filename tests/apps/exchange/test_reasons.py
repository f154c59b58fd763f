import pytest
from django.utils import translation

from apps.exchange.rules.reasons import codes_in, describe, describe_unknown
from apps.exchange.rules.verdict import judge
from apps.exchange.types import (
    Audience,
    EnvelopeKind,
    Reason,
    Refusal,
    Unknown,
    Verdict,
)
from tests.factories import exchange as make


def judged(need_facts: dict, offer_facts: dict) -> Verdict:
    return judge(make.need(**need_facts), make.offer(**offer_facts), make.TODAY)


class TestDescribe:
    @pytest.mark.parametrize(
        ("need_facts", "offer_facts", "text"),
        [
            (
                {"size_mm": (305.0, 100.0, 50.0)},
                {"envelope_mm": (254.0, 203.0, 152.0)},
                "envelope 254 x 203 x 152 mm is smaller than the part's 305 mm",
            ),
            (
                {"size_mm": (304.8, 203.4, 50.0)},
                {"envelope_mm": (304.8, 203.0, 152.0)},
                "envelope 304.8 x 203 x 152 mm is smaller than the part's 203.4 mm",
            ),
            (
                {"size_mm": (301.0, 50.0, 50.0), "round_mm": (50.0, 301.0)},
                {
                    "envelope_kind": EnvelopeKind.CYLINDER,
                    "envelope_mm": (60.0, 300.0),
                },
                (
                    "turning envelope of diameter 60 x 300 mm is smaller than the part's"
                    " diameter 50 x 301 mm"
                ),
            ),
            (
                {"size_mm": (250.0, 80.0, 60.0)},
                {
                    "envelope_kind": EnvelopeKind.CYLINDER,
                    "envelope_mm": (90.0, 300.0),
                },
                (
                    "turning envelope of diameter 90 x 300 mm is smaller than the part,"
                    " which swings 100 mm over 250 mm"
                ),
            ),
            (
                {},
                {"process_code": "turning"},
                "offers turning, not milling-3-axis, 5-axis milling",
            ),
            (
                {},
                {"material_groups": frozenset({"P", "M"})},
                "works M, P, not EN AW-6061-T6 (group N)",
            ),
            (
                {"mass_kg": 82.0},
                {"max_mass_kg": 50.0},
                "carries 50 kg, less than the part's 82 kg",
            ),
            ({}, {"it_grade": 9}, "holds IT9 at best; the part needs IT8"),
            (
                {},
                {"roughness_um": 3.2},
                "reaches Ra 3.2 µm at best; the part needs Ra 1.6 µm",
            ),
            ({}, {"batch_min": 100}, "takes batches from 100; 40 are wanted"),
            ({}, {"batch_max": 10}, "takes batches up to 10; 40 are wanted"),
            ({}, {"certificates": {}}, "lacks ISO 9001"),
            (
                {},
                {"certificates": {"iso-9001": make.TODAY}},
                "ISO 9001 is valid until 2030-05-06, before delivery on 2030-06-17",
            ),
            (
                {"excluded_countries": frozenset({"PL"})},
                {},
                "is in PL, which the buyer excludes",
            ),
            (
                {"allowed_countries": frozenset({"DE", "CZ"})},
                {},
                "is in PL; the buyer allows CZ, DE only",
            ),
            (
                {"audience": Audience.VERIFIED},
                {},
                "is not verified; the buyer asks verified enterprises only",
            ),
            (
                {"audience": Audience.INVITED},
                {},
                "is not among the enterprises that the buyer invited",
            ),
            ({"barred_ids": frozenset({make.SELLER_ID})}, {}, "is barred by the buyer"),
            (
                {},
                {"free_minutes": (90,) * 26},
                "has 2 h free in time for the due date; the work needs 20 h",
            ),
            (
                {"due_on": make.TODAY},
                {},
                "needs 4 days for work and transport; 0 are left",
            ),
            (
                {"document_language": "de"},
                {},
                "writes its documents in en, pl, not in de",
            ),
            ({}, {"is_suspended": True}, "is suspended"),
        ],
    )
    def test_gives_both_values(
        self, need_facts: dict, offer_facts: dict, text: str
    ) -> None:
        names = {
            "milling-5-axis": "5-axis milling",
            "en-aw-6061-t6": "EN AW-6061-T6",
            "iso-9001": "ISO 9001",
        }
        verdict = judged(need_facts, offer_facts)

        assert len(verdict.refusals) == 1
        with translation.override("en"):
            assert describe(verdict.refusals[0], names) == text

    def test_survives_storage(self) -> None:
        verdict = judged({"size_mm": (305.0, 100.0, 50.0)}, {"envelope_mm": (9, 9, 9)})
        refusal = verdict.refusals[0]

        assert Refusal.from_json(refusal.as_json()) == refusal

    def test_has_words_for_every_reason(self) -> None:
        from apps.exchange.rules import reasons

        assert set(reasons.REFUSALS) == set(Reason)


class TestDescribeUnknown:
    @pytest.mark.parametrize(
        ("offer_facts", "text"),
        [
            (
                {"material_groups": frozenset()},
                "materials are not stated; the part is of EN AW-6061-T6",
            ),
            (
                {"envelope_kind": None, "envelope_mm": None},
                "envelope is not stated; the part measures 200 x 120 x 40 mm",
            ),
            ({"it_grade": None}, "tolerance is not stated; the part needs IT8"),
            (
                {"roughness_um": None},
                "roughness is not stated; the part needs Ra 1.6 µm",
            ),
            ({"free_minutes": ()}, "free time is not stated; the work needs 20 h"),
        ],
    )
    def test_says_what_is_asked(self, offer_facts: dict, text: str) -> None:
        names = {"en-aw-6061-t6": "EN AW-6061-T6", "iso-9001": "ISO 9001"}
        verdict = judged({}, offer_facts)

        assert len(verdict.unknowns) == 1
        with translation.override("en"):
            assert describe_unknown(verdict.unknowns[0], names) == text

    def test_asks_for_the_mass_of_what_no_person_lifts(self) -> None:
        verdict = judged({"mass_kg": 25.4}, {"max_mass_kg": None})

        with translation.override("en"):
            assert (
                describe_unknown(verdict.unknowns[0])
                == "largest mass is not stated; the part weighs 25.4 kg"
            )

    def test_says_that_the_time_cannot_be_estimated(self) -> None:
        verdict = judged({"work_minutes": None}, {})

        with translation.override("en"):
            assert (
                describe_unknown(verdict.unknowns[0])
                == "the machine time of the part cannot be estimated"
            )

    def test_survives_storage(self) -> None:
        unknown = judged({}, {"envelope_kind": None, "envelope_mm": None}).unknowns[0]

        assert Unknown.from_json(unknown.as_json()) == unknown


class TestCodesIn:
    def test_lists_the_codes_that_want_names(self) -> None:
        verdict = judged({}, {"process_code": "turning", "certificates": {}})

        assert codes_in(verdict.refusals) == {
            "milling-3-axis",
            "milling-5-axis",
            "turning",
            "iso-9001",
        }
