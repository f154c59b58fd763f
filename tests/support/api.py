"""A partner system, as the tests play it."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from apps.kernel.identifiers import uuid7
from tenants.registry.clients import SCOPES, create_client
from tenants.types import Actor, EnterpriseRef

HOST = "api.testserver.local"


@dataclass
class Partner:
    """Speaks to the API over HTTP, with a token of its own."""

    token: str = ""
    client: Client = field(
        default_factory=lambda: Client(raise_request_exception=False)
    )

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = "",
        **headers: str,
    ) -> Any:
        """Send one request; a POST gets a new Idempotency-Key unless `key` is given."""
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if method == "POST" and key is not None:
            headers.setdefault("Idempotency-Key", key or str(uuid7()))
        facts: dict[str, Any] = {"HTTP_HOST": HOST, "headers": headers}
        if isinstance(body, dict) and any(hasattr(v, "read") for v in body.values()):
            return self.client.post(path, body, **facts)
        if body is not None:
            facts["data"] = json.dumps(body)
            facts["content_type"] = "application/json"
        return self.client.generic(method, path, **facts)

    def get(self, path: str, **headers: str) -> Any:
        """Send a GET."""
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **rest: Any) -> Any:
        """Send a POST."""
        return self.call("POST", path, body, **rest)


def partner_of(ref: EnterpriseRef, *scopes: str) -> Partner:
    """Register a client for the enterprise and fetch its token over HTTP."""
    made, secret = create_client(
        enterprise=ref,
        name="ERP",
        scopes=scopes or SCOPES,
        by=Actor(label="Test"),
    )
    basic = base64.b64encode(f"{made.client_id}:{secret}".encode()).decode()
    stranger = Partner()
    answer = stranger.client.post(
        "/oauth/token",
        {"grant_type": "client_credentials"},
        HTTP_HOST=HOST,
        headers={"Authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 200, answer.content
    return Partner(token=answer.json()["access_token"])
