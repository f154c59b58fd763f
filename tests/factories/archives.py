"""Makes enterprises with a row in every table, archives and moves of them."""

import hashlib
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from apps.capacity import services as calendars
from apps.kernel.periods import Period
from apps.orders.models import Part
from tenants import context
from tenants.archive.writing import write_archive
from tenants.models import Archive, Database, Enterprise, Move
from tenants.registry.selectors import as_ref
from tenants.types import SYSTEM, ArchivePurpose, EnterpriseRef
from tests.factories import (
    audit,
    capacity,
    exchange,
    machines,
    notify,
    orders,
    reports,
    scheduling,
    tenants,
    verification,
)
from tests.support.world import NOON

# What breaks naive ways of writing rows down.
AWKWARD = "Müller & Söhne \"Süd\"\n机床\tстанок \\ 'o''clock' \\. \x7f \u2028 😀 -- ; $body$ {} %s"
STEP = b"ISO-10303-21;\nHEADER;\n\x00\x01\x02\xff" * 500


def archive(enterprise: Enterprise, **facts: Any) -> Archive:
    """Export an enterprise."""
    return write_archive(
        **{
            "enterprise": enterprise,
            "purpose": ArchivePurpose.EXPORT,
            "by": SYSTEM,
            "at": NOON,
            **facts,
        }
    )


def move(enterprise: Enterprise, target: Database, **facts: Any) -> Move:
    """Plan to move an enterprise to another database."""
    with context.directory():
        return Move.objects.create(
            **{
                "enterprise": enterprise,
                "source_id": enterprise.database_id,
                "target": target,
                "source_schema": enterprise.schema_name or "",
                "requested_by": SYSTEM.label,
                **facts,
            }
        )


def stored_part(part: Part | None = None, content: bytes = STEP, **facts: Any) -> Part:
    """Keep a part whose file and preview are there, in the name of the enterprise."""
    made = part or orders.part(**facts)
    made.file_bytes = len(content)
    made.file_sha256 = hashlib.sha256(content).hexdigest()
    made.file.save("plate.step", ContentFile(content))
    made.preview.save("plate.glb", ContentFile(b"glTF" + content[:100]))
    return made


def full_enterprise(**facts: Any) -> EnterpriseRef:
    """Sign up an enterprise and write at least one row to each of its tables."""
    row = tenants.enterprise(**facts)
    ref = as_ref(row)
    tenants.membership(ref)
    tenants.api_client(ref)
    exchange.shop(ref)
    exchange.listing(ref)
    exchange.demand(ref)
    exchange.showcase_item(ref)
    with context.enterprise(ref):
        calendar = capacity.early_shifts()
        calendars.add_exception(
            calendar_id=calendar.pk,
            period=Period(NOON + timedelta(days=30), NOON + timedelta(days=31)),
            working=False,
            by=SYSTEM,
            at=NOON,
            reason=AWKWARD,
        )
        mill = machines.machine(code="M-2", name=AWKWARD.replace("\n", " ")[:60])
        machines.table_entry()
        machines.work_center(code="WC-TURN", site=mill.site)
        machines.evidence(machine=mill)
        verification.certificate_review(number="REVIEWED-1")
        machines.fact_disclosure(machine=mill)
        machines.table_import()
        capacity.booked(mill.pk)
        plan = scheduling.schedule()
        work = scheduling.work_request(mill.pk, title=AWKWARD[:60])
        scheduling.scheduled_job(plan, scheduling.only_job(work), mill.pk)
        scheduling.setup_time(mill.pk)
        orders.part(name=AWKWARD[:60])
        request = orders.published_rfq(title=AWKWARD[:60])
        orders.received_quote(orders.first_line(request))
        orders.placed_order()
        for part in Part.objects.all():
            stored_part(part)
        notify.notice(title=AWKWARD[:100])
        audit.audit_event(facts={"said": AWKWARD, "amount": 1e22, "nothing": None})
        report = reports.requested_report()
        kept = reports.report_file(report, file="")
        kept.file.save("Auslastung 五轴.pdf", ContentFile(b"%PDF-1.7 ..."))
    return ref
