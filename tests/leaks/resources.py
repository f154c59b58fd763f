"""One of everything that an address can name: north's, with canaries in it.

A parameter of an address, a reference in a body, or an argument of a job that has no
maker here fails the coverage test: write one, and it is attacked from then on.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone

from apps.capacity import services as capacity
from apps.capacity.selectors.calendars import calendar_of
from apps.capacity.types import CalendarLevel
from apps.exchange import services as exchange
from apps.exchange.models import Match
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines import services as machines
from apps.machines.types import BulkItem, DisclosedFact, MachineChange
from apps.orders.types import Audience
from apps.reports.types import FileFormat
from apps.scheduling import services as planning
from apps.scheduling.types import Assumptions
from tenants import context, jobs
from tenants.models import Archive
from tenants.registry.clients import create_client
from tenants.registry.services import add_member
from tenants.types import (
    SYSTEM,
    ArchivePurpose,
    ArchiveState,
    Circle,
    EnterpriseRef,
    Role,
)
from tests.factories import capacity as make_capacity
from tests.factories import documents as make_documents
from tests.factories import exchange as make
from tests.factories import machines as make_machines
from tests.factories import notify as make_notices
from tests.factories import orders as make_orders
from tests.factories import reports as make_reports
from tests.factories import routes as make_routes
from tests.factories import scheduling as make_plans
from tests.factories import verification as make_verification
from tests.support.world import NOON, PASSWORD

# What is only north's, in words that stand nowhere else.
CANARIES = {
    "part number": "CNRY-PART-81",
    "part name": "Canary strut 4417",
    "file name": "canary-plan-5521.step",
    "file content": "CANARY-GEOMETRY-90210",
    "RFQ title": "Canary invitation 7745",
    "note to sellers": "Canary note 3310",
    "target price": "4711.37",
    "delivery city": "Canarywhistle",
    "machine code": "CNRY-M-77",
    "serial number": "CNRY-SN-0042",
    "hourly rate": "83.17",
    "work center": "CNRY-WC-3108",
    "step of work": "Canary boring 2270",
    "setup family": "CNRY-FAM-93",
    "supposed work": "Canary rush 6604",
    "imported serial": "CNRY-SN-7717",
    "certificate number": "CNRY-CERT-5512",
    "closing of a shop": "Canary shutdown 6650",
    "report's content": "CANARY-REPORT-31337",
    "document title": "Canary data sheet 6207",
    "document's content": "CANARY-DOCUMENT-51151",
    "notice": "Canary notice 9081",
    "idle time": "Canary idle time 4418",
    "work request": "Canary shaft 6631",
    "member's name": "Carla Canary",
    "member's e-mail": "carla.canary@north.example",
    "API client": "Canary ERP 2290",
}


class Resources:
    """North's things by the name by which addresses call them, and who reads them."""

    def __init__(self, north: EnterpriseRef, south: EnterpriseRef) -> None:
        self.north, self.south = north, south
        self.ids: dict[str, str] = {
            "process_code": "milling-3-axis",
            "kind": "csv",
            "form": "json",
        }
        self._trade()
        self._ask()
        self._keep()
        self._settle()
        self._plan()

    def _put(self, **rows: Model) -> None:
        self.ids |= {name: str(row.pk) for name, row in rows.items()}

    def _trade(self) -> None:
        """North sells to south: a quote that stands, and an order of another."""
        for shop in (self.north, self.south):
            make.shop(shop)
        listing = make.listing(
            self.north,
            code=CANARIES["machine code"],
            serial_number=CANARIES["serial number"],
            cost={"hourly_rate": Decimal(CANARIES["hourly rate"])},
        )
        make.listing(self.south, cost={"currency": "BRL"})
        won, open_ = (make.demand(self.south, part={"number": n}) for n in "AB")
        for demand in (won, open_):
            make.matched(demand.pk)
        won_quote = make.auto_quoted(self.north, won.pk, listing.pk)
        quote = make.auto_quoted(self.north, open_.pk, listing.pk)
        with context.enterprise(self.south):
            order = exchange.award(quote_id=won_quote.pk, by=SYSTEM, at=NOON)
        lot = make.idle_lot(
            self.north,
            listing.machine_id,
            starts_at=NOON + timedelta(weeks=13, hours=-12),
            ends_at=NOON + timedelta(weeks=13, hours=12),
            note=CANARIES["idle time"],
            audience=Audience.INVITED,
            invited_ids=(self.north.id,),
        )
        with context.enterprise(self.north):
            machines.choose_circles(
                choices={DisclosedFact.FREE_CAPACITY: Circle.COUNTERPARTY},
                by=SYSTEM,
                at=NOON,
                machine_id=listing.machine_id,
            )
            exchange.publish_machine(machine_id=listing.machine_id, at=NOON)
        self._put(quote_id=quote, order_id=order, listing_id=listing, idle_lot_id=lot)
        self.ids["public_demand_id"] = str(open_.pk)
        self.ids["machine_id"] = str(listing.machine_id)
        with context.enterprise(self.north):
            (held,) = make_routes.route_held(
                make_routes.route(make_routes.step(listing.machine_id))
            )
            # So that there is a change to take back.
            capacity.set_efficiency(
                level=CalendarLevel(machine_id=listing.machine_id),
                percent=100,
                by=SYSTEM,
                at=NOON,
            )
        self.ids["route_id"] = str(held.route_id)
        self.ids["reservation_id"] = str(held.pk)
        # What a calendar may be of.
        self.ids["subject_id"] = self.ids["machine_id"]

    def _ask(self) -> None:
        """North asks, and lets south alone see it."""
        demand = make.demand(
            self.north,
            part={
                "number": CANARIES["part number"],
                "name": CANARIES["part name"],
                "file_name": CANARIES["file name"],
                "file": ContentFile(CANARIES["file content"].encode(), "plan.step"),
                "preview": ContentFile(CANARIES["file content"].encode(), "plan.glb"),
            },
            line={"target_unit_price": Decimal(CANARIES["target price"])},
            title=CANARIES["RFQ title"],
            note=CANARIES["note to sellers"],
            delivery_city=CANARIES["delivery city"],
            audience=Audience.INVITED,
            invited_enterprise_ids=(self.south.id,),
            anonymous=False,
        )
        make.matched(demand.pk)
        with context.exchange():
            match = Match.objects.filter(demand=demand).best_first()[0]
        with context.enterprise(self.north):
            draft = make_orders.drafted_rfq()
            part = demand_part(demand)
        self._put(demand_id=demand, match_id=match, part_id=part)
        self.ids |= {
            "rfq_line_id": str(demand.rfq_line_id),
            "rfq_id": str(demand.rfq_id),
            "draft_id": str(draft.pk),
        }

    def _keep(self) -> None:
        """North has reports, notices and work for itself."""
        with context.enterprise(self.north):
            report = make_reports.requested_report(by=SYSTEM)
            for kind in FileFormat:
                file = make_reports.report_file(
                    report,
                    format=kind,
                    name=f"canary.{kind}",
                    file=ContentFile(
                        CANARIES["report's content"].encode(), f"canary.{kind}"
                    ),
                )
                self._put(**{f"{kind}_file_id": file})
            notice = make_notices.notice(
                title=CANARIES["notice"], body=CANARIES["notice"], roles=tuple(Role)
            )
        self._put(file_id=file, report_id=report, notice_id=notice)
        self.ids["job_id"] = str(report.job_id)

    def _settle(self) -> None:
        """North has members, clients, certificates and times at which it is closed."""
        with context.enterprise(self.north):
            certificate = make_machines.certificate(
                number=CANARIES["certificate number"], kind_code="as9100d"
            )
            calendar = calendar_of(None)
            assert calendar is not None
            closing = capacity.add_exception(
                calendar_id=calendar.pk,
                period=Period(NOON, NOON + make_capacity.DAY),
                working=False,
                reason=CANARIES["closing of a shop"],
                by=SYSTEM,
                at=NOON,
            )
            site = make_machines.site()
            center = make_machines.work_center(
                site=site, code=CANARIES["work center"], name=CANARIES["work center"]
            )
            content = CANARIES["document's content"].encode()
            document = make_documents.document(
                content,
                title=CANARIES["document title"],
                media_type="image/jpeg",
                width_px=64,
                height_px=48,
                thumbnail=ContentFile(content, "small"),
            )
            evidence = make_machines.evidence(
                document=document, certificate=certificate
            )
            review = make_verification.certificate_review(
                number="CNRY-CERT-5513", kind_code="iso-13485"
            )
            ticked = make_machines.machine(
                code="CNRY-M-78", serial_number=CANARIES["serial number"]
            )
            self.ids["bulk_id"] = str(uuid7())
            machines.change_machines(
                items=[
                    BulkItem(ticked.pk, ticked.version, MachineChange(auto_quote=True))
                ],
                bulk_id=UUID(self.ids["bulk_id"]),
                by=SYSTEM,
                at=NOON,
            )
            table = make_machines.table_import(
                f"Code,Serial number,IT grade\nT-1,{CANARIES['imported serial']},x\n"
                f"T-2,2,7\n".encode()
            )
        member = add_member(
            enterprise=self.north,
            email=CANARIES["member's e-mail"],
            name=CANARIES["member's name"],
            role=Role.BUYER,
            password=PASSWORD,
        )
        client, self.secret = create_client(
            enterprise=self.north,
            name=CANARIES["API client"],
            scopes=("rfqs:read",),
            by=SYSTEM,
        )
        with context.directory():
            archive = Archive.objects.create(
                enterprise_id=self.north.id, purpose=ArchivePurpose.EXPORT
            )
        self._put(
            archive_id=archive,
            export_id=self._export(),
            certificate_id=certificate,
            review_id=review,
            exception_id=closing,
            user_id=member,
            site_id=site,
            work_center_id=center,
            table_import_id=table,
            document_id=document,
            evidence_id=evidence,
        )
        self.ids["client_id"] = client.client_id

    def _plan(self) -> None:
        """North plans work of its own, and has a proposal for it."""
        with context.enterprise(self.north):
            work, schedule = self._planned(UUID(self.ids["machine_id"]))
            job = make_plans.only_job(work)
        self._put(work_request_id=work, job_order_id=job, schedule_id=schedule)

    def _planned(self, machine_id: UUID) -> tuple[Model, Model]:
        """North plans work, tries what is only supposed, and sets machines up."""
        step = make_plans.step(
            machine_id,
            title=CANARIES["step of work"],
            setup_family=CANARIES["setup family"],
        )
        work = planning.add_work_request(
            draft=make_plans.draft(step, title=CANARIES["work request"]),
            by=SYSTEM,
            at=NOON,
        )
        schedule = make_plans.schedule()
        make_plans.scheduled_job(schedule, make_plans.only_job(work), machine_id)
        supposed = make_plans.draft(step, title=CANARIES["supposed work"])
        what_if = make_plans.schedule(
            is_what_if=True, assumptions=Assumptions(work=(supposed,)).as_json()
        )
        self.ids["what_if_id"] = str(what_if.pk)
        make_plans.setup_time(machine_id, from_family=CANARIES["setup family"])
        return work, schedule

    def _export(self) -> Archive:
        """North has had all it owns written to a file, which its owner may take."""
        content = CANARIES["part number"].encode()
        path = settings.ARCHIVE_ROOT / "canary" / "export.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        with context.directory():
            return Archive.objects.create(
                enterprise_id=self.north.id,
                purpose=ArchivePurpose.EXPORT,
                state=ArchiveState.READY,
                path="canary/export.zip",
                size=len(content),
                sha256=sha256(content).hexdigest(),
                expires_at=NOON,
            )


