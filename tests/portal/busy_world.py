"""North sells and south buys: a number of everything on both sides."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from apps.capacity import services as capacity
from apps.capacity.selectors.calendars import calendar_of
from apps.exchange import services as exchange
from apps.exchange.models import Demand, Listing
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines import services as machines
from apps.machines.models import Machine, Site
from apps.machines.types import BulkItem, MachineChange
from tenants import context
from tenants.registry.clients import create_client
from tenants.registry.services import add_member
from tenants.types import SYSTEM, EnterpriseRef, Role
from tests.factories import documents as make_documents
from tests.factories import exchange as make
from tests.factories import machines as make_machines
from tests.factories import notify as make_notices
from tests.factories import orders as make_orders
from tests.factories import reports as make_reports
from tests.factories import scheduling as make_work
from tests.support.world import NOON, PASSWORD

# After all that is promised or shown here.
LATER = datetime(2031, 1, 6, tzinfo=UTC)
DUE_ON = date(2030, 10, 28)


class World:
    """Two enterprises that trade; `wide` is quoted by every machine."""

    def __init__(self, north: EnterpriseRef, south: EnterpriseRef) -> None:
        self.north, self.south = north, south
        self.count = 0
        self.listings: list[Listing] = []
        self.wide: Demand | None = None
        make.shop(north)
        with context.enterprise(north):
            self.proposal = make_work.schedule()

    def grow(self, count: int) -> None:
        """Bring everything up to this number."""
        for number in range(self.count, count):
            self._settle(number)
        if self.wide is None:
            self.wide = self._asked("WIDE")
            with context.enterprise(self.south):
                self.draft = make_orders.drafted_rfq()
        make.matched(self.wide.pk)
        for number in range(self.count, count):
            self._quote(self.wide, number)
            self._quote(self._asked(f"OPEN-{number}"), number)
            quote_id = self._quote(self._asked(f"DONE-{number}"), number)
            with context.enterprise(self.south):
                exchange.award(quote_id=quote_id, by=SYSTEM, at=NOON)
        self.count = count
        self._change_all()

    def _change_all(self) -> None:
        """Change all machines of north at once."""
        self.bulk_id = uuid7()
        with context.enterprise(self.north):
            change = MachineChange(batch_max=10_000 + self.count)
            machines.change_machines(
                items=[
                    BulkItem(machine.pk, machine.version, change)
                    for machine in Machine.objects.order_by("pk")
                ],
                bulk_id=self.bulk_id,
                by=SYSTEM,
                at=NOON,
            )

    def _settle(self, number: int) -> None:
        """Give both enterprises one more of what they have for themselves."""
        with context.enterprise(self.north):
            site = make_machines.site(name=f"Site {number}")
            center = make_machines.work_center(site=site, code=f"WC-{number:02}")
            make_machines.certificate(number=f"DE-{number}")
            make_machines.table_import()
            starts = LATER + timedelta(days=number)
            calendar = calendar_of(None)
            assert calendar is not None
            capacity.add_exception(
                calendar_id=calendar.pk,
                period=Period(starts, starts + timedelta(hours=8)),
                working=False,
                by=SYSTEM,
                at=NOON,
            )
        listing = make.listing(
            self.north,
            site_id=site.pk,
            code=f"Mill{number:02}",
            work_center=center.code,
        )
        self.listings.append(listing)
        self.lot_id = make.idle_lot(self.north, listing.machine_id).pk
        with context.enterprise(self.north):
            self._plan(number)
            self._show(number, site)
            capacity.take_maintenance(
                machine_id=self.listings[0].machine_id,
                period=Period(starts, starts + timedelta(hours=8)),
                reason="Spindle",
                by=SYSTEM,
                at=NOON,
            )
        for ref in (self.north, self.south):
            add_member(
                enterprise=ref,
                email=f"viewer{number}@{ref.slug}.example",
                name=f"Viewer {number}",
                role=Role.VIEWER,
                password=PASSWORD,
            )
            create_client(
                enterprise=ref, name=f"ERP {number}", scopes=("rfqs:read",), by=SYSTEM
            )
            with context.enterprise(ref):
                make_notices.notice(title=f"Notice {number}", roles=tuple(Role))
                make_reports.report_file(make_reports.requested_report())

    def _plan(self, number: int) -> None:
        """Propose one more piece of work, which moves, and comes too late."""
        machine_id = self.listings[number].machine_id
        other_id = self.listings[0].machine_id
        work = make_work.work_request(
            *{machine_id, other_id}, title=f"Brackets {number}"
        )
        make_work.scheduled_job(
            self.proposal,
            make_work.only_job(work),
            machine_id,
            tardiness_minutes=60,
            due_at=NOON,
            was_machine_id=other_id,
            was_starts_at=NOON,
        )
        make_work.setup_time(machine_id)
        make_work.schedule()

    def _show(self, number: int, site: Site) -> None:
        """Let one more document speak for the first machine, and for a site."""
        document = make_documents.document(title=f"Sheet {number}")
        machine = Machine.objects.get(pk=self.listings[0].machine_id)
        make_machines.evidence(document=document, machine=machine)
        make_machines.evidence(document=document, site=site)

    def _asked(self, number: str) -> Demand:
        demand = make.demand(self.south, part={"number": number}, due_on=DUE_ON)
        make.matched(demand.pk)
        return demand

    def _quote(self, demand: Demand, number: int) -> UUID:
        """Have a machine of north answer by hand; return the id both sides share."""
        with context.enterprise(self.north):
            return exchange.submit_quote(
                demand_id=demand.pk,
                listing_id=self.listings[number].pk,
                unit_price=Decimal("57.90"),
                machine_minutes=60,
                by=SYSTEM,
                at=NOON,
            ).pk
