"""The order of work: the plan in force, proposals for another, and what became of them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.kernel.errors import DomainError, NotFound
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import Moment, PortalForm, WholeQuantity
from apps.portal.machines import READERS, may_write
from apps.portal.paging import page_of
from apps.portal.pins import version_of
from apps.portal.schedule_board import Board
from apps.portal.schedule_figures import (
    assumed_lines,
    bound_text,
    figure_rows,
    late_rows,
    late_share,
    moved_rows,
    tone_of_state,
    verdict_text,
)
from apps.portal.schedule_whys import why_of
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from apps.scheduling.types import ScheduleObjective, ScheduleState
from tenants.jobs.selectors import job_status
from tenants.middleware import actor_of
from tenants.types import Role

UNDER_WAY = (ScheduleState.QUEUED, ScheduleState.RUNNING)
WITH_A_PLAN = (
    ScheduleState.PROPOSED,
    ScheduleState.ACCEPTED,
    ScheduleState.REJECTED,
    ScheduleState.OUTDATED,
)
LONGEST_SECONDS = 600
USUAL_SECONDS = 10


class RequestForm(PortalForm):
    """What matters most in an order of work, and how long it may take."""

    objective = forms.ChoiceField(
        label=_("What matters most"),
        choices=ScheduleObjective.choices,
        initial=ScheduleObjective.TARDINESS,
        help_text=_("The others decide between plans that are as good in this."),
    )
    budget_seconds = WholeQuantity(
        label=_("Time to work on it"),
        unit="s",
        min_value=1,
        max_value=LONGEST_SECONDS,
        initial=USUAL_SECONDS,
        help_text=_("A first plan is there within two seconds, and gets better."),
    )
    frozen_until_at = Moment(
        label=_("Nothing moves before"),
        help_text=_("What starts earlier stays where it is."),
    )


@access(*READERS)
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Show the plan in force."""
    board = Board(
        request, address=reverse("portal:schedule"), can_pin=may_write(request)
    )
    return board_page(
        request,
        board,
        "portal/schedules/plan.html",
        {
            "proposal": scheduling.proposal_to_decide(),
            "has_work": scheduling.open_work_count() > 0,
        },
    )


