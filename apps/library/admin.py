"""The library as it was loaded: read here, changed in its data files."""

from django.contrib import admin
from unfold.decorators import display

from apps.kernel.admin import ReadOnlyAdmin, console
from apps.library.models import MachineModel
from apps.library.types import BOX, CYLINDER, Confidence


@admin.register(MachineModel, site=console)
class MachineModelAdmin(ReadOnlyAdmin):
    """Models with their figures, where they are from and how far they are borne out."""

    list_display = (
        "maker",
        "model",
        "kind",
        "processes",
        "sizes",
        "axes",
        "max_load_kg",
        "spindle_rpm",
        "spindle_kw",
        "shown_confidence",
        "source",
    )
    list_filter = ("kind", "maker")
    search_fields = ("code", "maker", "model", "search_text")
    ordering = ("order",)
    list_per_page = 100

    @display(description=MachineModel._meta.get_field("process_codes").verbose_name)
    def processes(self, row: MachineModel) -> str:
        """Show the processes with commas between."""
        return ", ".join(row.process_codes)

    @display(description=MachineModel._meta.get_field("basis").verbose_name)
    def sizes(self, row: MachineModel) -> str:
        """Show the sizes that are known, and what they are the sizes of."""
        known = [
            f"{value:g}"
            for name in (*BOX, *CYLINDER)
            if (value := getattr(row, name)) is not None
        ]
        return f"{' × '.join(known)} mm ({row.get_basis_display()})" if known else "–"

    @display(
        description=MachineModel._meta.get_field("confirmed_figures").verbose_name,
        label={Confidence.CONFIRMED.label: "success", Confidence.STATED.label: "info"},
    )
    def shown_confidence(self, row: MachineModel) -> str:
        """Show how far the figures are borne out."""
        return str(row.confidence.label)
