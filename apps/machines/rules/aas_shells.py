"""Writes machines as Asset Administration Shells, as JSON or as an AASX package.

One shell a machine with three submodels: digital nameplate, technical data, capability
description. Only what is known is written. Lengths, masses and speeds carry their unit
in the concepts of their properties, by UCUM code.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from apps.machines.rules import aas_words as words
from apps.machines.rules.aas_words import Figure

IEC_61360 = (
    "https://admin-shell.io/DataSpecificationTemplates/DataSpecificationIec61360/3"
)
# What neither XML nor the metamodel can say.
UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PART = "/aasx/aas-environment.json"


class AasForm(StrEnum):
    """In which form shells are written."""

    JSON = "json"
    AASX = "aasx"


MEDIA_TYPES = {
    AasForm.JSON: "application/json",
    AasForm.AASX: "application/asset-administration-shell-package",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A process that a machine offers: what it is called, and how well it is done."""

    process_code: str
    labels: Mapping[str, str]
    definition: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shell:
    """A machine as its shell states it; texts are in the language of their enterprise."""

    id: UUID
    language: str
    facts: Mapping[str, Any]
    offers: Sequence[Offer] = field(default_factory=tuple)


def as_json(shells: Iterable[Shell]) -> bytes:
    """Write an environment as JSON."""
    from basyx.aas.adapter.json import write_aas_json_file

    out = io.StringIO()
    write_aas_json_file(out, _objects(shells), ensure_ascii=False)
    return out.getvalue().encode()


def as_package(shells: Iterable[Shell]) -> bytes:
    """Write an environment as an AASX package."""
    from basyx.aas.adapter.aasx import AASXWriter, DictSupplementaryFileContainer

    out = io.BytesIO()
    files = DictSupplementaryFileContainer()  # type: ignore[no-untyped-call]
    with AASXWriter(out) as writer:
        writer.write_all_aas_objects(PART, _objects(shells), files, write_json=True)
    return out.getvalue()


def _objects(shells: Iterable[Shell]) -> Any:
    from basyx.aas import model

    found: Any = model.DictIdentifiableStore()
    used: dict[str, Figure] = {}
    processes: dict[str, Offer] = {}
    for shell in shells:
        writer = _Writer(shell, used)
        submodels = writer.submodels()
        for submodel in submodels:
            found.add(submodel)
        found.add(writer.shell_over(submodels))
        processes |= {offer.process_code: offer for offer in shell.offers}
    for figure in used.values():
        found.add(_concept_of_figure(figure))
    for offer in processes.values():
        found.add(_concept_of_process(offer))
    return found


