"""What is to be made: work requests, their steps, and rush orders tried first."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.audit import selectors as audit
from apps.kernel.errors import DomainError, NotFound
from apps.kernel.periods import Period
from apps.portal import formats
from apps.portal.access import access
from apps.portal.machine_list import offered_processes
from apps.portal.machines import READERS, may_write, uuid_of
from apps.portal.paging import page_of
from apps.portal.pins import version_of
from apps.portal.schedule_words import period_text
from apps.portal.work_request_forms import (
    DEFAULT_PRIORITY,
    StepRow,
    Steps,
    WorkRequestForm,
    changed_rows,
    draft_of,
    first_step,
    machine_codes,
    refuse,
    rows_of,
    without_empty,
)
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from apps.scheduling.types import OPEN_STATES, JobOrderState
from tenants.middleware import actor_of, role_in
from tenants.types import Role

LONGEST = 120
# What may be done next with a step, by its state, and how a button says it.
MOVES: dict[str, tuple[tuple[JobOrderState, str | Promise], ...]] = {
    JobOrderState.NOT_ALLOWED_TO_START: (
        (JobOrderState.ALLOWED_TO_START, _("Allow to start")),
        (JobOrderState.ABORTED, _("Abort")),
    ),
    JobOrderState.ALLOWED_TO_START: (
        (JobOrderState.RUNNING, _("Start")),
        (JobOrderState.NOT_ALLOWED_TO_START, _("Hold back")),
        (JobOrderState.ABORTED, _("Abort")),
    ),
    JobOrderState.RUNNING: (
        (JobOrderState.ENDED, _("End")),
        (JobOrderState.INTERRUPTED, _("Interrupt")),
        (JobOrderState.ABORTED, _("Abort")),
    ),
    JobOrderState.INTERRUPTED: (
        (JobOrderState.RUNNING, _("Go on")),
        (JobOrderState.ENDED, _("End")),
        (JobOrderState.ABORTED, _("Abort")),
    ),
}


@access(*READERS)
@require_safe
def work_request_list(request: HttpRequest) -> HttpResponse:
    """List work requests, newest first, with how far each has come."""
    asked = {
        "q": request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST],
        "state": "all" if request.GET.get("state") == "all" else "",
    }
    found = scheduling.work_requests(
        search=asked["q"], is_open=None if asked["state"] else True
    )
    page = page_of(request, found)
    return render(
        request,
        "portal/work_requests/list.html",
        {
            "page": page,
            "asked": asked,
            "rows": [
                {"work": row, "told": _progress(row.job_orders.all())}
                for row in page.rows
            ],
            "can_write": may_write(request),
        },
    )


@access(*READERS)
@require_safe
def work_request(request: HttpRequest, work_request_id: UUID) -> HttpResponse:
    """Show a work request with its steps, and what may be done with each."""
    found = found_work(work_request_id)
    jobs = sorted(found.job_orders.all(), key=lambda job: job.step)
    return render(
        request,
        "portal/work_requests/detail.html",
        {
            "work": found,
            "steps": [_step(job) for job in jobs],
            "is_open": any(job.state in OPEN_STATES for job in jobs),
            "can_write": may_write(request),
            "can_move": role_in(request) in {Role.PLANNER, Role.OPERATOR, Role.OWNER},
            "events": audit.events_of(found),
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def work_request_add(request: HttpRequest) -> HttpResponse:
    """Let a planner say what is to be made."""
    return _write(request, None)


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def work_request_change(request: HttpRequest, work_request_id: UUID) -> HttpResponse:
    """Let a planner change what is to be made, as far as it has not begun."""
    return _write(request, found_work(work_request_id))


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def rush_order(request: HttpRequest) -> HttpResponse:
    """Let a planner see what a rush order would move, before it is taken on."""
    return _write(request, None, is_rush=True)


@access(Role.PLANNER)
@require_POST
def work_request_cancel(request: HttpRequest, work_request_id: UUID) -> HttpResponse:
    """Let a planner give up what has not ended of a work request."""
    try:
        services.cancel_work_request(
            work_request_id=work_request_id,
            version=version_of(request),
            by=actor_of(request),
            at=timezone.now(),
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _t("The work request is cancelled."))
    return redirect("portal:work-request", work_request_id)


@access(Role.PLANNER, Role.OPERATOR)
@require_POST
def job_order_move(request: HttpRequest, job_order_id: UUID) -> HttpResponse:
    """Move a step on: start, interrupt, end, abort."""
    try:
        job = services.move_job_order_state(
            job_order_id=job_order_id,
            to=request.POST.get("to", ""),
            version=version_of(request),
            by=actor_of(request),
            at=timezone.now(),
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        work_id = scheduling.job_order(job_order_id).work_request_id
    else:
        work_id = job.work_request_id
        messages.success(
            request,
            _t("%(title)s: %(state)s.")
            % {"title": job.title, "state": job.get_state_display()},
        )
    return redirect("portal:work-request", work_id)


def found_work(work_request_id: UUID) -> Any:
    """Return a work request, or answer that there is none."""
    try:
        return scheduling.work_request(work_request_id)
    except NotFound as error:
        raise Http404 from error


# --- writing


def _write(request: HttpRequest, known: Any, *, is_rush: bool = False) -> HttpResponse:
    is_sent = request.method == "POST"
    asked = request.POST.get("rows", "") if is_sent else ""
    form = WorkRequestForm(
        request.POST if is_sent else None, initial=_facts(request, known)
    )
    if is_sent:
        rows = rows_of(request.POST) or [first_step()]
        rows = changed_rows(rows, asked) if asked else without_empty(rows)
    else:
        rows = _rows(request, known)
    # While rows are added nothing is held against those that are not filled yet.
    steps = Steps(rows, processes=offered_processes(with_groups=False), is_sent=is_sent)
    problems: list[tuple[str, str, str]] = []
    if asked:
        steps = Steps(
            rows, processes=offered_processes(with_groups=False), is_sent=False
        )
        form = WorkRequestForm(initial=request.POST)
    elif is_sent:
        is_valid = all([form.is_valid(), steps.is_valid()])
        if is_valid:
            try:
                return _save(request, form, steps, known, is_rush=is_rush)
            except DomainError as error:
                refuse(form, error)
        problems = _problems(form, steps)
    return _form_page(request, form, steps, known, problems, is_rush=is_rush)


def _save(
    request: HttpRequest,
    form: WorkRequestForm,
    steps: Steps,
    known: Any,
    *,
    is_rush: bool,
) -> HttpResponse:
    draft = draft_of(form, steps, known.order_id if known else None)
    by, at = actor_of(request), timezone.now()
    if is_rush or "try" in request.POST:
        schedule = services.preview_rush(draft=draft, by=by, at=at)
        return redirect("portal:schedule-proposal", schedule.pk)
    if known is None:
        saved = services.add_work_request(draft=draft, by=by, at=at)
        text = _t("%(title)s is added. It is planned when a proposal is accepted.")
    else:
        saved = services.revise_work_request(
            work_request_id=known.pk,
            version=form.cleaned_data["version"] or 0,
            draft=draft,
            by=by,
            at=at,
        )
        text = _t("%(title)s is changed.")
    messages.success(request, text % {"title": saved.title})
    return redirect("portal:work-request", saved.pk)


def _form_page(
    request: HttpRequest,
    form: WorkRequestForm,
    steps: Steps,
    known: Any,
    problems: list[tuple[str, str, str]],
    *,
    is_rush: bool,
) -> HttpResponse:
    heading, submit = _t("Add a work request"), _t("Add the work request")
    lead, back = "", reverse("portal:work-requests")
    back_label = _t("Work requests")
    if known:
        heading, submit = _t("Change the work request"), _t("Save")
        back, back_label = reverse("portal:work-request", args=[known.pk]), known.title
    elif is_rush:
        heading, submit = _t("Try a rush order"), _t("See what it would move")
        lead = _t(
            "See who would be late, and by how much, before you take it on. Nothing is"
            " changed by trying."
        )
    return render(
        request,
        "portal/work_requests/write.html",
        {
            "form": form,
            "steps": steps,
            "problems": problems,
            "heading": heading,
            "submit": submit,
            "lead": lead,
            "back": back,
            "back_label": back_label,
            "can_try": known is None and not is_rush,
        },
        status=422 if problems else 200,
    )


def _facts(request: HttpRequest, known: Any) -> dict[str, Any]:
    if known is not None:
        names = (
            "title",
            "part_label",
            "quantity",
            "release_at",
            "due_at",
            "priority",
            "version",
        )
        return {name: getattr(known, name) for name in names}
    tried = _tried(request)
    if tried is not None:
        return {
            "title": tried.title,
            "part_label": tried.part_label,
            "quantity": tried.quantity,
            "release_at": tried.release_at,
            "due_at": tried.due_at,
            "priority": tried.priority,
        }
    now = timezone.now().replace(second=0, microsecond=0)
    return {"release_at": now, "quantity": 1, "priority": DEFAULT_PRIORITY}


def _rows(request: HttpRequest, known: Any) -> list[StepRow]:
    codes = {key: code for code, key in machine_codes().items()}
    if known is not None:
        return [
            _row(
                job.title,
                job.process_code,
                job.setup_family,
                (
                    (option.machine.code, option.setup_minutes, option.run_minutes)
                    for option in job.options.all()
                ),
            )
            for job in sorted(known.job_orders.all(), key=lambda job: job.step)
        ] or [first_step()]
    tried = _tried(request)
    if tried is not None:
        return [
            _row(
                step.title,
                step.process_code,
                step.setup_family,
                (
                    (codes.get(one.machine_id, ""), one.setup_minutes, one.run_minutes)
                    for one in step.options
                ),
            )
            for step in tried.steps
        ]
    return [first_step()]


def _row(
    title: str, process: str, family: str, options: Iterable[tuple[str, int, int]]
) -> StepRow:
    return StepRow(
        title=title,
        process=process,
        family=family,
        options=[
            {"machine": code, "setup": str(setup), "run": str(run)}
            for code, setup, run in options
        ],
    )


def _tried(request: HttpRequest) -> Any:
    """Return the rush order that was tried, for it to be taken on as it was."""
    schedule_id = uuid_of(request.GET.get("tried", ""))
    if schedule_id is None:
        return None
    try:
        return scheduling.rush_of(schedule_id)
    except NotFound as error:
        raise Http404 from error


def _problems(form: WorkRequestForm, steps: Steps) -> list[tuple[str, str, str]]:
    found = [("", "", str(error)) for error in form.non_field_errors()]
    found += [
        (bound.id_for_label, str(bound.label), str(error))
        for bound in form
        for error in bound.errors
    ]
    return found + steps.errors()


# --- showing


def _progress(jobs: Iterable[Any]) -> str:
    states = [job.state for job in jobs]
    done = sum(state == JobOrderState.ENDED for state in states)
    return _t("%(done)s of %(all)s ended") % {
        "done": formats.number(done, 0),
        "all": formats.number(len(states), 0),
    }


def _step(job: Any) -> dict[str, Any]:
    return {
        "job": job,
        "told": job.setup_family,
        "options": [
            {
                "machine_id": option.machine_id,
                "machine": option.machine,
                "told": _t("%(setup)s setup, %(run)s run")
                % {
                    "setup": formats.duration(option.setup_minutes),
                    "run": formats.duration(option.run_minutes),
                },
            }
            for option in sorted(job.options.all(), key=lambda one: one.machine.code)
        ],
        "planned": _planned(job),
        "pin": _pin_text(job),
        "moves": MOVES.get(job.state, ()),
    }


def _planned(job: Any) -> dict[str, str] | None:
    kept = job.reservation
    if kept is None:
        return None
    day = timezone.localtime(kept.start).date().isoformat()
    return {
        "href": f"{reverse('portal:schedule')}?from={day}&bar={job.pk}#why",
        "machine": kept.machine.code,
        "during": period_text(Period(kept.start, kept.finish)),
    }


def _pin_text(job: Any) -> str:
    if job.pinned_machine is None:
        return ""
    if job.pinned_start_at is None:
        return _t("Pinned to %(machine)s") % {"machine": job.pinned_machine.code}
    return _t("Pinned to %(machine)s, %(start)s") % {
        "machine": job.pinned_machine.code,
        "start": formats.moment(job.pinned_start_at),
    }
