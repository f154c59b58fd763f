"""Reading sites, machines, what they can do and what is missing of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import ManyToOneRel, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.kernel.errors import NotFound
from apps.library import selectors as library
from apps.library.types import ModelEntry
from apps.machines.models import (
    Capability,
    Certificate,
    CertificateQuerySet,
    CostModel,
    Machine,
    MachineQuerySet,
    Site,
    SiteQuerySet,
    TableEntry,
    TableImport,
    TableImportQuerySet,
)
from apps.machines.rules import (
    completeness,
    disclosure,
    origins,
    plausibility,
    published,
)
from apps.machines.rules.published import Draft
from apps.machines.types import (
    CapabilityFacts,
    CostInputs,
    Doubt,
    EnvelopeKind,
    MachineKind,
    MissingFact,
    Place,
    ProcessProposal,
    TableOutcome,
    UnconfirmedFigure,
)


class MachineNotFound(NotFound):
    """The enterprise has no such machine."""

    code = "machine_not_found"


class SiteNotFound(NotFound):
    """The enterprise has no such site."""

    code = "site_not_found"


class TableImportNotFound(NotFound):
    """The enterprise has imported no such table."""

    code = "table_import_not_found"


@dataclass(frozen=True, slots=True)
class MachineDetail:
    """A machine with all that a page about it shows."""

    machine: Machine
    site: Site
    capabilities: list[Capability]
    cost_model: CostModel | None
    missing: list[MissingFact]
    doubts: list[Doubt]
    proposal: ProcessProposal | None
    proposed_envelope_mm: tuple[float, float, float] | None
    unconfirmed: list[UnconfirmedFigure]


# --- sites


def sites() -> SiteQuerySet:
    """Return the enterprise's sites by name."""
    return Site.objects.order_by("name")


def site(site_id: UUID) -> Site:
    """Return one site.

    :raises SiteNotFound: if the enterprise has none of this id.
    """
    found = Site.objects.filter(pk=site_id).first()
    if found is None:
        raise SiteNotFound(
            _("There is no such site."), field="site", value=str(site_id)
        )
    return found


# --- machines


def machines_of(
    *,
    search: str = "",
    state: str = "",
    process_code: str = "",
    site_id: UUID | None = None,
    is_published: bool | None = None,
) -> MachineQuerySet:
    """Return the enterprise's machines by code, with what a list shows of each."""
    found: MachineQuerySet = Machine.objects.with_offers().order_by("code")
    if search.strip():
        words = search.strip()
        found = found.filter(
            Q(code__icontains=words)
            | Q(name__icontains=words)
            | Q(maker__icontains=words)
            | Q(model__icontains=words)
            | Q(serial_number__icontains=words)
        )
    if state:
        found = found.filter(state=state)
    if process_code:
        found = found.that_can(catalog.leaf_codes_below([process_code]))
    if site_id is not None:
        found = found.filter(site_id=site_id)
    if is_published is not None:
        found = found.filter(published_at__isnull=not is_published)
    return found


def machines_that_can(process_codes: Iterable[str]) -> MachineQuerySet:
    """Return the machines in use that offer any of the processes or one below."""
    codes = catalog.leaf_codes_below(process_codes)
    able: MachineQuerySet = Machine.objects.in_use().that_can(codes)
    return able.with_offers().order_by("code")


def machine_detail(machine_id: UUID) -> MachineDetail:
    """Return a machine with all that a page about it shows.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    machine = Machine.objects.with_offers().filter(pk=machine_id).first()
    if machine is None:
        raise machine_not_found(machine_id)
    capabilities = sorted(machine.capabilities.all(), key=lambda row: row.process_code)
    stored = machine.proposal
    envelope = stored.get("envelope_mm")
    return MachineDetail(
        machine=machine,
        site=machine.site,
        capabilities=capabilities,
        cost_model=_cost_model(machine),
        missing=missing_facts(machine),
        doubts=[
            doubt
            for row in capabilities
            for doubt in plausibility.doubts(
                row, catalog.process_by_code(row.process_code)
            )
        ],
        proposal=ProcessProposal.from_json(stored) if "reason" in stored else None,
        proposed_envelope_mm=tuple(envelope) if envelope else None,
        unconfirmed=unconfirmed_figures(machine),
    )


def machine_not_found(machine_id: UUID) -> MachineNotFound:
    """Say that the enterprise has no machine of this id."""
    return MachineNotFound(
        _("There is no such machine."), field="machine", value=str(machine_id)
    )


def missing_facts(machine: Machine) -> list[MissingFact]:
    """Return what a machine must still say before it can be published."""
    return completeness.missing(
        machine,
        sorted(machine.capabilities.all(), key=lambda row: row.process_code),
        has_rate=_cost_model(machine) is not None,
        process=catalog.process_by_code,
    )


def unconfirmed_figures(machine: Machine) -> list[UnconfirmedFigure]:
    """Return the maker's figures that wait for the shop's word, the machine's first."""
    found = [
        UnconfirmedFigure(name, getattr(machine, name))
        for name in origins.unconfirmed(machine.figures_origin)
    ]
    for row in sorted(machine.capabilities.all(), key=lambda row: row.process_code):
        found += [
            UnconfirmedFigure(name, getattr(row, name), row.process_code)
            for name in origins.unconfirmed(row.figures_origin)
        ]
    return found


