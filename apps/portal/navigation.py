"""The links of the frame, by role, with their keyboard shortcuts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.types import Role

BUYING = frozenset((Role.OWNER, Role.BUYER, Role.VIEWER))
SELLING = frozenset((Role.OWNER, Role.SELLER, Role.VIEWER))
MAKING = frozenset((Role.OWNER, Role.SELLER, Role.PLANNER, Role.OPERATOR, Role.VIEWER))
EVERYONE = frozenset(Role)
OWNING = frozenset((Role.OWNER,))


class Entry(NamedTuple):
    """One link as it is declared."""

    label: str | Promise
    url_name: str
    icon: str
    roles: frozenset[Role]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it is shown."""

    label: str | Promise
    url: str
    icon: str
    key: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Links that belong together under one word."""

    label: str | Promise
    links: Sequence[Link] = field(default_factory=tuple)


ENTRIES: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    ("", (Entry(_("Home"), "portal:home", "home", EVERYONE, "h"),)),
    (
        pgettext_lazy("navigation", "Buy"),
        (
            Entry(_("Parts"), "portal:parts", "cube", BUYING, "p"),
            Entry(_("RFQs"), "portal:rfqs", "send", BUYING, "r"),
            Entry(_("Idle time"), "portal:market-idle-lots", "hourglass", BUYING),
        ),
    ),
    (
        pgettext_lazy("navigation", "Sell"),
        (
            Entry(_("Inbox"), "portal:inbox", "inbox", SELLING, "i"),
            Entry(_("Machines"), "portal:machines", "building-factory-2", MAKING, "m"),
            Entry(_("Capacity"), "portal:capacity", "calendar-time", MAKING, "c"),
            Entry(_("Schedule"), "portal:schedule", "timeline", MAKING, "s"),
        ),
    ),
    (
        pgettext_lazy("navigation", "Deals"),
        (
            Entry(_("Quotes"), "portal:quotes", "receipt", EVERYONE, "q"),
            Entry(_("Orders"), "portal:orders", "truck-delivery", EVERYONE, "o"),
            Entry(_("Reports"), "portal:reports", "chart-bar", EVERYONE, "t"),
        ),
    ),
    (
        pgettext_lazy("navigation", "Settings"),
        (
            Entry(_("Enterprise"), "portal:enterprise", "settings", OWNING, "e"),
            Entry(_("Members"), "portal:members", "users", OWNING),
            Entry(_("API clients"), "portal:api-clients", "key", OWNING),
            Entry(_("Your data"), "portal:data", "archive", OWNING),
        ),
    ),
)


def groups_for(role: Role | str | None, path: str) -> list[Group]:
    """Return what a member in this role sees, with the page that is open marked."""
    if role is None:
        return []
    groups = []
    for label, entries in ENTRIES:
        links = [_link(entry, path) for entry in entries if Role(role) in entry.roles]
        shown = [link for link in links if link is not None]
        if shown:
            groups.append(Group(label, shown))
    return groups


def _link(entry: Entry, path: str) -> Link | None:
    try:
        url = reverse(entry.url_name)
    except NoReverseMatch:
        # Error pages are shown on hosts whose URL map has no portal.
        return None
    is_current = path == url if url == "/" else path.startswith(url)
    return Link(entry.label, url, entry.icon, entry.key, is_current)
