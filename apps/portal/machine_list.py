"""The list of machines: narrowed and sorted by its address, which can be shared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.catalog import selectors as catalog
from apps.machines import selectors as machines
from apps.machines.selectors import Sorting
from apps.machines.types import MachineKind, MachineState
from apps.portal import formats
from apps.portal.access import access
from apps.portal.machine_forms import site_choices
from apps.portal.machines import READERS, may_write, uuid_of
from apps.portal.paging import Page, sorted_page_of

ANSWERS = {"yes": True, "no": False}
# Filters that are a choice between two, with what each answer is called.
TWOFOLD: dict[str, tuple[str | Promise, str | Promise, str | Promise]] = {
    "published": (_("In the exchange"), _("Published"), _("Not published")),
    "complete": (_("Facts"), _("Complete"), _("Something is missing")),
    "confirmed": (
        _("Maker's figures"),
        _("All confirmed"),
        _("Some are not confirmed"),
    ),
    "auto": (_("Quotes by itself"), _("Yes"), _("No")),
}
ASKED = (
    "q",
    "process",
    "state",
    "kind",
    "site",
    "center",
    "maker",
    *TWOFOLD,
)
# Those that stand behind "More filters" until one of them is in force.
SELDOM = ("kind", "maker", "complete", "confirmed", "auto")
# Counting more than these takes longer than reading the page.
MOST_COUNTED = 5_000
LONGEST = 120
COLUMNS: tuple[tuple[str, str | Promise], ...] = (
    ("code", _("Machine")),
    ("maker", _("Maker and model")),
    ("", _("Processes")),
    ("site", _("Site")),
    ("work_center", _("Work center")),
    ("state", _("State")),
    ("", _("In the exchange")),
    ("", _("Still missing")),
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the list without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column, and the list sorted by it."""

    label: str | Promise
    href: str = ""
    direction: str = ""


def offered_processes(*, with_groups: bool = True) -> list[tuple[str, str]]:
    """Return the processes that our machines offer, below the groups they are in."""
    language = get_language() or "en"
    offered = machines.offered_codes()
    nodes = catalog.process_tree()
    paths = [node.path for node in nodes if node.code in offered]
    return [
        (
            node.code,
            "\N{NO-BREAK SPACE}" * 3 * node.depth * with_groups
            + catalog.label(node, language),
        )
        for node in nodes
        if node.code in offered
        or (with_groups and any(path.startswith(f"{node.path}/") for path in paths))
    ]


def center_choices() -> list[tuple[str, str]]:
    """Return the enterprise's work centers to choose among."""
    return [
        (str(center.pk), f"{center.code} · {center.name}")
        for center in machines.work_centers()
    ]


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return what an address asks of machines; what it cannot mean is left out."""
    asked = {
        # PostgreSQL keeps no NUL, so nothing has one.
        name: str(query.get(name, "")).replace("\x00", "").strip()[:LONGEST]
        for name in ASKED
    }
    known = {
        "state": MachineState.values,
        "kind": MachineKind.values,
        **{name: list(ANSWERS) for name in TWOFOLD},
    }
    for name, values in known.items():
        if asked[name] not in values:
            asked[name] = ""
    for name in ("site", "center"):
        if uuid_of(asked[name]) is None:
            asked[name] = ""
    return asked


def machines_asked_for(asked: Mapping[str, str]) -> Any:
    """Return the machines that are as an address asks."""
    return machines.machines_of(
        search=asked["q"],
        state=asked["state"],
        kind=asked["kind"],
        process_code=asked["process"],
        maker=asked["maker"],
        site_id=uuid_of(asked["site"]),
        work_center_id=uuid_of(asked["center"]),
        is_published=ANSWERS.get(asked["published"]),
        is_complete=ANSWERS.get(asked["complete"]),
        is_confirmed=ANSWERS.get(asked["confirmed"]),
        quotes_by_itself=ANSWERS.get(asked["auto"]),
    )


def filtered_machines(request: HttpRequest) -> tuple[dict[str, str], Any]:
    """Return what a request asks of machines, and those that are so."""
    asked = asked_of(request.GET)
    return asked, machines_asked_for(asked)


def query_of(asked: Mapping[str, str], **more: str) -> str:
    """Write filters as an address has them."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value} | more)
    return query.urlencode()


