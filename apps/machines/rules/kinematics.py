"""What a machine's axes, and failing them its series, suggest that it is for."""

import re
from dataclasses import dataclass

from apps.machines.types import ProcessProposal, ProposalReason

AXIS_LETTER = re.compile(r"(?:^|[^A-Z])([XYZUVWABC])\d*(?:$|[^A-Z])", re.IGNORECASE)
SPACE = frozenset("XYZ")
WIRE = frozenset("XYUV")
TWO = 2


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes that a document names; a spindle is none of the rotary ones.

    `turning_axes` are the spindles that can be held at an angle as well.
    """

    linear: tuple[str, ...] = ()
    rotary: tuple[str, ...] = ()
    spindles: tuple[str, ...] = ()
    turning_axes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A maker's series that is built for one process, by the maker's own catalog."""

    maker: re.Pattern[str]
    model: re.Pattern[str]
    name: str
    process_code: str


def _series(maker: str, model: str, name: str, process_code: str) -> Series:
    flags = re.IGNORECASE
    return Series(
        re.compile(maker, flags), re.compile(model, flags), name, process_code
    )


# As each maker's catalog files its series. A more special name stands before the
# general one that it contains.
SERIES = (
    _series("hurco", r"\bVMX\s?\d+\s?(U|SRT?)i?\b", "VMX U, SR", "milling-5-axis"),
    _series("hurco", r"\bVMX\s?\d+\s?(i|t|HSi?)?\b", "VMX", "milling-3-axis"),
    _series("hurco", r"\bVM\s?\d+\s?i?\b", "VM", "milling-3-axis"),
    _series("hurco", r"\bTMX?\s?\d+", "TM, TMX", "turning"),
    _series("haas", r"\bUMC\b|\bUMC-", "UMC", "milling-5-axis"),
    _series("haas", r"\b(VF|DM|DT|TM|Mini Mill)\b", "VF", "milling-3-axis"),
    _series("haas", r"\bEC-", "EC", "milling-4-axis"),
    _series("haas", r"\b(ST|TL|DS)-", "ST", "turning"),
    _series("mazak", r"\bINTEGREX\b", "INTEGREX", "turn-mill"),
    _series("mazak", r"\bVARIAXIS\b", "VARIAXIS", "milling-5-axis"),
    _series("mazak", r"\b(QTN|QTU|QT|Quick\s?Turn)\b", "QUICK TURN", "turning"),
    _series("mazak", r"\b(VCN|VTC)\b", "VCN, VTC", "milling-3-axis"),
    _series("mazak", r"\bHCN\b", "HCN", "milling-4-axis"),
    _series("agie|charmilles|mikron|gf ", r"\bHPM\s?\d+U", "HPM U", "milling-5-axis"),
    _series("agie|charmilles|gf ", r"\bCUT\b", "CUT", "wire-edm"),
    _series("agie|charmilles|gf ", r"\bFORM\b", "FORM", "sinker-edm"),
    _series("okuma", r"\bMULTUS\b", "MULTUS", "turn-mill"),
    _series("okuma", r"\b(GENOS L|LB|LU|LT)\s?\d+", "LB, GENOS L", "turning"),
    _series("okuma", r"\bGENOS M\s?\d+.*5AX", "GENOS M 5AX", "milling-5-axis"),
    _series("okuma", r"\bGENOS M\s?\d+", "GENOS M", "milling-3-axis"),
    _series("okuma", r"\bMU-", "MU", "milling-5-axis"),
    _series("okuma", r"\bMA-\d+H", "MA-H", "milling-4-axis"),
    _series("dmg|mori|deckel|gildemeister", r"\bNTX|\bCTX.*TC\b", "NTX", "turn-mill"),
    _series("dmg|mori|gildemeister", r"\b(NLX|CLX|CTX|NL)\b", "NLX, CLX", "turning"),
    _series("dmg|mori|deckel", r"\b(DMU|DMC \d+ U|monoBLOCK)", "DMU", "milling-5-axis"),
    _series("dmg|mori", r"\bNHX|\bNH\s?\d", "NHX", "milling-4-axis"),
    _series("dmg|mori", r"\b(CMX \d+ V|DMC \d+ V|NVX)", "CMX V", "milling-3-axis"),
    _series("hermle", r"\bC\s?\d+", "C", "milling-5-axis"),
    _series("makino", r"\ba\d+(nx)?\b", "a", "milling-4-axis"),
    _series("makino", r"\bU\d+i?\b", "U", "wire-edm"),
    _series("sodick", r"\bA[LQ]\d+", "AL, AQ", "wire-edm"),
    _series("fanuc", r"\bROBOCUT\b", "ROBOCUT", "wire-edm"),
    _series("fanuc", r"\bROBODRILL\b", "ROBODRILL", "milling-3-axis"),
)


def letter_of(name: str) -> str:
    """Return the letter that an axis is known by, or its name if it has none."""
    found = AXIS_LETTER.search(name)
    return found[1].upper() if found else name


def propose(axes: Axes, maker: str, names: tuple[str, ...]) -> ProcessProposal | None:
    """Suggest a process from the axes; where they say too little, from the series."""
    return _from_axes(axes) or _from_series(maker, names)


def _from_axes(axes: Axes) -> ProcessProposal | None:
    linear = {letter_of(name) for name in axes.linear}
    rotary = axes.rotary
    if not axes.spindles:
        if linear >= WIRE:
            return ProcessProposal("wire-edm", ProposalReason.WIRE_GUIDES)
        # Five axes are a machining center even where no spindle is named; fewer
        # may as well be a measuring machine or a robot.
        if linear >= SPACE and len(rotary) >= TWO:
            return _named("milling-5-axis", ProposalReason.FIVE_AXES, rotary)
        return None
    if linear >= SPACE:
        if axes.turning_axes:
            return _named("turn-mill", ProposalReason.TURN_MILL_AXES, axes.turning_axes)
        if len(rotary) >= TWO:
            return _named("milling-5-axis", ProposalReason.FIVE_AXES, rotary)
        if rotary:
            return _named("milling-4-axis", ProposalReason.FOUR_AXES, rotary)
        return ProcessProposal("milling-3-axis", ProposalReason.THREE_AXES)
    if linear >= {"X", "Z"}:
        return ProcessProposal("turning", ProposalReason.TURNING_AXES)
    return None


def _from_series(maker: str, names: tuple[str, ...]) -> ProcessProposal | None:
    for series in SERIES:
        if series.maker.search(maker) and any(
            series.model.search(name) for name in names
        ):
            return ProcessProposal(
                series.process_code,
                ProposalReason.SERIES,
                {"maker": maker, "series": series.name},
            )
    return None


def _named(
    process_code: str, reason: ProposalReason, axes: tuple[str, ...]
) -> ProcessProposal:
    return ProcessProposal(process_code, reason, {"axes": ", ".join(axes)})
