"""Reads MTConnect probe documents, versions 1.x and 2.x; trusts nothing in them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.machines.rules import kinematics
from apps.machines.rules.kinematics import Axes
from apps.machines.types import DeviceFacts, MissingKey, ProbeDocument, Travel

MEBIBYTE = 1024 * 1024
MAX_BYTES = 5 * MEBIBYTE
# Real documents are some fifteen levels deep and name some dozens of devices.
MAX_DEPTH = 64
MAX_DEVICES = 500
MAX_TEXT = 120
# Faster is no spindle, but a placeholder for no limit.
MOST_RPM = 1_000_000

ROOT = "MTConnectDevices"
OTHER_ANSWERS = {
    "MTConnectStreams": "/current, /sample",
    "MTConnectAssets": "/assets",
}
NAMESPACE = re.compile(r"urn:mtconnect\.org:MTConnectDevices:(\d+)\.(\d+)")
KNOWN_MAJORS = ("1", "2")
SHDR_LINE = re.compile(rb"\s*(\xef\xbb\xbf)?\s*\d{4}-\d\d-\d\dT[\d:.]+Z?\|")

# In UTF-8 or UTF-16, with a mark of the order of bytes or without.
XML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe<\x00|\xfe\xff\x00<")

SPEED_TYPES = {"ROTARY_VELOCITY", "SPINDLE_SPEED"}
# What serves the machine has axes too, and none of them is the machine's own.
SERVANTS = {"Auxiliaries", "Auxiliary", "Interfaces", "Resources"}
# Names by which agents call the component, whichever control it is.
GENERIC = re.compile(
    r"(cnc|cont|control|controller)([ _-]?(basic|main|\d+))?", re.IGNORECASE
)
ANGLE_TYPES = {"ANGLE"}
AXES = {"Linear", "Rotary", "Spindle"}
PART_OF_ID = re.compile(r"[-_.](?=[A-Za-z])")
SPINDLE_MODE = {"SPINDLE"}
MILLIMETERS = {
    "": 1.0,
    "MILLIMETER": 1.0,
    "CENTIMETER": 10.0,
    "DECIMETER": 100.0,
    "METER": 1000.0,
    "INCH": 25.4,
    "FOOT": 304.8,
}
PER_MINUTE = {
    "": 1.0,
    "REVOLUTION/MINUTE": 1.0,
    "REVOLUTION/SECOND": 60.0,
    "DEGREE/SECOND": 1 / 6,
}
LOWEST = ("Minimum", "LowerLimit")
HIGHEST = ("Maximum", "UpperLimit")

# No part of the standard carries these: only the enterprise can say them.
NEVER_SAID = (
    MissingKey.MATERIALS,
    MissingKey.TOLERANCE,
    MissingKey.ROUGHNESS,
    MissingKey.HOURLY_RATE,
)


class NotAProbeDocument(InvalidInput):
    """The file is not the answer of an MTConnect agent to a probe."""

    code = "not_a_probe_document"


class _TooDeep(Exception):
    """Elements are nested deeper than any real document nests them."""


class _LimitedBuilder(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _TooDeep
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def recognizes(raw: bytes) -> bool:
    """Say whether a file is XML: shells are asked before, tables after."""
    return XML_START.match(raw) is not None


def parse(document: bytes) -> ProbeDocument:
    """Read the devices of a probe document.

    :raises NotAProbeDocument: if the file is anything else, or hostile.
    """
    root = _root(document)
    version = _version(root)
    elements = [item for item in root.iter() if _local(item) == "Device"]
    if not elements:
        raise _refusal(
            _("The document names no device."),
            _("Save the answer of an agent to /probe that lists its machines."),
        )
    if len(elements) > MAX_DEVICES:
        raise _refusal(
            _("The document names %(count)d devices; %(limit)d are read at most.")
            % {"count": len(elements), "limit": MAX_DEVICES},
            _("Split it into several documents."),
        )
    return ProbeDocument(
        version=version, devices=tuple(_device(element) for element in elements)
    )


# --- from bytes to a tree


def _root(document: bytes) -> Element:
    if not document.strip():
        raise _refusal(
            _("The file is empty."), _("Save the answer of an agent to /probe.")
        )
    if len(document) > MAX_BYTES:
        raise _refusal(
            _("The file has %(size).1f MiB; %(limit)d MiB are read at most.")
            % {"size": len(document) / MEBIBYTE, "limit": MAX_BYTES // MEBIBYTE},
            _("Split it into several documents."),
        )
    if SHDR_LINE.match(document):
        raise _refusal(
            _("The file is the data stream of an adapter, not a device document."),
            _("Save the answer of the agent to /probe."),
        )
    parser = DefusedXMLParser(target=_LimitedBuilder(), forbid_dtd=True)
    try:
        parser.feed(document)
        root = parser.close()
    except _TooDeep as error:
        raise _refusal(
            _("The document nests elements deeper than %(limit)d levels.")
            % {"limit": MAX_DEPTH},
            _("Save the answer of an agent to /probe."),
        ) from error
    except DefusedXmlException as error:
        raise _refusal(
            _("The document declares entities or a document type, which is unsafe."),
            _("Remove the DOCTYPE; the answer of an agent has none."),
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        line, column = getattr(error, "position", (1, 0))
        raise _refusal(
            _("The file is not well-formed XML: line %(line)d, column %(column)d.")
            % {"line": line, "column": column + 1},
            _("Save the answer of an agent to /probe as it is."),
        ) from error
    assert isinstance(root, Element)
    return root


def _version(root: Element) -> str:
    name = _local(root)
    if name in OTHER_ANSWERS:
        raise _refusal(
            _("This is the answer of an agent to %(requests)s: it has no devices.")
            % {"requests": OTHER_ANSWERS[name]},
            _("Save its answer to /probe instead."),
        )
    if name == "MTConnectError":
        said = " ".join("".join(root.itertext()).split())
        raise _refusal(
            _("The agent answered with an error: %(error)s") % {"error": said[:200]},
            _("Mend what the agent complains of, and ask it for /probe again."),
        )
    if name != ROOT:
        raise _refusal(
            _("The document is a %(name)s, not an MTConnectDevices document.")
            % {"name": name[:60]},
            _("Save the answer of an agent to /probe."),
        )
    namespace = root.tag[1:].split("}")[0] if root.tag.startswith("{") else ""
    if not namespace:
        # Drafts before 1.0 had no namespace; what they say is said the same way.
        header = next((item for item in root if _local(item) == "Header"), None)
        return "" if header is None else _text(header.get("version"))
    found = NAMESPACE.fullmatch(namespace)
    if found is None or found[1] not in KNOWN_MAJORS:
        raise _refusal(
            _("The namespace %(namespace)s is not MTConnect 1.x or 2.x.")
            % {"namespace": namespace[:100]},
            _("Ask the agent for a version that is read here."),
        )
    return f"{found[1]}.{found[2]}"


def _refusal(detail: str, remedy: str) -> NotAProbeDocument:
    return NotAProbeDocument(detail, field="document", remedy=remedy)


# --- from a tree to facts


def _device(element: Element) -> DeviceFacts:
    described = next(iter(_children(element, "Description")), None)
    said = {} if described is None else described.attrib
    text = "" if described is None else _text(described.text)
    axes = _axes(element)
    travels = _travels(element)
    maker = _text(said.get("manufacturer"))
    model = _text(said.get("model"))
    name = _text(element.get("name"))
    proposal = kinematics.propose(axes, maker, (model, text))
    facts = DeviceFacts(
        # Whole: cut short, two machines could become one.
        uuid=" ".join((element.get("uuid") or "").split()),
        name=name,
        maker=maker,
        model=model,
        serial_number=_text(said.get("serialNumber")),
        description=text,
        linear_axes=axes.linear,
        rotary_axes=axes.rotary,
        spindles=axes.spindles,
        controllers=_controllers(element),
        spindle_rpm=_fastest(element),
        data_items=sum(_local(item) == "DataItem" for item in element.iter()),
        travels=travels,
        proposal=proposal,
        unsaid=(),
    )
    absent = {
        MissingKey.MAKER: not facts.maker,
        MissingKey.MODEL: not facts.model,
        MissingKey.PROCESS: facts.proposal is None,
        MissingKey.ENVELOPE: facts.envelope_mm is None,
        **dict.fromkeys(NEVER_SAID, True),
    }
    return replace(facts, unsaid=tuple(key for key in MissingKey if absent[key]))


def _axes(device: Element) -> Axes:
    linear: list[str] = []
    rotary: list[str] = []
    spindles: list[str] = []
    both: list[str] = []
    taken: set[tuple[str, str]] = set()
    for item, is_in_rotary in _components(device):
        kind = _local(item)
        name = _name(item)
        if kind in AXES and (kind, name) in taken:
            # Two spindles C are C and, by the end of its id, C2.
            name = PART_OF_ID.split(_text(item.get("id")))[-1] or name
        taken.add((kind, name))
        if kind == "Linear":
            linear.append(name)
        elif kind == "Spindle" and not is_in_rotary:
            spindles.append(name)
        elif kind == "Rotary":
            turns, moves = _uses(item)
            if turns:
                spindles.append(name)
            if moves or not turns:
                rotary.append(name)
            if turns and moves:
                both.append(name)
    return Axes(
        linear=tuple(linear),
        rotary=tuple(rotary),
        spindles=tuple(spindles),
        turning_axes=tuple(both),
    )


def _controllers(device: Element) -> tuple[str, ...]:
    """Name the controls; a component that is only called controller says nothing."""
    found = []
    for item, _inside in _components(device):
        if _local(item) != "Controller":
            continue
        described = next(iter(_children(item, "Description")), None)
        said = {} if described is None else described.attrib
        words = [_text(said.get(key)) for key in ("manufacturer", "model")]
        name = " ".join(word for word in words if word) or _name(item)
        if not GENERIC.fullmatch(name) and name not in found:
            found.append(name)
    return tuple(found)


def _fastest(device: Element) -> int | None:
    """Return the highest speed to which a spindle is limited, per minute."""
    speeds = []
    for axis, _inside in _components(device):
        if _local(axis) not in {"Rotary", "Spindle"}:
            continue
        limited = [
            (limits, item.get("units") or item.get("nativeUnits"))
            for item in _own_data_items(axis)
            if item.get("type") in SPEED_TYPES and item.get("subType") != "OVERRIDE"
            for limits in _children(item, "Constraints")
        ]
        limited += [
            (limits, limits.get("units"))
            for limits in _specifications(axis)
            if limits.get("type") in SPEED_TYPES
        ]
        for limits, units in limited:
            most, scale = _limit(limits, HIGHEST), PER_MINUTE.get(units or "")
            if most is not None and scale is not None and 1 <= most * scale <= MOST_RPM:
                speeds.append(round(most * scale))
    return max(speeds, default=None)


def _uses(rotary: Element) -> tuple[bool, bool]:
    """Say whether a rotary turns at a speed, and whether it moves to angles.

    The standard names a mill's spindle C like a rotary axis; only what is measured
    of it, or the mode that it is held in, tells the two apart.
    """
    types = set()
    modes: set[str] = set()
    for item in _own_data_items(rotary):
        types.add(item.get("type", ""))
        if item.get("type") == "ROTARY_MODE":
            for constraints in _children(item, "Constraints"):
                modes |= {_text(v.text) for v in _children(constraints, "Value")}
    turns = bool(types & SPEED_TYPES) or any(
        _local(item) == "Spindle" for item in rotary.iter()
    )
    moves = bool(types & ANGLE_TYPES)
    if modes:
        turns = turns or "SPINDLE" in modes
        moves = bool(modes - SPINDLE_MODE)
    return turns, moves


def _travels(device: Element) -> tuple[Travel, ...]:
    found: dict[str, Travel] = {}
    positions: dict[str, str] = {}
    for axis, _inside in _components(device):
        if _local(axis) != "Linear":
            continue
        letter = kinematics.letter_of(_name(axis))
        for item in _own_data_items(axis):
            if item.get("type") != "POSITION" or item.get("category") == "CONDITION":
                continue
            positions[item.get("id", "")] = letter
            for constraints in _children(item, "Constraints"):
                units = item.get("units") or item.get("nativeUnits")
                _note(found, letter, constraints, units)
        for limits in _specifications(axis):
            if limits.get("type") == "POSITION":
                _note(found, letter, limits, limits.get("units"))
    # A specification may stand anywhere and name the position that it limits.
    for limits in _specifications(device, everywhere=True):
        named = positions.get(limits.get("dataItemIdRef", ""))
        if named is not None:
            _note(found, named, limits, limits.get("units"))
    return tuple(found.values())


def _note(
    found: dict[str, Travel], letter: str, limits: Element, units: str | None
) -> None:
    low = _limit(limits, LOWEST)
    high = _limit(limits, HIGHEST)
    scale = MILLIMETERS.get(units or "")
    if letter in found or low is None or high is None or scale is None or low >= high:
        return
    found[letter] = Travel(letter, round(low * scale, 3), round(high * scale, 3))


def _limit(limits: Element, names: tuple[str, ...]) -> float | None:
    for name in names:
        for item in limits.iter():
            if _local(item) == name:
                try:
                    number = float(_text(item.text))
                except ValueError:
                    continue
                if abs(number) < float("inf"):
                    return number
    return None


def _specifications(element: Element, *, everywhere: bool = False) -> Iterator[Element]:
    if everywhere:
        found = list(element.iter())
    else:
        found = [
            item
            for configuration in _children(element, "Configuration")
            for item in configuration.iter()
        ]
    for item in found:
        if _local(item) in {"Specification", "ProcessSpecification"}:
            yield item


def _components(
    element: Element, *, is_in_rotary: bool = False
) -> Iterator[tuple[Element, bool]]:
    """Give the machine's components in order, and whether each is part of a rotary."""
    for group in _children(element, "Components"):
        for item in group:
            if _local(item) in SERVANTS:
                continue
            yield item, is_in_rotary
            yield from _components(
                item, is_in_rotary=is_in_rotary or _local(item) == "Rotary"
            )


def _own_data_items(component: Element) -> Iterator[Element]:
    for group in _children(component, "DataItems"):
        yield from _children(group, "DataItem")


def _children(element: Element, name: str) -> Iterator[Element]:
    for item in element:
        if _local(item) == name:
            yield item


def _name(component: Element) -> str:
    for said in ("name", "nativeName", "id"):
        name = _text(component.get(said))
        if name:
            return name
    return "?"


def _local(element: Element) -> str:
    # Comments and processing instructions have a function for a tag.
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(value: str | None) -> str:
    return " ".join((value or "").split())[:MAX_TEXT]
