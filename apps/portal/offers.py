"""A published machine as its readers get it: the same lines for each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.exchange import selectors as exchange
from apps.exchange.types import EnvelopeKind
from apps.machines.types import DisclosedFact
from apps.portal import formats


@dataclass(frozen=True, slots=True)
class Line:
    """One fact in words; empty where it is hidden or not stated."""

    fact: DisclosedFact
    label: str | Promise
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What one machine does in one process, as far as the reader gets it."""

    process: str
    machine: str
    place: str
    lines: tuple[Line, ...]
    has_unconfirmed: bool

    @property
    def stated(self) -> tuple[Line, ...]:
        """The facts that the reader gets."""
        return tuple(line for line in self.lines if line.text)


def offer_of(row: exchange.Row) -> Offer:
    """Put what a reader gets of a listing into words."""
    return Offer(
        process=catalog.label(row.process_code, get_language() or "en"),
        machine=row.machine_label,
        place=", ".join(filter(None, (row.region, row.country))),
        lines=tuple(
            Line(fact, LABELS[fact], write(row)) for fact, write in WRITERS.items()
        ),
        has_unconfirmed=bool(row.unconfirmed_figures),
    )


def _materials(row: exchange.Row) -> str:
    groups = [str(MaterialGroup(group).label) for group in row.material_groups]
    grades = [catalog.material_by_code(code).label for code in row.material_codes]
    return "; ".join(filter(None, (", ".join(groups), ", ".join(grades))))


def _envelope(row: exchange.Row) -> str:
    if row.envelope_kind is None or row.envelope_mm is None:
        return ""
    sizes = formats.sizes(tuple(row.envelope_mm))
    return f"⌀ {sizes}" if row.envelope_kind == EnvelopeKind.CYLINDER else sizes


def _mass(row: exchange.Row) -> str:
    return formats.quantity(row.max_mass_kg, "kg") if row.max_mass_kg else ""


def _tolerance(row: exchange.Row) -> str:
    return f"IT{row.it_grade}" if row.it_grade else ""


def _roughness(row: exchange.Row) -> str:
    return formats.quantity(row.roughness_um, "um", 3) if row.roughness_um else ""


def _batch(row: exchange.Row) -> str:
    if row.batch_min is None and row.batch_max is None:
        return ""
    most = "∞" if row.batch_max is None else formats.number(row.batch_max, 0)
    return f"{formats.number(row.batch_min or 1, 0)} – {most}"


def _rate(row: exchange.Row) -> str:
    if row.rate_eur_hour is None:
        return ""
    return pgettext("rate", "%(amount)s an hour") % {
        "amount": formats.money(row.rate_eur_hour, "EUR")
    }


def _free(row: exchange.Row) -> str:
    if row.free_minutes_four_weeks is None:
        return ""
    return str(exchange.traffic_light(row.free_minutes_four_weeks).label)


def _certificates(row: exchange.Row) -> str:
    names = {kind.code: kind.label for kind in catalog.certificate_kinds()}
    return ", ".join(names.get(code, code) for code in sorted(row.certificates))


LABELS: Mapping[DisclosedFact, str | Promise] = MappingProxyType(
    {
        DisclosedFact.MACHINE_LABEL: _("Machine"),
        DisclosedFact.MATERIALS: _("Materials"),
        DisclosedFact.ENVELOPE: _("Largest part"),
        DisclosedFact.MAX_MASS: _("Heaviest part"),
        DisclosedFact.TOLERANCE: _("Tolerance"),
        DisclosedFact.ROUGHNESS: _("Roughness Ra"),
        DisclosedFact.BATCH: _("Batch"),
        DisclosedFact.HOURLY_RATE: _("Machine hour"),
        DisclosedFact.FREE_CAPACITY: _("Next four weeks"),
        DisclosedFact.CERTIFICATES: _("Certificates"),
    }
)
WRITERS: Mapping[DisclosedFact, Callable[[exchange.Row], str]] = MappingProxyType(
    {
        DisclosedFact.MACHINE_LABEL: lambda row: row.machine_label,
        DisclosedFact.MATERIALS: _materials,
        DisclosedFact.ENVELOPE: _envelope,
        DisclosedFact.MAX_MASS: _mass,
        DisclosedFact.TOLERANCE: _tolerance,
        DisclosedFact.ROUGHNESS: _roughness,
        DisclosedFact.BATCH: _batch,
        DisclosedFact.HOURLY_RATE: _rate,
        DisclosedFact.FREE_CAPACITY: _free,
        DisclosedFact.CERTIFICATES: _certificates,
    }
)
