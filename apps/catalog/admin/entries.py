"""What is in the catalogue: loaded by a release, edited by the operator."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from apps.catalog import services
from apps.catalog.admin.editing import EntryAdmin, edit_page, operator_of, page_of
from apps.catalog.admin.forms import EquivalenceForm, PairForm, ReasonForm
from apps.catalog.models import (
    CatalogVersion,
    CertificateKind,
    ExchangeRate,
    Material,
    MaterialEquivalence,
    Process,
)
from apps.catalog.services.equating import key_of
from apps.catalog.types import EntryKind, EquivalenceKind
from apps.kernel.admin import ReadOnlyAdmin, console


@admin.register(Process, site=console)
class ProcessAdmin(EntryAdmin):
    """Processes in the order of their tree."""

    kind = EntryKind.PROCESS

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
class MaterialAdmin(EntryAdmin):
    """Grades with the figures that prices are made of."""

    kind = EntryKind.MATERIAL

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
class MaterialEquivalenceAdmin(EntryAdmin):
    """Which grade may stand for which."""

    kind = EntryKind.EQUIVALENCE
    list_display = ("a", "b", "kind", "source")
    list_filter = ("kind",)
    list_select_related = ("a", "b")
    search_fields = ("a__name", "b__name", "a__code", "b__code")
    ordering = ("a__order", "b__order")
    raw_id_fields = ("a", "b")
    actions_list = ("add_pair",)
    actions_detail = ("edit_entry", "remove_pair", "show_history")

    def key_of(self, row: Model) -> str:
        """Return the name of a pair, whichever way round it is stored."""
        assert isinstance(row, MaterialEquivalence)
        return key_of(row.a_id, row.b_id)

    @action(description=_("Edit"), url_path="edit", permissions=["edit_entry"])
    def edit_entry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the operator say otherwise how far two grades are equivalent."""
        row = get_object_or_404(MaterialEquivalence, pk=object_id)
        return self._state(
            request,
            EquivalenceForm,
            title=str(row),
            initial={"kind": row.kind, "source": row.source},
            pair=(row.a_id, row.b_id),
            back=page_of(row),
        )

    @action(
        description=_("Add a pair"), url_path="add-pair", permissions=["edit_entry"]
    )
    def add_pair(self, request: HttpRequest) -> HttpResponse:
        """Let the operator state that two grades are equivalent."""
        return self._state(
            request,
            PairForm,
            title=str(_("Add a pair")),
            initial={"kind": EquivalenceKind.NEAREST},
            pair=None,
            back=reverse("admin:catalog_materialequivalence_changelist"),
        )

    @action(description=_("Remove"), url_path="remove", permissions=["edit_entry"])
    def remove_pair(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the operator say that two grades are not equivalent."""
        row = get_object_or_404(MaterialEquivalence, pk=object_id)
        return edit_page(
            self,
            request,
            ReasonForm,
            title=f"{_('Remove')}: {row}",
            initial={},
            submit=lambda form: services.remove_equivalence(
                one=row.a_id,
                other=row.b_id,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                by=operator_of(request),
                at=timezone.now(),
            ),
            back=reverse("admin:catalog_materialequivalence_changelist"),
        )

    def _state(
        self,
        request: HttpRequest,
        form_class: type[EquivalenceForm],
        *,
        title: str,
        initial: dict[str, Any],
        pair: tuple[str, str] | None,
        back: str,
    ) -> HttpResponse:
        def submit(form: ReasonForm) -> CatalogVersion:
            facts = form.cleaned_data
            one, other = pair or (facts["one"], facts["other"])
            return services.set_equivalence(
                one=one,
                other=other,
                kind=EquivalenceKind(facts["kind"]),
                source=facts["source"],
                reason=facts["reason"],
                seen=facts["seen"],
                by=operator_of(request),
                at=timezone.now(),
            )

        return edit_page(
            self,
            request,
            form_class,
            title=title,
            initial=initial,
            submit=submit,
            back=back,
        )


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
