"""All operations of the API, read from its URL map."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import get_resolver

from apps.api.endpoints import Endpoint
from tests.support.api import Partner

NOTHING = UUID("01960000-0000-7000-8000-00000000dead")


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path, with the scope that it needs."""

    method: str
    route: str
    scope: str

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def id_name(self) -> str:
        """The parameter that names a resource, or empty."""
        _, found, rest = self.route.partition("<uuid:")
        return rest.partition(">")[0] if found else ""

    def path(self, resource: UUID = NOTHING) -> str:
        """The address of one resource."""
        filled = self.route.replace(f"<uuid:{self.id_name}>", str(resource))
        return filled.replace("<slug:process_code>", "milling-3-axis")

    def call(
        self, partner: Partner, resource: UUID = NOTHING, **rest: object
    ) -> object:
        """Send it as bare as it can be."""
        return partner.call(self.method, self.path(resource), **rest)  # type: ignore[arg-type]


def operations() -> list[Operation]:
    """Every method that a view of the API declares."""
    found = []
    for pattern in get_resolver("apps.api.v1.urls").url_patterns:
        view = pattern.callback.view_class
        assert issubclass(view, Endpoint)
        found += [
            Operation(method, f"/v1/{pattern.pattern}", scope)
            for method, scope in view.scopes.items()
        ]
    return found


OPERATIONS = operations()
