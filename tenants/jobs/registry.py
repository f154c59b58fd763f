"""Which function does which kind of work, and in whose name."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Handler = Callable[..., Any]


class Scope(StrEnum):
    """In whose name a handler runs."""

    ENTERPRISE = "enterprise"
    EXCHANGE = "exchange"
    DIRECTORY = "directory"
    OWNER = "owner"


class UnknownKind(LookupError):
    """Raised for a kind of work that no app has registered."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A handler with its scope and its limit of attempts."""

    run: Handler
    scope: Scope
    max_attempts: int | None


_handlers: dict[str, Registered] = {}


def handler(
    kind: str, *, scope: Scope = Scope.ENTERPRISE, max_attempts: int | None = None
) -> Callable[[Handler], Handler]:
    """Register a function for a kind of work, named `<app>.<verb_noun>`."""

    def register(function: Handler) -> Handler:
        known = _handlers.get(kind)
        if known is not None and known.run.__qualname__ != function.__qualname__:
            msg = f"Two handlers claim the kind {kind}."
            raise RuntimeError(msg)
        _handlers[kind] = Registered(function, scope, max_attempts)
        return function

    return register


def find(kind: str) -> Registered:
    """Return what does this kind of work.

    :raises UnknownKind: if no app has registered it.
    """
    try:
        return _handlers[kind]
    except KeyError as error:
        msg = f"No handler is registered for jobs of kind {kind}."
        raise UnknownKind(msg) from error


def kinds() -> dict[str, Registered]:
    """Return all that is registered, by kind."""
    return dict(_handlers)
