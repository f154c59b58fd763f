"""What a batch costs on one machine, so that every cent can be worked out by hand.

What is spent per piece is rounded to the cent before it is multiplied, as an invoice
does. The total is then `fixed + quantity x piece`, never below the minimum charge:
lines sum exactly, and a larger batch never costs less, nor more for each piece.
"""

from collections.abc import Iterable
from dataclasses import fields
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.kernel.money import CENT, round_money
from apps.orders.types import (
    CostInputs,
    PartFacts,
    PriceBreakdown,
    PricedLine,
    PriceLine,
    StockForm,
)

MM3_PER_CM3 = Decimal(1000)
MM2_PER_CM2 = Decimal(100)
MINUTES_PER_HOUR = Decimal(60)
PERCENT = Decimal(100)
# kg/m3 to kg/cm3.
CM3_PER_M3 = Decimal(1_000_000)
PI = Decimal("3.14159265358979")
NOTHING = Decimal("0.00")

# Additive and primary shaping start from little more than the part's own volume.
NET_ALLOWANCE_PERCENT = Decimal(10)

# By the process itself or the family that its code begins with.
STOCK_FORMS = (
    (StockForm.BAR, ("turning", "turn-mill", "cylindrical-grinding")),
    (
        StockForm.NET,
        (
            "powder-bed-fusion",
            "material-extrusion",
            "vat-photopolymerization",
            "material-jetting",
            "binder-jetting",
            "directed-energy-deposition",
            "sheet-lamination",
            "sand-casting",
            "die-casting",
            "investment-casting",
            "die-forging",
            "injection-molding",
        ),
    ),
    (
        StockForm.NONE,
        (
            "mig-mag-welding",
            "tig-welding",
            "laser-welding",
            "heat-treatment",
            "anodizing",
            "powder-coating",
            "cmm-inspection",
            "thermal-vacuum-test",
            "vibration-test",
        ),
    ),
)


class NotPriceable(InvalidInput):
    """The price cannot be worked out from these figures."""

    code = "not_priceable"


class _Stock(NamedTuple):
    """What one piece is made from: its volume in cm3, and how to say it."""

    volume: Decimal
    basis: str


class _Part(NamedTuple):
    """A part in the units that people reckon in."""

    volume: Decimal
    area: Decimal


def stock_form(process_code: str) -> StockForm:
    """Return what a process makes parts from."""
    for form, starts in STOCK_FORMS:
        if process_code.startswith(starts):
            return form
    return StockForm.BLOCK


def price(
    cost: CostInputs, facts: PartFacts, *, quantity: int, process_code: str
) -> PriceBreakdown:
    """Work out what a batch costs, and how long it takes the machine.

    :raises NotPriceable: if a figure is missing, negative or in another currency.
    """
    _check(cost, facts, quantity)
    part = _Part(
        volume=_places(facts.volume_mm3 / MM3_PER_CM3, 3),
        area=_places(facts.area_mm2 / MM2_PER_CM2, 2),
    )
    form = stock_form(process_code)
    stock = _stock(form, facts, part, cost.stock_allowance_mm)
    minutes, minutes_basis = _piece_minutes(form, cost, facts, part, stock)

    programming = round_money(cost.programming_hours * cost.programming_rate)
    # Multiplied first: a quotient that does not end would lose half a cent.
    setup = round_money(cost.setup_minutes * cost.setup_rate / MINUTES_PER_HOUR)
    material, material_basis = _material(cost, facts, stock)
    machining = round_money(minutes * cost.hourly_rate / MINUTES_PER_HOUR)
    inspection = round_money(
        cost.inspection_minutes_per_part * cost.setup_rate / MINUTES_PER_HOUR
    )
    scrap = _share(cost.scrap_percent, machining + inspection)
    piece = material + machining + inspection + scrap
    fixed = programming + setup
    margin_fixed = _share(cost.margin_percent, fixed)
    margin_piece = _share(cost.margin_percent, piece)

    money = cost.currency
    hour = f"{_text(MINUTES_PER_HOUR)} min/h"
    lines = [
        _line(
            PriceLine.PROGRAMMING,
            programming,
            f"{_text(cost.programming_hours)} h × {_text(cost.programming_rate)} {money}/h",
        ),
        _line(
            PriceLine.SETUP,
            setup,
            f"{_text(cost.setup_minutes)} min × {_text(cost.setup_rate)} {money}/h ÷ {hour}",
        ),
        _line_per_piece(PriceLine.MATERIAL, quantity, material, money, material_basis),
        _line_per_piece(
            PriceLine.MACHINING,
            quantity,
            machining,
            money,
            f"{_text(minutes)} min × {_text(cost.hourly_rate)} {money}/h ÷ {hour}",
            f"{_text(minutes)} min = {minutes_basis}",
        ),
        _line_per_piece(
            PriceLine.INSPECTION,
            quantity,
            inspection,
            money,
            f"{_text(cost.inspection_minutes_per_part)} min"
            f" × {_text(cost.setup_rate)} {money}/h ÷ {hour}",
        ),
        _line_per_piece(
            PriceLine.SCRAP,
            quantity,
            scrap,
            money,
            f"{_text(cost.scrap_percent)} % × ({machining} {money}"
            f" + {inspection} {money})",
        ),
        _line(
            PriceLine.MARGIN,
            margin_fixed + quantity * margin_piece,
            f"{margin_fixed} {money} + {quantity} pcs × {margin_piece} {money}",
            f"{margin_fixed} {money} = {_text(cost.margin_percent)} %"
            f" × ({programming} {money} + {setup} {money})",
            f"{margin_piece} {money} = {_text(cost.margin_percent)} %"
            f" × ({material} {money} + {machining} {money}"
            f" + {inspection} {money} + {scrap} {money})",
        ),
    ]
    so_far = _sum(lines)
    minimum = round_money(cost.minimum_charge)
    lines.append(
        _line(
            PriceLine.MINIMUM_CHARGE,
            max(minimum - so_far, NOTHING),
            f"{minimum} {money} − {so_far} {money}",
        )
    )
    return _total(
        [line for line in lines if line.amount],
        money,
        quantity,
        _machine_minutes(cost, quantity, minutes),
    )


