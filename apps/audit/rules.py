"""What is hashed, and how; the database chains the digests, see migration 0002."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from django.utils.functional import Promise

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

GENESIS = "0" * 64
# Columns in the order in which they are hashed: part of the format, never reordered.
HASHED = (
    "id",
    "at",
    "by_id",
    "by_label",
    "by_client_id",
    "verb",
    "subject_type",
    "subject_id",
    "subject_label",
    "facts",
)
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_VERB = re.compile(r"^[a-z][a-z_]*\.[a-z][a-z_]*$")


def is_verb(value: str) -> bool:
    """Say whether a verb reads as "machine.published"."""
    return _VERB.fullmatch(value) is not None


def plain_facts(value: object) -> Json:
    """Reduce facts to what PostgreSQL gives back exactly as it was stored.

    jsonb rewrites 1e22 and 1.0E2, so a float would not hash to the same digest
    after a round trip. Such numbers are kept as text.
    """
    plain: Json
    match value:
        case None | bool() | int():
            plain = value
        case str() | Promise():
            # PostgreSQL stores neither NUL nor half a surrogate pair.
            text = str(value).replace("\x00", "\ufffd")
            plain = text.encode("utf-8", "replace").decode("utf-8")
        case float() | Decimal() | UUID():
            plain = str(value)
        case datetime():
            plain = moment(value)
        case date() | time():
            plain = value.isoformat()
        case Mapping():
            plain = {str(key): plain_facts(item) for key, item in value.items()}
        case list() | tuple():
            plain = [plain_facts(item) for item in value]
        case set() | frozenset():
            plain = sorted((plain_facts(item) for item in value), key=str)
        case _:
            plain = str(value)
    return plain


def moment(at: datetime) -> str:
    """Write a moment in UTC with all six digits, the same on every server."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest_of(enterprise_id: UUID, *said: object) -> str:
    """Hash what an event says, given in the order of `HASHED`.

    The enterprise is in it, so that no chain can be moved to another.
    """
    content: list[Any] = [str(enterprise_id)]
    content += [_canonical(value) for value in said]
    text = _CANONICAL.encode(content)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: object) -> Any:
    match value:
        case datetime():
            return moment(value)
        case UUID():
            return str(value)
        case _:
            return value


def link_hash(*, previous_hash: str, sequence: int, digest: str) -> str:
    """Hash one link of the chain, as the database's seal does."""
    return hashlib.sha256(f"{previous_hash}:{sequence}:{digest}".encode()).hexdigest()
