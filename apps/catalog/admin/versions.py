"""What the catalog was and became, and where the operator and a release differ."""

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from apps.catalog import services
from apps.catalog.admin.editing import operator_of
from apps.catalog.models import CatalogVersion, OperatorFact
from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError

# A release may change thousands of facts; a page shows the first of them.
SHOWN_CHANGES = 500


@admin.register(CatalogVersion, site=console)
class CatalogVersionAdmin(ReadOnlyAdmin):
    """Versions of the catalog, newest first, with what each changed."""

    list_display = ("number", "at", "by_label", "origin", "reason", "count")
    list_filter = ("origin",)
    search_fields = ("reason", "by_label", "changes__key")
    ordering = ("-number",)
    readonly_fields = ("shown_changes",)
    fields = ("number", "at", "by_label", "origin", "reason", "added", "shown_changes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogVersion]:
        """Count the changes of each version."""
        rows: QuerySet[CatalogVersion] = super().get_queryset(request)
        return rows.annotate(change_count=Count("changes"))

    @display(description=_("Changes"), ordering="change_count")
    def count(self, row: CatalogVersion) -> int:
        """Show how many facts a version changed."""
        found: int = getattr(row, "change_count", 0)
        return found

    @display(description=_("Changes"))
    def shown_changes(self, row: CatalogVersion) -> SafeString:
        """Show what a version changed, what it was and what it became."""
        rows = format_html_join(
            "",
            '<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>',
            (
                (change.key, change.field, _told(change.old), _told(change.new))
                for change in row.changes.order_by("key", "field")[:SHOWN_CHANGES]
            ),
        )
        return format_html(
            '<table class="console-facts"><thead><tr><th scope="col">{}</th>'
            '<th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th>'
            "</tr></thead><tbody>{}</tbody></table>",
            _("Entry"),
            _("Fact"),
            _("Was"),
            _("Became"),
            rows,
        )


@admin.register(OperatorFact, site=console)
class OperatorFactAdmin(ReadOnlyAdmin):
    """What operators changed and releases leave alone; conflicts are decided here."""

    list_display = (
        "key",
        "kind",
        "field",
        "shown_base",
        "shown_value",
        "shown_released",
        "is_in_conflict",
        "version",
    )
    list_filter = ("is_in_conflict", "kind")
    search_fields = ("key", "field")
    ordering = ("-is_in_conflict", "key", "field")
    list_select_related = ("version",)
    actions = ("keep_operators", "take_releases")

    @display(description=OperatorFact._meta.get_field("base").verbose_name)
    def shown_base(self, row: OperatorFact) -> str:
        """Show what the release said."""
        return _told(row.base)

    @display(description=OperatorFact._meta.get_field("value").verbose_name)
    def shown_value(self, row: OperatorFact) -> str:
        """Show what the operator says."""
        return _told(row.value)

    @display(description=OperatorFact._meta.get_field("released").verbose_name)
    def shown_released(self, row: OperatorFact) -> str:
        """Show what the release says now, where that is something else."""
        return _told(row.released) if row.is_in_conflict else ""

    @action(description=_("Keep what the operator says"))
    def keep_operators(
        self, request: HttpRequest, queryset: QuerySet[OperatorFact]
    ) -> None:
        """Decide for the operator."""
        self._settle(request, queryset, take_release=False)

    @action(description=_("Take what the release says"))
    def take_releases(
        self, request: HttpRequest, queryset: QuerySet[OperatorFact]
    ) -> None:
        """Decide for the release."""
        self._settle(request, queryset, take_release=True)

    def _settle(
        self,
        request: HttpRequest,
        queryset: QuerySet[OperatorFact],
        *,
        take_release: bool,
    ) -> None:
        for row in list(queryset):
            try:
                services.settle_conflict(
                    fact_id=row.pk,
                    take_release=take_release,
                    reason=str(_("Took what the release says.")),
                    by=operator_of(request),
                    at=timezone.now(),
                )
            except DomainError as error:
                self.message_user(request, f"{row}: {error}", messages.WARNING)
            else:
                self.message_user(request, _("%(fact)s is decided.") % {"fact": row})


def _told(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)
