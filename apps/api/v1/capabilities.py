"""What a machine can do in one process, as partners read and write it."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.api.reading import Measure, StrictSerializer
from apps.machines.rules.tolerances import ordered
from apps.machines.types import (
    CapabilityDraft,
    EnvelopeKind,
    FeatureClass,
    FigureOrigin,
)
from tenants.types import Disclosure

# What the columns can keep; what a machine can be, the domain says.
MOST = 2_000_000_000


def origins() -> serializers.DictField:
    """Say whose word each figure is."""
    return serializers.DictField(child=serializers.ChoiceField(FigureOrigin.values))


class ToleranceShape(serializers.Serializer[Any]):
    """How well one class of features is held; null is unknown."""

    disclosure = Disclosure.PRIVATE

    feature = serializers.ChoiceField(FeatureClass.values)
    it_grade = serializers.IntegerField(allow_null=True, help_text="ISO 286")
    tolerance_um = serializers.FloatField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)


class TolerancesField(serializers.ListField):
    """Tolerances by class, as a list of objects."""

    child = ToleranceShape()

    def to_representation(self, data: Any) -> list[Any]:
        """List what is stated of each class."""
        return [
            {
                "feature": feature,
                **dict.fromkeys(("it_grade", "tolerance_um", "roughness_um")),
                **figures,
            }
            for feature, figures in ordered(data).items()
        ]


class CapabilityShape(serializers.Serializer[Any]):
    """What a machine can do in one process; null is unknown."""

    disclosure = Disclosure.PRIVATE

    process_code = serializers.CharField()
    material_groups = serializers.ListField(child=serializers.CharField())
    material_codes = serializers.ListField(child=serializers.CharField())
    envelope_kind = serializers.ChoiceField(EnvelopeKind.values, allow_null=True)
    size_x_mm = serializers.FloatField(allow_null=True)
    size_y_mm = serializers.FloatField(allow_null=True)
    size_z_mm = serializers.FloatField(allow_null=True)
    diameter_mm = serializers.FloatField(allow_null=True)
    length_mm = serializers.FloatField(allow_null=True)
    max_mass_kg = serializers.FloatField(allow_null=True)
    it_grade = serializers.IntegerField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)
    tolerances = TolerancesField()
    batch_min = serializers.IntegerField(allow_null=True)
    batch_max = serializers.IntegerField(allow_null=True)
    figures_origin = origins()


def measure() -> Measure:
    """Ask for a measure that may be unknown."""
    return Measure(required=False, allow_null=True, default=None)


def count() -> serializers.IntegerField:
    """Ask for a number of things that may be unknown."""
    return serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, allow_null=True, default=None
    )


def _grade() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=18, required=False, allow_null=True, default=None
    )


class ToleranceInput(StrictSerializer):
    """How well one class of features is held; at least one figure of it."""

    feature = serializers.ChoiceField(FeatureClass.values)
    it_grade = _grade()
    tolerance_um = measure()
    roughness_um = measure()


class CapabilityInput(StrictSerializer):
    """What a machine can do in one process; what is left out is unknown."""

    material_groups = serializers.ListField(
        child=serializers.CharField(max_length=16),
        required=False,
        default=list,
        max_length=20,
    )
    material_codes = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        default=list,
        max_length=200,
    )
    envelope_kind = serializers.ChoiceField(
        EnvelopeKind.values, required=False, allow_null=True, default=None
    )
    size_x_mm = measure()
    size_y_mm = measure()
    size_z_mm = measure()
    diameter_mm = measure()
    length_mm = measure()
    max_mass_kg = measure()
    it_grade = _grade()
    roughness_um = measure()
    tolerances = serializers.ListField(
        child=ToleranceInput(),
        required=False,
        default=list,
        max_length=len(FeatureClass),
    )
    batch_min = count()
    batch_max = count()

    def validate_tolerances(self, given: list[Any]) -> list[Any]:
        """Refuse a class that is named twice: one of both would be lost."""
        features = [one["feature"] for one in given]
        twice = {one for one in features if features.count(one) > 1}
        if twice:
            raise serializers.ValidationError(
                f"Name each feature once; {', '.join(sorted(twice))} stands there twice."
            )
        return given


def capability_draft(process_code: str, facts: Mapping[str, Any]) -> CapabilityDraft:
    """Return a body that was read, as services take it."""
    return CapabilityDraft(
        **{
            **facts,
            "process_code": process_code,
            "material_groups": tuple(facts["material_groups"]),
            "material_codes": tuple(facts["material_codes"]),
            "tolerances": {
                one["feature"]: {
                    name: value
                    for name, value in one.items()
                    if name != "feature" and value is not None
                }
                for one in facts["tolerances"]
            },
        }
    )
