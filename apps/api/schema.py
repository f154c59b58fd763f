"""What the OpenAPI document says of every operation."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from tenants.registry.clients import SCOPES

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "value": {"type": ["string", "null"]},
                    "remedy": {"type": "string"},
                },
            },
        },
    },
}

ALWAYS = {
    "400": "The request cannot be read, or has an unknown parameter or field.",
    "401": "No token, or one that is not valid.",
    "403": "The token lacks the scope.",
    "404": "There is no such resource, or it is not yours.",
    "503": "The database is being restarted; send it again.",
}
ON_WRITE = {
    "409": "The state does not allow it.",
    "415": "The body is of another media type.",
    "422": "The body cannot be meant; `errors` names the fields.",
}
ON_MATCH = {
    "412": "The resource has changed since you read it.",
    "428": "If-Match is missing.",
}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "8 to 255 visible characters: new for each effect that you want, the same when"
        " you repeat a request. The first answer is replayed for seven days."
    ),
)


class ClientCredentials(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped
    """OAuth 2 client credentials, with each operation's scope."""

    target_class = "apps.api.oauth.BearerToken"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Describe the flow."""
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/oauth/token",
                    "scopes": {name: str(text) for name, text in SCOPES.items()},
                }
            },
        }

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """Name the scope that the operation needs."""
        scope = auto_schema.view.scopes.get(auto_schema.method)
        return {self.name: [scope] if scope else []}


class EndpointSchema(AutoSchema):
    """Adds keys, problems and tags, so that no endpoint can forget them."""

    def get_override_parameters(self) -> list[Any]:
        """Add the Idempotency-Key to every POST with an effect."""
        given = list(super().get_override_parameters() or [])
        if self.method == "POST" and not self.view.is_idempotent_post:
            given.append(IDEMPOTENCY_KEY)
        return given

    def get_tags(self) -> list[str]:
        """Group operations by their first path segment."""
        return [self.path.removeprefix("/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        more = dict(ALWAYS)
        if self.method in {"POST", "PUT", "PATCH"}:
            more |= ON_WRITE
        if self.method == "PUT":
            more |= ON_MATCH
        for status, text in more.items():
            bodies.setdefault(
                status,
                {
                    "description": text,
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                },
            )
        return bodies


def add_problem(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put the problem's shape beside the others, and refuse unknown fields."""
    schemas = result["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for name, shape in schemas.items():
        if name.endswith("Request") and shape.get("type") == "object":
            shape["additionalProperties"] = False
    return result
