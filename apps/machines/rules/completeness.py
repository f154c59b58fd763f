"""What a machine must say of itself before others may see it."""

from collections.abc import Callable, Iterable
from typing import Protocol

from apps.catalog.types import ProcessNode
from apps.machines.types import MachineKind, MissingFact, MissingKey

SERVICES = "services/"
FACILITIES = "services/facilities/"


class MachineLike(Protocol):
    """The facts of a machine that are looked at."""

    kind: str
    maker: str
    model: str


class CapabilityLike(Protocol):
    """The facts of a capability that are looked at."""

    process_code: str
    material_groups: list[str]
    material_codes: list[str]
    envelope_kind: str | None
    it_grade: int | None
    roughness_um: float | None


def missing(
    machine: MachineLike,
    capabilities: Iterable[CapabilityLike],
    *,
    has_rate: bool,
    process: Callable[[str], ProcessNode],
) -> list[MissingFact]:
    """Return what is still to be said, in the order in which it is asked for.

    A facility has no maker or model that a buyer would know it by. A tolerance or a
    roughness is asked for where the process has typical ones, and a material or an
    envelope wherever a part is worked on.
    """
    found: list[MissingFact] = []
    if machine.kind != MachineKind.FACILITY:
        if not machine.maker:
            found.append(MissingFact(MissingKey.MAKER))
        if not machine.model:
            found.append(MissingFact(MissingKey.MODEL))
    offered = list(capabilities)
    if not offered:
        found += [
            MissingFact(key)
            for key in (
                MissingKey.PROCESS,
                MissingKey.MATERIALS,
                MissingKey.ENVELOPE,
                MissingKey.TOLERANCE,
            )
        ]
    for capability in offered:
        found += _missing_of(capability, process(capability.process_code))
    if not has_rate:
        found.append(MissingFact(MissingKey.HOURLY_RATE))
    return found


def asked_of(process: ProcessNode) -> tuple[MissingKey, ...]:
    """Return what a capability in a process has to say, in the order it is asked."""
    asked = {
        MissingKey.MATERIALS: not process.path.startswith(SERVICES),
        MissingKey.ENVELOPE: not process.path.startswith(FACILITIES),
        MissingKey.TOLERANCE: process.it_grade_min is not None,
        MissingKey.ROUGHNESS: process.roughness_min_um is not None,
    }
    return tuple(key for key, is_asked in asked.items() if is_asked)


def _missing_of(
    capability: CapabilityLike, process: ProcessNode
) -> Iterable[MissingFact]:
    absent = {
        MissingKey.MATERIALS: not (
            capability.material_groups or capability.material_codes
        ),
        MissingKey.ENVELOPE: capability.envelope_kind is None,
        MissingKey.TOLERANCE: capability.it_grade is None,
        MissingKey.ROUGHNESS: capability.roughness_um is None,
    }
    return [MissingFact(key, process.code) for key in asked_of(process) if absent[key]]
