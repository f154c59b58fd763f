"""Why a piece of work is where it is: the reason, and the things that it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from apps.capacity import selectors as capacity
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.portal import formats
from apps.portal.gantt import Text
from apps.portal.pins import PinForm
from apps.portal.schedule_board import Board
from apps.portal.schedule_words import (
    due_text,
    is_moved,
    key_of,
    late_text,
    period_text,
    reservation_words,
)
from apps.scheduling import selectors as scheduling
from apps.scheduling.types import WhyKind

# Each says what would have to be otherwise for the work to start earlier.
REASONS: dict[str, Text] = {
    WhyKind.RELEASE: _("It may not start before %(until)s: its work request says so."),
    WhyKind.PREDECESSOR: _(
        "The step before, %(title)s, is not finished until %(until)s."
    ),
    WhyKind.MACHINE: _("%(machine)s is busy with %(title)s until %(until)s."),
    WhyKind.SETUP: _(
        "%(machine)s has a gap before %(until)s that is long enough for the run, but"
        " not for its setup too."
    ),
    WhyKind.SHIFT: _("%(machine)s has no shift until %(until)s."),
    WhyKind.RESERVATION: _("%(machine)s is reserved otherwise until %(until)s."),
    WhyKind.PIN: _("A planner has pinned it here."),
    WhyKind.FROZEN: _("Nothing moves before %(until)s: that time is frozen."),
    WhyKind.KEPT: _(
        "It could start earlier, but stays where the plan in force has it."
    ),
}
AT_ONCE = _("It could not start before %(until)s: the plan was worked out then.")
NO_REASON = _("Nothing says why: it was put here before plans gave their reasons.")


@dataclass(frozen=True, slots=True)
class Link:
    """A thing that a reason names."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Why:
    """All that is said of one piece of work."""

    title: str
    note: str
    reason: str
    due: str
    links: Sequence[Link]
    facts: Sequence[tuple[Text, str, str]]
    close: str
    version: int = 0
    is_pinned: bool = False
    pin_form: PinForm | None = None
    pin_action: str = ""
    unpin_action: str = ""


def why_of(board: Board, key: str) -> Why | None:
    """Return why a piece of work is where it is, if the chart shows it."""
    bar = next((one for one in board.bars if key_of(one) == key), None)
    if bar is None:
        return None
    pinning = board.pinnings.get(bar.job_order_id)
    form, links = None, {}
    if board.can_pin and pinning and pinning.option_ids:
        form = _pin_form(bar, pinning)
        links = {
            "pin_action": reverse("portal:job-order-pin", args=[bar.job_order_id]),
            "unpin_action": reverse("portal:job-order-unpin", args=[bar.job_order_id]),
        }
    return Why(
        title=board.title_of(bar),
        note=board.codes.get(bar.machine_id, ""),
        reason=_reason(board, bar),
        due=due_text(bar),
        links=_links(board, bar),
        facts=_facts(board, bar),
        close=board.link(),
        version=pinning.version if pinning else 0,
        is_pinned=bool(pinning and pinning.is_pinned),
        pin_form=form,
        **links,
    )


def _reason(board: Board, bar: Any) -> str:
    why = bar.why
    if why is None:
        return str(NO_REASON)
    text = AT_ONCE if _starts_at_once(bar) else REASONS[why.kind]
    return str(text) % {
        "machine": board.codes.get(bar.machine_id, ""),
        "title": _other(board, why),
        "until": formats.moment(why.until_at),
    }


def _starts_at_once(bar: Any) -> bool:
    """Say whether work was released before its plan was worked out."""
    if bar.why.kind != WhyKind.RELEASE or bar.work_request_id is None:
        return False
    release = scheduling.work_request(bar.work_request_id).release_at
    return bool(release < bar.why.until_at)


def _other(board: Board, why: Any) -> str:
    """Return what the work is called that a reason names."""
    for bar in board.bars:
        if bar.job_order_id and bar.job_order_id == why.job_order_id:
            return board.title_of(bar)
    title: str = why.title
    return title


def _links(board: Board, bar: Any) -> list[Link]:
    """Return the things that the reason names, and the work itself."""
    why, found = bar.why, []
    kind = why.kind if why else ""
    if why and why.job_order_id:
        found.append(Link(_other(board, why), board.bar_link(str(why.job_order_id))))
    if kind == WhyKind.SHIFT:
        found.append(
            Link(
                _t("Shifts of %(machine)s")
                % {"machine": board.codes.get(bar.machine_id, "")},
                reverse("portal:machine-calendar", args=[bar.machine_id]),
            )
        )
    elif kind == WhyKind.RESERVATION:
        found += _reserved(bar)
    elif kind == WhyKind.SETUP:
        found.append(
            Link(
                _t("Setup times of %(machine)s")
                % {"machine": board.codes.get(bar.machine_id, "")},
                reverse("portal:machine-setup-times", args=[bar.machine_id]),
            )
        )
    if bar.work_request_id:
        found.append(
            Link(
                _t("Its work request"),
                reverse("portal:work-request", args=[bar.work_request_id]),
            )
        )
    return found


def _reserved(bar: Any) -> list[Link]:
    """Return what the machine is reserved for just before the work starts."""
    until = bar.why.until_at
    period = Period(until - timedelta(minutes=1), until)
    found = []
    for one in capacity.reservations_of([bar.machine_id], period, at=timezone.now()):
        _kind, label, href = reservation_words(one)
        text = f"{label}, {period_text(Period(one.start, one.finish))}"
        machine = reverse("portal:machine", args=[bar.machine_id])
        found.append(Link(text, href or machine))
    return found


def _facts(board: Board, bar: Any) -> list[tuple[Text, str, str]]:
    machine = reverse("portal:machine", args=[bar.machine_id])
    found: list[tuple[Text, str, str]] = [
        (_("Machine"), board.codes.get(bar.machine_id, ""), machine),
        (_("When"), period_text(Period(bar.starts_at, bar.finishes_at)), ""),
        (
            pgettext("to be done", "Work"),
            _t("%(setup)s setup, %(run)s run")
            % {
                "setup": formats.duration(bar.setup_minutes),
                "run": formats.duration(bar.run_minutes),
            },
            "",
        ),
    ]
    if bar.due_at:
        found.append((_("Due"), formats.moment(bar.due_at), ""))
    if bar.tardiness_minutes:
        found.append((_("Late"), late_text(bar.tardiness_minutes), ""))
    if is_moved(bar):
        found.append((_("Before"), board.was_text(bar), ""))
    pinning = board.pinnings.get(bar.job_order_id)
    if pinning and pinning.is_pinned:
        found.append((_("Pinned"), _pin_text(board, pinning), ""))
    return found


def _pin_text(board: Board, pinning: Any) -> str:
    machine = board.codes.get(pinning.machine_id, "")
    if pinning.start_at is None:
        return machine
    return f"{machine}, {formats.moment(pinning.start_at)}"


def _pin_form(bar: Any, pinning: Any) -> PinForm:
    form = PinForm(
        initial={
            "machine_id": str(pinning.machine_id or bar.machine_id),
            "start": pinning.start_at or bar.starts_at,
        },
        auto_id="pin_%s",
    )
    rows = machines.machines_of().filter(pk__in=pinning.option_ids)
    form.offer("machine_id", [(str(key), code) for key, code in codes(rows)])
    return form


def codes(rows: Any) -> Sequence[tuple[UUID, str]]:
    """Return machines by code, for a choice among them."""
    return list(rows.order_by("code").values_list("pk", "code"))
