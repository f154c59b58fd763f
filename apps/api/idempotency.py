"""The same key twice makes one effect: the answer is kept beside it.

draft-ietf-httpapi-idempotency-key-header: the key is required on every POST with
an effect, belongs to one enterprise and route, and is bound to the body.
"""

import hashlib
import json
import re
from datetime import datetime
from typing import Any

from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from apps.api.errors import Problem
from tenants.registry import idempotency as records
from tenants.types import EnterpriseRef

_KEY = re.compile(r'^"?([\x21\x23-\x7e]{8,255})"?$')


def key_of(request: Request) -> str:
    """Return the request's key.

    :raises Problem: 400 if it is missing or malformed.
    """
    given = request.headers.get("Idempotency-Key", "")
    found = _KEY.match(given.strip())
    if found is None:
        raise Problem(
            400,
            "idempotency_key_required",
            "Send an Idempotency-Key header of 8 to 255 visible characters, a new one"
            " for each effect that you want, the same one when you repeat a request.",
        )
    return found.group(1)


def fingerprint_of(request: Request) -> str:
    """Return what the key is bound to: the fields, and the files' content."""
    fields: Any = request.data
    if not request.FILES:
        return hashlib.sha256(_as_json(fields, sort_keys=True).encode()).hexdigest()
    plain = {name: fields.getlist(name) for name in fields if name not in request.FILES}
    digest = hashlib.sha256(_as_json(plain, sort_keys=True).encode())
    for name in sorted(request.FILES):
        upload = request.FILES[name]
        digest.update(f"{name} {upload.name} {upload.size} ".encode())
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return digest.hexdigest()


def replayed(
    ref: EnterpriseRef, route: str, key: str, fingerprint: str
) -> Response | None:
    """Return the first answer, or None for a new key.

    Serialises requests of the same key: the second waits for the first, and then
    finds its answer. Called inside the transaction of the effect.

    :raises Problem: 422 if the key was used with another body.
    """
    with connection.cursor() as cursor:
        lock = hashlib.blake2b(
            f"{ref.id} {route} {key}".encode(), digest_size=8
        ).digest()
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(lock, signed=True)]
        )
    found = records.find_record(ref, route=route, key=key)
    if found is None:
        return None
    if found.fingerprint != fingerprint:
        raise Problem(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key was used with another body. Use a new key.",
        )
    headers = {**found.headers, "Idempotent-Replayed": "true"}
    return Response(
        json.loads(found.body) if found.body else None,
        status=found.status,
        headers=headers,
    )


def keep(
    ref: EnterpriseRef,
    route: str,
    key: str,
    fingerprint: str,
    response: Response,
    *,
    at: datetime,
) -> None:
    """Keep an answer in the transaction of its effect."""
    kept = {
        name: response[name]
        for name in ("Location", "ETag")
        if response.has_header(name)
    }
    records.keep_record(
        ref,
        route=route,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        headers=kept,
        body=_as_json(response.data),
        at=at,
    )


def _as_json(data: Any, *, sort_keys: bool = False) -> str:
    if data is None:
        return ""
    return json.dumps(data, cls=JSONEncoder, sort_keys=sort_keys)
