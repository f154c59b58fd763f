from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.reports.rules import parameters
from apps.reports.rules.parameters import ReportParameterRefused, UnknownReportKind
from apps.reports.types import CapacityParameters, ReportKind, RfqParameters, Side
from tests.factories.reports import HURCO_ID

WEDNESDAY = date(2030, 5, 8)
CAPACITY = ReportKind.CAPACITY_UTILISATION
RFQS = ReportKind.RFQ_SUMMARY


class TestRead:
    def test_begins_on_the_monday_of_the_week_asked_for(self) -> None:
        read = parameters.read(CAPACITY, {}, today=WEDNESDAY)
        assert read == CapacityParameters(starts_on=date(2030, 5, 6), weeks=12)

    def test_covers_ninety_days_as_a_buyer_by_default(self) -> None:
        read = parameters.read(RFQS, {}, today=WEDNESDAY)
        assert read == RfqParameters(date(2030, 2, 7), WEDNESDAY, Side.BUYER)

    @pytest.mark.parametrize(
        ("kind", "given_", "field", "says"),
        [
            (CAPACITY, {"weeks": 0}, "weeks", "from 1 to 53"),
            (CAPACITY, {"weeks": 54}, "weeks", "from 1 to 53"),
            (CAPACITY, {"weeks": "many"}, "weeks", "from 1 to 53"),
            (CAPACITY, {"starts_on": "06.05.2030"}, "starts_on", "year-month-day"),
            (CAPACITY, {"machine_ids": ["Hurco04"]}, "machine_ids", "ids of machines"),
            (CAPACITY, {"side": "buyer"}, "side", "starts_on, weeks, machine_ids"),
            (RFQS, {"side": "broker"}, "side", "buyer, seller"),
            (RFQS, {"starts_on": "2030-05-09"}, "ends_on", "not before the first"),
            (RFQS, {"starts_on": "2027-05-09"}, "ends_on", "731 days at most"),
        ],
    )
    def test_refuses_what_cannot_be_covered_and_says_what_can(
        self, kind: ReportKind, given_: dict[str, Any], field: str, says: str
    ) -> None:
        with pytest.raises(ReportParameterRefused) as refused:
            parameters.read(kind, given_, today=WEDNESDAY)
        assert refused.value.field == field
        assert refused.value.status == 422
        assert says in str(refused.value.remedy)
        assert refused.value.value not in (None, "")
        assert str(refused.value.detail)

    @given(
        starts_on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
        weeks=st.integers(1, 53),
        with_machine=st.booleans(),
    )
    def test_reads_back_what_it_wrote(
        self, *, starts_on: date, weeks: int, with_machine: bool
    ) -> None:
        asked = {
            "starts_on": starts_on,
            "weeks": weeks,
            "machine_ids": [HURCO_ID] if with_machine else [],
        }
        read = parameters.read(CAPACITY, asked, today=WEDNESDAY)
        assert parameters.read(CAPACITY, parameters.write(read), today=WEDNESDAY) == (
            read
        )


class TestKnownKind:
    def test_refuses_a_kind_that_there_is_not(self) -> None:
        with pytest.raises(UnknownReportKind) as refused:
            parameters.known_kind("weather")
        assert refused.value.field == "kind"
        assert refused.value.value == "weather"
        assert "capacity_utilisation, rfq_summary" in str(refused.value.remedy)


class TestKnownLanguage:
    @pytest.mark.parametrize(
        ("asked", "known"),
        [
            ("zh", "zh-hans"),
            ("zh_CN", "zh-hans"),
            ("zh-hans", "zh-hans"),
            ("ru-RU", "ru"),
            ("en-us", "en"),
        ],
    )
    def test_takes_the_usual_spellings(self, asked: str, known: str) -> None:
        assert parameters.known_language(asked) == known

    def test_refuses_a_language_it_cannot_write(self) -> None:
        with pytest.raises(ReportParameterRefused) as refused:
            parameters.known_language("de")
        assert refused.value.field == "language"
        assert "en, zh-hans, ru" in str(refused.value.remedy)
