"""What the OpenAPI document says of every operation."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from apps.api.pagination import DEFAULT_LIMIT, MOST, Filter
from tenants.registry.clients import SCOPES

# In the document as it is checked in; the one that is served names its own host.
EXAMPLE_HOST = "https://api.spindle.example"

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": [
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "trace_id",
    ],
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
    "405": "The resource does not offer the method; `Allow` lists those it does.",
    "406": "The representation that `Accept` asks for is not offered.",
    "500": "Something broke on our side; it is recorded under `trace_id`.",
    "503": "The database is being restarted; send it again.",
}
ON_WRITE = {
    "409": "The state does not allow it.",
    "413": "The body is too large.",
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
                    "tokenUrl": f"{EXAMPLE_HOST}/oauth/token",
                    "scopes": {name: str(text) for name, text in SCOPES.items()},
                }
            },
        }

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """Name the scope that the operation needs."""
        scope = auto_schema.view.scopes.get(auto_schema.method)
        return {self.name: [scope] if scope else []}


PAGE_PARAMETERS = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
        description="How many items a page has at most.",
    ),
    OpenApiParameter(
        "cursor", str, description="From `next` or `prev`; good for the same filters."
    ),
    OpenApiParameter(
        "count", bool, description="With `true`, `count` says how many there are."
    ),
]
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that you have: the answer is 304 if it still holds.",
)


class EndpointSchema(AutoSchema):
    """Adds keys, filters, problems and tags, so that no endpoint can forget them."""

    def get_override_parameters(self) -> list[Any]:
        """Add the Idempotency-Key to every POST, and its filters to every list."""
        given = list(super().get_override_parameters() or [])
        if self.method == "POST":
            given.append(IDEMPOTENCY_KEY)
        if self.method == "GET":
            view: Any = self.view
            given += [_parameter(each) for each in view.filters]
            given += PAGE_PARAMETERS if view.is_page else []
            given += [IF_NONE_MATCH] if view.is_versioned else []
        return given

    def get_tags(self) -> list[str]:
        """Group operations by their first path segment."""
        return [self.path.removeprefix("/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        more = dict(ALWAYS)
        view: Any = self.view
        if self.method == "GET" and view.is_versioned:
            bodies["304"] = {"description": "You have the latest representation."}
        if self.method in {"POST", "PUT", "DELETE"}:
            more |= ON_WRITE
        if self.method in {"PUT", "DELETE"}:
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


def _parameter(asked: Filter) -> OpenApiParameter:
    return OpenApiParameter(
        asked.name,
        asked.schema,
        description=asked.description,
        enum=list(asked.choices) or None,
    )


DESCRIPTION = """
Everything that the portal does, by the same services. Ask `/oauth/token` for a token
(OAuth 2 client credentials; the client's secret by HTTP Basic), and send it as
`Authorization: Bearer ...`. A token lives ten minutes and speaks for one enterprise.

- Every POST needs an `Idempotency-Key`; the same key gives the same answer for seven days.
- A PUT or DELETE needs `If-Match` with the `ETag` that you saw.
- Lists are pages: follow `next` until it is null.
- Unknown fields and parameters are refused. Every refusal is `application/problem+json`.
- Lengths are mm, masses kg, roughness Ra in um, times RFC 3339; money is an exact text.
""".strip()


def complete(result: dict[str, Any], request: Any = None, **_: Any) -> dict[str, Any]:
    """Add what the generator cannot know of views and serializers."""
    host = f"{request.scheme}://{request.get_host()}" if request else EXAMPLE_HOST
    result["info"]["description"] = DESCRIPTION
    result["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    result["servers"] = [{"url": host}]
    components = result["components"]
    # Django's own check renders a map of URLs without operations.
    for scheme in components.get("securitySchemes", {}).values():
        scheme["flows"]["clientCredentials"]["tokenUrl"] = f"{host}/oauth/token"
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for name, shape in schemas.items():
        if name.endswith("Request") and shape.get("type") == "object":
            shape["additionalProperties"] = False
    for operations in result["paths"].values():
        for method, operation in operations.items():
            _complete_responses(method, operation["responses"])
    _drop(result, "x-spec-enum-id")
    return result


def _drop(found: Any, name: str) -> None:
    if isinstance(found, dict):
        found.pop(name, None)
        for inner in found.values():
            _drop(inner, name)
    elif isinstance(found, list):
        for inner in found:
            _drop(inner, name)


def _complete_responses(method: str, responses: dict[str, Any]) -> None:
    responses["401"]["headers"] = {"WWW-Authenticate": _header("How to sign in.")}
    responses["405"]["headers"] = {"Allow": _header("The methods offered.")}
    responses["503"]["headers"] = {"Retry-After": _header("Seconds to wait.")}
    if method == "post":
        for status in ("200", "201", "202", "207"):
            if status in responses:
                responses[status]["headers"] = {
                    "Idempotent-Replayed": _header("`true` if it was answered before."),
                    "Location": _header("Where the result is, if it is a resource."),
                    "ETag": _header("Its version, for If-Match."),
                }


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}
