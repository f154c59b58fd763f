"""Writes a calendar as the submodel Production Calendar (IDTA 02067) in a package."""

import io
from typing import Any
from uuid import UUID

from apps.capacity.rules import idta_words as words

PART = "/aasx/aas-environment.json"


def submodel_id(key: UUID) -> str:
    """Return the identifier of the submodel of what has a key."""
    return f"urn:uuid:{key}#{words.NAME}"


def as_package(ics: bytes, *, key: UUID, name: str, above: UUID | None) -> bytes:
    """Write an AASX package with the submodel and its files; `above` is inherited."""
    from basyx.aas import model
    from basyx.aas.adapter.aasx import AASXWriter, DictSupplementaryFileContainer

    files = DictSupplementaryFileContainer()  # type: ignore[no-untyped-call]
    path = f"{words.FOLDER}/calendar.ics"
    files.add_file(path, io.BytesIO(ics), "text/calendar")
    elements: list[Any] = [
        model.File(
            "calendar", "text/calendar", path, semantic_id=_meaning(words.CALENDAR)
        )
    ]
    if above is not None:
        key_above = model.Key(model.KeyTypes.SUBMODEL, submodel_id(above))
        elements.append(
            model.ReferenceElement(
                "inheritedFrom",
                value=model.ModelReference((key_above,), model.Submodel),
                semantic_id=_meaning(words.INHERITED_FROM),
            )
        )
    elements.append(
        model.SubmodelElementList(
            "specificationExtensionVariables",
            type_value_list_element=model.SubmodelElementCollection,
            value=[
                _variable(variable, text, files)
                for variable, text in words.VARIABLES_USED.items()
            ],
            semantic_id=_meaning(words.VARIABLES),
        )
    )
    store: Any = model.DictIdentifiableStore()
    submodel = model.Submodel(
        id_=submodel_id(key),
        id_short=words.NAME,
        description=model.MultiLanguageTextType({"en": name}),
        semantic_id=_meaning(words.SUBMODEL),
        submodel_element=elements,
    )
    store.add(submodel)
    store.add(
        model.AssetAdministrationShell(
            asset_information=model.AssetInformation(
                asset_kind=model.AssetKind.INSTANCE, global_asset_id=f"urn:uuid:{key}"
            ),
            id_=f"urn:uuid:{key}#shell",
            submodel={model.ModelReference.from_referable(submodel)},
        )
    )
    out = io.BytesIO()
    with AASXWriter(out) as writer:
        writer.write_all_aas_objects(PART, store, files, write_json=True)
    return out.getvalue()


def _variable(variable: str, text: str, files: Any) -> Any:
    from basyx.aas import model

    path = f"{words.FOLDER}/{variable}.txt"
    files.add_file(path, io.BytesIO(text.encode()), "text/plain")
    return model.SubmodelElementCollection(
        None,
        value=[
            model.Property(
                "variableName",
                str,
                variable,
                semantic_id=_meaning(words.VARIABLE_NAME),
            ),
            model.File(
                "variableSpecification",
                "text/plain",
                path,
                semantic_id=_meaning(words.VARIABLE_SPECIFICATION),
            ),
        ],
        semantic_id=_meaning(words.VARIABLES),
    )


def _meaning(semantic_id: str) -> Any:
    from basyx.aas import model

    return model.ExternalReference(
        (model.Key(model.KeyTypes.GLOBAL_REFERENCE, semantic_id),)
    )
