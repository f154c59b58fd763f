"""Makes rows of the one import of the aspect ManufacturingCapability.

A machine is a machine of the aspect, a row one of the capabilities that it provides.
What is known by its reference or its label becomes a cell; everything else is named by
its JSON path with the reason why it is not carried.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.types import MaterialGroup
from apps.machines.rules import catena_x_words as words
from apps.machines.rules.aas_elements import (
    NoUnit,
    phrase,
    preferred,
    spellings,
    stored,
)
from apps.machines.rules.document_machines import DocumentReading, NotCarried, Said
from apps.machines.rules.table_cells import Unfit, words_for
from apps.machines.rules.table_columns import Form
from apps.machines.rules.table_header import known_names
from apps.machines.rules.table_machines import Names

MOST_CODE = 60
IDENTIFIERS = ("hierarchyElementId", "capabilityId", "semanticReferences")
LISTS = (
    "properties",
    "capabilityConstraintSet",
    "capabilityConstraintProperties",
    "belongsToMaterialFamilies",
)
RELATIONS = ("specializes", "generalizes")
GROUPS = frozenset(MaterialGroup.values)


def read_machines(
    aspect: Mapping[str, Any], names: Names, kind: str
) -> DocumentReading:
    """Make rows of what an aspect says."""
    reading = DocumentReading(kind)
    _Aspect(aspect, names, reading).read()
    return reading


def leaves(said: Any, path: str) -> Iterator[tuple[str, str]]:
    """Return all values below a place, by their paths."""
    if isinstance(said, dict):
        for key, value in said.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(said, list):
        for place, value in enumerate(said):
            yield from leaves(value, f"{path}[{place}]")
    elif isinstance(said, bool):
        yield path, "true" if said else "false"
    elif said not in (None, ""):
        yield path, str(said)


def texts_of(said: Any) -> dict[str, str]:
    """Return a text in its languages."""
    if isinstance(said, str):
        return {"": said} if said else {}
    if not isinstance(said, dict):
        return {}
    return {key: text for key, text in said.items() if isinstance(text, str) and text}


def references_of(said: Mapping[str, Any]) -> list[str]:
    """Return by which concepts an element says what it means."""
    listed = said.get("semanticReferences")
    found = []
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            found += [
                str(one[key])
                for key in words.REFERENCE_KEYS
                if one.get(key) is not None
            ]
    return found


def after(prefix: str, said: Any) -> str:
    """Return what an identifier of Spindle's own names, or nothing."""
    text = said if isinstance(said, str) else ""
    return text.removeprefix(prefix) if text.startswith(prefix) else ""


@dataclass(slots=True)
class _Listed:
    """What a cell lists, and where the document says it first or wrongly."""

    values: list[str] = field(default_factory=list)
    path: str = ""

    def add(self, value: str, path: str, *, is_wrong: bool = False) -> None:
        """Add a value once; a place where something is wrong is the one to show."""
        if value not in self.values:
            self.values.append(value)
        if is_wrong or not self.path:
            self.path = path