def demand_part(demand: Any) -> Any:
    from apps.orders.models import RfqLine

    return RfqLine.objects.get(pk=demand.rfq_line_id).part


# Ids that both sides of a deal share, or that the market shows to those invited: south
# may ask for them, and gets its own side of it.
SHARED_WITH_COUNTERPARTY = frozenset(
    {"quote_id", "order_id", "demand_id", "listing_id"}
)
# Whose page shows what an id names, if it is not north's: demands are read by shops.
READ_BY_SOUTH = frozenset({"demand_id"})

# Makes a well-formed body, so that what is refused is the reference and not its form.
Bodies = Callable[[dict[str, str]], dict[str, Any]]
MACHINE = {"code": "M1", "name": "Mill"}


def rfq_body(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "title": "Brackets",
        "currency": "EUR",
        "lines": [{"part_id": ids["part_id"], "quantity": 1}],
        "invited_enterprise_ids": [],
    }


def batch(ids: dict[str, str]) -> dict[str, Any]:
    option = {"machine_id": ids["machine_id"], "minutes_per_part": "1.5"}
    return {"quantity": 1, "steps": [{"options": [option]}]}


def work(ids: dict[str, str]) -> dict[str, Any]:
    option = {"machine_id": ids["machine_id"], "run_minutes": 60}
    return {"title": "Brackets", "steps": [{"title": "Mill", "options": [option]}]}


