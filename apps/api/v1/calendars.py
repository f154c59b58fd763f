"""Calendars of the enterprise, its sites, work centers and machines."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import renderers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, etag, represented
from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, listed
from apps.api.reading import MultiPartParser, body_of
from apps.api.v1.calendar_shapes import (
    CalendarEffectShape,
    CalendarFileInput,
    CalendarReadingShape,
    ExceptionInput,
    LevelCalendarInput,
    LevelCalendarShape,
    LevelShape,
    PlannedExceptionShape,
    RevisionShape,
    UndoInput,
    draft_of,
    exception_of,
)
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.selectors import CalendarChain, CalendarEffect, ChainLink
from apps.capacity.types import ENTERPRISE_LEVEL, CalendarForm
from apps.scheduling import selectors as scheduling
from tenants import context

ICS = "text/calendar"
AASX = "application/asset-administration-shell-package"
LONGEST_VERSION = 9
OF = Filter(
    "of",
    "What holds there, or only what the level says itself.",
    choices=("in_force", "own"),
)


class IcsRenderer(renderers.JSONRenderer):
    """Stands for the calendar file in the choice of a representation."""

    media_type = ICS
    format = "ics"


class PackageRenderer(renderers.JSONRenderer):
    """Stands for the package in the choice of a representation."""

    media_type = AASX
    format = "aasx"


class Calendars(Endpoint):
    """Calendars of all levels that say something."""

    scopes = {"GET": "capacity:read"}
    is_page = True

    @extend_schema(
        operation_id="list_calendars",
        responses=page_of(LevelShape),
        summary="List calendars",
    )
    def get(self, request: Request) -> Response:
        """Return the enterprise and all levels that say something themselves."""
        links = capacity.calendar_links()
        if not links or links[0].level != ENTERPRISE_LEVEL:
            links.insert(0, capacity.calendar_link(ENTERPRISE_LEVEL))
        return listed(
            request,
            [_told(link) for link in links],
            LevelShape,
            key=lambda row: row["subject_id"],
        )


class Calendar(Endpoint):
    """The calendar of one level."""

    scopes = {"GET": "capacity:read", "PUT": "capacity:write"}
    is_versioned = True

    @extend_schema(
        operation_id="get_calendar",
        responses=LevelCalendarShape,
        summary="Read a calendar, and what it inherits",
    )
    def get(self, request: Request, subject_id: UUID) -> Response:
        """Return what a level says itself, what holds there, and by whose word.

        The level is that of the id: a machine's, a work center's, a site's, or the
        enterprise's own.
        """
        body, versions = _present(subject_id)
        return represented(request, body, *versions)

    @extend_schema(
        operation_id="replace_calendar",
        parameters=[IF_MATCH],
        request=LevelCalendarInput,
        responses=LevelCalendarShape,
        summary="Replace what a calendar says itself",
    )
    def put(self, request: Request, subject_id: UUID) -> Response:
        """Let a level say all this and nothing else."""
        _body, versions = _present(subject_id)
        check_match(request, *versions)
        services.replace_calendar(
            level=capacity.level_of_subject(subject_id),
            facts=draft_of(body_of(request, LevelCalendarInput)),
            version=versions[-1],
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, versions = _present(subject_id)
        return represented(request, body, *versions)


class CalendarExceptions(Endpoint):
    """Periods in which a level's week does not hold."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="add_calendar_exception",
        request=ExceptionInput,
        responses={201: PlannedExceptionShape},
        summary="Close a period, or open it for once",
    )
    def post(self, request: Request, subject_id: UUID) -> Response:
        """Add an exception; it goes before earlier ones of the level."""
        level = capacity.level_of_subject(subject_id)
        added = exception_of(body_of(request, ExceptionInput))
        kept = services.add_exception(
            level=level,
            period=added.period,
            working=added.working,
            reason=added.reason,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body = {**PlannedExceptionShape(added).data, "id": str(kept.pk)}
        return Response(body, status=status.HTTP_201_CREATED)


class CalendarException(Endpoint):
    """One exception of a calendar."""

    scopes = {"DELETE": "capacity:write"}

    @extend_schema(
        operation_id="remove_calendar_exception",
        responses={204: None},
        summary="Let the week hold again",
    )
    def delete(self, request: Request, exception_id: UUID) -> Response:
        """Take an exception back."""
        services.remove_exception(
            exception_id=exception_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class CalendarUndo(Endpoint):
    """Taking the last change of a calendar back."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="undo_calendar",
        request=UndoInput,
        responses=LevelCalendarShape,
        summary="Take a change of a calendar back",
    )
    def post(self, request: Request, subject_id: UUID) -> Response:
        """Let a level say again what it said before; once more is to do it again."""
        level = capacity.level_of_subject(subject_id)
        asked = body_of(request, UndoInput)
        services.undo_calendar(
            level=level,
            **asked,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, versions = _present(subject_id)
        return Response(body, headers={"ETag": etag(*versions)})


class CalendarRevisions(Endpoint):
    """What a calendar said before."""

    scopes = {"GET": "capacity:read"}
    is_page = True

    @extend_schema(
        operation_id="list_calendar_revisions",
        responses=page_of(RevisionShape),
        summary="List the states of a calendar that undo can return to",
    )
    def get(self, request: Request, subject_id: UUID) -> Response:
        """Return the states that are kept, the newest first: that is the present one."""
        rows = capacity.revisions_of(capacity.level_of_subject(subject_id))
        return listed(
            request,
            [_revision(row) for row in rows],
            RevisionShape,
            key=lambda row: row["id"],
        )


class CalendarUndoEffect(Endpoint):
    """Whom undo would hit."""

    scopes = {"GET": "capacity:read"}
    filters = (
        Filter(
            "to_version",
            "The version to return to; the one before the last change by default.",
            schema=int,
        ),
    )

    @extend_schema(
        operation_id="preview_undo_calendar",
        responses=CalendarEffectShape,
        summary="See whom undo would hit",
    )
    def get(self, request: Request, subject_id: UUID) -> Response:
        """Say what would happen if a change were taken back; nothing is written."""
        now = timezone.now()
        effect = capacity.preview_undo(
            level=capacity.level_of_subject(subject_id),
            to_version=_version(request, "to_version"),
            at=now,
        )
        return Response(_effect(effect, now))


class CalendarEffectOfChange(Endpoint):
    """Whom a change of a calendar would hit."""

    scopes = {"POST": "capacity:read"}

    @extend_schema(
        operation_id="preview_calendar",
        request=LevelCalendarInput,
        responses=CalendarEffectShape,
        summary="See whom a change of a calendar would hit",
    )
    def post(self, request: Request, subject_id: UUID) -> Response:
        """Say what would happen if the level said this; nothing is written."""
        now = timezone.now()
        effect = capacity.preview_calendar(
            level=capacity.level_of_subject(subject_id),
            draft=draft_of(body_of(request, LevelCalendarInput)),
            at=now,
        )
        return Response(_effect(effect, now))


class CalendarIcs(Endpoint):
    """A calendar as a file of RFC 5545."""

    scopes = {"GET": "capacity:read"}
    renderer_classes = [renderers.JSONRenderer, IcsRenderer]
    filters = (OF,)

    @extend_schema(
        operation_id="get_calendar_ics",
        responses={(200, ICS): OpenApiTypes.BINARY},
        summary="Read a calendar as iCalendar (RFC 5545)",
    )
    def get(self, request: Request, subject_id: UUID) -> Any:
        """Return shifts as weekly events, and exceptions."""
        return _file(request, subject_id, CalendarForm.ICS, ICS)


class MachinePlanIcs(Endpoint):
    """What is reserved of a machine, as a file of RFC 5545."""

    scopes = {"GET": "capacity:read"}
    renderer_classes = [renderers.JSONRenderer, IcsRenderer]

    @extend_schema(
        operation_id="get_machine_plan_ics",
        responses={(200, ICS): OpenApiTypes.BINARY},
        summary="Read what is reserved of a machine as iCalendar (RFC 5545)",
    )
    def get(self, request: Request, machine_id: UUID) -> Any:
        """Return an event for each hold, booking and maintenance from now on."""
        raw = capacity.plan_file(machine_id=machine_id, at=timezone.now())
        return HttpResponse(raw, content_type=ICS)


class CalendarSubmodel(Endpoint):
    """A calendar as the submodel of IDTA 02067."""

    scopes = {"GET": "capacity:read"}
    renderer_classes = [renderers.JSONRenderer, PackageRenderer]
    filters = (OF,)

    @extend_schema(
        operation_id="get_calendar_submodel",
        responses={(200, AASX): OpenApiTypes.BINARY},
        summary="Read a calendar as the submodel Production Calendar (IDTA 02067)",
    )
    def get(self, request: Request, subject_id: UUID) -> Any:
        """Return an AASX package with the submodel and its calendar file."""
        return _file(request, subject_id, CalendarForm.AASX, AASX)


class CalendarReadings(Endpoint):
    """What a calendar file would say."""

    scopes = {"POST": "capacity:read"}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="read_calendar_file",
        request={"multipart/form-data": CalendarFileInput},
        responses=CalendarReadingShape,
        summary="See what a level would say by a calendar file",
    )
    def post(self, request: Request, subject_id: UUID) -> Response:
        """Read a file of RFC 5545 or IDTA 02067; send it by PUT to let it hold."""
        level = capacity.level_of_subject(subject_id)
        file = body_of(request, CalendarFileInput)["file"]
        reading = capacity.read_calendar_file(
            level=level,
            raw=file.read(),
            at=timezone.now(),
        )
        return Response(CalendarReadingShape(reading).data)


def _effect(effect: CalendarEffect, now: datetime) -> Any:
    overtaken = scheduling.plans_overtaken_by(effect.calendars, at=now)
    body = {
        "weeks": effect.weeks,
        "machines": effect.machines,
        "endangered": effect.endangered,
        "schedules": overtaken,
    }
    return CalendarEffectShape(body).data


def _revision(row: Any) -> dict[str, Any]:
    facts = row.facts
    return {
        **facts,
        "id": row.pk,
        "version": row.version,
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
        "has_week": facts["shifts"] is not None,
        "shifts": len(facts["shifts"] or ()),
        "exceptions": len(facts["exceptions"]),
    }


def _version(request: Request, name: str) -> int | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_VERSION):
        raise Problem(
            400,
            "invalid_parameter",
            f"{name}={given[:20]} must be a version, a whole number from 0 on.",
        )
    return int(given)


def _file(
    request: Request, subject_id: UUID, form: CalendarForm, media_type: str
) -> HttpResponse:
    raw = capacity.calendar_file(
        level=capacity.level_of_subject(subject_id),
        form=form,
        is_own=request.query_params.get("of") == "own",
        at=timezone.now(),
    )
    return HttpResponse(raw, content_type=media_type)


def _present(subject_id: UUID) -> tuple[Any, tuple[int, ...]]:
    """Return a calendar as the API writes it, and what its ETag is made of."""
    chain = capacity.calendar_chain(capacity.level_of_subject(subject_id))
    body = {
        **_told(chain.own),
        "levels_above": [_id(link) for link in chain.links[:-1]],
        "in_force": _in_force(chain),
        "undoable_version": chain.undoable_version,
    }
    versions = tuple(link.version for link in chain.links)
    return LevelCalendarShape(body).data, versions


def _in_force(chain: CalendarChain) -> dict[str, Any]:
    week = chain.facts.week
    return {
        "shifts": week.shifts,
        "week_from": _id(chain.week_from),
        "time_zone": week.time_zone,
        "holiday_country": week.holiday_country,
        "holiday_region": week.holiday_subdivision,
        "holidays_from": _id(chain.holidays_from),
        "efficiency_percent": chain.facts.efficiency_percent,
        "efficiency_from": _id(chain.efficiency_from),
        "exceptions": [
            {
                "id": one.exception.id,
                "period": one.exception.period,
                "working": one.exception.working,
                "reason": one.exception.reason,
                "from_id": _id(one.link),
            }
            for one in chain.exceptions
        ],
    }


def _told(link: ChainLink) -> dict[str, Any]:
    return {
        "subject_id": _id(link),
        "kind": link.level.kind.value,
        "name": link.name,
        "version": link.version,
        "calendar": link.draft,
    }


def _id(link: ChainLink | None) -> UUID | None:
    if link is None:
        return None
    return link.level.subject_id or context.current().id