class _Writer:
    """Writes one machine with the SDK's objects."""

    def __init__(self, shell: Shell, used: dict[str, Figure]) -> None:
        from basyx.aas import model

        self.model, self.shell, self.used = model, shell, used
        self.id = f"urn:uuid:{shell.id}"

    def submodels(self) -> list[Any]:
        """Return the three submodels, without those that would say nothing."""
        found = (
            ("Nameplate", words.NAMEPLATE, self._nameplate()),
            ("TechnicalData", words.TECHNICAL_DATA, self._technical()),
            ("CapabilityDescription", words.CAPABILITIES, self._capabilities()),
        )
        return [
            self.model.Submodel(
                id_=f"{self.id}#{name}",
                id_short=name,
                semantic_id=_meaning(semantic),
                submodel_element=elements,
            )
            for name, semantic, elements in found
            if elements
        ]

    def shell_over(self, submodels: list[Any]) -> Any:
        """Return the shell of the machine."""
        model, facts = self.model, self.shell.facts
        ids = {model.SpecificAssetId(words.CODE, _text(facts["code"]))}
        name, description = _text(facts["name"]), _text(facts["description"])
        language = self.shell.language
        return model.AssetAdministrationShell(
            asset_information=model.AssetInformation(
                asset_kind=model.AssetKind.INSTANCE,
                global_asset_id=self.id,
                specific_asset_id=ids,
            ),
            id_=f"{self.id}#shell",
            id_short=_id_short(facts["code"]),
            display_name=model.MultiLanguageNameType({language: name}),
            description=model.MultiLanguageTextType({language: description})
            if description
            else None,
            submodel={model.ModelReference.from_referable(one) for one in submodels},
        )

    # --- the three submodels

    def _nameplate(self) -> list[Any]:
        facts = self.shell.facts
        return [
            *self._texts("ManufacturerName", "0112/2///61987#ABA565#009", "maker"),
            *self._texts(
                "ManufacturerProductDesignation", "0112/2///61987#ABA567#009", "model"
            ),
            *(
                self._property("ManufacturerProductType", facts["model"], _meaning(one))
                for one in ("0112/2///61987#ABA300#008",)
                if facts["model"]
            ),
            *(
                self._property("SerialNumber", facts["serial_number"], _meaning(one))
                for one in ("0112/2///61987#ABA951#009",)
                if facts["serial_number"]
            ),
        ]

    def _technical(self) -> list[Any]:
        model, facts = self.model, self.shell.facts
        general = [
            *self._general("ManufacturerName", "0173-1#02-AAO677#004", "maker"),
            *self._texts(
                "ManufacturerProductDesignation", "0173-1#02-AAW338#003", "model"
            ),
        ]
        areas = [self._area(facts, words.MACHINE_FIGURES, "")]
        areas += [
            self._area(offer.facts, words.SIZES, offer.process_code)
            for offer in self.shell.offers
            if any(offer.facts[figure.key] is not None for figure in words.SIZES)
        ]
        found = []
        if general:
            found.append(
                model.SubmodelElementCollection(
                    "GeneralInformation",
                    value=general,
                    semantic_id=_meaning(words.GENERAL_INFORMATION),
                )
            )
        found.append(
            model.SubmodelElementList(
                "TechnicalPropertyAreas",
                type_value_list_element=model.SubmodelElementCollection,
                value=areas,
                semantic_id=_meaning(words.PROPERTY_AREAS),
            )
        )
        return found

    def _area(
        self, facts: Mapping[str, Any], figures: Iterable[Figure], process: str
    ) -> Any:
        more = (_meaning(f"{words.PROCESS}{process}"),) if process else ()
        return self.model.SubmodelElementCollection(
            None,
            value=[
                self._figure(figure, facts[figure.key])
                for figure in figures
                if facts[figure.key] not in (None, "")
            ],
            semantic_id=_meaning(words.PROPERTY_AREA),
            supplemental_semantic_id=more,
        )

    def _capabilities(self) -> list[Any]:
        containers = [self._container(offer) for offer in self.shell.offers]
        if not containers:
            return []
        collection = self.model.SubmodelElementCollection
        return [
            collection(
                "CapabilitySet", value=containers, semantic_id=_of("CapabilitySet")
            )
        ]

    def _container(self, offer: Offer) -> Any:
        model, facts = self.model, offer.facts
        name = _id_short(offer.process_code)
        properties = [
            self._held(self._figure(figure, facts[figure.key]))
            for figure in (*words.SIZES, *words.QUALITIES, words.TOLERANCES)
            if facts[figure.key] not in (None, "")
        ]
        properties += [
            self._held(self._list(figure, facts[figure.key]))
            for figure in words.LISTS
            if facts[figure.key]
        ]
        if facts["batch_min"] is not None or facts["batch_max"] is not None:
            properties.append(self._held(self._batch(facts)))
        parts: list[Any] = [
            model.Capability(
                name,
                semantic_id=_of("Capability"),
                supplemental_semantic_id=(
                    _meaning(f"{words.PROCESS}{offer.process_code}"),
                ),
            )
        ]
        if properties:
            parts.append(
                model.SubmodelElementCollection(
                    "PropertySet", value=properties, semantic_id=_of("PropertySet")
                )
            )
        return model.SubmodelElementCollection(
            name, value=parts, semantic_id=_of("CapabilityContainer")
        )

    # --- single elements

    def _held(self, element: Any) -> Any:
        return self.model.SubmodelElementCollection(
            f"{element.id_short}Container",
            value=[element],
            semantic_id=_of("PropertyContainer"),
        )

    def _figure(self, figure: Figure, value: Any) -> Any:
        self.used[figure.meaning] = figure
        return self._property(
            figure.name, value, _meaning(figure.meaning), of=figure.of
        )

    def _list(self, figure: Figure, values: Iterable[str]) -> Any:
        self.used[figure.meaning] = figure
        return self.model.SubmodelElementList(
            figure.name,
            type_value_list_element=self.model.Property,
            value_type_list_element=self.model.datatypes.String,
            value=[self._property(None, one, None) for one in values],
            semantic_id=_meaning(figure.meaning),
        )

    def _batch(self, facts: Mapping[str, Any]) -> Any:
        self.used[words.BATCH.meaning] = words.BATCH
        return self.model.Range(
            words.BATCH.name,
            self.model.datatypes.Int,
            min=facts["batch_min"],
            max=facts["batch_max"],
            semantic_id=_meaning(words.BATCH.meaning),
        )

    def _general(self, name: str, semantic: str, key: str) -> list[Any]:
        value = self.shell.facts[key]
        return [self._property(name, value, _meaning(semantic))] if value else []

    def _property(
        self, name: str | None, value: Any, meaning: Any, *, of: type = str
    ) -> Any:
        types = self.model.datatypes
        kind = {int: types.Int, float: types.Double, str: types.String}[of]
        said = _text(value) if of is str else of(value)
        return self.model.Property(name, kind, value=said, semantic_id=meaning)

    def _texts(self, name: str, semantic: str, key: str) -> list[Any]:
        text = _text(self.shell.facts[key])
        if not text:
            return []
        return [
            self.model.MultiLanguageProperty(
                name,
                value=self.model.MultiLanguageTextType({self.shell.language: text}),
                semantic_id=_meaning(semantic),
            )
        ]