def window(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "machine_id": ids["machine_id"],
        "starts_at": "2035-05-07T06:00:00Z",
        "ends_at": "2035-05-07T08:00:00Z",
    }


BODIES: dict[str, Bodies] = {
    "POST /v1/work-requests": work,
    "PUT /v1/work-requests/<uuid:work_request_id>": work,
    "POST /v1/work-requests/<uuid:work_request_id>/cancellation": lambda ids: {},
    "PUT /v1/job-orders/<uuid:job_order_id>/pin": lambda ids: {
        "machine_id": ids["machine_id"]
    },
    "POST /v1/job-orders/<uuid:job_order_id>/steps": lambda ids: {"to": "running"},
    "PUT /v1/machines/<uuid:machine_id>/setup-times": lambda ids: {"items": []},
    "POST /v1/schedules": lambda ids: {
        "what_if": {
            "closed": [window(ids)],
            "extra": [window(ids)],
            "work": [work(ids)],
        }
    },
    "POST /v1/schedules/<uuid:schedule_id>/stop": lambda ids: {},
    "POST /v1/schedules/<uuid:schedule_id>/acceptance": lambda ids: {},
    "POST /v1/schedules/<uuid:schedule_id>/rejection": lambda ids: {},
    "POST /v1/rush-previews": work,
    "POST /v1/idle-lots": lambda ids: {
        "machine_id": ids["machine_id"],
        "process_code": "milling-3-axis",
        "starts_at": "2030-08-06T00:00:00Z",
        "ends_at": "2030-08-06T22:00:00Z",
        "floor_price": "40.00",
        "invited_enterprise_ids": [],
    },
    "POST /v1/idle-lots/<uuid:idle_lot_id>/withdrawal": lambda ids: {},
    "POST /v1/promises": batch,
    "POST /v1/holds": lambda ids: {
        **batch(ids),
        "expires_at": (timezone.now() + timedelta(days=1)).isoformat(),
    },
    "POST /v1/holds/<uuid:route_id>/booking": lambda ids: {"order_id": ids["order_id"]},
    "POST /v1/holds/<uuid:route_id>/release": lambda ids: {},
    "POST /v1/machines/<uuid:machine_id>/maintenance": lambda ids: {
        "starts_at": "2035-05-07T06:00:00Z",
        "ends_at": "2035-05-07T08:00:00Z",
        "bookings": "move",
        "moves": [
            {
                "reservation_id": ids["reservation_id"],
                "machine_id": ids["machine_id"],
            }
        ],
    },
    "POST /v1/sites": lambda ids: {
        "name": "Hall 2",
        "country": "DE",
        "time_zone": "Europe/Berlin",
    },
    "PUT /v1/sites/<uuid:site_id>": lambda ids: {
        "name": "Hall 2",
        "country": "DE",
        "time_zone": "Europe/Berlin",
    },
    "POST /v1/work-centers": lambda ids: {
        "site_id": ids["site_id"],
        "code": "WC-2",
        "name": "Turning",
    },
    "PUT /v1/work-centers/<uuid:work_center_id>": lambda ids: {
        "site_id": ids["site_id"],
        "code": "WC-2",
        "name": "Turning",
    },
    "PUT /v1/machines/<uuid:machine_id>/work-center": lambda ids: {"work_center": ""},
    "PUT /v1/disclosure": lambda ids: {"roughness": "public"},
    "PUT /v1/machines/<uuid:machine_id>/disclosure": lambda ids: {"batch": "public"},
    "POST /v1/certificates": lambda ids: {
        "kind_code": "iso-14001",
        "number": "1",
        "issuer": "TÜV",
    },
    "PUT /v1/certificates/<uuid:certificate_id>": lambda ids: {
        "kind_code": "iso-14001",
        "number": "1",
        "issuer": "TÜV",
    },
    "POST /v1/certificates/<uuid:certificate_id>/submission": lambda ids: {},
    "POST /v1/certificates/<uuid:certificate_id>/submission/withdrawal": (
        lambda ids: {}
    ),
    "POST /v1/machines/bulk-changes": lambda ids: {
        "items": [
            {
                "machine_id": ids["machine_id"],
                "version": 1,
                "site_id": ids["site_id"],
                "auto_quote": True,
            }
        ]
    },
    "POST /v1/machines": lambda ids: {"site_id": ids["site_id"], **MACHINE},
    "PUT /v1/machines/<uuid:machine_id>/capabilities/<slug:process_code>": (
        lambda ids: {"material_groups": ["P"]}
    ),
    "PUT /v1/machines/<uuid:machine_id>/cost-model": lambda ids: {
        "currency": "EUR",
        "hourly_rate": "10.00",
    },
    "POST /v1/machines/<uuid:machine_id>/publication": lambda ids: {},
    "POST /v1/machines/<uuid:machine_id>/withdrawal": lambda ids: {},
    "POST /v1/machines/<uuid:machine_id>/confirmed-figures": lambda ids: {},
    "PUT /v1/machines/<uuid:machine_id>/calendar": lambda ids: {"shifts": []},
    "PUT /v1/calendars/<uuid:subject_id>": lambda ids: {"shifts": []},
    "POST /v1/calendars/<uuid:subject_id>/exceptions": lambda ids: {
        "starts_at": "2030-05-06T04:00:00Z",
        "ends_at": "2030-05-06T12:00:00Z",
        "working": False,
    },
    "POST /v1/calendars/<uuid:subject_id>/undo": lambda ids: {"version": 0},
    "POST /v1/calendars/<uuid:subject_id>/effect": lambda ids: {"shifts": []},
    "POST /v1/calendars/<uuid:subject_id>/readings": lambda ids: {
        "file": ContentFile(
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "week.ics"
        ),
    },
    "POST /v1/machine-imports": lambda ids: {
        "site_id": ids["site_id"],
        "document": ContentFile(b"<MTConnectDevices/>", "probe.xml"),
    },
    "POST /v1/machine-tables": lambda ids: {
        "site_id": ids["site_id"],
        "document": ContentFile(b"Code\nM-1\n", "machines.csv"),
    },
    "POST /v1/machine-tables/<uuid:table_import_id>/start": lambda ids: {},
    "POST /v1/machine-tables/<uuid:table_import_id>/undo": lambda ids: {},
    "POST /v1/documents": lambda ids: {
        "kind": "other",
        "file": ContentFile(b"a,b\n1,2\n", "table.csv"),
    },
    "PUT /v1/documents/<uuid:document_id>": lambda ids: {
        "title": "Sheet",
        "circle": "private",
    },
    "POST /v1/machines/<uuid:machine_id>/evidence": lambda ids: {
        "document_id": ids["document_id"],
        "kind": "data_sheet",
    },
    "POST /v1/certificates/<uuid:certificate_id>/evidence": lambda ids: {
        "document_id": ids["document_id"],
        "kind": "data_sheet",
    },
    "POST /v1/parts": lambda ids: {
        "number": "P-1",
        "name": "Pin",
        "file": ContentFile(b"solid pin\nendsolid pin\n", "pin.stl"),
    },
    "POST /v1/rfqs": rfq_body,
    "PUT /v1/rfqs/<uuid:rfq_id>": rfq_body,
    "POST /v1/rfqs/<uuid:rfq_id>/publication": lambda ids: {},
    "POST /v1/rfqs/<uuid:rfq_id>/cancellation": lambda ids: {},
    "POST /v1/demands/<uuid:demand_id>/quotes": lambda ids: {
        "listing_id": ids["listing_id"],
        "unit_price": "1.00",
        "machine_minutes": 5,
    },
    "POST /v1/quotes/<uuid:quote_id>/award": lambda ids: {},
    "POST /v1/quotes/<uuid:quote_id>/withdrawal": lambda ids: {},
    "POST /v1/orders/<uuid:order_id>/steps": lambda ids: {"to": "confirmed"},
    "POST /v1/reports": lambda ids: {
        "kind": "capacity_utilisation",
        "parameters": {
            "starts_on": "2030-05-06",
            "weeks": 2,
            "machine_ids": [ids["machine_id"]],
        },
    },
}
# References that a body makes inside of a free map, which its schema does not show.
HIDDEN_REFERENCES = {"POST /v1/reports": ("parameters.machine_ids.0",)}
# References to what anyone may name: enterprises of the public directory.
PUBLIC_REFERENCES = frozenset({"invited_enterprise_ids"})

