"""Pinning work to a machine, or to a time there too, and taking a pin back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from apps.kernel.errors import DomainError, NotFound
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import Moment, PortalForm
from apps.portal.machines import uuid_of
from apps.portal.schedule_board import asked_of
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from tenants.middleware import actor_of
from tenants.types import Role

SALT = "spindle.portal.last_pin"


class PinForm(PortalForm):
    """Where a planner wants a piece of work, and from when if that matters."""

    machine_id = forms.ChoiceField(label=_("Machine"))
    start = Moment(label=_("Start"), required=False)


@dataclass(frozen=True, slots=True)
class LastPin:
    """How a job order was pinned before, so that the last pin can be taken back."""

    job_order_id: UUID
    machine_id: UUID | None
    start_at: datetime | None
    version: int

    def packed(self) -> str:
        """Write it for the next page to send."""
        return signing.dumps(
            [
                self.job_order_id.hex,
                self.machine_id.hex if self.machine_id else "",
                self.start_at.isoformat() if self.start_at else "",
                self.version,
            ],
            salt=SALT,
        )

    @classmethod
    def unpacked(cls, text: str) -> "LastPin | None":
        """Read what a page has sent; anything that it has not written is nothing."""
        try:
            key, machine, start, version = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return cls(
            UUID(key),
            UUID(machine) if machine else None,
            datetime.fromisoformat(start) if start else None,
            version,
        )


@access(Role.PLANNER)
@require_POST
def pin(request: HttpRequest, job_order_id: UUID) -> HttpResponse:
    """Let a planner pin a piece of work to a machine, or to a time there too."""
    if not scheduling.pinnings_of([job_order_id]):
        raise Http404
    machine_id = uuid_of(request.POST.get("machine_id", ""))
    text = request.POST.get("start", "")
    start = moment_of(text)
    if machine_id is None or (text and start is None):
        messages.error(
            request,
            _t("“%(start)s” is no time. Give a day and a time, or leave it empty.")
            % {"start": text[:40]}
            if machine_id
            else _t("No machine is chosen. Choose one that can do the work."),
        )
        return _back(request)
    return _pinned(request, job_order_id, machine_id, start)


@access(Role.PLANNER)
@require_POST
def unpin(request: HttpRequest, job_order_id: UUID) -> HttpResponse:
    """Let a planner leave it to the next proposal where a piece of work goes."""
    return _pinned(request, job_order_id, None, None)


@access(Role.PLANNER)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Make a pin what it was before the last one, unless it was changed since."""
    last = LastPin.unpacked(request.POST.get("undo", ""))
    if last is None:
        messages.error(request, _t("There is no pin to be undone."))
        return _back(request)
    return _pinned(
        request,
        last.job_order_id,
        last.machine_id,
        last.start_at,
        version=last.version,
        is_undo=True,
    )


def _pinned(
    request: HttpRequest,
    job_order_id: UUID,
    machine_id: UUID | None,
    start: datetime | None,
    *,
    version: int | None = None,
    is_undo: bool = False,
) -> HttpResponse:
    before = scheduling.pinnings_of([job_order_id]).get(job_order_id)
    if before is None:
        raise Http404
    seen = version_of(request) if version is None else version
    common: dict[str, Any] = {
        "job_order_id": job_order_id,
        "version": seen,
        "by": actor_of(request),
        "at": timezone.now(),
    }
    try:
        if machine_id is None:
            job = services.unpin_job_order(**common)
        else:
            job = services.pin_job_order(
                machine_id=machine_id, start_at=start, **common
            )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        return _back(request)
    messages.success(request, _said(job, is_undo=is_undo))
    if is_undo:
        return _back(request)
    last = LastPin(job_order_id, before.machine_id, before.start_at, job.version)
    return _back(request, undo=last.packed())


def _said(job: Any, *, is_undo: bool) -> str:
    facts = {"title": job.title}
    if is_undo:
        return _t("%(title)s: the last pin is undone.") % facts
    if job.pinned_machine_id is None:
        return _t("%(title)s is not pinned any more.") % facts
    facts["machine"] = job.pinned_machine.code
    if job.pinned_start_at is None:
        return _t("%(title)s is pinned to %(machine)s.") % facts
    facts["start"] = formats.moment(job.pinned_start_at)
    return _t("%(title)s is pinned to %(machine)s, %(start)s.") % facts


def _back(request: HttpRequest, **more: str) -> HttpResponse:
    """Return to the chart that the pin was set on."""
    schedule_id = uuid_of(request.POST.get("board", ""))
    address = (
        reverse("portal:schedule-proposal", args=[schedule_id])
        if schedule_id
        else reverse("portal:schedule")
    )
    kept = asked_of(QueryDict(request.POST.get("back", "")[:2000]))
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in {**kept, **more}.items() if value})
    return redirect(f"{address}?{query.urlencode()}")


def version_of(request: HttpRequest) -> int:
    """Return the version that was seen; none is one that never was."""
    text = request.POST.get("version", "")
    return int(text[:9]) if text.isdecimal() else 0


def moment_of(text: str) -> datetime | None:
    """Read a moment: with its own zone, else on the reader's clock."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    return found if timezone.is_aware(found) else timezone.make_aware(found)