def model_of(machine: Machine) -> ModelEntry | None:
    """Return the library's model that a machine was filled in from, or names."""
    if machine.model_code:
        return library.machine_model(machine.model_code)
    return library.recognized_model(machine.maker, machine.model)


def facts_of_model(entry: ModelEntry) -> dict[str, Any]:
    """Return the columns of a machine that a model of the library fills in."""
    return published.machine_figures(entry) | {
        "maker": entry.maker,
        "model": entry.model,
        "kind": entry.kind.value,
        "figures_source": entry.source_text,
        "model_code": entry.code,
    }


def published_names(entry: ModelEntry) -> set[str]:
    """Return the figures of a machine itself that its maker publishes."""
    return set(published.machine_figures(entry))


def unconfirmed_names(row: Capability) -> list[str]:
    """Return the figures of a capability that wait for the shop's word."""
    return origins.unconfirmed(row.figures_origin)


def as_published(draft: Draft, entry: ModelEntry) -> Draft:
    """Return a draft that names which of its figures are the maker's own."""
    return published.as_published(draft, entry)


def lacks_figures(machine: Machine) -> bool:
    """Say whether a machine leaves out a figure that makers publish."""
    rows = machine.capabilities.all()
    return (
        not rows
        or any(row.envelope_kind is None for row in rows)
        or any(getattr(machine, name) is None for name in origins.OF_THE_MACHINE)
    )


def fillable_figures(machine: Machine, entry: ModelEntry) -> dict[str, float]:
    """Return the maker's figures that a machine does not state itself."""
    found = {
        name: value
        for name, value in published.machine_figures(entry).items()
        if getattr(machine, name) is None
    }
    rows = list(machine.capabilities.all())
    able = [row for row in rows if row.process_code in entry.process_codes]
    if not rows or any(row.envelope_kind is None for row in able):
        draft = published.capability_draft(entry, entry.process_codes[0])
        found |= {name: getattr(draft, name) for name in sorted(draft.from_catalog)}
    return found


def words_of(missing: Iterable[MissingFact], language: str | None = None) -> list[str]:
    """Say missing facts in the reader's language."""
    reader = language or get_language() or "en"
    return [
        _("%(fact)s of %(process)s")
        % {
            "fact": fact.key.label,
            "process": catalog.label(fact.process_code, reader),
        }
        if fact.process_code
        else str(fact.key.label)
        for fact in missing
    ]


def cost_inputs(machine_id: UUID) -> CostInputs | None:
    """Return what prices on a machine are worked out from, if it is stated."""
    row = CostModel.objects.filter(machine_id=machine_id).first()
    return None if row is None else _cost_inputs(row)


def _cost_model(machine: Machine) -> CostModel | None:
    # The reverse of a one-to-one raises where there is none.
    found: CostModel | None = getattr(machine, "costmodel", None)
    return found


def _cost_inputs(row: CostModel) -> CostInputs:
    return CostInputs(
        currency=row.currency,
        hourly_rate=row.hourly_rate,
        setup_minutes=row.setup_minutes,
        setup_rate=row.setup_rate,
        programming_hours=row.programming_hours,
        programming_rate=row.programming_rate,
        inspection_minutes_per_part=row.inspection_minutes_per_part,
        material_markup_percent=row.material_markup_percent,
        scrap_percent=row.scrap_percent,
        margin_percent=row.margin_percent,
        minimum_charge=row.minimum_charge,
        removal_cm3_per_min=row.removal_cm3_per_min,
        finishing_cm2_per_min=row.finishing_cm2_per_min,
    )


# --- certificates


def certificates() -> CertificateQuerySet:
    """Return the enterprise's certificates by kind, the longest valid first."""
    return Certificate.objects.order_by("kind_code", "-valid_until_on", "number")


