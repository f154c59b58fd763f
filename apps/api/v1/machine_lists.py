"""Which machines a list is asked for, and in which order."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request

from apps.api.pagination import Filter, asked, asked_id
from apps.machines import selectors as machines
from apps.machines.selectors import Sorting
from apps.machines.selectors.sorting import CHOICES
from apps.machines.types import MachineKind, MachineState

ANSWERS = {"yes": True, "no": False}
# The filters that ask yes or no, by what the selector calls them.
TWOFOLD = {
    "published": ("is_published", "Whether the exchange shows it."),
    "complete": ("is_complete", "Whether it says all that publishing asks for."),
    "confirmed": (
        "is_confirmed",
        "Whether no figure of its maker waits for the shop's word.",
    ),
    "auto_quote": ("quotes_by_itself", "Whether it quotes by itself."),
}
FILTERS = (
    Filter("search", "Words of the code, name, maker, model or serial number."),
    Filter("state", "Whether it can be worked with.", tuple(MachineState.values)),
    Filter("kind", "What it is.", tuple(MachineKind.values)),
    Filter("process_code", "A process, or one above those that are offered."),
    Filter("maker", "The maker's name, exactly."),
    Filter("site_id", "The site where it stands.", schema=UUID),
    Filter("work_center", "The code of the work center that it belongs to."),
    *(
        Filter(name, description, tuple(ANSWERS))
        for name, (_asked, description) in TWOFOLD.items()
    ),
)
SORT = Filter(
    "sort",
    "The order of the list; with `-` from the last to the first. Newest first if it is"
    " left out.",
    CHOICES,
)


def machines_asked_for(request: Request) -> Any:
    """Return the machines that are as the query says.

    :raises Problem: 400 if a parameter cannot be meant.
    """
    said = asked(request, FILTERS)
    for name, (wanted, _description) in TWOFOLD.items():
        said[wanted] = ANSWERS.get(said.pop(name))
    return machines.machines_of(**{**said, "site_id": asked_id(request, "site_id")})


def sorting_asked_for(request: Request) -> Sorting:
    """Return the order of the list."""
    return Sorting.of(request.query_params.get("sort", ""))