@access(*READERS)
@require_safe
def proposal(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Show a proposal: how far it has come, what it moves, who is late."""
    schedule = found_schedule(schedule_id)
    is_under_way = schedule.state in UNDER_WAY
    if request.htmx and request.htmx.target == f"job-{schedule.job_id}":  # type: ignore[attr-defined]
        return _progress(request, schedule)
    if schedule.state not in WITH_A_PLAN:
        context = _facts(request, schedule)
        if is_under_way:
            context |= _job(schedule)
        return render(request, "portal/schedules/proposal.html", context)
    board = Board(
        request,
        schedule=schedule,
        address=reverse("portal:schedule-proposal", args=[schedule_id]),
        can_pin=may_write(request) and schedule.state == ScheduleState.PROPOSED,
    )
    context = {} if _is_part(request) else _facts(request, schedule)
    return board_page(request, board, "portal/schedules/proposal.html", context)


@access(*READERS)
@require_safe
def schedule_list(request: HttpRequest) -> HttpResponse:
    """List all that was worked out, newest first."""
    state = request.GET.get("state", "")
    if state not in ScheduleState.values:
        state = ""
    found = scheduling.schedules()
    page = page_of(request, found.filter(state=state) if state else found)
    return render(
        request,
        "portal/schedules/list.html",
        {
            "page": page,
            "state": state,
            "states": ScheduleState.choices,
            "rows": [
                {
                    "schedule": row,
                    "asked": formats.moment(row.requested_at),
                    "tone": tone_of_state(row.state),
                    "late": late_share(row),
                }
                for row in page.rows
            ],
            "can_pin": may_write(request),
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_request(request: HttpRequest) -> HttpResponse:
    """Let a planner have an order of work proposed."""
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        initial=usual_answers(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            schedule = services.request_schedule(
                objective=form.cleaned_data["objective"],
                budget_seconds=form.cleaned_data["budget_seconds"],
                frozen_until_at=form.cleaned_data["frozen_until_at"],
                what_if=None,
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("portal:schedule-proposal", schedule.pk)
    return render(
        request,
        "portal/schedules/request.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_POST
def schedule_stop(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Let a planner take the best that was found so far."""
    return _decided(request, schedule_id, services.stop_schedule, has_version=False)


@access(Role.PLANNER)
@require_POST
def schedule_accept(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Let a planner put a proposal in force."""
    return _decided(
        request,
        schedule_id,
        services.accept_schedule,
        done=_t("The proposal is accepted: it is the plan in force now."),
        leads_to_plan=True,
    )


@access(Role.PLANNER)
@require_POST
def schedule_reject(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Let a planner leave the plan in force as it is."""
    return _decided(
        request,
        schedule_id,
        services.reject_schedule,
        done=_t("The proposal is rejected. The plan in force stays as it is."),
    )


def board_page(
    request: HttpRequest, board: Board, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Render a page with a chart, or the part of it that a script asks for."""
    selected = request.GET.get("bar", "")[:60]
    why = why_of(board, selected) if selected else None
    common = {
        "why": why,
        "board_key": str(board.schedule.pk) if board.schedule else "",
        "back": board.back,
    }
    if _is_part(request, "why"):
        return render(request, "portal/schedules/why.html", common)
    common |= board.context(selected) | {
        "undo": request.GET.get("undo", "")[:400] if board.can_pin else "",
        "is_part": _is_part(request),
    }
    if common["is_part"]:
        template = "portal/schedules/board.html"
    return render(request, template, common | context)


def found_schedule(schedule_id: UUID) -> Any:
    """Return a schedule, or answer that there is none."""
    try:
        return scheduling.schedule(schedule_id)
    except NotFound as error:
        raise Http404 from error


def usual_answers(request: HttpRequest) -> dict[str, Any]:
    """Return what is proposed in the form of a proposal, or of the one to repeat."""
    now = timezone.now().replace(second=0, microsecond=0)
    asked = request.GET.get("objective", "")
    seconds = request.GET.get("seconds", "")
    return {
        "objective": asked
        if asked in ScheduleObjective.values
        else ScheduleObjective.TARDINESS,
        "budget_seconds": int(seconds[:3]) if seconds.isdecimal() else USUAL_SECONDS,
        "frozen_until_at": now,
    }


def _is_part(request: HttpRequest, part: str = "board") -> bool:
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and htmx.target == part


def _decided(
    request: HttpRequest,
    schedule_id: UUID,
    decide: Any,
    *,
    done: str = "",
    has_version: bool = True,
    leads_to_plan: bool = False,
) -> HttpResponse:
    seen = {"version": version_of(request)} if has_version else {}
    try:
        decide(
            schedule_id=schedule_id,
            by=actor_of(request),
            at=timezone.now(),
            **seen,
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if done:
            messages.success(request, done)
        if leads_to_plan:
            return redirect("portal:schedule")
    return redirect("portal:schedule-proposal", schedule_id)


def _progress(request: HttpRequest, schedule: Any) -> HttpResponse:
    """Say how a job stands; when it is over, the whole page is asked for anew."""
    context = _job(schedule)
    if schedule.state not in UNDER_WAY or not context["job"]["is_active"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(
        request, "portal/schedules/job.html", {"schedule": schedule, **context}
    )


def _job(schedule: Any) -> dict[str, Any]:
    """Return how the work on a schedule stands, which its job knows first."""
    status = job_status(schedule.job_id) if schedule.job_id else None
    if status is None:
        return {}
    return {
        "job": {
            "id": status.id,
            "state": status.state,
            "label": status.state.label,
            "is_active": not status.is_over,
            "percent": status.percent,
            "note": status.note,
            "error": status.error,
        }
    }


def _rush_of(schedule: Any) -> str:
    """Return what the rush order is called that a schedule tries, if it tries one."""
    if not scheduling.has_rush(schedule):
        return ""
    (draft,) = scheduling.assumptions_of(schedule).work
    return draft.title


def _eyebrow(schedule: Any, rush: str) -> str:
    if rush:
        return _t("Rush order, tried")
    return _t("What if") if schedule.is_what_if else _t("Proposal")


def _facts(request: HttpRequest, schedule: Any) -> dict[str, Any]:
    """Return what a proposal's page says above its chart."""
    can_write = may_write(request)
    is_proposed = schedule.state == ScheduleState.PROPOSED
    why_not = scheduling.why_outdated(schedule) if is_proposed else ""
    late, moved = late_rows(schedule), moved_rows(schedule)
    again = reverse(
        "portal:what-if" if schedule.is_what_if else "portal:schedule-request"
    )
    rush = _rush_of(schedule)
    return {
        "schedule": schedule,
        "heading": rush or schedule.get_objective_display(),
        "eyebrow": _eyebrow(schedule, rush),
        "tone": tone_of_state(schedule.state),
        "can_pin": can_write,
        "is_over": schedule.state not in UNDER_WAY,
        "can_accept": can_write
        and is_proposed
        and not schedule.is_what_if
        and not why_not,
        "accept_words": _t(
            "Machine time is reserved anew as it proposes, for all of it or for none."
        ),
        "again": f"{again}?objective={schedule.objective}"
        f"&seconds={schedule.budget_seconds}",
        "assumed": assumed_lines(schedule),
        "rush_add": f"{reverse('portal:work-request-add')}?tried={schedule.pk}"
        if rush and can_write
        else "",
        "is_outdated": bool(why_not) or schedule.state == ScheduleState.OUTDATED,
        "outdated_words": why_not or schedule.error,
        "figures": figure_rows(schedule),
        "bound": bound_text(schedule),
        "verdict": verdict_text(schedule),
        "late": late,
        "late_hint": formats.number(len(late), 0),
        "moved": moved,
        "moved_hint": formats.number(len(moved), 0),
    }
