"""All pages of the portal with whom they let in, read from its URL map."""

from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver

from apps.portal.access import Permission, permission_of
from tenants.isolation.finders import views_below
from tests.leaks.matrix import NOBODYS
from tests.leaks.resources import reference

URLCONF = "spindle.urls_enterprise"
# As long as a client's id, which is no UUID.
NO_WORD = "x" * 32
KINDS = ("uuid", "slug", "str", "int", "path")


@dataclass(frozen=True, slots=True)
class Page:
    """An address of the portal."""

    route: str
    view: Any
    permission: Permission

    def __str__(self) -> str:
        return f"/{self.route}"

    @property
    def names(self) -> list[str]:
        """What the address names: the parameters of its route."""
        return [
            part.split(">")[0]
            for kind in KINDS
            for part in self.route.split(f"<{kind}:")[1:]
        ]

    @property
    def has_id(self) -> bool:
        """Whether it names a thing of an enterprise."""
        return any(name.endswith("_id") for name in self.names)

    def path(self, ids: dict[str, str]) -> str:
        """Fill the address in; an id that has no maker is a KeyError."""
        found = f"/{self.route}"
        for kind in KINDS:
            for name in self.names:
                found = found.replace(f"<{kind}:{name}>", reference(name, ids))
        return found

    def nobodys(self, ids: dict[str, str]) -> dict[str, str]:
        """The same ids, but for those of the address, which nobody has."""
        return {
            **ids,
            **{
                name: str(NOBODYS) if f"<uuid:{name}>" in self.route else NO_WORD
                for name in self.names
                if name.endswith("_id")
            },
        }


def pages() -> list[Page]:
    """Every page that a member may open, by its route."""
    found = []
    for route, view in views_below(get_resolver(URLCONF)):
        permission = permission_of(view)
        if permission is not None and not permission.is_public:
            found.append(Page(route, view, permission))
    return found


PAGES = pages()
