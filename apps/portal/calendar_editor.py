"""The calendar editor: when work is done, at every level, and what a change comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.rules.drafts import draft_of_facts
from apps.capacity.rules.inheritance import Said, facts_of, nearest_week
from apps.capacity.selectors import CalendarChain, ChainLink
from apps.capacity.types import NOTHING_SAID, CalendarDraft, LevelKind, PlannedException
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines.rules.holiday_places import region_name
from apps.portal import formats
from apps.portal.access import access
from apps.portal.calendar_editor_forms import Around, CalendarFileForm, EditorForm
from apps.portal.calendar_effects import effect_of
from apps.portal.calendar_forms import PRESETS, ExceptionForm, minutes_of
from apps.portal.calendar_pictures import drawn_week, marks, weeks_ahead
from apps.portal.machines import READERS, may_write
from apps.portal.public import places
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

REVISIONS_SHOWN = 10
EXCEPTIONS_SHOWN = 50
LEVELS_SHOWN = 30
# An exception that ended so long ago is only history.
KEPT_IN_SIGHT = timedelta(days=7)
SUBJECT_PAGES = {
    LevelKind.SITE: "portal:site",
    LevelKind.WORK_CENTER: "portal:work-center",
    LevelKind.MACHINE: "portal:machine",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One level over the page's, or its own, as a link."""

    kind: str
    name: str
    href: str
    is_own: bool
    says: str


def found_chain(subject_id: UUID) -> CalendarChain:
    """Return what holds at a level, or answer that there is none."""
    try:
        return capacity.calendar_chain(capacity.level_of_subject(subject_id))
    except capacity.LevelUnknown as error:
        raise Http404 from error


