"""The words of the library, and what other apps learn from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _


class MachineKind(models.TextChoices):
    """What class of thing is booked."""

    MACHINE_TOOL = "machine_tool", _("Machine tool")
    FORMING_MACHINE = "forming_machine", _("Forming machine")
    ADDITIVE_MACHINE = "additive_machine", _("Additive machine")
    MOLDING_MACHINE = "molding_machine", _("Casting or molding machine")
    JOINING_CELL = "joining_cell", _("Welding or joining cell")
    TREATMENT_LINE = "treatment_line", _("Treatment or coating line")
    MEASURING_MACHINE = "measuring_machine", _("Measuring machine")
    FACILITY = "facility", _("Facility")


class Confidence(models.TextChoices):
    """How far a published figure is borne out."""

    STATED = "stated", _("By the maker's text alone")
    CONFIRMED = "confirmed", _("Found in a second text")


class SizeBasis(models.TextChoices):
    """What the sizes of a model are the sizes of, as its maker says it."""

    TRAVEL = "travel", _("Travels of the axes")
    PART = "part", _("Largest part")
    SHEET = "sheet", _("Sheet format")
    VOLUME = "volume", _("Build volume")
    RANGE = "range", _("Measuring range")
    TIE_BARS = "tie_bars", _("Between the tie bars")
    BENDING_LENGTH = "bending_length", _("Bending length")


BOX = ("size_x_mm", "size_y_mm", "size_z_mm")
CYLINDER = ("diameter_mm", "length_mm")
SIZES = (*BOX, *CYLINDER)
# All figures of a model, in the order in which they are shown.
FIGURES = (
    "axes",
    *SIZES,
    "max_load_kg",
    "spindle_rpm",
    "spindle_kw",
    "tool_places",
    "force_kn",
    "positioning_um",
)


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a figure is published; `on` is the edition, empty where it names none."""

    title: str
    on: str
    url: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A machine model as its maker publishes it; a figure that is not there is unknown.

    `confirmed` names the figures that a second public text states as well.
    """

    id: UUID
    code: str
    maker: str
    model: str
    other_names: tuple[str, ...]
    kind: MachineKind
    process_codes: tuple[str, ...]
    basis: SizeBasis | None
    figures: Mapping[str, float]
    source: Publication
    confirmed: frozenset[str]
    second_source: Publication | None

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Maker and model, as people say them."""
        return f"{self.maker} {self.model}"

    @property
    def source_text(self) -> str:
        """The maker's publication in one line."""
        return ", ".join(part for part in (self.source.title, self.source.on) if part)

    def figure(self, name: str) -> Any:
        """Return a figure, or None where the maker's text does not state it."""
        return self.figures.get(name)

    def confidence(self, name: str) -> Confidence:
        """Say how far a figure is borne out."""
        return Confidence.CONFIRMED if name in self.confirmed else Confidence.STATED

    @property
    def has_box(self) -> bool:
        """Whether all three sides of a box are published."""
        return all(name in self.figures for name in BOX)

    @property
    def has_cylinder(self) -> bool:
        """Whether diameter and length are published."""
        return all(name in self.figures for name in CYLINDER)
