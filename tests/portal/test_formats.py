"""Values as readers of each language expect them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from apps.portal import formats

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)


def spaces_made_plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "€1,234.50"), ("zh-hans", "€1,234.50"), ("ru", "1 234,50 €")],
)
def test_money_follows_the_language(language, expected):
    with translation.override(language):
        assert spaces_made_plain(formats.money(Decimal("1234.5"), "EUR")) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "6 May 2030, 20:00"),
        ("zh-hans", "2030年5月6日 20:00"),
        ("ru", "6 мая 2030 г., 20:00"),
    ],
)
def test_a_moment_stands_in_the_readers_zone_to_the_minute(language, expected):
    with translation.override(language), timezone.override(ZoneInfo("Asia/Shanghai")):
        assert spaces_made_plain(formats.moment(NOON)) == expected


def test_a_day_of_a_moment_is_the_readers_day():
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert formats.day(NOON + timedelta(hours=6)) == "7 May 2030"


def test_a_date_to_be_kept_names_its_weekday():
    assert formats.weekday(date(2030, 5, 6)) == "Mon, 6 May 2030"


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (1880, "31 h 20 min"), (6030, "100 h")],
)
def test_durations_are_hours_and_minutes_until_minutes_mean_nothing(minutes, expected):
    assert spaces_made_plain(formats.duration(minutes)) == expected


def test_a_quantity_is_not_broken_from_its_unit():
    assert formats.quantity(Decimal("304.8000"), "mm") == "304.8\xa0mm"


@pytest.mark.parametrize(
    ("size", "expected"),
    [(1, "1 byte"), (999, "999 bytes"), (1500, "1.5 kB"), (2_340_000, "2.3 MB")],
)
def test_file_sizes_are_short(size, expected):
    assert spaces_made_plain(formats.file_size(size)) == expected


def test_what_is_far_off_is_said_relatively():
    assert formats.distance(NOON + timedelta(hours=3), NOON) == "in 3 hours"
    assert formats.distance(NOON - timedelta(days=2), NOON) == "2 days ago"


@pytest.mark.parametrize(
    "write",
    [
        formats.number,
        formats.percent,
        formats.duration,
        formats.day,
        formats.weekday,
        formats.moment,
        formats.file_size,
        lambda value: formats.money(value, "EUR"),
        lambda value: formats.quantity(value, "mm"),
        lambda value: formats.distance(value, NOON),
    ],
)
def test_what_is_not_known_is_a_dash(write):
    assert write(None) == formats.UNKNOWN


def test_an_unknown_language_falls_back():
    assert str(formats._locale("xx-yy")) == "en_GB"