@dataclass(slots=True)
class _Aspect:
    """An aspect while it is read."""

    aspect: Mapping[str, Any]
    names: Names
    reading: DocumentReading
    columns: Mapping[str, str] = field(default_factory=known_names)
    groups: Mapping[str, str] = field(default_factory=lambda: words_for(Form.GROUPS))

    def read(self) -> None:
        """Add the rows of all machines, and what is left out."""
        machines = self.aspect.get("machines", [])
        said = [_label_of(one) for one in machines]
        often = {label for label, count in Counter(said).items() if count > 1}
        for place, one in enumerate(machines):
            path = f"$.machines[{place}]"
            if isinstance(one, dict):
                self._read_machine(one, path, is_alone=said[place] not in often)
            else:
                self._leave(one, path, _("It is no machine."))
        provided = [
            below
            for one in machines
            if isinstance(one, dict)
            for below in _list(one, "provides")
        ]
        for place, one in enumerate(self.aspect.get("capabilities", [])):
            self._read_offered(one, f"$.capabilities[{place}]", provided)
        reasons = {
            "machineTools": _("The register keeps no tools of machines."),
            "processes": _("It is of products, and no machine is named with it."),
            "products": _("The register keeps machines, not products."),
            "certificates": _(
                "Certificates are entered at the enterprise, with evidence."
            ),
        }
        for key, value in self.aspect.items():
            if key not in {"machines", "capabilities"}:
                self._leave(value, f"$.{key}", reasons.get(key) or _no_place())

    # --- machines

    def _read_machine(
        self, said: Mapping[str, Any], path: str, *, is_alone: bool
    ) -> None:
        facts: dict[str, Said] = {}
        for place, one in enumerate(_list(said, "properties")):
            where = f"{path}.properties[{place}]"
            self._read_property(one, where, [(words.MACHINE_KEYS, facts)])
        language, label = preferred(texts_of(said.get("label")))
        if label:
            where = f"{path}.label.{language}" if language else f"{path}.label"
            facts["name"] = Said(label, where)
            self._leave_languages(said, "label", path, label)
        else:
            self._leave(said.get("label"), f"{path}.label", _no_place())
        if "code" not in facts:
            # Machines of one label cannot be told apart by it.
            code = label[:MOST_CODE] if is_alone else ""
            facts["code"] = Said(code, f"{path}.label")
        offers = []
        for place, one in enumerate(_list(said, "provides")):
            where = f"{path}.provides[{place}]"
            if isinstance(one, dict):
                offers.append(self._read_capability(one, where, facts))
            else:
                self._leave(one, where, _("It is no capability."))
        self.reading.rows += [{**facts, **offer} for offer in offers] or [facts]
        for key, value in said.items():
            if key == "containsTools":
                reason = _("The register keeps no tools of machines.")
                self._leave(value, f"{path}.{key}", reason)
            elif key not in {"label", "properties", "provides"} or (
                key != "label" and not isinstance(value, list)
            ):
                self._leave(value, f"{path}.{key}", _no_place())

    def _read_capability(
        self, said: Mapping[str, Any], path: str, machine: dict[str, Said]
    ) -> dict[str, Said]:
        facts: dict[str, Said] = {"process_code": self._process(said, path)}
        targets = [(words.PROCESS_KEYS, facts), (words.MACHINE_KEYS, machine)]
        for place, one in enumerate(_list(said, "properties")):
            self._read_property(one, f"{path}.properties[{place}]", targets)
        constraints = _list(said, "capabilityConstraintSet")
        named = sum(
            "refersToMaterial" in one for one in constraints if isinstance(one, dict)
        )
        codes, groups = _Listed(), _Listed()
        for place, one in enumerate(constraints):
            where = f"{path}.capabilityConstraintSet[{place}]"
            if not isinstance(one, dict):
                self._leave(one, where, _no_place())
                continue
            for number, below in enumerate(
                _list(one, "capabilityConstraintProperties")
            ):
                of_property = f"{where}.capabilityConstraintProperties[{number}]"
                if "refersToMaterial" in one and named > 1:
                    reason = _("The register keeps figures for all materials at once.")
                    self._leave(below, of_property, reason)
                else:
                    self._read_property(below, of_property, targets)
            material = one.get("refersToMaterial")
            if isinstance(material, dict):
                self._read_material(
                    material, f"{where}.refersToMaterial", codes, groups
                )
            elif material is not None:
                self._leave(material, f"{where}.refersToMaterial", _no_place())
            self._leave_element(
                one, where, {"capabilityConstraintProperties", "refersToMaterial"}
            )
        for key, listed in (("material_codes", codes), ("material_groups", groups)):
            if listed.values:
                facts[key] = Said("; ".join(listed.values), listed.path)
        known = {"capabilityLabel", "label", "properties", "capabilityConstraintSet"}
        self._leave_element(said, path, known)
        return facts

    def _process(self, said: Mapping[str, Any], path: str) -> Said:
        """Tell the process: by Spindle's own identifier, else by a label."""
        identifiers = [*references_of(said), *(said.get(key) for key in IDENTIFIERS)]
        own = next(
            (code for one in identifiers if (code := after(words.PROCESS, one))), ""
        )
        found = Said(own, path) if own else None
        told: list[str] = []
        for key in ("capabilityLabel", "label"):
            for language, text in texts_of(said.get(key)).items():
                where = f"{path}.{key}.{language}" if language else f"{path}.{key}"
                if own or text in told:
                    continue
                told.append(text)
                code = self._known_process(text)
                if found is None and code:
                    found = Said(code, where)
                elif not code and key == "label":
                    self._lose(where, text, _no_place())
        if found is None:
            language, text = preferred(texts_of(said.get("capabilityLabel")))
            where = f"{path}.capabilityLabel"
            where = f"{where}.{language}" if language else where
            found = Said(text or (told[0] if told else "?"), where)
        return found

    def _known_process(self, text: str) -> str:
        for spelling in spellings(text):
            try:
                return self.names.process(spelling)
            except Unfit:
                continue
        return ""

    # --- materials

    def _read_material(
        self, said: Mapping[str, Any], path: str, codes: _Listed, groups: _Listed
    ) -> None:
        families = [one for one in _list(said, "belongsToMaterialFamilies") if one]
        own = ""
        others = []
        for place, one in enumerate(_list(said, "properties")):
            means = references_of(one) if isinstance(one, dict) else []
            code = next(
                (code for ref in means if (code := after(words.MATERIAL, ref))), ""
            )
            own = own or code
            if not code:
                others.append((one, f"{path}.properties[{place}]"))
        labels = texts_of(said.get("label"))
        material = own or self._known_material(labels)
        group = self._known_group(labels)
        family = next((one for one in map(self._family, families) if one), "")
        language, label = preferred(labels)
        where = f"{path}.label.{language}" if language else f"{path}.label"
        if material:
            codes.add(material, where)
        elif group or (family and not label):
            groups.add(group or family, where)
        elif label and family:
            groups.add(family, f"{path}.belongsToMaterialFamilies")
            reason = _("The catalog has no such material; its family is taken over.")
            self._lose(where, label, reason)
        elif label:
            codes.add(label, where, is_wrong=True)
        for one, at in others:
            reason = _("Properties of materials are those of the catalog.")
            self._leave(one, at, reason)
        for place, one in enumerate(_list(said, "belongsToMaterialFamilies")):
            at = f"{path}.belongsToMaterialFamilies[{place}]"
            if not (isinstance(one, dict) and self._family(one)):
                self._leave(one, at, _("The catalog knows the families of a material."))
            else:
                self._leave_element(one, at, {"label"})
        known = {"label", "properties", "belongsToMaterialFamilies", "@type"}
        self._leave_element(said, path, known)

    def _family(self, said: Any) -> str:
        if not isinstance(said, dict):
            return ""
        own = after(words.GROUP, said.get("hierarchyElementId"))
        return own if own in GROUPS else self._known_group(texts_of(said.get("label")))

    def _known_material(self, labels: Mapping[str, str]) -> str:
        for text in labels.values():
            try:
                return self.names.material(text)
            except Unfit:
                continue
        return ""

    def _known_group(self, labels: Mapping[str, str]) -> str:
        found = (self.groups.get(text.casefold(), "") for text in labels.values())
        return next((one for one in found if one), "")

    # --- properties

    def _read_property(
        self, said: Any, path: str, targets: list[tuple[set[str], dict[str, Said]]]
    ) -> None:
        if not isinstance(said, dict):
            self._leave(said, path, _no_place())
            return
        key = self._key_of(said, targets)
        value = said.get("propertyValue")
        facts = next((facts for keys, facts in targets if key in keys), None)
        text = next((text for _path, text in leaves(value, "")), "")
        if facts is None or not text or isinstance(value, dict | list):
            self._leave(said, path, _no_place())
            return
        where = f"{path}.propertyValue"
        try:
            figure = text if key in words.PLATE_KEYS else stored(text, "", key)
        except NoUnit as error:
            reason = _("%(unit)s is not a unit of it that is known here.")
            self._lose(where, text, reason % {"unit": error})
            return
        known = facts.get(key)
        if known is None:
            facts[key] = Said(figure, where)
        elif known.value != figure:
            reason = _("%(path)s says %(value)s.")
            self._lose(where, text, reason % {"path": known.path, "value": known.value})
        for name, value in said.items():
            if name not in {"propertyLabel", "propertyValue", "semanticReferences"}:
                self._leave(value, f"{path}.{name}", _no_place())

    def _key_of(
        self, said: Mapping[str, Any], targets: list[tuple[set[str], dict[str, Said]]]
    ) -> str:
        for one in references_of(said):
            if one in words.BY_MEANING:
                return words.BY_MEANING[one]
        wanted = set().union(*(keys for keys, _facts in targets))
        for text in texts_of(said.get("propertyLabel")).values():
            name = phrase(text)
            if name.replace(" ", "") in words.CODE_NAMES:
                return "code"
            key = self.columns.get(text.casefold()) or self.columns.get(name, "")
            is_general = name in words.TOO_GENERAL and key not in words.PLATE_KEYS
            is_of_machine = len(targets) == 1
            if key in wanted and not (is_general and is_of_machine):
                return key
        return ""

    # --- what is left out

    def _read_offered(self, said: Any, path: str, provided: list[Any]) -> None:
        """Leave out a capability that no machine provides, or of which more is said."""
        same = [one for one in provided if _is_same(said, one)]
        if not same:
            self._leave(said, path, _("No machine of the file provides it."))
            return
        for key, value in said.items():
            if not any(one.get(key) == value for one in same):
                reason = _("What a machine itself provides counts.")
                self._leave(value, f"{path}.{key}", reason)

    def _leave_element(
        self, said: Mapping[str, Any], path: str, known: set[str]
    ) -> None:
        for key, value in said.items():
            if key in RELATIONS:
                reason = _("The catalog knows how its entries are related.")
            elif key in IDENTIFIERS:
                reason = _("It has an identifier of its own here.")
            elif key in known and (key not in LISTS or isinstance(value, list)):
                continue
            else:
                reason = _no_place()
            self._leave(value, f"{path}.{key}", reason)

    def _leave_languages(
        self, said: Mapping[str, Any], key: str, path: str, taken: str
    ) -> None:
        for language, text in texts_of(said.get(key)).items():
            if text != taken:
                reason = _("The register keeps one language.")
                self._lose(f"{path}.{key}.{language}", text, reason)

    def _leave(self, said: Any, path: str, reason: str) -> None:
        for where, value in leaves(said, path):
            # Spindle's own identifiers say no more than the labels beside them.
            if not value.startswith(f"{words.OWN}:"):
                self._lose(where, value, reason)

    def _lose(self, path: str, value: str, reason: str) -> None:
        self.reading.not_carried.append(NotCarried(path, value, reason))


def _no_place() -> str:
    return _("The register has no place for it.")


def _label_of(said: Any) -> str:
    return preferred(texts_of(said.get("label")))[1] if isinstance(said, dict) else ""


def _is_same(said: Any, provided: Any) -> bool:
    if not isinstance(said, dict) or not isinstance(provided, dict):
        return False
    return any(
        said.get(key) is not None and said.get(key) == provided.get(key)
        for key in ("capabilityId", "hierarchyElementId")
    )


def _list(said: Mapping[str, Any], key: str) -> list[Any]:
    found = said.get(key)
    return found if isinstance(found, list) else []
