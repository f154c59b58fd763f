"""The catalogue as it was loaded: read here, changed in its data files."""

from django.contrib import admin
from unfold.decorators import display

from apps.catalog.models import (
    CertificateKind,
    ExchangeRate,
    Material,
    MaterialEquivalence,
    Process,
)
from apps.kernel.admin import ReadOnlyAdmin, console


@admin.register(Process, site=console)
class ProcessAdmin(ReadOnlyAdmin):
    """Processes in the order of their tree."""

    list_display = (
        "indented_name",
        "code",
        "din_group",
        "name_zh",
        "name_ru",
        "name_de",
        "is_leaf",
    )
    list_filter = ("is_leaf",)
    search_fields = ("code", "name_en", "name_zh", "name_ru", "name_de", "aliases")
    ordering = ("order",)
    raw_id_fields = ("parent",)
    list_per_page = 200

    @display(description=Process._meta.get_field("name_en").verbose_name)
    def indented_name(self, row: Process) -> str:
        """Show where in the tree the process stands."""
        return "\N{NO-BREAK SPACE}" * 4 * row.path.count("/") + row.name_en


@admin.register(Material, site=console)
class MaterialAdmin(ReadOnlyAdmin):
    """Grades with the figures that prices are made of."""

    list_display = (
        "name",
        "standard",
        "number",
        "group",
        "density_kg_m3",
        "removal_factor",
        "price_eur_kg",
    )
    list_filter = ("group",)
    search_fields = ("code", "name", "number", "aliases")
    ordering = ("order",)
    list_per_page = 200


@admin.register(MaterialEquivalence, site=console)
class MaterialEquivalenceAdmin(ReadOnlyAdmin):
    """Which grade may stand for which."""

    list_display = ("a", "b", "kind", "source")
    list_filter = ("kind",)
    list_select_related = ("a", "b")
    search_fields = ("a__name", "b__name")
    ordering = ("a__order", "b__order")
    raw_id_fields = ("a", "b")


@admin.register(CertificateKind, site=console)
class CertificateKindAdmin(ReadOnlyAdmin):
    """Certificates that buyers may ask for."""

    list_display = ("name", "code", "industry", "issuer_scope", "includes")
    list_filter = ("industry",)
    search_fields = ("code", "name")
    ordering = ("order",)


@admin.register(ExchangeRate, site=console)
class ExchangeRateAdmin(ReadOnlyAdmin):
    """Rates by which prices are compared."""

    list_display = ("currency", "units_per_eur", "on", "source")
    list_filter = ("currency",)
    ordering = ("-on", "currency")
