"""What the demo assumes of each country.

Hourly rates are built, not surveyed: rate = labor x attended share + machine hour x
factor, rounded. Labor is the full cost of a skilled operator hour with shop overhead,
of the order that the statistical offices publish for manufacturing; the factor allows
for longer running hours and cheaper buildings. Units per euro are rounded and shape
the demo's rates only: the exchange converts with the catalog's dated rates.
"""

from datetime import time
from decimal import Decimal

from apps.demo.types import Country, Shift


def _country(
    code: str,
    currency: str,
    language: str,
    time_zone: str,
    units: str,
    labor: int,
    factor: str,
    step: int,
) -> Country:
    return Country(
        code,
        currency,
        language,
        time_zone,
        Decimal(units),
        labor,
        Decimal(factor),
        step,
    )


COUNTRIES: dict[str, Country] = {
    country.code: country
    for country in (
        _country("CN", "CNY", "zh-hans", "Asia/Shanghai", "7.6", 11, "0.65", 5),
        _country("RU", "RUB", "ru", "Europe/Moscow", "106", 12, "0.85", 50),
        _country("DE", "EUR", "en", "Europe/Berlin", "1", 48, "1.0", 1),
        _country("PL", "PLN", "en", "Europe/Warsaw", "4.3", 20, "0.9", 5),
        _country("TR", "TRY", "en", "Europe/Istanbul", "37", 13, "0.8", 50),
        _country("IN", "INR", "en", "Asia/Kolkata", "89", 6, "0.55", 50),
        _country("US", "USD", "en", "America/Chicago", "1.04", 58, "1.0", 1),
        _country("BR", "BRL", "en", "America/Sao_Paulo", "6.4", 12, "0.9", 5),
    )
}

MONDAY_TO_FRIDAY = range(5)
MONDAY_TO_SATURDAY = range(6)

SHIFT_PATTERNS: dict[str, tuple[Shift, ...]] = {
    "day": tuple(Shift(day, time(7), time(15, 30), 30) for day in MONDAY_TO_FRIDAY),
    "two": tuple(
        Shift(day, starts, ends, 30)
        for day in MONDAY_TO_FRIDAY
        for starts, ends in ((time(6), time(14)), (time(14), time(22)))
    ),
    "two-six-days": tuple(
        Shift(day, starts, ends, 30)
        for day in MONDAY_TO_SATURDAY
        for starts, ends in ((time(8), time(16)), (time(16), time(23, 30)))
    ),
    "day-and-saturday": (
        *(Shift(day, time(8), time(17), 60) for day in MONDAY_TO_FRIDAY),
        Shift(5, time(8), time(13), 0),
    ),
    "three": tuple(
        Shift(day, starts, ends, 30)
        for day in MONDAY_TO_FRIDAY
        for starts, ends in (
            (time(6), time(14)),
            (time(14), time(22)),
            (time(22), time(6)),
        )
    ),
    "ten-hours": tuple(Shift(day, time(6), time(16, 30), 30) for day in range(4)),
}

ISSUERS: dict[str, str] = {
    "CN": "China Quality Certification Centre",
    "RU": "Русский Регистр",
    "DE": "TÜV SÜD",
    "PL": "UDT-CERT",
    "TR": "TSE",
    "IN": "TÜV India",
    "US": "NQA USA",
    "BR": "ABNT",
}

# Why a machine's time is not for sale, in the language of the shop.
MAINTENANCE_REASONS: dict[str, tuple[str, ...]] = {
    "en": ("Preventive maintenance", "Ball screw and way cover inspection"),
    "zh-hans": ("预防性维护", "主轴与导轨检查"),
    "ru": ("Плановое обслуживание", "Проверка геометрии"),
}
OWN_WORK_REASONS: dict[str, str] = {
    "en": "Kept for own series work",
    "zh-hans": "留给自有批量订单",
    "ru": "Занято собственной серией",
}
STOCKTAKING: dict[str, str] = {
    "en": "Stocktaking",
    "zh-hans": "盘点",
    "ru": "Инвентаризация",
}
