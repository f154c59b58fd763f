"""The calendar editor: when work is done, at every level, and what a change comes to."""

from dataclasses import replace
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
from apps.capacity.selectors import CalendarChain
from apps.capacity.types import LevelKind, PlannedException
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.portal import formats
from apps.portal.access import access
from apps.portal.calendar_editor_forms import Around, CalendarFileForm, EditorForm
from apps.portal.calendar_effects import effect_of
from apps.portal.calendar_forms import PRESETS, ExceptionForm, minutes_of
from apps.portal.calendar_levels import (
    EXCEPTIONS_SHOWN,
    REVISIONS_SHOWN,
    exceptions_of,
    holidays_kept_at,
    levels_below,
    presets,
    revisions_of,
    source_of,
    steps_of,
    subject_of,
    subject_page,
    today_at,
)
from apps.portal.calendar_pictures import drawn_week, marks, weeks_ahead
from apps.portal.machines import READERS, may_write
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role


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
    """Let a level say again what it said in an earlier version.

    As any other change, it is shown first where it leaves reservations too little time.
    """
    chain = found_chain(subject_id)
    now = timezone.now()
    version, to_version = _number(request, "version"), _number(request, "to_version")
    wanted = chain.undoable_version if to_version is None else to_version
    try:
        for row in capacity.revisions_of(chain.own.level):
            if row.version != wanted:
                continue
            effect = effect_of(chain, draft_of_facts(row.facts), now)
            if effect.hit_count and request.POST.get("seen") != effect.digest:
                return editor_page(
                    request,
                    chain,
                    form=editor_form(request, chain),
                    effect=effect,
                    restored=row,
                )
        services.undo_calendar(
            level=chain.own.level,
            version=version,
            to_version=to_version,
            by=actor_of(request),
            at=now,
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
    exceptions = exceptions_of(request, chain)
    kind = chain.own.level.kind
    context = {
        "chain": chain,
        "kind": kind,
        "kind_label": kind.label,
        "subject_id": subject_id,
        "steps": steps_of(request, chain),
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
        "presets": presets(),
        "preset": preset[0] if preset else "",
        "can_write": may_write(request),
        "subject_page": subject_page(chain),
        "week_from": source_of(request, chain, chain.week_from),
        "holidays_from": source_of(request, chain, chain.holidays_from),
        "efficiency_from": source_of(request, chain, chain.efficiency_from),
        "kept": holidays_kept_at(chain),
        "efficiency": formats.percent(chain.facts.efficiency_percent / 100),
        "exceptions": exceptions[:EXCEPTIONS_SHOWN],
        "exception_count": len(exceptions),
        "exception_form": ExceptionForm(),
        "file_form": CalendarFileForm(),
        "ahead": weeks_ahead(chain, today_at(chain)),
        "revisions": revisions_of(chain, revisions[: REVISIONS_SHOWN + 1]),
        "last_change": revisions[0] if revisions else None,
        "undo_to": _undo_to(request, chain),
        "others": levels_below(request) if kind is LevelKind.ENTERPRISE else [],
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
