"""Reads one Asset Administration Shell in a process of its own: it may be hostile.

Run with `python -m` by `aas_file`; of Spindle it imports nothing but the limits that it
takes upon itself before it opens the file. The BaSyx SDK reads what is in it. Makers
break small rules of the metamodel, for which the SDK would leave whole branches out:
those are mended first, and what is still left out is named. The answer is one object of
JSON: `{"fault": code, ...}`, or shells, submodels, units by concept, and what was lost.
"""

import io
import json
import logging
import re
import zipfile
from pathlib import Path
from typing import Any

from apps.kernel.limits import read_limited
from apps.machines.rules.aas_telling import MOST_TEXT, Found, joined, told

MOST_UNPACKED_MB = 256
MOST_MEMBERS = 2_000
MOST_PART_MB = 20
MOST_ELEMENTS = 100_000
MOST_LEVELS = 100
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FAULTS_OF_ARCHIVES = (zipfile.BadZipFile, EOFError, NotImplementedError, OSError)
# Texts that may be empty: everywhere else the metamodel knows no empty text.
MAY_BE_EMPTY = {"value", "text", "min", "max"}
LISTS = ("assetAdministrationShells", "submodels", "conceptDescriptions")
LIST_OF_TYPE = {
    "AssetAdministrationShell": "assetAdministrationShells",
    "Submodel": "submodels",
    "ConceptDescription": "conceptDescriptions",
}
NOT_OF_AN_ID_SHORT = re.compile(r"[^A-Za-z0-9_-]")
NAMESPACE = re.compile(rb"https?://(?:www\.)?admin-shell\.io/aas/(\d+)/(\d+)")
READABLE = b"https://admin-shell.io/aas/3/0"


class Unreadable(Exception):
    """The file is no Asset Administration Shell."""

    def __init__(self, fault: str, **facts: object) -> None:
        super().__init__(fault)
        self.fault, self.facts = fault, facts


def read(source: Path) -> Found:
    """Read a file of any of the three forms."""
    raw = source.read_bytes()
    if not raw.strip():
        raise Unreadable("empty")
    if raw.startswith(OLE):
        raise Unreadable("password")
    found = Found()
    if raw.startswith(ZIP):
        read_package(source, found)
    elif raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        read_xml(raw, found)
    else:
        read_json(raw, found)
    return found


# --- JSON


def read_json(raw: bytes, found: Found) -> None:
    """Read an environment, or one shell or submodel of it."""
    if raw.count(b'"modelType"') > MOST_ELEMENTS:
        raise Unreadable("too_many", most=MOST_ELEMENTS)
    try:
        said = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("no_text") from error
    except RecursionError as error:
        raise Unreadable("too_deep", most=MOST_LEVELS) from error
    except ValueError as error:
        raise Unreadable("json_broken", reason=str(error)[:200]) from error
    environment = environment_of(said)
    check_levels(environment)
    if is_of_version_two(environment):
        raise Unreadable("old_version")
    for name in LISTS:
        for one in environment.get(name) or []:
            if isinstance(one, dict):
                read_identifiable(name, mended(one), found)


def environment_of(said: Any) -> dict[str, Any]:
    """Return an environment, also of a file that holds only some part of one."""
    if isinstance(said, dict) and any(name in said for name in LISTS):
        return said
    parts = said if isinstance(said, list) else [said]
    environment: dict[str, Any] = {}
    for part in parts:
        kind = part.get("modelType") if isinstance(part, dict) else None
        if kind not in LIST_OF_TYPE:
            raise Unreadable("no_environment")
        environment.setdefault(LIST_OF_TYPE[kind], []).append(part)
    if not environment:
        raise Unreadable("no_environment")
    return environment


def check_levels(said: Any) -> None:
    """Refuse what is nested deeper than any real shell."""
    level, at = 0, [said]
    while at:
        level += 1
        if level > MOST_LEVELS:
            raise Unreadable("too_deep", most=MOST_LEVELS)
        at = [
            below
            for one in at
            for below in (one.values() if isinstance(one, dict) else one)
            if isinstance(below, dict | list)
        ]


