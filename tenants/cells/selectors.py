"""Which enterprise is where, and which database has room."""

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import NotFound
from tenants import context
from tenants.cells.types import DatabaseLoad, Route, Whereabouts
from tenants.models import Database, Domain, Enterprise, Move, Slot
from tenants.provisioning.services import NoRoom
from tenants.types import DatabaseState, MoveState, SlotState, Tier

OVER = (MoveState.DONE, MoveState.FAILED)


class NoSuchDatabase(NotFound):
    """Raised for a database that the directory does not know."""

    code = "no_such_database"


def where_is(enterprise: Enterprise) -> Whereabouts:
    """Return where an enterprise lives."""
    with context.directory():
        row = Enterprise.objects.select_related("database").get(pk=enterprise.pk)
        slot = Slot.objects.filter(enterprise=row, pk=row.schema_name).first()
        move = open_move_of(row.id)
    return Whereabouts(
        slug=row.slug,
        tier=Tier(row.tier),
        cell=row.database.cell_id if row.database else "",
        database=row.database_id or "",
        slot=row.schema_name or "",
        role=row.schema_name or "",
        template=slot.template_digest if slot else "",
        stage=slot.stage if slot else 0,
        is_here=row.database_id == settings.DATABASE_CODE,
        write_stopped_at=row.write_stopped_at,
        move=MoveState(move.state) if move else None,
    )


def open_move_of(enterprise_id: UUID) -> Move | None:
    """Return the move that an enterprise is on, or None."""
    with context.directory():
        return (
            Move.objects.filter(enterprise_id=enterprise_id)
            .exclude(state__in=OVER)
            .first()
        )


def databases() -> list[DatabaseLoad]:
    """Return all databases, by cell and code."""
    with context.directory():
        rows = (
            Database.objects.select_related("cell")
            .annotate(
                held=Count(
                    "enterprises", filter=Q(enterprises__schema_name__isnull=False)
                )
            )
            .order_by("cell_id", "code")
        )
        return [
            DatabaseLoad(
                code=row.code,
                cell=row.cell_id,
                address=row.cell.address,
                state=DatabaseState(row.state),
                slot_limit=row.slot_limit,
                enterprises=row.held,
                is_here=row.code == settings.DATABASE_CODE,
                is_reachable=is_reachable(row.code),
            )
            for row in rows
        ]


def is_reachable(code: str) -> bool:
    """Say whether this process knows how to reach a database."""
    return code == settings.DATABASE_CODE or code in settings.CELL_DATABASE_URLS


def place() -> Database:
    """Return the database that takes the next newcomer: this process's own.

    :raises NoRoom: if it takes none, naming those that do.
    """
    with context.directory():
        own = Database.objects.get(pk=settings.DATABASE_CODE)
        held = Slot.objects.filter(state=SlotState.CLAIMED).count()
    if own.state == DatabaseState.OPEN and held < own.slot_limit:
        return own
    others = [
        one.code
        for one in databases()
        if one.state == DatabaseState.OPEN and one.room and not one.is_here
    ]
    if own.state != DatabaseState.OPEN:
        reason = _("Database %(code)s takes no newcomers.") % {"code": own.code}
    else:
        reason = _("Database %(code)s is full: it holds %(held)s of %(limit)s.") % {
            "code": own.code,
            "held": held,
            "limit": own.slot_limit,
        }
    remedy = (
        _("Sign up through a process of one of: %(codes)s.")
        % {"codes": ", ".join(others)}
        if others
        else _("Add a database with `manage.py cells add`.")
    )
    raise NoRoom(reason, field="database", value=own.code, remedy=remedy)


def database_of_code(code: str) -> Database:
    """Return a database by its code.

    :raises NoSuchDatabase: if the directory does not know it.
    """
    with context.directory():
        found = Database.objects.select_related("cell").filter(pk=code).first()
        known = list(Database.objects.order_by("pk").values_list("pk", flat=True))
    if found is None:
        raise NoSuchDatabase(
            _("There is no database %(code)s.") % {"code": code},
            field="database",
            value=code,
            remedy=_("Choose one of: %(codes)s.") % {"codes": ", ".join(known)},
        )
    return found


def routes() -> Iterator[Route]:
    """Return which host is served where, of all enterprises that have a schema."""
    with context.directory():
        rows = (
            Domain.objects.filter(tenant__schema_name__isnull=False)
            .order_by("domain")
            .values_list(
                "domain", "tenant__database__cell__address", "tenant__database_id"
            )
        )
        found = list(rows)
    # Given out here: a generator must not hold a context while it waits.
    for host, address, database in found:
        yield Route(host, address, database)
