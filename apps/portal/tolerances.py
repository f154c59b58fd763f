"""The rows in which a planner states how well single features are held."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.machines.rules import iso286
from apps.machines.rules.tolerances import ordered
from apps.machines.types import FeatureClass
from apps.portal import formats
from apps.portal.forms import PortalForm, Quantity
from apps.portal.machine_forms import COARSEST, FINEST, plain

# A size at which the width of a grade is shown beside it.
SHOWN_AT_MM = 50
FIGURES = ("it_grade", "tolerance_um", "roughness_um")


class FeatureText(NamedTuple):
    """How well a class of features is held, in words."""

    label: str
    text: str


class TolerancesForm(PortalForm):
    """Three figures for each class of features, all of them optional."""

    def __init__(self, *args: Any, stated: Mapping[str, Any], **kwargs: Any) -> None:
        initial = {
            f"{feature}_{name}": plain(value)
            for feature, figures in stated.items()
            for name, value in figures.items()
        }
        super().__init__(*args, prefix="tolerance", initial=initial, **kwargs)
        for feature in FeatureClass:
            self.fields[f"{feature.value}_it_grade"] = forms.TypedChoiceField(
                label=_("IT grade: %(feature)s") % {"feature": feature.label},
                choices=[
                    ("", "–"),
                    *((n, f"IT{n}") for n in range(FINEST, COARSEST + 1)),
                ],
                coerce=int,
                empty_value=None,
                required=False,
            )
            self.fields[f"{feature.value}_tolerance_um"] = Quantity(
                label=_("Tolerance: %(feature)s") % {"feature": feature.label},
                unit="µm",
                required=False,
                min_value=0,
            )
            self.fields[f"{feature.value}_roughness_um"] = Quantity(
                label=_("Ra: %(feature)s") % {"feature": feature.label},
                unit="µm",
                required=False,
                min_value=0,
            )

    @property
    def rows(self) -> Iterable[tuple[str, list[Any]]]:
        """Each class by its name, with its fields."""
        for feature in FeatureClass:
            yield (
                str(feature.label),
                [self[f"{feature.value}_{name}"] for name in FIGURES],
            )

    def tolerances(self) -> dict[str, dict[str, float]]:
        """Return what was written, as services take it."""
        return {
            feature.value: figures
            for feature in FeatureClass
            if (figures := self._figures(feature))
        }

    def _figures(self, feature: FeatureClass) -> dict[str, float]:
        said = {
            name: self.cleaned_data.get(f"{feature.value}_{name}") for name in FIGURES
        }
        return {
            name: value if name == "it_grade" else float(value)
            for name, value in said.items()
            if value is not None
        }


def feature_figures(
    tolerances: Mapping[str, Mapping[str, Any]],
) -> list[FeatureText]:
    """Write what is held of each class of features."""
    return [
        FeatureText(str(FeatureClass(feature).label), ", ".join(_texts(figures)))
        for feature, figures in ordered(tolerances).items()
    ]


def _texts(figures: Mapping[str, Any]) -> Iterable[str]:
    if "it_grade" in figures:
        width = iso286.width_um(figures["it_grade"], SHOWN_AT_MM)
        yield _t("IT%(grade)d (%(width)s at ⌀ %(size)s)") % {
            "grade": figures["it_grade"],
            "width": formats.quantity(width, "um", 1),
            "size": formats.quantity(SHOWN_AT_MM, "mm"),
        }
    if "tolerance_um" in figures:
        yield formats.quantity(figures["tolerance_um"], "um", 3)
    if "roughness_um" in figures:
        yield f"Ra {formats.quantity(figures['roughness_um'], 'um', 3)}"
