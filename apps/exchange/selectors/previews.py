"""One of our machines as others get it: strangers, enterprises, counterparties."""

from dataclasses import dataclass
from uuid import UUID

from apps.exchange.models import MarketListing, PublicListing
from apps.exchange.selectors.market import listings_of_machine
from apps.machines import selectors as machines
from apps.machines.rules.circles import includes
from apps.machines.types import FactCircle
from tenants import context
from tenants.types import Circle

Row = MarketListing | PublicListing


@dataclass(frozen=True, slots=True)
class Preview:
    """What readers of a circle get of a machine, and what is kept from them.

    `is_current` is false until the exchange has followed the latest choice.
    """

    reader: Circle
    rows: tuple[Row, ...]
    facts: tuple[FactCircle, ...]
    is_published: bool
    is_current: bool

    @property
    def hidden(self) -> tuple[FactCircle, ...]:
        """The facts that these readers do not get, each with whose choice that is."""
        return tuple(each for each in self.facts if not self.shows(each))

    def shows(self, each: FactCircle) -> bool:
        """Say whether these readers get a fact, where the machine states it."""
        return includes(each.circle, self.reader)


def preview(machine_id: UUID, reader: Circle) -> Preview:
    """Return one of our machines as readers of a circle get it.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    machine = machines.machine_detail(machine_id).machine
    facts = machines.circles_of(machine)
    return Preview(
        reader=reader,
        rows=tuple(shown_to(machine_id, reader)),
        facts=facts,
        is_published=machine.is_published,
        is_current=_has_followed(machine_id, facts),
    )


def shown_to(machine_id: UUID, reader: Circle) -> list[Row]:
    """Return what readers of a circle get of one of our machines, by process.

    Read from the very views that they read, in the name of a stranger, of an
    enterprise without an order with us, or in our own as a counterparty would.
    """
    keys = list(listings_of_machine(machine_id).values_list("pk", flat=True))
    if reader == Circle.PUBLIC:
        with context.directory():
            return list(
                PublicListing.objects.filter(pk__in=keys).order_by("process_code")
            )
    rows = MarketListing.objects.filter(pk__in=keys).order_by("process_code")
    if reader == Circle.MARKET:
        with context.exchange():
            return list(rows)
    return list(rows)


def _has_followed(machine_id: UUID, facts: tuple[FactCircle, ...]) -> bool:
    wanted = [
        sorted(each.fact.value for each in facts if each.circle == circle)
        for circle in (Circle.COUNTERPARTY, Circle.PUBLIC)
    ]
    return all(
        [sorted(row.masked_facts), sorted(row.public_facts)] == wanted
        for row in listings_of_machine(machine_id)
        if row.is_active
    )