# What the portal's forms refer to: page, field, how it is sent.
FORM_REFERENCES = {
    ("machine-add", "site_id"): {"code": "M1", "name": "Mill", "kind": "machine_tool"},
    ("machine-table", "site_id"): {
        "length_unit": "mm",
        "decimal_mark": ".",
        "column_0": "code",
    },
    ("rfq-write", "part_id"): {
        "title": "Brackets",
        "quantity": "1",
        "process_codes": ["milling-3-axis"],
    },
    ("idle-lot-offer", "listing_id"): {
        "starts_at": "2030-08-06T00:00",
        "ends_at": "2030-08-06T22:00",
        "floor_price": "40.00",
        "price_basis": "hour",
        "audience": "public",
    },
    ("quote-write", "listing_id"): {"unit_price": "1.00", "machine_minutes": "5"},
    ("reports", "machine_ids"): {
        "ask": "capacity_utilisation",
        "starts_on": "2030-05-06",
        "weeks": "2",
        "language": "en",
    },
    ("machine-copy", "source_id"): {},
    ("job-order-pin", "machine_id"): {},
    ("machine-alike", "target_ids"): {},
}

# Arguments of jobs that are no references: what they say is the same for all.
NONE_SUCH = "01960000-0000-7000-8000-00000000beef"
PLAIN_ARGUMENTS: dict[str, Any] = {
    "trigger": "demand_published",
    "asked": [{"auto_quote": True}],
    "asker": {"user_id": None, "label": "Nobody"},
    "language": "en",
    # Of the platform's own work, which no enterprise asks for.
    "schema": "t_nobody",
    "schemas": ["t_nobody"],
    "archives": [],
    "stage": 0,
    "at": NOON.isoformat(),
    "plan_id": NONE_SUCH,
    "import_id": NONE_SUCH,
    "closure_id": NONE_SUCH,
    "enterprise_id": NONE_SUCH,
}


def reference(name: str, ids: dict[str, str]) -> Any:
    """Return what a job or body names by an argument.

    :raises KeyError: where nobody wrote a maker for it.
    """
    if name == "seen":
        # Machines by id, each with its version and which change it is to follow.
        return [[ids["machine_id"], 1, 0]]
    if name in PLAIN_ARGUMENTS:
        return PLAIN_ARGUMENTS[name]
    return ids[name]


def enqueue_in(ref: EnterpriseRef, kind: str, **args: Any) -> Any:
    with context.enterprise(ref):
        return jobs.enqueue(kind, **args)
