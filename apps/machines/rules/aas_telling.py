"""Says what the BaSyx SDK has read of a file as JSON can say it; part of the reader.

It runs in the process of `aas_reader`, with nothing of Spindle around it.
"""

from collections.abc import Iterator
from typing import Any

MOST_TEXT = 2_000
MOST_LOST = 1_000

Paths = dict[str, dict[str, str]]


class Found:
    """All that is read of a file: the SDK's objects, and what was in it by its path."""

    def __init__(self) -> None:
        self.objects: list[Any] = []
        self.written: Paths = {}
        self.lost: list[tuple[str, str, str, str]] = []

    def lose(self, submodel: str, path: str, value: str, problem: object = "") -> None:
        """Note what could not be read, in which submodel, and why."""
        if len(self.lost) < MOST_LOST:
            why = " ".join(str(problem).split())[:300]
            self.lost.append((submodel, path, value, why))


def joined(above: str, name: str, place: int | None) -> str:
    """Return the path of an element below another; those of a list have numbers."""
    if place is not None:
        return f"{above}[{place}]"
    return f"{above}/{name}" if above else name


def told(found: Found) -> dict[str, Any]:
    """Return what the SDK has read, as JSON can say it."""
    from basyx.aas import model

    answer: dict[str, Any] = {"shells": [], "submodels": [], "units": {}}
    seen: set[str] = set()
    for one in found.objects:
        if one.id in seen:
            continue
        seen.add(one.id)
        if isinstance(one, model.AssetAdministrationShell):
            answer["shells"].append(shell(one))
        elif isinstance(one, model.Submodel):
            answer["submodels"].append(submodel(one, found))
        else:
            unit = unit_of(one)
            if unit:
                answer["units"][one.id] = unit
    answer["lost"] = found.lost
    return answer


def shell(one: Any) -> dict[str, Any]:
    """Say what a shell says of its asset."""
    asset = one.asset_information
    thumbnail = asset.default_thumbnail
    global_id = asset.global_asset_id or ""
    return {
        "id": one.id,
        "name": one.id_short or "",
        "kind": asset.asset_kind.name,
        "global_id": "" if global_id == one.id else global_id,
        "asset_type": asset.asset_type or "",
        "thumbnail": thumbnail.path if thumbnail else "",
        "ids": sorted([each.name, each.value] for each in asset.specific_asset_id),
        "display_name": dict(one.display_name or {}),
        "description": dict(one.description or {}),
        "submodels": sorted(reference.key[-1].value for reference in one.submodel),
    }


def submodel(one: Any, found: Found) -> dict[str, Any]:
    """Say what a submodel says, and note which elements of it were not read."""
    read_paths: set[str] = set()
    elements = [element(each, "", read_paths) for each in one.submodel_element]
    for path, value in found.written.get(one.id, {}).items():
        above = path.rpartition("[" if path.endswith("]") else "/")[0]
        if path not in read_paths and (value or not above or above in read_paths):
            found.lose(one.id, path, value)
    return {
        "id": one.id,
        "name": one.id_short or "",
        "kind": one.kind.name,
        "semantics": semantics(one),
        "elements": elements,
    }


def element(
    one: Any, above: str, paths: set[str], place: int | None = None
) -> dict[str, Any]:
    """Say what an element says, with all below it."""
    from basyx.aas import model

    path = joined(above, one.id_short or "", place)
    paths.add(path)
    said: dict[str, Any] = {
        "type": type(one).__name__,
        "name": "" if place is not None else one.id_short or "",
        "path": path,
        "semantics": semantics(one),
        "unit": unit_of(one),
    }
    below: Iterator[Any] = iter(())
    if isinstance(one, model.SubmodelElementList):
        said["children"] = [
            element(each, path, paths, number) for number, each in enumerate(one.value)
        ]
    elif isinstance(one, model.SubmodelElementCollection):
        below = iter(one.value)
    elif isinstance(one, model.Entity):
        below = iter(one.statement)
    else:
        said["value"] = value_of(one)
    said.setdefault("children", [element(each, path, paths) for each in below])
    return said


def value_of(one: Any) -> Any:
    """Return what an element without parts holds: a text, texts, or two bounds."""
    from basyx.aas import model

    match one:
        case model.Property():
            return plain(one.value)
        case model.MultiLanguageProperty():
            return {key: text[:MOST_TEXT] for key, text in (one.value or {}).items()}
        case model.Range():
            return {"min": plain(one.min), "max": plain(one.max)}
        case model.File():
            return plain(one.value)
        case model.Blob():
            return f"{len(one.value or b'')} B"
        case model.ReferenceElement():
            return one.value.key[-1].value if one.value else ""
        case model.RelationshipElement():
            ends = (one.first, one.second)
            return " → ".join(end.key[-1].value if end else "" for end in ends)
        case _:
            return ""


def plain(value: Any) -> str:
    """Return a value as XML Schema writes it."""
    from basyx.aas.model import datatypes

    return "" if value is None else str(datatypes.xsd_repr(value))[:MOST_TEXT]


def semantics(one: Any) -> list[str]:
    """Return by which concepts an element says what it means."""
    references = [one.semantic_id, *one.supplemental_semantic_id]
    return [
        "/".join(key.value for key in reference.key)[:MOST_TEXT]
        for reference in references
        if reference is not None
    ]


def unit_of(one: Any) -> str:
    """Return the unit that an element's or a concept's own specification names."""
    for specification in one.embedded_data_specifications:
        content = specification.data_specification_content
        unit = getattr(content, "unit", None)
        reference = getattr(content, "unit_id", None)
        if unit:
            return str(unit)[:MOST_TEXT]
        if reference is not None:
            return str(reference.key[-1].value)[:MOST_TEXT]
    return ""
