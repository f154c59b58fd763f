"""What a level says itself, and what it takes from which level above."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from apps.capacity.models import Calendar, CalendarRevision
from apps.capacity.rules.inheritance import (
    Said,
    Standing,
    exceptions_in_force,
    facts_of,
    nearest_efficiency,
    nearest_holidays,
    nearest_week,
)
from apps.capacity.selectors.calendars import (
    draft_of,
    level_of,
    of_level,
    of_levels,
    with_facts,
)
from apps.capacity.types import (
    ENTERPRISE_LEVEL,
    NOTHING_SAID,
    CalendarDraft,
    CalendarFacts,
    CalendarLevel,
    LevelKind,
    PlannedException,
)
from apps.kernel.errors import NotFound
from apps.machines import selectors as machines
from tenants import context


class LevelUnknown(NotFound):
    """Raised when nothing of the enterprise has this id that could have a calendar."""

    code = "calendar_level_unknown"


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One level of a chain: what it is of, and all that it says itself."""

    level: CalendarLevel
    name: str
    calendar_id: UUID | None
    version: int
    draft: CalendarDraft


@dataclass(frozen=True, slots=True)
class ExceptionInForce:
    """An exception that holds at a level, and the level that says it."""

    exception: PlannedException
    link: ChainLink


@dataclass(frozen=True, slots=True)
class CalendarChain:
    """The levels over a level, its own last, and what they come to there.

    `week_from`, `holidays_from` and `efficiency_from` are the links that say it, or
    none where nobody does. `clock` is that of the place: where a level names no zone,
    its times are meant on it.
    """

    links: tuple[ChainLink, ...]
    standing: Standing
    facts: CalendarFacts
    exceptions: tuple[ExceptionInForce, ...]
    week_from: ChainLink | None
    holidays_from: ChainLink | None
    efficiency_from: ChainLink | None
    undoable_version: int | None = None

    @property
    def own(self) -> ChainLink:
        """The level itself."""
        return self.links[-1]

    @property
    def clock(self) -> str:
        """The clock of the place."""
        return self.standing.clock

    @property
    def version(self) -> int:
        """The version of its own calendar; 0 for one that has said nothing yet."""
        return self.own.version

    @property
    def time_zone(self) -> str:
        """The zone in which its own times are meant."""
        return self.own.draft.time_zone or self.facts.week.time_zone


def calendar_chain(level: CalendarLevel) -> CalendarChain:
    """Return what a level says itself, and what it inherits from where.

    :raises SiteNotFound: if the enterprise has no such site; likewise the others.
    """
    path, standing = _path_of(level)
    rows = {
        level_of(row): row
        for row in with_facts(
            Calendar.objects.filter(of_levels([one for one, _name in path]))
        )
    }
    links = tuple(_link(one, name, rows.get(one)) for one, name in path)
    said = [Said(link.level.kind, link.draft) for link in links]
    by_said = dict(zip(map(id, said), links, strict=True))

    def link_of(one: Said | None) -> ChainLink | None:
        return None if one is None else by_said[id(one)]

    return CalendarChain(
        links=links,
        standing=standing,
        facts=facts_of(said, standing),
        exceptions=tuple(
            ExceptionInForce(exception, by_said[id(one)])
            for one, exception in exceptions_in_force(said)
        ),
        week_from=link_of(nearest_week(said)),
        holidays_from=link_of(nearest_holidays(said)),
        efficiency_from=link_of(nearest_efficiency(said)),
        undoable_version=_undoable(links[-1]),
    )


def calendar_link(level: CalendarLevel) -> ChainLink:
    """Return what a level says itself.

    :raises SiteNotFound: if the enterprise has no such site; likewise the others.
    """
    path, _place = _path_of(level)
    row = with_facts(Calendar.objects.filter(of_level(level))).first()
    return _link(*path[-1], row)


def calendar_links() -> list[ChainLink]:
    """Return all levels that have said something, from the top down, by name."""
    order = list(LevelKind)
    rows = with_facts(Calendar.objects.select_related("site", "work_center", "machine"))
    links = [_link(level_of(row), _name_of(row), row) for row in rows]
    return sorted(
        (link for link in links if link.draft != NOTHING_SAID),
        key=lambda link: (order.index(link.level.kind), link.name),
    )


def level_of_subject(subject_id: UUID) -> CalendarLevel:
    """Return the level of a machine, a work center, a site or the enterprise by its id.

    :raises LevelUnknown: if it is none of them here.
    """
    if subject_id == context.current().id:
        return ENTERPRISE_LEVEL
    if machines.machines_of().filter(pk=subject_id).exists():
        return CalendarLevel(machine_id=subject_id)
    if machines.work_centers().filter(pk=subject_id).exists():
        return CalendarLevel(work_center_id=subject_id)
    if machines.sites().filter(pk=subject_id).exists():
        return CalendarLevel(site_id=subject_id)
    raise LevelUnknown(
        _("There is no such site, work center or machine."),
        field="subject",
        value=str(subject_id),
        remedy=_("Use the id of a machine, a work center, a site or the enterprise."),
    )


def _path_of(
    level: CalendarLevel,
) -> tuple[list[tuple[CalendarLevel, str]], Standing]:
    enterprise = context.current()
    path = [(ENTERPRISE_LEVEL, enterprise.name)]
    center = None
    match level.kind:
        case LevelKind.MACHINE:
            machine = machines.machine_detail(_given(level)).machine
            site, center = machine.site, machine.work_center
        case LevelKind.WORK_CENTER:
            center = machines.work_center(_given(level))
            site = center.site
        case LevelKind.SITE:
            site = machines.site(_given(level))
        case _:
            return path, Standing(enterprise.time_zone)
    path.append((CalendarLevel(site_id=site.pk), site.name))
    if center is not None:
        path.append((CalendarLevel(work_center_id=center.pk), str(center)))
    if level.kind is LevelKind.MACHINE:
        path.append((level, str(machine)))
    return path, Standing(site.time_zone, site.holiday_place)


def _given(level: CalendarLevel) -> UUID:
    if level.subject_id is None:
        msg = "the enterprise is no part of itself"
        raise ValueError(msg)
    return level.subject_id


def _link(level: CalendarLevel, name: str, row: Calendar | None) -> ChainLink:
    if row is None:
        return ChainLink(level, name, None, 0, NOTHING_SAID)
    return ChainLink(level, name, row.pk, row.version, draft_of(row))


def _name_of(row: Calendar) -> str:
    for subject in (row.machine, row.work_center):
        if subject is not None:
            return str(subject)
    return row.site.name if row.site is not None else context.current().name


def _undoable(own: ChainLink) -> int | None:
    """Return the version that undo would restore, if it is kept."""
    if own.calendar_id is None:
        return None
    before = CalendarRevision.objects.filter(
        calendar_id=own.calendar_id, version=own.version - 1
    )
    return own.version - 1 if before.exists() else None
