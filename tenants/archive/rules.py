"""Reads a manifest as a stranger may have written it: nothing in it is believed."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput
from tenants.archive.types import (
    CREDENTIALS,
    DOMAINS,
    ENTERPRISE,
    FORMAT,
    MANIFEST,
    MEMBERS,
    PEOPLE,
    SCHEMA_SQL,
    SHARED,
    TABLES,
    VERSION,
    EntryFacts,
    FileFacts,
    Manifest,
)

LONGEST_PATH = 300
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DIRECTORY = (ENTERPRISE, DOMAINS, PEOPLE, MEMBERS)


class BadArchive(InvalidInput):
    """Raised for a file that is no archive, or not the one that it says it is."""

    code = "bad_archive"


def bad(entry: str, fault: object, remedy: object = "") -> BadArchive:
    """Return the refusal of one entry of an archive."""
    return BadArchive(
        _("%(entry)s: %(fault)s") % {"entry": entry, "fault": fault},
        field=entry,
        remedy=remedy or _("Get the archive anew from where it was made."),
    )


def parse_manifest(document: object, *, is_ours: bool) -> Manifest:
    """Return a manifest, once each of its parts is what it has to be.

    :raises BadArchive: naming the part that is not.
    """
    facts = _mapping(document, "")
    if facts.get("format") != FORMAT:
        raise bad(
            MANIFEST,
            _("this is not an archive of an enterprise."),
            _("Choose a file that was exported here."),
        )
    version = facts.get("version")
    if version != VERSION:
        raise bad(
            MANIFEST,
            _("it is of format version %(version)s; this Spindle reads %(ours)s.")
            % {"version": str(version)[:20], "ours": VERSION},
            _("Use a Spindle of the time when it was made, or a newer one."),
        )
    enterprise = _mapping(facts.get("enterprise"), "enterprise")
    try:
        UUID(str(enterprise.get("id")))
    except ValueError as error:
        raise _unfit("enterprise.id") from error
    return Manifest(
        version=VERSION,
        made_at=_text(facts, "made_at"),
        purpose=_text(facts, "purpose"),
        enterprise=dict(enterprise),
        template_digest=_digest(facts.get("template_digest"), "template_digest"),
        schema_sql=_entry(facts.get("schema_sql"), "schema_sql"),
        migrations=[str(one) for one in _list(facts, "migrations")],
        tables=_entries(facts, "tables"),
        shared=_entries(facts, "shared"),
        directory=_directory(facts),
        credentials=_entries(facts, "credentials"),
        files=[_file(one) for one in _list(facts, "files")],
        file_columns={
            _name(table, "file_columns"): [_name(one, "file_columns") for one in names]
            for table, names in _mapping(
                facts.get("file_columns"), "file_columns"
            ).items()
            if isinstance(names, list)
        },
        sequences={
            _name(name, "sequences"): _number(value, "sequences")
            for name, value in _mapping(facts.get("sequences"), "sequences").items()
        },
        left_out={
            str(table): str(reason)
            for table, reason in _mapping(facts.get("left_out"), "left_out").items()
        },
        is_ours=is_ours,
    )


def expected_entries(manifest: Manifest) -> dict[str, EntryFacts]:
    """Return every entry but the manifest, with what it has to be."""
    found = {SCHEMA_SQL: manifest.schema_sql, **manifest.directory}
    for folder, entries in (
        (TABLES, manifest.tables),
        (SHARED, manifest.shared),
        (CREDENTIALS, manifest.credentials),
    ):
        found |= {f"{folder}{name}.jsonl": facts for name, facts in entries.items()}
    found |= {
        file.entry: EntryFacts(-1, file.size, file.sha256) for file in manifest.files
    }
    return found


def check_path(path: object) -> str:
    """Return a path below the enterprise's folder.

    :raises BadArchive: if it leads out of the folder, or could be read as such.
    """
    text = path if isinstance(path, str) else ""
    steps = text.split("/")
    if (
        not text
        or len(text) > LONGEST_PATH
        or "\\" in text
        or any(step in ("", ".", "..") for step in steps)
        or not text.isprintable()
    ):
        raise bad(
            MANIFEST,
            _("the path %(path)s leads out of the enterprise's folder.")
            % {"path": repr(text[:80])},
        )
    return text


def _file(value: object) -> FileFacts:
    facts = _mapping(value, "files")
    return FileFacts(
        path=check_path(facts.get("path")),
        size=_number(facts.get("size"), "files"),
        sha256=_digest(facts.get("sha256"), "files"),
    )


def _directory(facts: Mapping[str, Any]) -> dict[str, EntryFacts]:
    given = _mapping(facts.get("directory"), "directory")
    if set(given) != set(_DIRECTORY):
        raise _unfit("directory")
    return {name: _entry(given[name], name) for name in _DIRECTORY}


def _entries(facts: Mapping[str, Any], part: str) -> dict[str, EntryFacts]:
    return {
        _name(name, part): _entry(value, f"{part}.{name}")
        for name, value in _mapping(facts.get(part), part).items()
    }


def _entry(value: object, part: str) -> EntryFacts:
    facts = _mapping(value, part)
    return EntryFacts(
        rows=_number(facts.get("rows"), part),
        size=_number(facts.get("size"), part),
        sha256=_digest(facts.get("sha256"), part),
    )


def _mapping(value: object, part: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _unfit(part)
    return value


def _list(facts: Mapping[str, Any], part: str) -> list[Any]:
    value = facts.get(part)
    if not isinstance(value, list):
        raise _unfit(part)
    return value


def _text(facts: Mapping[str, Any], part: str) -> str:
    value = facts.get(part)
    if not isinstance(value, str):
        raise _unfit(part)
    return value


def _number(value: object, part: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise _unfit(part)
    return value


def _name(value: object, part: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise _unfit(part)
    return value


def _digest(value: object, part: str) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise _unfit(part)
    return value


def _unfit(part: str) -> BadArchive:
    return bad(
        MANIFEST,
        _("“%(part)s” is missing or malformed.") % {"part": part or "manifest"},
    )
