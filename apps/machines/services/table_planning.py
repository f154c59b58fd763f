"""What a table would do to the register: decided in memory, written by nobody here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.kernel.errors import DomainError
from apps.machines import selectors
from apps.machines.models import Capability, CostModel, Machine, Site
from apps.machines.rules import completeness, figures
from apps.machines.rules.table_cells import Unfit
from apps.machines.rules.table_columns import BY_KEY
from apps.machines.rules.table_machines import Names, Refusal, Stated
from apps.machines.services.machines import state_facts
from apps.machines.services.offers import state_figures
from apps.machines.services.standing import elsewhere
from apps.machines.types import (
    CapabilityDraft,
    CostInputs,
    EnvelopeKind,
    MachineDraft,
    SiteDraft,
)
from tenants import context

# Where a machine stands is read with its site.
FACTS = tuple(
    one.name
    for one in fields(MachineDraft)
    if one.name not in {"from_catalog", "work_center"}
)
FIGURES = tuple(
    one.name for one in fields(CapabilityDraft) if one.name != "from_catalog"
)
COSTS = tuple(one.name for one in fields(CostInputs))
# No figure of a draft, and yet a column of the table.
BESIDE_THE_DRAFT = ("controller",)
MOST_SUGGESTIONS = 3
# A search costs milliseconds, and a column in a wrong place is all unknown words.
MOST_SEARCHES = 100


@dataclass(slots=True)
class Change:
    """One machine as the table would have it, and as it was."""

    stated: Stated
    machine: Machine
    is_new: bool
    site_name: str
    is_stated: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    capabilities: list[Capability] = field(default_factory=list)
    cost: CostModel | None = None

    @property
    def is_change(self) -> bool:
        """Whether there is anything to write."""
        return self.is_new or self.is_stated or bool(self.capabilities or self.cost)


@dataclass(slots=True)
class Plan:
    """What a table would do, machine by machine."""

    changes: list[Change] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    new_sites: dict[str, SiteDraft] = field(default_factory=dict)
    unchanged: int = 0


def catalog_names() -> Names:
    """Return how words become codes of the catalog, with what may have been meant."""
    language = get_language() or "en"
    processes: dict[str, set[str]] = {}
    for node in catalog.process_tree():
        names = (node.name_en, node.name_zh, node.name_ru, node.name_de, *node.aliases)
        for name in names:
            processes.setdefault(_plain(name), set()).add(node.code)
    grades: dict[str, set[str]] = {}
    for grade in catalog.materials():
        for name in (grade.name, grade.number, *grade.aliases):
            grades.setdefault(_plain(name), set()).add(grade.code)
    process_codes = {node.code for node in catalog.process_tree()}
    grade_codes = {grade.code for grade in catalog.materials()}
    return Names(
        process=_resolver(
            process_codes,
            processes,
            lambda text: [
                node.code for node in catalog.search_processes(text, language)
            ],
            catalog.unknown_process,
            "unknown_process",
        ),
        material=_resolver(
            grade_codes,
            grades,
            lambda text: [grade.code for grade in catalog.search_materials(text)],
            catalog.unknown_material,
            "unknown_material",
        ),
    )


def _resolver(
    codes: set[str],
    names: Mapping[str, set[str]],
    search: Any,
    unknown: Any,
    fault: str,
) -> Any:
    suggested: dict[str, list[str]] = {}

    def resolve(text: str) -> str:
        asked = _plain(text)
        if asked in codes:
            return asked
        known = names.get(asked, set())
        if len(known) == 1:
            return next(iter(known))
        if known:
            near = sorted(known)
        else:
            if text not in suggested and len(suggested) < MOST_SEARCHES:
                suggested[text] = search(text)[:MOST_SUGGESTIONS]
            near = suggested.get(text, [])
        error = unknown(text)
        remedy = (
            _("Did you mean %(codes)s?") % {"codes": ", ".join(near)}
            if near
            else error.remedy
        )
        raise Unfit(fault, str(error.detail), str(remedy))

    return resolve


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


class Planner:
    """Compares machines of a table with the register, some at a time."""

    def __init__(self, *, default_site_id: UUID | None) -> None:
        self.sites = {_plain(row.name): row for row in Site.objects.all()}
        by_id = {row.pk: row for row in self.sites.values()}
        self.default = by_id.get(default_site_id) if default_site_id else None
        self.centers = {_plain(row.code): row for row in selectors.work_centers()}
        self.plan = Plan()

    def consider(
        self, stated: Iterable[Stated], *, for_writing: bool = False
    ) -> list[Change]:
        """Work out what would be written of some machines; note what is refused."""
        wanted = list(stated)
        codes = [one.code for one in wanted]
        if for_writing:
            rows = Machine.objects.filter(code__in=codes).order_by("pk")
            list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
        known = {
            machine.code: machine
            for machine in Machine.objects.with_offers().filter(code__in=codes)
        }
        made = []
        for one in wanted:
            try:
                change = self._change(one, known.get(one.code))
            except DomainError as error:
                self.plan.refusals.append(_refusal(one, "", error))
            except _Refused as refused:
                self.plan.refusals.append(
                    _refusal(one, refused.process_code, refused.error)
                )
            else:
                if change.is_change:
                    made.append(change)
                else:
                    self.plan.unchanged += 1
        self.plan.changes += made
        return made

    def refuse(self, stated: Stated, error: DomainError) -> None:
        """Note that a machine could not be written after all."""
        self.plan.refusals.append(_refusal(stated, "", error))

    def note_site(self, site: Site) -> None:
        """Know a site that was opened meanwhile."""
        self.sites[_plain(site.name)] = site

    def site_named(self, name: str) -> Site:
        """Return a site by the name that a change carries."""
        return self.sites[_plain(name)]

    def _change(self, stated: Stated, machine: Machine | None) -> Change:
        is_new = machine is None
        site_name = self._site(stated, is_new=is_new)
        found = machine or Machine(code=stated.code)
        was = list(found.capabilities.all()) if machine else []
        change = Change(stated, found, is_new, site_name)
        change.before = {} if is_new else snapshot(found)
        self._state_machine(change)
        for process_code, facts in stated.capabilities.items():
            row = next((one for one in was if one.process_code == process_code), None)
            changed = _capability(found, process_code, facts, row)
            if changed is not None:
                change.capabilities.append(changed)
                if row is None:
                    was.append(changed)
        change.cost = _cost(found, stated)
        if found.is_published and change.is_change:
            self._check_complete(change, was)
        return change

    def _state_machine(self, change: Change) -> None:
        machine, facts = change.machine, change.stated.facts
        names = {one: getattr(machine, one) for one in (*FACTS, *BESIDE_THE_DRAFT)}
        merged = {**names, **facts}
        merged["name"] = merged["name"] or change.stated.code
        draft = MachineDraft(**{name: merged[name] for name in FACTS})
        figures.check_machine(draft)
        site = self.sites.get(_plain(change.site_name))
        is_moved = (
            not change.is_new
            and bool(change.site_name)
            and (site is None or site.pk != machine.site_id)
        )
        center_id = self._center_id(change, machine.site_id if not is_moved else None)
        is_moved = is_moved or center_id != machine.work_center_id
        machine.work_center_id = center_id
        change.is_stated = merged != names or is_moved
        if not change.is_stated and not change.is_new:
            return
        state_facts(machine, draft)
        for name in BESIDE_THE_DRAFT:
            setattr(machine, name, merged[name])

    def _site(self, stated: Stated, *, is_new: bool) -> str:
        """Return the name of a machine's site, and note one that is to be opened."""
        said = stated.site
        name = said.get("site", "")
        if not name:
            if not is_new:
                return ""
            if self.default is None:
                raise _Refused("", _no_site())
            return self.default.name
        known = self.sites.get(_plain(name))
        if known is not None:
            return known.name
        if name in self.plan.new_sites:
            return str(name)
        if not (said.get("site_country") and said.get("site_time_zone")):
            raise _Refused("", _unknown_site(name))
        draft = SiteDraft(
            name=name,
            country=said["site_country"],
            time_zone=said["site_time_zone"],
            city=said.get("site_city", ""),
        )
        try:
            figures.check_site(draft)
        except figures.ImpossibleFigure as error:
            error.field = f"site_{error.field}" if error.field != "name" else "site"
            raise
        self.plan.new_sites[name] = draft
        return str(name)

    def _center_id(self, change: Change, site_id: UUID | None) -> UUID | None:
        """Return where a machine belongs; one that moves leaves its work center."""
        code = change.stated.site.get("work_center", "")
        site = self.sites.get(_plain(change.site_name))
        if not code:
            return change.machine.work_center_id if site_id is not None else None
        center = self.centers.get(_plain(code))
        if center is None:
            raise selectors.work_center_not_found(code)
        here = site.pk if site is not None else site_id
        if center.site_id != here:
            raise elsewhere(
                center.code,
                site=center.site.name,
                of_machine=change.site_name or change.machine.site.name,
            )
        return center.pk

    def _check_complete(self, change: Change, offered: list[Capability]) -> None:
        missing = completeness.missing(
            change.machine,
            sorted(offered, key=lambda row: row.process_code),
            has_rate=change.cost is not None
            or getattr(change.machine, "costmodel", None) is not None,
            process=catalog.process_by_code,
        )
        if missing:
            raise DomainError(
                _("It is published, and would no longer say its %(missing)s.")
                % {"missing": ", ".join(selectors.words_of(missing))},
                field="code",
                value=change.stated.code,
                remedy=_("State what is missing, or withdraw it first."),
            )