def count_of(found: Any, page: Page) -> tuple[int, str]:
    """Count machines as far as that is cheap, and say how many they are."""
    if not (page.next_cursor or page.previous_cursor):
        # A page that is all there is has been counted with it.
        count = len(page.rows)
    else:
        count = found.order_by().values("pk")[: MOST_COUNTED + 1].count()
    if count > MOST_COUNTED:
        return count, _t("More than %(count)s machines") % {
            "count": formats.number(MOST_COUNTED)
        }
    text = ngettext("%(count)s machine", "%(count)s machines", count)
    return count, text % {"count": formats.number(count)}


@access(*READERS)
@require_safe
def machine_list(request: HttpRequest) -> HttpResponse:
    """List machines, newest first unless asked otherwise, with what each lacks."""
    asked, found = filtered_machines(request)
    sorting = Sorting.of(request.GET.get("sort", ""))
    page = sorted_page_of(request, found, sorting)
    choices = _choices()
    can_write = may_write(request)
    count, count_text = count_of(found, page)
    return render(
        request,
        "portal/machines/list.html",
        {
            "page": page,
            "asked": asked,
            "query": query_of(asked),
            "sort": sorting.text if "sort" in request.GET else "",
            "headings": _headings(asked, sorting),
            "chips": _chips(asked, choices),
            "is_filtered": any(asked.values()),
            "is_seldom": any(asked[name] for name in SELDOM),
            "count": count,
            "count_text": count_text,
            "can_write": can_write,
            "machines": _rows(page.rows),
            "twofold": [
                {
                    "name": name,
                    "label": label,
                    "answers": [("yes", yes), ("no", no)],
                    "asked": asked[name],
                }
                for name, (label, yes, no) in TWOFOLD.items()
                if name != "published"
            ],
            "states": MachineState.choices,
            "kinds": MachineKind.choices,
            "processes": choices["process"],
            "sites": choices["site"],
            "centers": choices["center"],
            "makers": choices["maker"],
        },
    )


def _rows(found: Sequence[Any]) -> list[dict[str, Any]]:
    language = get_language() or "en"
    return [
        {
            "machine": machine,
            "processes": sorted(
                catalog.label(row.process_code, language)
                for row in machine.capabilities.all()
            ),
            "missing": machines.words_of(machines.missing_facts(machine)),
        }
        for machine in found
    ]


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "process": offered_processes(),
        "site": site_choices(),
        "center": center_choices(),
        "maker": [(maker, maker) for maker in machines.makers()],
    }


def _headings(asked: Mapping[str, str], sorting: Sorting) -> list[Heading]:
    headings = []
    for name, label in COLUMNS:
        if not name:
            headings.append(Heading(label))
            continue
        is_sorted = sorting.name == name
        turned = f"-{name}" if is_sorted and not sorting.is_descending else name
        direction = "descending" if sorting.is_descending else "ascending"
        headings.append(
            Heading(
                label,
                f"?{query_of(asked, sort=turned)}",
                direction if is_sorted else "",
            )
        )
    return headings


def _chips(
    asked: Mapping[str, str], choices: Mapping[str, list[tuple[str, str]]]
) -> list[Chip]:
    """Name each filter in force, with what the list is called without it."""
    named: dict[str, Any] = {
        **{name: dict(offered) for name, offered in choices.items()},
        "state": dict(MachineState.choices),
        "kind": dict(MachineKind.choices),
        **{name: {"yes": yes, "no": no} for name, (_label, yes, no) in TWOFOLD.items()},
    }
    labels: dict[str, str | Promise] = {
        "q": _("Words"),
        "process": _("Process"),
        "state": _("State"),
        "kind": _("Kind"),
        "site": _("Site"),
        "center": _("Work center"),
        "maker": _("Maker"),
        **{name: label for name, (label, _yes, _no) in TWOFOLD.items()},
    }
    chips = []
    for name, value in asked.items():
        if not value:
            continue
        shown = str(named.get(name, {}).get(value, "")).strip() or _said(name, value)
        rest = query_of({**asked, name: ""})
        chips.append(Chip(f"{labels[name]}: {shown}", f"?{rest}" if rest else "?"))
    return chips


def _said(name: str, value: str) -> str:
    """Name what is asked for and is not among what there is."""
    if name == "process":
        return catalog.label(value, get_language() or "en")
    if name in {"site", "center"}:
        return _t("one that is not there")
    return value


def chosen_ids(query: QueryDict) -> list[UUID]:
    """Return the machines that were ticked, each once, in their order."""
    found = [uuid_of(text) for text in query.getlist("machine")]
    return list(dict.fromkeys(one for one in found if one is not None))