def is_of_version_two(environment: dict[str, Any]) -> bool:
    """Say whether this is the metamodel before version 3, which named things so."""
    return "assets" in environment or any(
        isinstance(one, dict) and "identification" in one
        for name in LISTS
        for one in environment.get(name) or []
    )


def read_identifiable(name: str, said: dict[str, Any], found: Found) -> None:
    """Read one shell, submodel or concept; one that is broken costs no other."""
    from basyx.aas.adapter.json import read_aas_json_file

    note_written(name, said, found)
    text = json.dumps({name: [said]})
    called = str(said.get("idShort", said.get("id", "")))
    try:
        objects = list(read_aas_json_file(io.StringIO(text), failsafe=True))
    except Exception as error:  # noqa: BLE001  (the SDK raises anything on such files)
        found.lose("", called, "", error)
    else:
        found.objects += objects
        if not objects and name != "conceptDescriptions":
            found.lose("", called, "")


def mended(said: Any, *, is_in_list: bool = False) -> Any:
    """Return an object without the small faults for which the SDK leaves it out."""
    if isinstance(said, list):
        return [mended(one, is_in_list=is_in_list) for one in said]
    if not isinstance(said, dict):
        return said
    kind = said.get("modelType")
    of_list = kind == "SubmodelElementList"
    found = {
        key: mended(value, is_in_list=of_list and key == "value")
        for key, value in said.items()
        if not (value == "" and key not in MAY_BE_EMPTY)
        and key not in {"qualifiers", "extensions"}
    }
    if kind == "DataSpecificationIec61360":
        # Of a concept only its unit is asked.
        kept = {"modelType", "preferredName", "unit", "unitId"}
        return {key: value for key, value in found.items() if key in kept}
    if kind == "AssetAdministrationShell":
        asset = found.get("assetInformation")
        if isinstance(asset, dict) and not asset.get("specificAssetIds"):
            asset.pop("specificAssetIds", None)
            # Of an asset without any name of its own its shell is the name.
            asset.setdefault("globalAssetId", found.get("id"))
    if isinstance(found.get("idShort"), str):
        found["idShort"] = mended_id_short(found["idShort"])
    if is_in_list:
        found.pop("idShort", None)
    if of_list and "valueTypeListElement" not in found:
        first = next((one for one in said.get("value") or []), None)
        if isinstance(first, dict) and "valueType" in first:
            found["valueTypeListElement"] = first["valueType"]
    return found


def mended_id_short(name: str) -> str:
    """Return a name by the rule that it has only letters, digits and underscores."""
    plain = NOT_OF_AN_ID_SHORT.sub("_", name.strip())[:128]
    return plain if plain[:1].isalpha() else f"x{plain}"


def note_written(name: str, said: dict[str, Any], found: Found) -> None:
    """Note each element of a submodel by its path, to know which were not read."""
    if name != "submodels":
        return
    paths: dict[str, str] = {}
    top = str(said.get("idShort", ""))
    note_elements(said.get("submodelElements"), "", paths, is_list=False)
    found.written[str(said.get("id", top))] = paths


def note_elements(
    said: Any, above: str, paths: dict[str, str], *, is_list: bool
) -> None:
    """Note elements, and those below them."""
    for place, one in enumerate(said if isinstance(said, list) else []):
        if not isinstance(one, dict):
            continue
        path = joined(above, str(one.get("idShort", "")), place if is_list else None)
        kind = one.get("modelType")
        value = one.get("value")
        if kind in {"SubmodelElementCollection", "SubmodelElementList"}:
            note_elements(value, path, paths, is_list=kind == "SubmodelElementList")
        elif kind == "Entity":
            note_elements(one.get("statements"), path, paths, is_list=False)
        paths[path] = value[:MOST_TEXT] if isinstance(value, str) else ""


# --- XML and packages


