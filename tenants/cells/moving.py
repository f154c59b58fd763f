"""Moves an enterprise from one database to another, step by step.

The steps are recorded at home, where the directory says who lives where. A mover that
is killed is called again, and goes on from the step that was recorded last; before the
flip the enterprise lives where it lived, and after it in the new database.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, DomainError
from tenants import context
from tenants.cells import selectors, steps
from tenants.jobs.runner import die_at
from tenants.models import Database, Enterprise, Move
from tenants.provisioning.services import NoRoom
from tenants.registry.services import announce_change
from tenants.types import Actor, DatabaseState, MoveState, Tier

log = logging.getLogger(__name__)

MOVABLE = (Tier.ACTIVATED, Tier.DORMANT)


class CannotMove(Conflict):
    """Raised when an enterprise must stay where it is for now."""

    code = "cannot_move"


def move_enterprise(
    *, enterprise_id: UUID, target: Database | str, by: Actor, at: datetime
) -> Move:
    """Move an enterprise to another database, or go on with a move that was cut short.

    :raises CannotMove: naming what stands against it; nothing has changed then.
    :raises DomainError: if a step fails before the flip; all is as it was then.
    """
    code = target if isinstance(target, str) else target.pk
    with steps.Reach() as reach:
        move = _planned(enterprise_id, code, by, reach)
        with steps.only_one_mover(enterprise_id):
            return _Mover(move, by, at, reach).run()


def abandon_move(*, enterprise_id: UUID, at: datetime) -> Move:
    """Give up a move that was cut short before the flip: all is as it was then.

    :raises Conflict: if there is none, or the enterprise lives in the new database.
    """
    move = selectors.open_move_of(enterprise_id)
    if move is None or move.state == MoveState.FLIPPED:
        raise Conflict(
            _("There is no move to give up."),
            field="enterprise",
            remedy=_("See `manage.py cells status`."),
        )
    with steps.only_one_mover(enterprise_id), steps.Reach() as reach:
        mover = _Mover(move, Actor(label=move.requested_by), at, reach)
        mover.roll_back(_("given up"))
    return move


def _planned(enterprise_id: UUID, code: str, by: Actor, reach: steps.Reach) -> Move:
    _check_home()
    known = selectors.open_move_of(enterprise_id)
    if known is not None:
        if known.target_id != code:
            raise CannotMove(
                _("It is on its way to %(code)s already.") % {"code": known.target_id},
                field="target",
                value=code,
                remedy=_("Finish that move, or give it up: `manage.py cells abandon`."),
            )
        return known
    with context.directory():
        enterprise = Enterprise.objects.get(pk=enterprise_id)
    _check_target(enterprise, code)
    # Others wait for an answer at the place where they asked.
    reach.at(str(enterprise.database_id), "check", enterprise=str(enterprise_id))
    with context.directory():
        try:
            with transaction.atomic():
                return Move.objects.create(
                    enterprise=enterprise,
                    source_id=str(enterprise.database_id),
                    target_id=code,
                    source_schema=enterprise.schema_name or "",
                    requested_by=by.label,
                )
        except IntegrityError as error:
            raise CannotMove(
                _("Somebody else moves it at this moment."), field="enterprise"
            ) from error


def _check_home() -> None:
    if settings.DATABASE_CODE != settings.HOME_DATABASE_CODE:
        raise CannotMove(
            _("Moves are made at home, where the directory is."),
            field="database",
            value=settings.DATABASE_CODE,
            remedy=_("Run this with the address of database %(code)s.")
            % {"code": settings.HOME_DATABASE_CODE},
        )


def _check_target(enterprise: Enterprise, code: str) -> None:
    target = selectors.database_of_code(code)
    if enterprise.tier not in MOVABLE:
        raise CannotMove(
            _("%(name)s has no rows to move: it is %(tier)s.")
            % {"name": enterprise.name, "tier": enterprise.get_tier_display()},
            field="enterprise",
            value=enterprise.slug,
        )
    if enterprise.database_id == code:
        raise CannotMove(
            _("%(name)s lives in %(code)s.") % {"name": enterprise.name, "code": code},
            field="target",
            value=code,
        )
    load = next(one for one in selectors.databases() if one.code == code)
    if target.state != DatabaseState.OPEN or not load.room:
        raise NoRoom(
            _("Database %(code)s takes no newcomers: it holds %(held)s of %(limit)s.")
            % {"code": code, "held": load.enterprises, "limit": load.slot_limit},
            field="target",
            value=code,
            remedy=_("Open it, raise its limit, or choose another."),
        )
    for needed in (code, enterprise.database_id or ""):
        if not selectors.is_reachable(needed):
            raise steps.unreachable(needed)


class _Mover:
    """Does what is left of one move."""

    def __init__(self, move: Move, by: Actor, at: datetime, reach: steps.Reach) -> None:
        self.move = move
        self.by = by
        self.at = at
        self.reach = reach
        self.id = str(move.enterprise_id)

    def run(self) -> Move:
        """Go on from the state that was recorded last."""
        try:
            for code in (self.move.source_id, self.move.target_id):
                self.reach.prepare(code)
            if self.move.state == MoveState.PLANNED:
                self._stop()
            if self.move.state == MoveState.STOPPED:
                self._copy()
            if self.move.state == MoveState.COPIED:
                self._flip()
        except Exception as error:
            with context.directory():
                self.move.refresh_from_db()
            if self.move.state != MoveState.FLIPPED:
                self.roll_back(str(error) or type(error).__name__)
            raise
        self._open()
        self._release()
        return self.move

    def roll_back(self, reason: object) -> None:
        """Let the enterprise go on where it lives, as if nothing had been."""
        self.reach.at(self.move.source_id, "open", enterprise=self.id)
        self._mark_stop(None)
        self._forget_archive()
        try:
            self.reach.at(self.move.target_id, "discard", enterprise=self.id)
        except DomainError as error:
            # It is not needed for anybody's work, and the next move begins with it.
            log.warning("What was copied is still there: %s", error)
        self._record(MoveState.FAILED, error=str(reason), finished_at=self.at)

    def _stop(self) -> None:
        die_at("move_planned")
        # By the clock, for it is measured how long the stop lasts.
        moment = timezone.now()
        self._mark_stop(moment)
        self.reach.at(
            self.move.source_id, "stop", enterprise=self.id, moment=moment.isoformat()
        )
        die_at("move_stopping")
        self._record(MoveState.STOPPED)
        die_at("move_stopped")

    def _copy(self) -> None:
        moment = self.at.isoformat()
        self._forget_archive()
        made = self.reach.at(
            self.move.source_id,
            "write",
            enterprise=self.id,
            by=self.by.label,
            moment=moment,
        )
        die_at("move_written")
        with context.directory():
            limit = self.move.target.slot_limit
        received = self.reach.at(
            self.move.target_id,
            "receive",
            enterprise=self.id,
            path=made["path"],
            sha256=made["sha256"],
            tier=made["tier"],
            by=self.by.label,
            moment=moment,
            limit=limit,
        )
        die_at("move_received")
        self._record(MoveState.COPIED, target_schema=received["schema"])
        die_at("move_copied")

    def _flip(self) -> None:
        """Name the new place in the directory; in one transaction with the record."""
        with context.directory(), transaction.atomic():
            rows = Enterprise.objects.filter(pk=self.move.enterprise_id)
            stopped_at = rows.values_list("write_stopped_at", flat=True).get()
            rows.filter(database_id=self.move.source_id).update(
                database_id=self.move.target_id, schema_name=self.move.target_schema
            )
            announce_change()
            self._record(MoveState.FLIPPED, stopped_seconds=_seconds_since(stopped_at))
        die_at("move_flipped")

    def _open(self) -> None:
        with context.directory():
            stopped_at = (
                Enterprise.objects.filter(pk=self.move.enterprise_id)
                .values_list("write_stopped_at", flat=True)
                .get()
            )
        self.reach.at(self.move.target_id, "open", enterprise=self.id)
        if stopped_at is not None:
            self._record(MoveState.FLIPPED, stopped_seconds=_seconds_since(stopped_at))
        self._mark_stop(None)
        die_at("move_opened")

    def _release(self) -> None:
        self.reach.at(
            self.move.source_id,
            "release",
            enterprise=self.id,
            schema=self.move.source_schema,
        )
        die_at("move_released")
        self._forget_archive()
        self._record(MoveState.DONE, finished_at=self.at)
        log.info(
            "%s moved from %s to %s; writes stopped for %.2f s",
            self.move.enterprise_id,
            self.move.source_id,
            self.move.target_id,
            self.move.stopped_seconds or 0,
        )

    def _record(self, state: MoveState, **facts: object) -> None:
        with context.directory():
            changed = Move.objects.filter(
                pk=self.move.pk, state=self.move.state
            ).update(state=state, updated_at=timezone.now(), **facts)
            if not changed:
                raise CannotMove(
                    _("Somebody else has gone on with this move."), field="enterprise"
                )
            self.move.refresh_from_db()

    def _mark_stop(self, at: datetime | None) -> None:
        """Remember at home since when nothing can be written, whose process it may be."""
        with context.directory(), transaction.atomic():
            rows = Enterprise.objects.filter(pk=self.move.enterprise_id)
            if at is not None:
                rows = rows.filter(write_stopped_at__isnull=True)
            rows.update(write_stopped_at=at)
            announce_change()

    def _forget_archive(self) -> None:
        self.reach.at(self.move.source_id, "forget", enterprise=self.id)


def _seconds_since(moment: datetime | None) -> float | None:
    return (timezone.now() - moment).total_seconds() if moment else None
