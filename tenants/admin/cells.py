"""Cells and databases with their limits, and enterprises on their way between them."""

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.kernel.admin import ReadOnlyAdmin, console
from tenants.cells.selectors import is_reachable
from tenants.models import Cell, Database, Move
from tenants.types import DatabaseState, MoveState

STATE_COLORS = {
    DatabaseState.OPEN: "success",
    DatabaseState.FULL: "warning",
    DatabaseState.CLOSED: "danger",
}
MOVE_COLORS = {
    MoveState.PLANNED: "info",
    MoveState.STOPPED: "warning",
    MoveState.COPIED: "warning",
    MoveState.FLIPPED: "info",
    MoveState.DONE: "success",
    MoveState.FAILED: "danger",
}
# What a mover goes through, in order.
STEPS = (
    MoveState.PLANNED,
    MoveState.STOPPED,
    MoveState.COPIED,
    MoveState.FLIPPED,
    MoveState.DONE,
)


@admin.register(Cell, site=console)
class CellAdmin(ReadOnlyAdmin):
    """Pools of processes, and where the proxy finds them."""

    list_display = ("name", "code", "address", "shown_databases")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cell]:
        """Count the databases along."""
        rows: QuerySet[Cell] = super().get_queryset(request)
        return rows.annotate(database_count=Count("databases"))

    @display(description=_("Databases"), ordering="database_count")
    def shown_databases(self, row: Cell) -> int:
        """Show how many databases the cell serves."""
        count: int = row.database_count  # type: ignore[attr-defined]  # annotated above
        return count


@admin.register(Database, site=console)
class DatabaseAdmin(ReadOnlyAdmin):
    """Databases, how full they are, and whether they take newcomers."""

    list_display = (
        "code",
        "cell",
        "shown_state",
        "shown_enterprises",
        "slot_limit",
        "shown_reach",
    )
    list_filter = ("state", "cell")
    list_select_related = ("cell",)
    ordering = ("cell", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Database]:
        """Count the enterprises along."""
        rows: QuerySet[Database] = super().get_queryset(request)
        return rows.annotate(
            held=Count("enterprises", filter=Q(enterprises__schema_name__isnull=False))
        )

    @display(description=_("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, row: Database) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @display(description=_("Enterprises"), ordering="held")
    def shown_enterprises(self, row: Database) -> int:
        """Show how many schemas are taken."""
        count: int = row.held  # type: ignore[attr-defined]  # annotated above
        return count

    @display(description=_("Reachable from here"), boolean=True)
    def shown_reach(self, row: Database) -> bool:
        """Show whether this process could move an enterprise there."""
        return is_reachable(row.code)


@admin.register(Move, site=console)
class MoveAdmin(ReadOnlyAdmin):
    """Moves, how far they have come, and for how long nothing could be written."""

    list_display = (
        "enterprise",
        "source",
        "target",
        "shown_state",
        "shown_progress",
        "shown_stop",
        "requested_by",
        "created_at",
        "finished_at",
        "shown_error",
    )
    list_filter = ("state", "target")
    search_fields = ("enterprise__name", "enterprise__slug")
    list_select_related = ("enterprise", "source", "target")
    ordering = ("-id",)
    exclude = ("archive",)

    @display(description=_("State"), ordering="state", label=MOVE_COLORS)
    def shown_state(self, row: Move) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @display(description=_("Step"))
    def shown_progress(self, row: Move) -> str:
        """Show how many steps are done."""
        if row.state not in STEPS:
            return "–"
        done = STEPS.index(MoveState(row.state))
        return _("%(done)d of %(all)d") % {"done": done, "all": len(STEPS) - 1}

    @display(description=_("Write stop"), ordering="stopped_seconds")
    def shown_stop(self, row: Move) -> str:
        """Show for how long nothing could be written."""
        if row.stopped_seconds is None:
            return "–"
        return _("%(seconds).1f s") % {"seconds": row.stopped_seconds}

    @display(description=_("Failure"))
    def shown_error(self, row: Move) -> str:
        """Show the reason in short."""
        return row.error[:120]