def read_xml(raw: bytes, found: Found) -> None:
    """Read an environment as XML."""
    from basyx.aas.adapter.xml import read_aas_xml_file

    check_xml(raw)
    version = NAMESPACE.search(raw[:4096])
    if version is None:
        raise Unreadable("no_environment")
    if version[1] != b"3":
        raise Unreadable("old_version")
    # Later minor versions add to what is read here, and take nothing away.
    raw = raw.replace(version[0], READABLE)
    try:
        found.objects += read_aas_xml_file(io.BytesIO(raw), failsafe=True)
    except Exception as error:
        raise Unreadable("xml_broken", reason=str(error)[:200]) from error


def check_xml(raw: bytes) -> None:
    """Refuse a document type, entities, and what is nested or long beyond reason."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    level = count = 0
    try:
        for event, element in iterparse(
            io.BytesIO(raw), events=("start", "end"), forbid_dtd=True
        ):
            level += 1 if event == "start" else -1
            count += event == "start"
            if level > MOST_LEVELS:
                raise Unreadable("too_deep", most=MOST_LEVELS)
            # Some ten tags of XML say one element.
            if count > MOST_ELEMENTS * 10:
                raise Unreadable("too_many", most=MOST_ELEMENTS)
            if event == "end":
                element.clear()
    except DefusedXmlException as error:
        raise Unreadable("doctype") from error
    except (ParseError, LookupError, ValueError) as error:
        raise Unreadable("xml_broken", reason=str(error)[:200]) from error


def read_package(source: Path, found: Found) -> None:
    """Read the shells of an AASX package; files that lie beside them stay unread."""
    from basyx.aas import model
    from basyx.aas.adapter.aasx import AASXReader, DictSupplementaryFileContainer

    class Reader(AASXReader):
        """Reads parts as this module reads single files."""

        def _parse_aas_part(self, part_name: str, **_more: Any) -> Any:
            with self.reader.open_part(part_name) as part:
                raw = part.read((MOST_PART_MB << 20) + 1)
            if len(raw) > MOST_PART_MB << 20:
                raise Unreadable("bomb")
            if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                read_xml(raw, found)
            else:
                read_json(raw, found)
            return model.DictIdentifiableStore()

        def _collect_supplementary_files(self, *_arguments: Any) -> None:
            """Leave pictures and manuals where they are."""

    try:
        check_archive(source)
        with Reader(str(source), failsafe=True) as reader:
            files = DictSupplementaryFileContainer()  # type: ignore[no-untyped-call]
            reader.read_into(model.DictIdentifiableStore(), files)
    except Unreadable:
        raise
    except (*FAULTS_OF_ARCHIVES, KeyError, ValueError, SyntaxError, TypeError) as error:
        raise Unreadable("package_broken", reason=str(error)[:200]) from error
    if not found.objects:
        raise Unreadable("no_environment")


def check_archive(source: Path) -> None:
    """Refuse an archive that unpacks to far more than a package of shells does."""
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise Unreadable("password")
        if len(members) > MOST_MEMBERS:
            raise Unreadable("bomb")
        if sum(member.file_size for member in members) > MOST_UNPACKED_MB << 20:
            raise Unreadable("bomb")
        if "[Content_Types].xml" not in archive.namelist():
            raise Unreadable("no_environment")
        for member in members:
            if member.filename.endswith((".rels", "[Content_Types].xml")):
                if member.file_size > 1 << 20:
                    raise Unreadable("bomb")
                check_xml(archive.read(member))


class Complaints(logging.Handler):
    """Keeps the SDK's complaints from the answer: what is lost is found by its path."""

    def emit(self, record: logging.LogRecord) -> None:
        """Drop it."""


def write_answer(source: Path, answer: Path) -> None:
    """Write what the file says."""
    logger = logging.getLogger("basyx")
    logger.propagate = False
    logger.addHandler(Complaints())
    said: dict[str, Any]
    try:
        said = told(read(source))
    except Unreadable as fault:
        said = {"fault": fault.fault, **fault.facts}
    except MemoryError:
        said = {"fault": "too_large"}
    except RecursionError:
        said = {"fault": "too_deep", "most": MOST_LEVELS}
    except Exception as error:  # noqa: BLE001  (libraries raise anything on such files)
        said = {"fault": "broken", "reason": str(error)[:200]}
    answer.write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    read_limited(write_answer)
