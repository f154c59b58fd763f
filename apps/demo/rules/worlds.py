"""Plans a world: who there is, what they own, and what an hour costs there."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.text import slugify

from apps.demo.data import people as words
from apps.demo.data.countries import (
    COUNTRIES,
    ISSUERS,
    MAINTENANCE_REASONS,
    OWN_WORK_REASONS,
    SHIFT_PATTERNS,
)
from apps.demo.data.enterprises import SHOPS
from apps.demo.data.machine_models import BY_KEY, MACHINE_MODELS, MachineModel
from apps.demo.data.trades import TRADES, Skill, Trade
from apps.demo.types import (
    BlockPlan,
    CapabilityPlan,
    CertificatePlan,
    CostPlan,
    Country,
    EnterprisePlan,
    MachinePlan,
    Person,
    Shop,
)

MAIL_DOMAIN = "example.com"
DEFAULT_ENTERPRISES = len(SHOPS)
# What a model name ends with and nobody says on the shop floor.
CODE_ENDINGS = ("|", " (", " 3rd ", " GOLDEN", " fiber", " monoB", " duoB", " 2.0")
SHARE_VERIFIED = 0.85
SHARE_STOCKTAKING = 0.3
SHARE_MAINTAINED = 0.2
SHARE_WITH_OWN_WORK = 0.35
# A year and a half back, so that some certificates end within the year to come.
OLDEST_CERTIFICATE = timedelta(days=900)
CERTIFICATE_TERM = timedelta(days=3 * 365)


def plan_world(*, enterprises: int, seed: int, on: date) -> Iterator[EnterprisePlan]:
    """Return plans of so many enterprises, equal for equal arguments.

    A plan depends on the seed and its own place only, so that a seeding that was
    cut off can go on with any of them.
    """
    for shop in curated_shops(enterprises):
        yield plan_enterprise(shop, seed=seed, on=on)
    for index in range(len(SHOPS), enterprises):
        yield plan_enterprise(_invented_shop(index, seed), seed=seed, on=on)


def curated_shops(count: int) -> list[Shop]:
    """Return the first so many of the hand-made shops, countries in turn.

    The buyer comes first: without its requests the market has no demand.
    """
    queues: dict[str, list[Shop]] = {}
    for shop in SHOPS[1:]:
        queues.setdefault(shop.country, []).append(shop)
    in_turn = [SHOPS[0]]
    while any(queues.values()):
        in_turn += [queue.pop(0) for queue in queues.values() if queue]
    return in_turn[:count]


def plan_enterprise(shop: Shop, *, seed: int, on: date) -> EnterprisePlan:
    """Settle everything that an enterprise owns and who works there."""
    draw = random.Random(f"{seed}:{shop.slug}")  # noqa: S311  (a world, not a secret)
    country = COUNTRIES[shop.country]
    return EnterprisePlan(
        shop=shop,
        country=country,
        time_zone=shop.time_zone or country.time_zone,
        people=_people(shop, draw),
        shifts=SHIFT_PATTERNS[shop.shifts],
        machines=tuple(_machines(shop, country, draw)),
        certificates=tuple(_certificates(shop, on, draw)),
        is_verified=draw.random() < SHARE_VERIFIED,
        stocktaking_in_days=draw.randrange(10, 60)
        if draw.random() < SHARE_STOCKTAKING
        else None,
    )


def _people(shop: Shop, draw: random.Random) -> tuple[Person, ...]:
    roles = ["owner", "planner"]
    if shop.is_buyer:
        roles.append("buyer")
    if shop.machines:
        roles += ["seller", "operator"]
    if shop.slug == SHOPS[0].slug:
        roles.append("viewer")
    given, family = words.NAMES[shop.country]
    pairs = [(first, last) for first in given for last in family]
    chosen = draw.sample(pairs, len(roles))
    return tuple(
        Person(
            name=_full_name(shop.country, first, last),
            email=f"{role}@{shop.slug}.{MAIL_DOMAIN}",
            role=role,
        )
        for role, (first, last) in zip(roles, chosen, strict=True)
    )


def _full_name(country: str, first: str, last: str) -> str:
    return f"{last}{first}" if country == "CN" else f"{first} {last}"


def _machines(
    shop: Shop, country: Country, draw: random.Random
) -> Iterator[MachinePlan]:
    pace = Decimal(draw.randrange(92, 112)) / 100
    for key, count in shop.machines:
        model = BY_KEY[key]
        trade = TRADES[model.trade]
        for number in range(1, count + 1):
            yield MachinePlan(
                code=machine_code(model, number),
                model=model,
                trade=trade,
                serial_number=f"{model.maker[:2].upper()}{draw.randrange(10**6, 10**7)}",
                capabilities=tuple(_capability(model, skill) for skill in trade.skills),
                cost=cost_plan(country, trade, pace=pace * _size(model), draw=draw),
                auto_quote=shop.auto_quotes and trade.is_priced_by_rule,
                blocks=tuple(_blocks(country.language, draw)),
            )


def _blocks(language: str, draw: random.Random) -> Iterator[BlockPlan]:
    """Yield what is not for sale: own series work first, then maintenance after it."""
    free_from = draw.randrange(1, 8)
    if draw.random() < SHARE_WITH_OWN_WORK:
        days = draw.randrange(2, 10)
        yield BlockPlan(free_from, days, 0, OWN_WORK_REASONS[language])
        free_from += days
    if draw.random() < SHARE_MAINTAINED:
        reason = draw.choice(MAINTENANCE_REASONS[language])
        ahead = free_from + draw.randrange(1, 15)
        yield BlockPlan(ahead, 0, draw.randrange(4, 10), reason)


def _size(model: MachineModel) -> Decimal:
    """Return how much dearer the hour is on a big machine of its trade."""
    longest = max(model.x_mm or 0, model.y_mm or 0)
    if not model.trade.startswith("milling") or longest < 1000:
        return Decimal(1)
    return Decimal("1.25") if longest > 1500 else Decimal("1.1")


def machine_code(model: MachineModel, number: int) -> str:
    """Return a short name as it is painted on a machine: `VF-2 01`."""
    short = model.model
    for ending in CODE_ENDINGS:
        short = short.partition(ending)[0]
    return f"{short} {number:02d}"


def _capability(model: MachineModel, skill: Skill) -> CapabilityPlan:
    side_x, side_y = skill.size_xy_mm or (model.x_mm, model.y_mm)
    return CapabilityPlan(
        skill=skill,
        size_x_mm=None if skill.is_cylinder else side_x,
        size_y_mm=None if skill.is_cylinder else side_y,
        size_z_mm=None if skill.is_cylinder else model.z_mm or skill.size_z_mm,
        diameter_mm=model.diameter_mm if skill.is_cylinder else None,
        length_mm=model.length_mm or skill.length_mm if skill.is_cylinder else None,
        max_mass_kg=model.max_load_kg or skill.max_mass_kg,
        it_grade=skill.it_grade,
    )


def cost_plan(
    country: Country, trade: Trade, *, pace: Decimal, draw: random.Random
) -> CostPlan:
    """Return what a shop asks: labor share plus machine hour, times its own pace."""
    machine = trade.machine_eur_hour * country.machine_cost_factor
    labor = country.labor_eur_hour * trade.attended_share
    return CostPlan(
        currency=country.currency,
        hourly_rate=_rounded((machine + labor) * pace, country),
        setup_minutes=trade.setup_minutes,
        setup_rate=_rounded((country.labor_eur_hour + machine / 3) * pace, country),
        programming_hours=trade.programming_hours,
        programming_rate=_rounded(
            country.labor_eur_hour * Decimal("1.3") * pace, country
        ),
        inspection_minutes=trade.inspection_minutes,
        material_markup_percent=Decimal(draw.choice((8, 10, 12, 15))),
        scrap_percent=trade.scrap_percent,
        margin_percent=Decimal(draw.choice((10, 12, 15, 18))),
        minimum_charge=_rounded(Decimal(country.labor_eur_hour) * 2, country),
        removal_cm3_per_min=trade.removal_cm3_per_min,
        finishing_cm2_per_min=trade.finishing_cm2_per_min,
    )


def _rounded(amount_eur: Decimal, country: Country) -> Decimal:
    steps = amount_eur * country.units_per_eur / country.rate_step
    whole = steps.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return max(whole, Decimal(1)) * country.rate_step


def _certificates(
    shop: Shop, on: date, draw: random.Random
) -> Iterator[CertificatePlan]:
    for kind in shop.certificates:
        begun = on - timedelta(days=draw.randrange(60, OLDEST_CERTIFICATE.days))
        yield CertificatePlan(
            kind_code=kind,
            number=f"DEMO-{shop.country}-{draw.randrange(10000, 99999)}",
            issuer=ISSUERS[shop.country],
            valid_from_on=begun,
            valid_until_on=begun + CERTIFICATE_TERM,
        )


def _invented_shop(index: int, seed: int) -> Shop:
    draw = random.Random(f"{seed}:invented:{index}")  # noqa: S311  (a world, not a secret)
    codes = [code for code, _ in words.COUNTRY_WEIGHTS]
    weights = [weight for _, weight in words.COUNTRY_WEIGHTS]
    country = draw.choices(codes, weights)[0]
    beginnings, ends, trades, legal_form = words.WORDS[country]
    word = draw.choice(beginnings) + draw.choice(ends)
    city, region, latitude, longitude, time_zone = draw.choice(words.CITIES[country])
    kinds, certificates = draw.choice(words.PARKS)
    return Shop(
        # The number keeps addresses apart: words are few, enterprises may be many.
        slug=f"{slugify(word) or 'shop'}-{index}",
        name=f"{word} {draw.choice(trades)} {legal_form}",
        country=country,
        region=region,
        city=city,
        # A few kilometers around the town hall: no two shops on one spot.
        latitude=round(latitude + draw.uniform(-0.08, 0.08), 4),
        longitude=round(longitude + draw.uniform(-0.08, 0.08), 4),
        machines=_invented_park(kinds, draw),
        shifts=draw.choice(sorted(SHIFT_PATTERNS)),
        certificates=certificates if draw.random() < 0.9 else (),
        time_zone=time_zone,
        auto_quotes=draw.random() < 0.7,
    )


def _invented_park(
    kinds: tuple[str, ...], draw: random.Random
) -> tuple[tuple[str, int], ...]:
    park = []
    for kind in kinds:
        models = [model.key for model in MACHINE_MODELS if model.trade == kind]
        park.append((draw.choice(models), draw.choice((1, 1, 1, 2, 2, 3))))
    return tuple(park)
