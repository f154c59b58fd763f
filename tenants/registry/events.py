"""What happened to an enterprise in the directory, told to the apps that ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tenants.types import Actor, EnterpriseRef


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that someone did: a verb, what it was done to, and why."""

    enterprise: EnterpriseRef
    verb: str
    subject: tuple[str, object, str]
    by: Actor
    at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)


Subscriber = Callable[[Event], object]
_subscribers: dict[str, Subscriber] = {}


def subscribe(name: str, run: Subscriber) -> None:
    """Have `run` called with each event, in the transaction of what happened."""
    _subscribers[name] = run


def publish(event: Event) -> None:
    """Tell all who asked; what they refuse is undone with what happened."""
    for run in _subscribers.values():
        run(event)
