import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connections, transaction

from apps.orders import services
from apps.orders.types import Series
from tenants import context
from tenants.types import EnterpriseRef
from tests.support.world import NOON

# In Augsburg it is 2031 already, in São Paulo still 2030.
NEW_YEARS_EVE = datetime(2030, 12, 31, 23, 30, tzinfo=UTC)


class TestNextNumber:
    def test_counts_from_one_in_each_series(self, in_north: EnterpriseRef) -> None:
        numbers = [
            services.next_number(series=series, at=NOON)
            for series in (Series.RFQ, Series.RFQ, Series.QUOTE, Series.ORDER)
        ]

        assert numbers == [
            "RFQ-2030-000001",
            "RFQ-2030-000002",
            "Q-2030-000001",
            "ORD-2030-000001",
        ]

    def test_begins_anew_with_the_enterprises_own_year(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            services.next_number(series=Series.RFQ, at=NOON)
            there = services.next_number(series=Series.RFQ, at=NEW_YEARS_EVE)
        with context.enterprise(south):
            here = services.next_number(series=Series.RFQ, at=NEW_YEARS_EVE)

        assert (there, here) == ("RFQ-2031-000001", "RFQ-2030-000001")

    def test_gives_a_number_back_with_what_it_was_taken_for(
        self, in_north: EnterpriseRef
    ) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            services.next_number(series=Series.RFQ, at=NOON)
            raise RuntimeError

        assert services.next_number(series=Series.RFQ, at=NOON) == "RFQ-2030-000001"


class TestUnderThreads:
    def test_gives_each_number_once_and_skips_none(
        self, committed: None, north: EnterpriseRef
    ) -> None:
        given = take_numbers(north, services.next_number)

        assert Counter(given) == {f"RFQ-2030-{n:06d}": 1 for n in range(1, 81)}

    def test_would_give_numbers_twice_if_it_read_before_it_wrote(
        self, committed: None, north: EnterpriseRef
    ) -> None:
        given = take_numbers(north, naive_number)

        assert len(given) > len(set(given))


def naive_number(*, series: Series, at: datetime) -> str:
    """What `next_number` must not do: read, wait, write."""
    from apps.orders.models import NumberSeries

    last = NumberSeries.objects.filter(kind=series, year=at.year).first()
    if last is None:
        barrier.wait(timeout=20)
        NumberSeries.objects.bulk_create(
            [NumberSeries(kind=series, year=at.year, last=1)], ignore_conflicts=True
        )
        return "RFQ-2030-000001"
    number = last.last + 1
    NumberSeries.objects.filter(pk=last.pk).update(last=number)
    return f"RFQ-2030-{number:06d}"


barrier = threading.Barrier(8)


def take_numbers(ref: EnterpriseRef, take: object) -> list[str]:
    """Take ten numbers in each of eight threads at once."""
    given: list[str] = []
    faults: list[BaseException] = []
    start = threading.Barrier(8)

    def work() -> None:
        try:
            with context.enterprise(ref):
                start.wait(timeout=20)
                for _ in range(10):
                    with transaction.atomic():
                        number = take(series=Series.RFQ, at=NOON)  # type: ignore[operator]
                    given.append(number)
        except BaseException as fault:  # noqa: BLE001  (shown by the test)
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []
    return given
