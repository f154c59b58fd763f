"""Archives of enterprises: that there are any, and what became of them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from tenants.archive import writing
from tenants.middleware import actor_of
from tenants.models import Archive, Enterprise
from tenants.types import ArchivePurpose, ArchiveState

STATE_COLORS = {
    ArchiveState.MAKING: "warning",
    ArchiveState.READY: "success",
    ArchiveState.FAILED: "danger",
}


@admin.register(Archive, site=console)
class ArchiveAdmin(ReadOnlyAdmin):
    """Archives by enterprise: size, rows and digest.

    No operator reads an enterprise's rows: there is no way from here to the file.
    """

    list_display = (
        "enterprise",
        "purpose",
        "shown_state",
        "row_count",
        "file_count",
        "shown_size",
        "requested_by",
        "created_at",
        "finished_at",
        "shown_error",
    )
    list_filter = ("state", "purpose")
    search_fields = ("enterprise__name", "enterprise__slug", "sha256")
    list_select_related = ("enterprise",)
    ordering = ("-id",)
    exclude = ("path",)

    @display(description=_("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, row: Archive) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @display(description=_("Size"), ordering="size")
    def shown_size(self, row: Archive) -> str:
        """Show the size as people read it."""
        return filesizeformat(row.size)

    @display(description=_("Failure"))
    def shown_error(self, row: Archive) -> str:
        """Show the reason in short."""
        return row.error[:120]


@action(description=_("Make a backup"))
def back_up(
    page: ReadOnlyAdmin, request: HttpRequest, queryset: QuerySet[Enterprise]
) -> None:
    """Have the chosen enterprises written to files, in the background."""
    by = actor_of(request)
    for row in queryset:
        try:
            writing.request_archive(
                enterprise=row, purpose=ArchivePurpose.BACKUP, by=by, at=timezone.now()
            )
        except DomainError as error:
            page.message_user(request, f"{row.name}: {error}", messages.WARNING)
        else:
            page.message_user(
                request, _("%(name)s is being written.") % {"name": row.name}
            )
