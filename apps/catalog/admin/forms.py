"""What the operator fills in to change an entry of the catalog."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.catalog.models import Material, Process
from apps.catalog.services.editing import FACTS_OF_MATERIAL, FACTS_OF_PROCESS
from apps.catalog.types import EquivalenceKind

LONG = {"definition", "source"}


class LinesField(forms.CharField):
    """A list of names, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
            required=False,
            help_text=_("One a line."),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read lines as a list."""
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class ReasonForm(forms.Form):
    """Why the catalog changes, and which version the editor looked at."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("It is kept in the catalog's history."),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput())

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, apart from the reason."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"reason", "seen"}
        }


def form_for(row: Process | Material) -> type[ReasonForm]:
    """Return the form that edits an entry."""
    names = FACTS_OF_PROCESS if isinstance(row, Process) else FACTS_OF_MATERIAL
    fields: dict[str, Any] = {}
    for name in names:
        column = row._meta.get_field(name)
        assert isinstance(column, models.Field)
        fields[name] = _field(name, column)
    return type("EntryForm", (ReasonForm,), fields)


def _field(name: str, column: "models.Field[Any, Any]") -> forms.Field:
    if name == "aliases":
        return LinesField(label=column.verbose_name)
    made = column.formfield()
    assert made is not None
    made.required = not (column.null or column.blank)
    if isinstance(made, forms.DecimalField | forms.FloatField):
        made.widget = UnfoldAdminDecimalFieldWidget(attrs={"step": "any"})
    elif isinstance(made, forms.IntegerField):
        made.widget = UnfoldAdminIntegerFieldWidget()
    elif name in LONG:
        made.widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
    else:
        made.widget = UnfoldAdminTextInputWidget()
    return made


class EquivalenceForm(ReasonForm):
    """How far two grades stand for each other, and who says so."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=EquivalenceKind.choices,
        widget=UnfoldAdminSelectWidget(),
    )
    source = forms.CharField(
        label=_("Source"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class PairForm(EquivalenceForm):
    """Two grades that stand for each other."""

    one = forms.CharField(
        label=_("Code of one grade"), widget=UnfoldAdminTextInputWidget()
    )
    other = forms.CharField(
        label=_("Code of the other"), widget=UnfoldAdminTextInputWidget()
    )
    field_order = ("one", "other", "kind", "source", "reason")
