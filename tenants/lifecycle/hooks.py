"""What apps do, or have to say, when an enterprise changes its tier.

Tenancy knows none of them: each registers once, while the apps get ready, and is
called in the transaction of the change and in the enterprise's name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.errors import Conflict
from tenants import context
from tenants.types import Actor, EnterpriseRef


@dataclass(frozen=True, slots=True)
class Blocker:
    """Work with others that must end before the enterprise may rest or go."""

    label: str | Promise
    count: int
    # A few of them by name, for whoever has to end them.
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        named = ", ".join(self.names)
        more = self.count - len(self.names)
        if named and more > 0:
            named = _("%(names)s and %(more)d more") % {"names": named, "more": more}
        return f"{self.label}: {named or self.count}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What others keep of their dealings with an enterprise that is erased."""

    label: str
    count: int
    reason: str


Blockers = Callable[[EnterpriseRef], Iterable[Blocker]]
Change = Callable[[EnterpriseRef, Actor, datetime], object]
Keeping = Callable[[EnterpriseRef], Iterable[Kept]]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What one app has registered."""

    blockers: Blockers | None
    on_rest: Change | None
    on_return: Change | None
    kept: Keeping | None


class WorkIsOpen(Conflict):
    """Raised when an enterprise has dealings that others wait for."""

    code = "work_is_open"


_hooks: dict[str, Hooks] = {}


def register_hooks(
    name: str,
    *,
    blockers: Blockers | None = None,
    on_rest: Change | None = None,
    on_return: Change | None = None,
    kept: Keeping | None = None,
) -> None:
    """Have an app asked and told.

    `blockers` names what must end first, `on_rest` is called before an enterprise goes
    to rest, `on_return` after it woke up or was brought back, and `kept` says before an
    erasure what others keep.
    """
    _hooks[name] = Hooks(blockers, on_rest, on_return, kept)


def check_nothing_open(ref: EnterpriseRef) -> None:
    """Do nothing if no work with others is open.

    :raises WorkIsOpen: naming it.
    """
    with context.enterprise(ref):
        open_work = [
            blocker
            for hooks in _hooks.values()
            if hooks.blockers is not None
            for blocker in hooks.blockers(ref)
            if blocker.count
        ]
    if open_work:
        raise WorkIsOpen(
            gettext_lazy("%(name)s has open work. %(work)s.")
            % {"name": ref.name, "work": "; ".join(map(str, open_work))},
            field="enterprise",
            value=ref.slug,
            remedy=gettext_lazy("Finish it or withdraw from it, then try again."),
            facts={str(one.label): one.count for one in open_work},
        )


def run_rest(ref: EnterpriseRef, by: Actor, at: datetime) -> None:
    """Tell all that the enterprise is about to rest."""
    with context.enterprise(ref):
        for hooks in _hooks.values():
            if hooks.on_rest is not None:
                hooks.on_rest(ref, by, at)


def run_return(ref: EnterpriseRef, by: Actor, at: datetime) -> None:
    """Tell all that the enterprise is back."""
    with context.enterprise(ref):
        for hooks in _hooks.values():
            if hooks.on_return is not None:
                hooks.on_return(ref, by, at)


def kept_by_others(ref: EnterpriseRef) -> list[Kept]:
    """Return what others keep of their dealings with the enterprise."""
    with context.enterprise(ref):
        return [
            kept
            for hooks in _hooks.values()
            if hooks.kept is not None
            for kept in hooks.kept(ref)
            if kept.count
        ]
