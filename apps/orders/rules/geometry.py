"""Measures a part's file in a child process that may take no more than it is given."""

import json
import logging
import signal
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from apps.kernel import children
from apps.kernel.errors import InvalidInput
from apps.orders.types import Geometry, GeometryFacts, LengthUnit, PartFileKind

logger = logging.getLogger(__name__)

READER = "apps.orders.rules.geometry_reader"
ENVIRONMENT = {
    **children.ENVIRONMENT,
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
DECIMALS = {
    "volume_mm3": 4,
    "volume_error_mm3": 4,
    "area_mm2": 4,
    "size_x_mm": 3,
    "size_y_mm": 3,
    "size_z_mm": 3,
}


@dataclass(frozen=True, slots=True)
class Limits(children.Limits):
    """What the reader of one file may take."""

    memory_mb: int = 3072
    cpu_seconds: int = 180
    wall_seconds: int = 300
    file_mb: int = 256
    preview_mb: int = 32


class GeometryUnreadable(InvalidInput):
    """The file cannot give a part; `facts` holds what was measured all the same."""

    code = "geometry_unreadable"


class GeometryReaderLost(RuntimeError):
    """Raised when the reader was killed from outside; trying again may help."""


def read(
    chunks: Iterable[bytes],
    *,
    name: str,
    kind: str,
    unit: str = LengthUnit.MM,
    limits: Limits | None = None,
) -> Geometry:
    """Measure a part's file and draw its preview.

    :raises GeometryUnreadable: if the file gives no closed part, or costs too much.
    :raises GeometryReaderLost: if the reader was killed from outside.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="spindle-part-") as folder:
        source = Path(folder, f"part.{kind}")
        with source.open("wb") as copy:
            copy.writelines(chunks)
        answer = _run(Path(folder), source, kind, unit, limits)
        if "fault" in answer:
            raise _unreadable(name, answer, limits)
        preview = Path(folder, "preview.glb")
        small = preview.stat().st_size <= limits.preview_mb << 20
        return Geometry(
            facts=GeometryFacts(**_rounded(answer["facts"])),
            preview=preview.read_bytes() if small else None,
        )


def _run(
    folder: Path, source: Path, kind: str, unit: str, limits: Limits
) -> dict[str, Any]:
    answer = folder / "answer.json"
    try:
        done = children.run(
            READER,
            f"--file={source}",
            f"--kind={PartFileKind(kind).value}",
            f"--unit={LengthUnit(unit).value}",
            f"--preview={folder / 'preview.glb'}",
            f"--answer={answer}",
            f"--log={folder / 'log.txt'}",
            folder=folder,
            limits=limits,
            environment=ENVIRONMENT,
        )
    except children.TooSlow:
        return {"fault": "too_slow"}
    if done.returncode in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT}:
        msg = f"the geometry reader was ended by signal {-done.returncode}"
        raise GeometryReaderLost(msg)
    if done.returncode < 0:
        # OpenCASCADE aborts, rather than raises, when memory runs out.
        return {"fault": "too_complex"}
    if done.returncode or not answer.exists():
        log = folder / "log.txt"
        said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        logger.error("geometry reader ended with %s: %s", done.returncode, said)
        return {"fault": "reader_failed"}
    found: dict[str, Any] = json.loads(answer.read_text())
    return found


def _rounded(found: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the digits that are only the noise of glTF's 32-bit numbers."""
    return {
        key: value
        if value is None or key not in DECIMALS
        else round(value, DECIMALS[key])
        for key, value in found.items()
    }


def _unreadable(
    name: str, answer: Mapping[str, Any], limits: Limits
) -> GeometryUnreadable:
    detail, remedy = _explain(str(answer["fault"]))
    figures = {
        "line": "?",
        "reason": "",
        **answer,
        "name": name,
        "seconds": limits.cpu_seconds,
        "memory": limits.memory_mb,
    }
    if answer["fault"] == "step_not_parsed" and "line" not in answer:
        detail = _("%(name)s could not be read as STEP.")
    partial = _rounded(answer.get("facts", {}))
    return GeometryUnreadable(
        detail % figures,
        field="file",
        value=name,
        remedy=remedy,
        facts={"fault": answer["fault"], **partial},
    )


def _explain(fault: str) -> tuple[str, str]:
    again = _("Export the part again from your CAD system as STEP.")
    solid = _("Close or stitch the surfaces and export the part as a solid.")
    simpler = _("Export one part a file, without threads and engraving, or as STEP.")
    texts = {
        "step_not_parsed": (
            _("%(name)s could not be read as STEP: line %(line)s: %(reason)s."),
            again,
        ),
        "stl_not_parsed": (_("%(name)s could not be read as STL: %(reason)s."), again),
        "no_solid": (_("%(name)s holds no solid, only curves or notes."), solid),
        "no_facets": (_("%(name)s holds no facets: it is an empty solid."), again),
        "not_closed": (
            _("%(name)s is not a closed solid: %(open_edges)s edges are open."),
            solid,
        ),
        "encloses_nothing": (
            _("%(name)s encloses no volume: its surface is flat."),
            solid,
        ),
        "out_of_range": (
            _("%(name)s has points more than %(limit_m)s m away, or not numbers."),
            _("Check the unit of the export and the part's origin."),
        ),
        "too_many_facets": (_("%(name)s has %(count)s facets, too many."), simpler),
        "too_slow": (
            _("%(name)s could not be read within %(seconds)s s."),
            simpler,
        ),
        "too_complex": (
            _("%(name)s could not be read within %(memory)s MB of memory."),
            simpler,
        ),
    }
    return texts.get(fault, (_("%(name)s could not be read."), again))