def price_by_hand(
    *, unit_price: Decimal, quantity: int, currency: str, machine_minutes: int = 0
) -> PriceBreakdown:
    """Return the price that a seller has named for each piece.

    :raises NotPriceable: if the price is not above 0 or finer than a cent.
    """
    if unit_price <= 0 or unit_price != round_money(unit_price):
        raise NotPriceable(
            _("%(value)s is not a price: it must be above 0 with at most 2 decimals.")
            % {"value": unit_price},
            field="unit_price",
            value=unit_price,
            remedy=_("Give a price such as 57.90."),
        )
    _check_quantity(quantity)
    unit = round_money(unit_price)
    line = _line(
        PriceLine.PRICE, quantity * unit, f"{quantity} pcs × {unit} {currency}"
    )
    return _total([line], currency, quantity, (machine_minutes, ""))


# --- what one piece takes


def _stock(
    form: StockForm, facts: PartFacts, part: _Part, allowance: Decimal
) -> _Stock:
    sides = [facts.size_x_mm, facts.size_y_mm, facts.size_z_mm]
    if form is StockForm.NONE:
        return _Stock(Decimal(0), "")
    if form is StockForm.NET:
        volume = _places(part.volume * (PERCENT + NET_ALLOWANCE_PERCENT) / PERCENT, 3)
        share = _text(PERCENT + NET_ALLOWANCE_PERCENT)
        return _Stock(volume, f"{_text(part.volume)} cm³ × {share} %")
    if form is StockForm.BAR:
        diameter, length = (_stock_side(side, allowance) for side in _round(sides))
        volume = PI * diameter * diameter * length / 4 / MM3_PER_CM3
        basis = (
            f"{PI} × {diameter} mm × {diameter} mm × {length} mm"
            f" ÷ 4 ÷ {_text(MM3_PER_CM3)} mm³/cm³"
        )
        return _Stock(_places(volume, 3), basis)
    x, y, z = (_stock_side(side, allowance) for side in sides)
    return _Stock(
        x * y * z / MM3_PER_CM3,
        f"{x} mm × {y} mm × {z} mm ÷ {_text(MM3_PER_CM3)} mm³/cm³",
    )


def _stock_side(side: Decimal, allowance: Decimal) -> Decimal:
    """Return a side of the stock: the part's with allowance, sawn to a whole mm."""
    return (side + 2 * allowance).quantize(Decimal(1), rounding=ROUND_CEILING)


def _round(sides: list[Decimal]) -> tuple[Decimal, Decimal]:
    """Return the bar that a part is turned from: the two nearest sides are its round."""
    a, b, c = sorted(sides)
    return (b, c) if b - a <= c - b else (c, a)


def _material(cost: CostInputs, facts: PartFacts, stock: _Stock) -> tuple[Decimal, str]:
    if not stock.volume:
        return NOTHING, ""
    per_kg = facts.material_price_per_kg.amount
    density = facts.density_kg_m3 / CM3_PER_M3
    scrap = PERCENT + cost.scrap_percent
    markup = PERCENT + cost.material_markup_percent
    amount = round_money(
        stock.volume * density * per_kg * scrap / PERCENT * markup / PERCENT
    )
    basis = (
        f"{_text(stock.volume)} cm³ × {_text(density)} kg/cm³"
        f" × {_text(per_kg)} {cost.currency}/kg × {_text(scrap)} % × {_text(markup)} %"
        f"; {_text(stock.volume)} cm³ = {stock.basis}"
    )
    return amount, basis