class _Refused(Exception):
    def __init__(self, process_code: str, error: DomainError) -> None:
        super().__init__(process_code)
        self.process_code, self.error = process_code, error


def snapshot(machine: Machine) -> dict[str, Any]:
    """Return all that a table may change of a machine, as JSON can keep it."""
    cost: CostModel | None = getattr(machine, "costmodel", None)
    return {
        "site_id": str(machine.site_id),
        "work_center_id": machine.work_center_id and str(machine.work_center_id),
        "facts": {
            name: getattr(machine, name)
            for name in (*FACTS, *BESIDE_THE_DRAFT, "figures_origin")
            if name != "code"
        },
        "capabilities": {
            row.process_code: {
                name: getattr(row, name)
                for name in (*FIGURES, "figures_origin")
                if name != "process_code"
            }
            for row in machine.capabilities.all()
        },
        "cost": None
        if cost is None
        else {name: _plain_cost(getattr(cost, name)) for name in COSTS},
    }


def _plain_cost(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _capability(
    machine: Machine, process_code: str, facts: dict[str, Any], row: Capability | None
) -> Capability | None:
    """Return a capability as the table has it, or None if nothing changes."""
    found = row or Capability(machine=machine, process_code=process_code)
    before = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in ((name, getattr(found, name)) for name in FIGURES)
    }
    merged = {**before, **facts}
    box = [name for name in figures.BOX_SIZES if name in facts]
    cylinder = [name for name in figures.CYLINDER_SIZES if name in facts]
    if box:
        merged["envelope_kind"] = EnvelopeKind.BOX.value
        if not cylinder:
            merged |= dict.fromkeys(figures.CYLINDER_SIZES)
    elif cylinder:
        merged["envelope_kind"] = EnvelopeKind.CYLINDER.value
        merged |= dict.fromkeys(figures.BOX_SIZES)
    if row is not None and merged == before:
        return None
    draft = CapabilityDraft(**merged)
    try:
        figures.check_capability(draft)
    except DomainError as error:
        raise _Refused(process_code, error) from error
    state_figures(found, draft)
    return found


