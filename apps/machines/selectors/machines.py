"""Reading machines, what they can do and what is missing of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.kernel.errors import NotFound
from apps.machines.models import Capability, CostModel, Machine, MachineQuerySet, Site
from apps.machines.rules import completeness, origins, plausibility
from apps.machines.selectors.costs import cost_model_of
from apps.machines.selectors.lacking import incomplete, unconfirmed
from apps.machines.types import Doubt, MissingFact, ProcessProposal, UnconfirmedFigure


class MachineNotFound(NotFound):
    """The enterprise has no such machine."""

    code = "machine_not_found"


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


def machines_of(
    *,
    search: str = "",
    state: str = "",
    kind: str = "",
    process_code: str = "",
    maker: str = "",
    site_id: UUID | None = None,
    work_center_id: UUID | None = None,
    work_center: str = "",
    is_published: bool | None = None,
    is_complete: bool | None = None,
    is_confirmed: bool | None = None,
    quotes_by_itself: bool | None = None,
) -> MachineQuerySet:
    """Return the enterprise's machines by code, with what a list shows of each.

    `work_center` is a code. A machine is complete that says what publishing asks for,
    and confirmed where no figure of its maker waits for the shop's word.
    """
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
    if process_code:
        found = found.that_can(catalog.leaf_codes_below([process_code]))
    if is_published is not None:
        found = found.filter(published_at__isnull=not is_published)
    asked_for = {
        "state": state or None,
        "kind": kind or None,
        "maker": maker or None,
        "site_id": site_id,
        "work_center_id": work_center_id,
        "work_center__code": work_center or None,
        "auto_quote": quotes_by_itself,
    }
    found = found.filter(
        **{name: value for name, value in asked_for.items() if value is not None}
    )
    for asked, lacking in ((is_complete, incomplete), (is_confirmed, unconfirmed)):
        if asked is not None:
            found = found.exclude(lacking()) if asked else found.filter(lacking())
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
        cost_model=cost_model_of(machine),
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
        has_rate=cost_model_of(machine) is not None,
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
