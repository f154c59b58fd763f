"""Whether what a shop declares is within what its process typically gives."""

from collections.abc import Iterable
from typing import Protocol

from apps.catalog.types import ProcessNode
from apps.machines.types import Doubt


class DeclaredFigures(Protocol):
    """The figures of a capability that a process has typical ranges of."""

    it_grade: int | None
    roughness_um: float | None


def doubts(declared: DeclaredFigures, process: ProcessNode) -> Iterable[Doubt]:
    """Return the figures that are finer than usual; a shop may well be that good."""
    figures = (
        ("it_grade", declared.it_grade, process.it_grade_min),
        ("roughness_um", declared.roughness_um, process.roughness_min_um),
    )
    return [
        Doubt(process.code, figure, value, typical, process.source)
        for figure, value, typical in figures
        if value is not None and typical is not None and value < typical
    ]