def _concept_of_figure(figure: Figure) -> Any:
    from basyx.aas import model

    kinds = model.DataTypeIEC61360
    kind = {int: kinds.INTEGER_COUNT, float: kinds.REAL_COUNT, str: kinds.STRING}
    if figure.unit:
        kind |= {int: kinds.INTEGER_MEASURE, float: kinds.REAL_MEASURE}
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", figure.name).capitalize()
    content = model.DataSpecificationIEC61360(
        preferred_name=model.PreferredNameTypeIEC61360({"en": name}),
        data_type=kind[figure.of],
        unit=figure.unit or None,
        unit_id=_unit(figure.unit) if figure.unit else None,
    )
    return _concept(figure.meaning, figure.name, content)


def _concept_of_process(offer: Offer) -> Any:
    from basyx.aas import model

    content = model.DataSpecificationIEC61360(
        preferred_name=model.PreferredNameTypeIEC61360(
            {language: text[:255] for language, text in offer.labels.items()}
        ),
        definition=model.DefinitionTypeIEC61360({"en": offer.definition[:1023]})
        if offer.definition
        else None,
    )
    code = offer.process_code
    return _concept(f"{words.PROCESS}{code}", _id_short(code), content)


def _concept(meaning: str, name: str, content: Any) -> Any:
    from basyx.aas import model
    from basyx.aas.model.concept import ConceptDescription

    specification = model.EmbeddedDataSpecification(_meaning(f"{IEC_61360}/0"), content)
    return ConceptDescription(
        id_=meaning, id_short=name, embedded_data_specifications=[specification]
    )


def _meaning(identifier: str) -> Any:
    from basyx.aas import model

    key = model.Key(model.KeyTypes.GLOBAL_REFERENCE, identifier)
    return model.ExternalReference((key,))


def _unit(code: str) -> Any:
    """Name a unit by its code in UCUM."""
    from basyx.aas import model

    return model.ExternalReference(
        (
            model.Key(model.KeyTypes.GLOBAL_REFERENCE, words.UCUM),
            model.Key(model.KeyTypes.FRAGMENT_REFERENCE, code),
        )
    )


def _of(name: str) -> Any:
    return _meaning(f"{words.OF_CAPABILITIES}/{name}/1/0")


def _id_short(code: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", code)
    return plain if plain[:1].isalpha() else f"x{plain}"


def _text(value: Any) -> str:
    return UNSAYABLE.sub("", str(value)).strip()
