"""Makes the rows of the one import of Asset Administration Shells: a machine a shell.

What a shell says in a way that the register knows becomes a cell, and everything else
is named with the reason why it is not carried. Nothing is guessed beyond names: where
two places say a fact differently, the one closer to the machine counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.types import MaterialGroup
from apps.machines.rules import aas_reasons as why
from apps.machines.rules import aas_words as words
from apps.machines.rules.aas_elements import (
    Element,
    NoUnit,
    Vocabulary,
    holds_capability,
    is_called,
    is_comment,
    phrase,
    preferred,
    process_of,
    process_words,
    spellings,
    stored,
)
from apps.machines.rules.aas_words import Kind
from apps.machines.rules.document_machines import (
    DocumentReading,
    NotCarried,
    Said,
)
from apps.machines.rules.table_cells import Unfit
from apps.machines.rules.table_columns import BY_KEY, Part
from apps.machines.rules.table_machines import Names

MOST_CODE = 60
KINDS = {Kind.NAMEPLATE, Kind.TECHNICAL, Kind.CAPABILITY}
NO_PROCESS = ("", "capability", "capabilitycontainer", "capability container")
GROUPS = {one.value.casefold(): one.value for one in MaterialGroup}


@dataclass(slots=True)
class _Capability:
    """What a shell says of one process."""

    process: Said
    facts: dict[str, Said] = field(default_factory=dict)
    # Whether a data sheet named it, and no container of its own has been read yet.
    is_expected: bool = False


@dataclass(slots=True)
class _Submodel:
    kind: Kind
    name: str
    elements: list[Element]


def read_machines(said: Mapping[str, Any], names: Names) -> DocumentReading:
    """Make rows of what `aas_reader` told of a file."""
    reading = DocumentReading("aas")
    vocabulary = Vocabulary.over(said["units"])
    tops = _tops(said)
    submodels = {one["id"]: _submodel(one, tops) for one in said["submodels"]}
    named: set[str] = set()
    for shell in said["shells"]:
        own = [submodels[key] for key in shell["submodels"] if key in submodels]
        named |= set(shell["submodels"])
        _Shell(shell, own, vocabulary, names, reading).read()
    loose = [one for key, one in submodels.items() if key not in named]
    if not said["shells"] and any(one.kind in KINDS for one in loose):
        # A file of submodels alone speaks of one asset.
        shell = {"name": "", "ids": [], "display_name": {}, "description": {}}
        _Shell(shell, loose, vocabulary, names, reading).read()
    else:
        for one in loose:
            why.leave(reading, one.elements, _("No shell names this submodel."))
    for submodel, path, value, problem in said["lost"]:
        reason = _("It breaks the rules of the metamodel.")
        if problem:
            reason = f"{reason} {problem}"
        where = f"{tops[submodel]}/{path}" if submodel in tops else path
        reading.not_carried.append(NotCarried(where, value, reason))
    return reading


def kind_of(semantics: Iterable[str], name: str) -> Kind:
    """Return what a submodel speaks of, by its semantic id or else by its name."""
    for meaning in semantics:
        for part, kind in words.KINDS_BY_ID:
            if part in f"{meaning}/".casefold():
                return kind
    plain = name.casefold().replace("_", "").replace(" ", "")
    return next(
        (kind for part, kind in words.KINDS_BY_NAME if part in plain), Kind.OTHER
    )


def _tops(said: Mapping[str, Any]) -> dict[str, str]:
    """Name each submodel as paths begin: behind its shell, where there are several."""
    owners = {
        key: shell["name"] or shell["id"]
        for shell in reversed(said["shells"])
        for key in shell["submodels"]
    }
    tops = {}
    for one in said["submodels"]:
        name = one["name"] or one["id"]
        owner = owners.get(one["id"]) if len(said["shells"]) > 1 else None
        tops[one["id"]] = f"{owner}/{name}" if owner else name
    return tops


def _submodel(said: Mapping[str, Any], tops: Mapping[str, str]) -> _Submodel:
    top = tops[said["id"]]
    elements = [
        Element.of(one, top, is_template=said["kind"] == "TEMPLATE")
        for one in said["elements"]
    ]
    return _Submodel(kind_of(said["semantics"], said["name"]), top, elements)


@dataclass(slots=True)
class _Shell:
    """One shell while it is read."""

    shell: Mapping[str, Any]
    submodels: list[_Submodel]
    vocabulary: Vocabulary
    names: Names
    reading: DocumentReading
    facts: dict[str, Said] = field(default_factory=dict)
    capabilities: list[_Capability] = field(default_factory=list)
    # Figures of a process that a data sheet gives without naming the process.
    of_no_process: list[tuple[str, Element]] = field(default_factory=list)

    def read(self) -> None:
        """Add the rows of the shell, if it is a machine's, and what is left out."""
        order = list(Kind)
        for one in sorted(self.submodels, key=lambda one: order.index(one.kind)):
            match one.kind:
                case Kind.NAMEPLATE:
                    self._read_plate(one.elements)
                case Kind.TECHNICAL:
                    self._read_technical(one.elements)
                case Kind.CAPABILITY:
                    self._read_capabilities(one.elements)
                case _:
                    why.leave(self.reading, one.elements, why.of_submodel(one.kind))
        self._place_figures()
        if not any(one.kind in KINDS for one in self.submodels):
            return
        self._read_asset()
        shared = dict(self.facts)
        rows: list[dict[str, Said]] = []
        for capability in self.capabilities:
            row = {**shared, "process_code": capability.process, **capability.facts}
            rows.append(row)
        self.reading.rows += rows or [shared]

    # --- the asset itself

    def _read_asset(self) -> None:
        shell = self.shell
        top = shell["name"] or "shell"
        self._find_code(top)
        self._take_texts(f"{top}/displayName", shell["display_name"], "name")
        self._take_texts(f"{top}/description", shell["description"], "description")
        if "name" not in self.facts and "designation" in self.facts:
            self.facts["name"] = self.facts["designation"]
        designation = self.facts.pop("designation", None)
        type_ = self.facts.pop("type", None)
        model = type_ or designation
        if model is not None:
            self.facts["model"] = model
        if (
            type_
            and designation
            and designation.value
            not in {
                type_.value,
                self.facts["name"].value,
            }
        ):
            self._lose(designation.path, designation.value, why.no_place())
        for path, value in (
            (f"{top}/assetInformation/globalAssetId", shell.get("global_id", "")),
            (f"{top}/assetInformation/assetType", shell.get("asset_type", "")),
            (f"{top}/assetInformation/defaultThumbnail", shell.get("thumbnail", "")),
        ):
            if value:
                self._lose(path, value, why.of_asset(path))

    def _find_code(self, top: str) -> None:
        ids: dict[str, str] = dict(self.shell["ids"])
        plain = {phrase(name).replace(" ", ""): name for name in ids}
        known = next((plain[one] for one in words.CODE_NAMES if one in plain), None)
        path = f"{top}/assetInformation/specificAssetIds"
        for name, value in ids.items():
            if name == known:
                self.facts["code"] = Said(value, f"{path}/{name}")
            elif phrase(name) == "serial number" and "serial_number" not in self.facts:
                self.facts["serial_number"] = Said(value, f"{path}/{name}")
            else:
                self._lose(f"{path}/{name}", value, why.no_place())
        if known is None:
            serial = self.facts.get("serial_number")
            fallback = Said(self.shell["name"][:MOST_CODE], f"{top}/idShort")
            self.facts["code"] = fallback if fallback.value else serial or Said("", top)

    def _take_texts(self, path: str, texts: Mapping[str, str], key: str) -> None:
        language, text = preferred(texts)
        if not text:
            return
        self.facts[key] = Said(text, path)
        for other, said in texts.items():
            if other != language and said != text:
                self._lose(f"{path}/{other}", said, why.one_language())

    # --- nameplate and technical data

    def _read_plate(self, elements: Iterable[Element]) -> None:
        for element in elements:
            for key, (meanings, called) in words.PLATE.items():
                if is_called(element, meanings, called):
                    self._take(key, element)
                    break
            else:
                reason = why.no_place()
                if "marking" in element.name.casefold():
                    reason = _(
                        "Certificates are entered at the enterprise, with evidence."
                    )
                why.leave(self.reading, [element], reason)

    def _read_technical(self, elements: Iterable[Element]) -> None:
        for element in elements:
            if phrase(element.name) == "general information":
                self._read_plate(element.children)
            elif phrase(element.name) in {
                "technical properties",
                "technical property areas",
            }:
                self._read_area(element, "")
            else:
                why.leave(self.reading, [element], why.no_place())

    def _read_area(self, area: Element, process: str) -> None:
        for element in area.children:
            if element.type == "SubmodelElementCollection":
                self._read_area(element, process_of(element) or process)
                continue
            in_process = bool(process)
            key = self.vocabulary.key_of(element, in_capability=in_process)
            if not key or (element.children and key not in words.LIST_KEYS):
                why.leave(self.reading, [element], why.no_place())
            elif key in BY_KEY and BY_KEY[key].part is Part.MACHINE:
                self._figure(self.facts, key, element)
            elif process:
                self._figure(self._offered(process, area).facts, key, element)
            else:
                self.of_no_process.append((key, element))

    def _offered(self, process: str, where: Element) -> _Capability:
        for one in self.capabilities:
            if one.process.value == process:
                return one
        made = _Capability(Said(process, where.path), is_expected=True)
        self.capabilities.append(made)
        return self.capabilities[-1]

    def _place_figures(self) -> None:
        """Give figures of a data sheet to the one process that the shell offers."""
        for key, element in self.of_no_process:
            if len(self.capabilities) == 1:
                self._figure(self.capabilities[0].facts, key, element)
            else:
                reason = _("It is a figure of a process, and none is named with it.")
                why.leave(self.reading, [element], reason)

    # --- capabilities

    def _read_capabilities(self, elements: Iterable[Element]) -> None:
        for element in elements:
            if holds_capability(element):
                self._read_container(element)
            elif element.is_branch and any(
                holds_capability(below) or below.is_branch for below in element.children
            ):
                self._read_capabilities(element.children)
            else:
                why.leave(self.reading, [element], why.no_place())

    def _read_container(self, container: Element) -> None:
        main = next(one for one in container.children if one.type == "Capability")
        process = self._process(container, main)
        known = [one for one in self.capabilities if one.is_expected]
        same = [one for one in known if one.process.value == process.value]
        if same:
            capability = same[0]
            capability.process, capability.is_expected = process, False
        else:
            capability = _Capability(process)
            self.capabilities.append(capability)
        for element in container.children:
            if element is main:
                continue
            if element.name.casefold().startswith("propertyset"):
                for one in element.children:
                    self._read_property(capability, one)
            elif element.name.casefold().startswith("capabilitycomment"):
                if element.texts:
                    why.leave(self.reading, [element], why.no_place())
            elif element.type in {"Property", "Range", "MultiLanguageProperty"}:
                self._read_property(capability, element)
            else:
                reason = _("The register has no place for relations of capabilities.")
                why.leave(self.reading, [element], reason)

    def _process(self, container: Element, main: Element) -> Said:
        for element in (main, container):
            code = process_of(element)
            if code:
                return Said(code, main.path)
        comments = [
            text
            for one in container.children
            if one.type == "MultiLanguageProperty"
            for text in one.texts.values()
        ]
        candidates = [main.name, container.name, *comments]
        for name in candidates:
            for said in spellings(name):
                try:
                    return Said(self.names.process(said), main.path)
                except Unfit:
                    continue
        told = [one for one in candidates if process_words(one) not in NO_PROCESS]
        return Said(process_words(told[0]) if told else main.name, main.path)

    def _read_property(self, capability: _Capability, said: Element) -> None:
        """Read a property, bare or in the container that the template puts around."""
        values, others = [said], []
        if said.type == "SubmodelElementCollection":
            typed = [one for one in said.children if not is_comment(one)]
            values = [
                one
                for one in typed
                if one.type in {"Property", "Range", "MultiLanguageProperty"}
                or one.type == "SubmodelElementList"
            ]
            others = [one for one in said.children if one not in values]
        why.leave(self.reading, others, why.no_place())
        for element in values:
            key = self.vocabulary.key_of(element, in_capability=True)
            if not key and element is not said:
                named = Element(element.type, said.name, element.path, said.semantics)
                key = self.vocabulary.key_of(named, in_capability=True)
            if not key:
                why.leave(self.reading, [element], why.no_place())
                continue
            is_machine = key in BY_KEY and BY_KEY[key].part is Part.MACHINE
            self._figure(self.facts if is_machine else capability.facts, key, element)

    # --- single facts

    def _take(self, key: str, element: Element) -> None:
        language, text = preferred(element.texts)
        if not text:
            why.leave(self.reading, [element], why.no_place())
            return
        known = self.facts.get(key)
        if known is not None:
            if known.value != text:
                reason = _("%(path)s says %(value)s.") % {
                    "path": known.path,
                    "value": known.value,
                }
                self._lose(element.path, text, reason)
            return
        self.facts[key] = Said(text, element.path)
        for other, said in element.texts.items():
            if other != language and said != text:
                self._lose(f"{element.path}/{other}", said, why.one_language())

    def _figure(self, facts: dict[str, Said], key: str, element: Element) -> None:
        if key in words.LIST_KEYS:
            self._read_list(facts, key, element)
        elif element.type == "Range":
            self._read_range(facts, key, element)
        elif key == words.BATCH.key:
            self._state(facts, "batch_max", element, element.text, element.path)
        else:
            self._state(facts, key, element, element.text, element.path)

    def _read_list(self, facts: dict[str, Said], key: str, element: Element) -> None:
        leaves = list(element.leaves())
        for leaf in leaves:
            for word in leaf.text.replace("|", ";").split(";"):
                name = word.strip()
                group = GROUPS.get(name.casefold())
                target = "material_groups" if group else "material_codes"
                if key == "material_groups":
                    target = key
                if name:
                    known = facts.get(target)
                    all_ = [known.value] if known else []
                    said = "; ".join([*all_, group or self._grade(name)])
                    facts[target] = Said(said, known.path if known else element.path)

    def _grade(self, name: str) -> str:
        try:
            return self.names.material(name)
        except Unfit:
            return name

    def _read_range(self, facts: dict[str, Said], key: str, element: Element) -> None:
        ends: Mapping[str, str] = element.value
        keys = {"min": key if key in words.FINEST else "", "max": key}
        if key in words.FINEST:
            keys["max"] = ""
        if key == words.BATCH.key:
            keys = {"min": "batch_min", "max": "batch_max"}
        for end, said in ends.items():
            path = f"{element.path}/{end}"
            if said and keys[end]:
                self._state(facts, keys[end], element, said, path)
            elif said:
                reason = _("The register keeps the other end of the range only.")
                self._lose(path, said, reason)

    def _state(
        self, facts: dict[str, Said], key: str, element: Element, text: str, path: str
    ) -> None:
        if not text:
            why.leave(self.reading, [element], why.no_place())
            return
        try:
            value = stored(text, self.vocabulary.unit_of(element), key)
        except NoUnit as error:
            reason = _("%(unit)s is not a unit of it that is known here.")
            self._lose(path, text, reason % {"unit": error})
            return
        known = facts.get(key)
        if known is None:
            facts[key] = Said(value, path)
        elif known.value != value:
            reason = _("%(path)s says %(value)s.")
            self._lose(path, text, reason % {"path": known.path, "value": known.value})

    def _lose(self, path: str, value: str, reason: str) -> None:
        self.reading.not_carried.append(NotCarried(path, value, reason))