def _cost(machine: Machine, stated: Stated) -> CostModel | None:
    """Return a cost model as the table has it, or None if nothing changes."""
    if not stated.cost:
        return None
    row: CostModel | None = (
        None if machine._state.adding else getattr(machine, "costmodel", None)
    )
    before = {} if row is None else {name: getattr(row, name) for name in COSTS}
    merged = {"currency": context.current().currency, **before, **stated.cost}
    if row is not None and merged == before:
        return None
    if row is None and set(stated.cost) == {"currency"}:
        # A column filled down for all says nothing of a machine without a rate.
        return None
    if merged.get("hourly_rate") is None:
        raise DomainError(
            _("Costs need an hourly rate."),
            field="hourly_rate",
            remedy=_("Give the rate of an hour, or leave all costs out."),
        )
    cost = CostInputs(**merged)
    figures.check_cost(cost)
    found = row or CostModel(machine=machine)
    for name in COSTS:
        setattr(found, name, getattr(cost, name))
    return found


def _no_site() -> DomainError:
    return DomainError(
        _("It is not said at which site the machine stands."),
        field="site",
        remedy=_("Name the site, or choose one for all rows that name none."),
    )


def _unknown_site(name: str) -> DomainError:
    return DomainError(
        _("There is no site %(name)s yet.") % {"name": name},
        field="site",
        value=name,
        remedy=_("Give its country and time zone too, or add the site first."),
    )


def _refusal(stated: Stated, process_code: str, error: DomainError) -> Refusal:
    name = error.field or "code"
    place = stated.cells.get((process_code, name)) or stated.cells.get(("", name))
    if place is None and process_code:
        place = stated.cells.get((process_code, "process_code"))
    if place is None:
        place = stated.cells["", "code"]
    row, cell = place
    return Refusal(
        row=row,
        cell=cell,
        machine_code=stated.code,
        field=name if name in BY_KEY else "code",
        value="" if error.value is None else str(error.value),
        code=error.code,
        problem=str(error.detail),
        remedy=str(error.remedy),
    )
