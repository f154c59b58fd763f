"""Builds Asset Administration Shells as makers send them: honest, odd and hostile."""

import io
import json
import zipfile
from typing import Any

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
AASX = "http://admin-shell.io/aasx/relationships"


def reference(value: str) -> dict[str, Any]:
    """Point to a concept."""
    keys = [{"type": "GlobalReference", "value": value}]
    return {"type": "ExternalReference", "keys": keys}


def prop(name: str, value: str, kind: str = "xs:string", **more: Any) -> dict[str, Any]:
    """Return a property."""
    return {
        "modelType": "Property",
        "idShort": name,
        "value": value,
        "valueType": kind,
        **more,
    }


def texts(name: str, **said: str) -> dict[str, Any]:
    """Return a property in several languages."""
    value = [{"language": key, "text": text} for key, text in said.items()]
    return {"modelType": "MultiLanguageProperty", "idShort": name, "value": value}


def branch(name: str, *elements: Any) -> dict[str, Any]:
    """Return a collection."""
    return {
        "modelType": "SubmodelElementCollection",
        "idShort": name,
        "value": list(elements),
    }


def span(name: str, low: str, high: str, kind: str = "xs:double") -> dict[str, Any]:
    """Return a range."""
    ends = {"min": low, "max": high}
    return {"modelType": "Range", "idShort": name, "valueType": kind, **ends}


def in_unit(unit: str) -> dict[str, Any]:
    """Say in which unit a property is, as a specification of its own."""
    content = {
        "modelType": "DataSpecificationIec61360",
        "preferredName": [{"language": "en", "text": "x"}],
        "unit": unit,
    }
    specification = {
        "dataSpecification": reference(
            "https://admin-shell.io/DataSpecificationTemplates/"
            "DataSpecificationIec61360/3/0"
        ),
        "dataSpecificationContent": content,
    }
    return {"embeddedDataSpecifications": [specification]}


def submodel(name: str, *elements: Any, semantic: str = "", **more: Any) -> Any:
    """Return a submodel."""
    said = {
        "modelType": "Submodel",
        "id": f"urn:example:{name}",
        "idShort": name,
        "submodelElements": list(elements),
        **more,
    }
    return {**said, "semanticId": reference(semantic)} if semantic else said


def capability(name: str, *properties: Any, comment: str = "") -> dict[str, Any]:
    """Return the container of a capability."""
    parts: list[Any] = [{"modelType": "Capability", "idShort": name}]
    if comment:
        parts.append(texts("CapabilityComment", en=comment))
    return branch(f"{name}Container", *parts, branch("PropertySet", *properties))


def environment(*submodels: Any, name: str = "VMC_01", **asset: Any) -> bytes:
    """Return one shell over submodels, as JSON."""
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": f"urn:example:{name}",
        "idShort": name,
        "assetInformation": {"assetKind": "Instance", **asset},
        "submodels": [
            {
                "type": "ModelReference",
                "keys": [{"type": "Submodel", "value": one["id"]}],
            }
            for one in submodels
        ],
    }
    said = {"assetAdministrationShells": [shell], "submodels": list(submodels)}
    return json.dumps(said).encode()


def package(part: bytes, *, ending: str = "json", **members: bytes) -> bytes:
    """Return an AASX package around one part, with more members beside it."""
    spec = f"aasx/environment.{ending}"
    media = "application/json" if ending == "json" else "text/xml"
    files = {
        "[Content_Types].xml": (
            f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="{ending}" ContentType="{media}"/>'
            '<Override PartName="/aasx/aasx-origin" ContentType="text/plain"/></Types>'
        ),
        "_rels/.rels": _relation("aasx-origin", "/aasx/aasx-origin"),
        "aasx/aasx-origin": "Intentionally empty.",
        "aasx/_rels/aasx-origin.rels": _relation("aas-spec", f"/{spec}"),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(spec, part)
        for name, raw in members.items():
            archive.writestr(f"aasx/files/{name}", raw)
    return out.getvalue()


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
        f'Type="{AASX}/{kind}" Target="{target}"/></Relationships>'
    )