def certificate_codes() -> dict[str, date | None]:
    """Return the codes that standing certificates hold, with the last day of each.

    None is without end. A kind that includes another stands for it as well.
    """
    held: dict[str, date | None] = {}
    rows = Certificate.objects.standing().values_list("kind_code", "valid_until_on")
    for kind_code, until in rows:
        for code in catalog.certificate_codes_held_by(kind_code):
            best = held.get(code, until)
            held[code] = None if best is None or until is None else max(best, until)
    return held


# --- tables


def table_imports() -> TableImportQuerySet:
    """Return the tables that were uploaded, the newest first."""
    found: TableImportQuerySet = TableImport.objects.newest_first()
    return found


def table_import(table_import_id: UUID) -> TableImport:
    """Return one uploaded table.

    :raises TableImportNotFound: if the enterprise has none of this id.
    """
    found = TableImport.objects.filter(pk=table_import_id).first()
    if found is None:
        raise TableImportNotFound(
            _("There is no such import."),
            field="table_import",
            value=str(table_import_id),
        )
    return found


def hindrances(entries: Iterable[TableEntry]) -> dict[UUID, str]:
    """Say which imported machines cannot be taken back, and why."""
    wanted = {entry.machine_id: entry for entry in entries}
    rows = {row.pk: row for row in Machine.objects.filter(pk__in=wanted)}
    uses = uses_of(wanted)
    found: dict[UUID, str] = {}
    for machine_id, entry in wanted.items():
        row = rows.get(machine_id)
        more = [
            use for use, n in uses[machine_id].items() if n > entry.uses.get(use, 0)
        ]
        if row is None:
            found[machine_id] = _("It is no longer there.")
        elif row.is_published and entry.outcome == TableOutcome.CREATED:
            found[machine_id] = _("It is published: withdraw it first.")
        elif row.version != entry.version:
            found[machine_id] = _("It was edited since.")
        elif more:
            found[machine_id] = _("It has %(what)s since.") % {"what": ", ".join(more)}
    return found


def uses_of(machine_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Count what other apps keep of machines, by what it is called."""
    found: dict[UUID, dict[str, int]] = {one: {} for one in machine_ids}
    for relation in Machine._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):
            continue
        model = relation.related_model
        if model in {Capability, CostModel}:
            continue
        # Counted in a plain query: those apps are above this one and not imported.
        kept = model._default_manager.filter(machine_id__in=found)
        name = str(model._meta.verbose_name_plural)
        for machine_id in kept.values_list("machine_id", flat=True):
            found[machine_id][name] = found[machine_id].get(name, 0) + 1
    return found


# --- what the exchange may know


def facts_for_listing(machine_id: UUID) -> list[CapabilityFacts]:
    """Return a published machine's capabilities as others may see them.

    The answer is empty for one that is not published, or not there: its listings go.
    """
    machine = Machine.objects.published().with_offers().filter(pk=machine_id).first()
    if machine is None:
        return []
    place = disclosure.disclosed(_place(machine.site), machine.site.location_disclosure)
    cost = _cost_model(machine)
    held = certificate_codes()
    return [
        CapabilityFacts(
            capability_id=row.pk,
            machine_id=machine.pk,
            machine_code=machine.code,
            machine_label=machine.label,
            machine_version=machine.version,
            kind=MachineKind(machine.kind),
            process_code=row.process_code,
            material_groups=tuple(row.material_groups),
            material_codes=tuple(row.material_codes),
            envelope_kind=EnvelopeKind(row.envelope_kind)
            if row.envelope_kind
            else None,
            size_x_mm=row.size_x_mm,
            size_y_mm=row.size_y_mm,
            size_z_mm=row.size_z_mm,
            diameter_mm=row.diameter_mm,
            length_mm=row.length_mm,
            max_mass_kg=row.max_mass_kg,
            it_grade=row.it_grade,
            roughness_um=row.roughness_um,
            batch_min=row.batch_min,
            batch_max=row.batch_max,
            country=place.country,
            region=place.region,
            city=place.city,
            latitude=place.latitude,
            longitude=place.longitude,
            time_zone=machine.site.time_zone,
            certificates=held,
            hourly_rate=cost.hourly_rate if cost else None,
            currency=cost.currency if cost else "",
            auto_quote=machine.auto_quote,
            published_at=machine.published_at,
            unconfirmed=tuple(origins.unconfirmed(row.figures_origin)),
        )
        for row in sorted(machine.capabilities.all(), key=lambda row: row.process_code)
    ]


def _place(row: Site) -> Place:
    return Place(
        country=row.country,
        region=row.region,
        city=row.city,
        latitude=row.latitude,
        longitude=row.longitude,
    )