def _piece_minutes(
    form: StockForm, cost: CostInputs, facts: PartFacts, part: _Part, stock: _Stock
) -> tuple[Decimal, str]:
    finishing = part.area / cost.finishing_cm2_per_min
    basis = f"{_text(part.area)} cm² ÷ {_text(cost.finishing_cm2_per_min)} cm²/min"
    if form is StockForm.NONE:
        return _places(finishing, 3), basis
    moved = part.volume
    how = f"{_text(part.volume)} cm³"
    if form is not StockForm.NET:
        # A mesh may be a hair larger than the block that it is cut from.
        moved = max(stock.volume - part.volume, Decimal(0))
        how = f"({_text(stock.volume)} cm³ − {_text(part.volume)} cm³)"
        if not moved:
            how = "0 cm³"
    rate = cost.removal_cm3_per_min * facts.removal_factor
    basis = (
        f"{how} ÷ ({_text(cost.removal_cm3_per_min)} cm³/min"
        f" × {_text(facts.removal_factor)}) + {basis}"
    )
    return _places(moved / rate + finishing, 3), basis


def _machine_minutes(
    cost: CostInputs, quantity: int, minutes: Decimal
) -> tuple[int, str]:
    """Return the time on the machine, with what is made to be scrapped, rounded up."""
    share = PERCENT + cost.scrap_percent
    exact = cost.setup_minutes + quantity * share / PERCENT * minutes
    basis = (
        f"{_text(cost.setup_minutes)} min + {quantity} pcs × {_text(share)} %"
        f" × {_text(minutes)} min"
    )
    return int(exact.to_integral_value(ROUND_CEILING)), basis


# --- lines


def _line(code: PriceLine, amount: Decimal, *basis: str) -> PricedLine:
    # In the source language: both sides keep the line, and each face translates it
    # by its code for whoever reads it.
    with translation.override(None):
        label = str(code.label)
    return PricedLine(
        code=code.value,
        label=label,
        basis="; ".join(basis),
        amount=amount,
    )


def _line_per_piece(
    code: PriceLine, quantity: int, piece: Decimal, currency: str, *basis: str
) -> PricedLine:
    return _line(
        code,
        quantity * piece,
        f"{quantity} pcs × {piece} {currency}",
        f"{piece} {currency} = {basis[0]}",
        *basis[1:],
    )


def _total(
    lines: list[PricedLine], currency: str, quantity: int, minutes: tuple[int, str]
) -> PriceBreakdown:
    machine_minutes, minutes_basis = minutes
    total = _sum(lines)
    unit_price = (total / quantity).quantize(CENT, rounding=ROUND_FLOOR)
    return PriceBreakdown(
        currency=currency,
        quantity=quantity,
        lines=tuple(lines),
        total=total,
        unit_price=unit_price,
        remainder=total - unit_price * quantity,
        machine_minutes=machine_minutes,
        minutes_basis=minutes_basis,
    )


def _sum(lines: Iterable[PricedLine]) -> Decimal:
    return sum((line.amount for line in lines), NOTHING)


def _share(percent: Decimal, of: Decimal) -> Decimal:
    return round_money(of * percent / PERCENT)


def _places(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _text(value: Decimal) -> str:
    """Write a number without an exponent or trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- what cannot be priced


def _check(cost: CostInputs, facts: PartFacts, quantity: int) -> None:
    _check_quantity(quantity)
    if facts.material_price_per_kg.currency != cost.currency:
        raise NotPriceable(
            _("The material is priced in %(other)s and the machine in %(own)s.")
            % {"other": facts.material_price_per_kg.currency, "own": cost.currency},
            field="currency",
            value=facts.material_price_per_kg.currency,
            remedy=_("Convert the material's price first."),
        )
    above_zero = {
        "removal_cm3_per_min": cost.removal_cm3_per_min,
        "finishing_cm2_per_min": cost.finishing_cm2_per_min,
        "removal_factor": facts.removal_factor,
        "density_kg_m3": facts.density_kg_m3,
        "volume_mm3": facts.volume_mm3,
        "area_mm2": facts.area_mm2,
        "size_x_mm": facts.size_x_mm,
        "size_y_mm": facts.size_y_mm,
        "size_z_mm": facts.size_z_mm,
    }
    for name, value in above_zero.items():
        if value <= 0:
            raise _wrong(name, value, _("Give a number above 0."))
    not_negative = {
        column.name: getattr(cost, column.name)
        for column in fields(CostInputs)
        if column.name != "currency"
    } | {"material_price_per_kg": facts.material_price_per_kg.amount}
    for name, value in not_negative.items():
        if value < 0:
            raise _wrong(name, value, _("Give 0 or more."))


def _check_quantity(quantity: int) -> None:
    if quantity < 1:
        raise _wrong("quantity", quantity, _("Give a quantity of 1 or more."))


def _wrong(name: str, value: object, remedy: str) -> NotPriceable:
    return NotPriceable(
        _("No price can be worked out: %(name)s is %(value)s.")
        % {"name": name, "value": value},
        field=name,
        value=value,
        remedy=remedy,
    )