@access(*READERS)
@require_safe
def editor(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Show what holds at a level, from whom, and let a planner change it."""
    chain = found_chain(subject_id)
    return editor_page(request, chain, form=editor_form(request, chain))


@access(Role.PLANNER)
@require_POST
def editor_set(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """See what a change comes to, or make it.

    A change that leaves reservations too little time is shown before it is made.
    """
    chain = found_chain(subject_id)
    form = editor_form(request, chain, is_sent=True)
    if not form.is_valid():
        status = 200 if "preview" in request.POST else 422
        return editor_page(request, chain, form=form, status=status)
    draft = form.draft()
    now = timezone.now()
    try:
        effect = effect_of(chain, draft, now)
        is_seen = request.POST.get("seen") == effect.digest
        if "preview" in request.POST or (effect.hit_count and not is_seen):
            return editor_page(request, chain, form=form, effect=effect)
        services.replace_calendar(
            level=chain.own.level,
            facts=draft,
            version=form.cleaned_data["version"],
            by=actor_of(request),
            at=now,
        )
    except services.CalendarChanged as error:
        form.refuse(error)
        return editor_page(
            request, found_chain(subject_id), form=form, is_overtaken=True, status=409
        )
    except DomainError as error:
        form.refuse(error)
        return editor_page(request, chain, form=form, status=422)
    return _saved(request, subject_id)


@access(Role.PLANNER)
@require_POST
def undo(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Let a level say again what it said in an earlier version."""
    chain = found_chain(subject_id)
    try:
        services.undo_calendar(
            level=chain.own.level,
            version=_number(request, "version"),
            to_version=_number(request, "to_version"),
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:calendar", subject_id)
    return _saved(request, subject_id)


@access(Role.PLANNER)
@require_POST
def exception_add(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Close a period, or open one; or see whom that hits."""
    chain = found_chain(subject_id)
    form = ExceptionForm(request.POST)
    # Times are meant on the clock at the machine, not on the reader's.
    with timezone.override(ZoneInfo(chain.time_zone)):
        is_valid = form.is_valid()
    shown = editor_form(request, chain)
    added = _exception_of(form) if is_valid else None
    if added is None:
        return editor_page(request, chain, form=shown, exception_form=form, status=422)
    now = timezone.now()
    said = chain.own.draft
    draft = replace(said, exceptions=(*said.exceptions, added))
    effect = effect_of(chain, draft, now)
    is_seen = request.POST.get("seen") == effect.digest
    if "preview" in request.POST or (effect.hit_count and not is_seen):
        return editor_page(
            request,
            chain,
            form=shown,
            exception_form=form,
            effect=effect,
            is_of_exception=True,
        )
    try:
        services.add_exception(
            level=chain.own.level,
            period=added.period,
            working=added.working,
            reason=added.reason,
            by=actor_of(request),
            at=now,
        )
    except DomainError as error:
        form.refuse(error)
        return editor_page(request, chain, form=shown, exception_form=form, status=422)
    return _saved(request, subject_id)


def editor_form(
    request: HttpRequest, chain: CalendarChain, *, is_sent: bool = False
) -> EditorForm:
    """Return the form of what a level says."""
    preset = PRESETS.get(request.GET.get("preset", ""))
    return EditorForm(
        request.POST if is_sent else None,
        chain=chain,
        around=around_of(chain),
        country=enterprise_of(request).country,
        preset=preset[1] if preset else None,
    )


def around_of(chain: CalendarChain) -> Around:
    """Return what a level would have if it said nothing itself."""
    links = chain.links[:-1]
    said = [Said(link.level.kind, link.draft) for link in links]
    facts = facts_of(said, chain.standing)
    week_from = nearest_week(said)
    name = next(
        (link.name for link in links if week_from and link.draft is week_from.draft), ""
    )
    return Around(
        shifts=facts.week.shifts,
        country=facts.week.holiday_country,
        clock=chain.clock,
        efficiency_percent=facts.efficiency_percent,
        name=name,
    )


def subject_of(request: HttpRequest, link: ChainLink | None) -> UUID | None:
    """Return by which id a level is asked for."""
    if link is None:
        return None
    return link.level.subject_id or enterprise_of(request).id


def editor_page(
    request: HttpRequest,
    chain: CalendarChain,
    *,
    form: EditorForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Show the editor of a level."""
    subject_id = subject_of(request, chain.own)
    preset = PRESETS.get(request.GET.get("preset", ""))
    revisions = capacity.revisions_of(chain.own.level)
    exceptions = _exceptions(request, chain)
    kind = chain.own.level.kind
    context = {
        "chain": chain,
        "kind": kind,
        "kind_label": kind.label,
        "subject_id": subject_id,
        "steps": _steps(request, chain),
        "form": form,
        "rows": form.rows(),
        "around": form.around,
        "drawn": drawn_week(form.shifts() if form.has_week else form.around.shifts),
        "inherited": drawn_week(form.around.shifts),
        "inherited_hours": formats.duration(minutes_of(form.around.shifts)),
        "hours": formats.duration(
            minutes_of(form.shifts() if form.has_week else form.around.shifts)
        ),
        "marks": marks(),
        "presets": _presets(),
        "preset": preset[0] if preset else "",
        "can_write": may_write(request),
        "subject_page": _subject_page(chain),
        "week_from": _source(request, chain, chain.week_from),
        "holidays_from": _source(request, chain, chain.holidays_from),
        "efficiency_from": _source(request, chain, chain.efficiency_from),
        "kept": _kept(chain),
        "efficiency": formats.percent(chain.facts.efficiency_percent / 100),
        "exceptions": exceptions[:EXCEPTIONS_SHOWN],
        "exception_count": len(exceptions),
        "exception_form": ExceptionForm(),
        "file_form": CalendarFileForm(),
        "ahead": weeks_ahead(chain, _today(chain)),
        "revisions": _revisions(chain, revisions[: REVISIONS_SHOWN + 1]),
        "last_change": revisions[0] if revisions else None,
        "undo_to": _undo_to(request, chain),
        "others": _others(request) if kind is LevelKind.ENTERPRISE else [],
        "effect": None,
        **more,
    }
    return render(request, "portal/capacity/editor.html", context, status=status)


def _saved(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    version = found_chain(subject_id).version
    messages.success(
        request, _t("The calendar is saved. Listings follow within seconds.")
    )
    return redirect(f"{reverse('portal:calendar', args=[subject_id])}?saved={version}")


def _undo_to(request: HttpRequest, chain: CalendarChain) -> int | None:
    """Return the version to go back to just after a change; reloads offer it again."""
    is_just_saved = request.GET.get("saved") == str(chain.version)
    return chain.undoable_version if is_just_saved else None


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _exception_of(form: ExceptionForm) -> PlannedException | None:
    facts = form.cleaned_data
    if facts["ends_at"] <= facts["starts_at"]:
        form.add_error(
            "ends_at",
            _t("It ends before it begins. Give an end that is later than the start."),
        )
        return None
    return PlannedException(
        Period(facts["starts_at"], facts["ends_at"]),
        facts["kind"] == "open",
        facts["reason"],
    )


def _today(chain: CalendarChain) -> Any:
    return timezone.now().astimezone(ZoneInfo(chain.facts.week.time_zone)).date()


def _steps(request: HttpRequest, chain: CalendarChain) -> list[Step]:
    return [
        Step(
            kind=str(link.level.kind.label),
            name=link.name,
            href=reverse("portal:calendar", args=[subject_of(request, link)]),
            is_own=link is chain.own,
            says=said_text(link.draft),
        )
        for link in chain.links
    ]


def said_text(draft: CalendarDraft) -> str:
    """Say in few words what a level says itself."""
    parts = []
    if draft.shifts is not None:
        parts.append(
            _t("%(hours)s a week")
            % {"hours": formats.duration(minutes_of(draft.shifts))}
        )
    if draft.efficiency_percent is not None:
        parts.append(
            _t("efficiency %(percent)s")
            % {"percent": formats.percent(draft.efficiency_percent / 100)}
        )
    if draft.exceptions:
        parts.append(
            _t("exceptions: %(count)s")
            % {"count": formats.number(len(draft.exceptions), 0)}
        )
    if not draft.keeps_exceptions:
        parts.append(_t("without exceptions from above"))
    if draft.shifts is None and draft.holiday_country:
        parts.append(places.country_name(draft.holiday_country))
    return ", ".join(str(part) for part in parts)


def _source(
    request: HttpRequest, chain: CalendarChain, link: ChainLink | None
) -> dict[str, Any] | None:
    if link is None:
        return None
    return {
        "name": link.name,
        "is_own": link is chain.own,
        "href": reverse("portal:calendar", args=[subject_of(request, link)]),
    }


def _subject_page(chain: CalendarChain) -> str:
    level = chain.own.level
    name = SUBJECT_PAGES.get(level.kind)
    return (
        reverse(name, args=[level.subject_id]) if name else reverse("portal:capacity")
    )


def _kept(chain: CalendarChain) -> str:
    week = chain.facts.week
    if not week.holiday_country:
        return ""
    country = places.country_name(week.holiday_country)
    if not week.holiday_subdivision:
        return country
    region = region_name(week.holiday_country, week.holiday_subdivision)
    return f"{country}, {region}"


def _presets() -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "label": label,
            "shifts": " ".join(
                f"{one.weekday}/{one.starts:%H:%M}/{one.ends:%H:%M}/{one.break_minutes}"
                for one in shifts
            ),
        }
        for key, (label, shifts) in PRESETS.items()
    ]


def _exceptions(request: HttpRequest, chain: CalendarChain) -> list[dict[str, Any]]:
    """Return the exceptions in force that are not long over, the next first."""
    now = timezone.now()
    rows = sorted(chain.exceptions, key=lambda one: one.exception.period.start)
    with timezone.override(ZoneInfo(chain.time_zone)):
        return [
            {
                "exception": one.exception,
                "starts": formats.moment(one.exception.period.start),
                "ends": formats.moment(one.exception.period.end),
                "is_over": one.exception.period.end <= now,
                "is_own": one.link is chain.own,
                "source": one.link.name,
                "href": reverse(
                    "portal:calendar", args=[subject_of(request, one.link)]
                ),
            }
            for one in rows
            if one.exception.period.end > now - KEPT_IN_SIGHT
        ]


def _revisions(chain: CalendarChain, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what a level said, newest first; what nobody changed is left out."""
    found = []
    for row in rows[:REVISIONS_SHOWN]:
        said = draft_of_facts(row.facts)
        found.append(
            {
                "version": row.version,
                "at": row.changed_at,
                "by": row.changed_by,
                "says": said_text(said),
                "is_now": row.version == chain.version,
                "is_nothing": said == NOTHING_SAID,
            }
        )
    return found


def _others(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the levels below the enterprise that say something of their own."""
    links = [
        link
        for link in capacity.calendar_links()
        if link.level.kind is not LevelKind.ENTERPRISE
    ]
    return [
        {
            "kind": str(link.level.kind.label),
            "name": link.name,
            "href": reverse("portal:calendar", args=[subject_of(request, link)]),
            "says": said_text(link.draft),
        }
        for link in links[:LEVELS_SHOWN]
    ]


def moment_at_place(chain: CalendarChain, moment: datetime) -> str:
    """Write a moment on the clock of the place."""
    with timezone.override(ZoneInfo(chain.time_zone)):
        return formats.moment(moment)
