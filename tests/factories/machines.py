"""Makes sites, machines and what they offer, as a planner would state them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.machines import services
from apps.machines.models import (
    Capability,
    Certificate,
    CostModel,
    Evidence,
    FactDisclosure,
    Machine,
    Site,
    TableEntry,
    TableImport,
    TableRefusal,
    WorkCenter,
)
from apps.machines.types import (
    CapabilityDraft,
    CertificateDraft,
    CostInputs,
    DisclosedFact,
    EnvelopeKind,
    EvidenceKind,
    LocationDisclosure,
    MachineDraft,
    SiteDraft,
)
from tenants.types import SYSTEM, Circle
from tests.factories import documents

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)

AUGSBURG: dict[str, Any] = {
    "name": "Augsburg",
    "country": "DE",
    "region": "Bavaria",
    "city": "Augsburg",
    "latitude": 48.3705,
    "longitude": 10.8978,
    "time_zone": "Europe/Berlin",
    "location_disclosure": LocationDisclosure.GRID,
}
HURCO: dict[str, Any] = {
    "code": "Hurco04",
    "name": "Hurco VMX 24 #4",
    "maker": "Hurco",
    "model": "VMX24",
    "axes": 3,
    "spindle_rpm": 8000,
    "spindle_kw": 11.2,
    "figures_source": "Hurco, VMX24 data sheet",
}
MILLING: dict[str, Any] = {
    "process_code": "milling-3-axis",
    "material_groups": ("P", "N"),
    "envelope_kind": EnvelopeKind.BOX,
    "size_x_mm": 610.0,
    "size_y_mm": 508.0,
    "size_z_mm": 610.0,
    "max_mass_kg": 1360.0,
    "it_grade": 8,
    "roughness_um": 1.6,
    "batch_min": 1,
    "batch_max": 2000,
}
COST: dict[str, Any] = {
    "currency": "EUR",
    "hourly_rate": Decimal("68.00"),
    "setup_minutes": Decimal(45),
    "setup_rate": Decimal("55.00"),
    "programming_hours": Decimal("1.5"),
    "programming_rate": Decimal("72.00"),
    "inspection_minutes_per_part": Decimal(3),
    "material_markup_percent": Decimal(10),
    "scrap_percent": Decimal(2),
    "margin_percent": Decimal(12),
    "minimum_charge": Decimal("150.00"),
    "removal_cm3_per_min": Decimal(60),
    "finishing_cm2_per_min": Decimal(25),
}
ISO_9001: dict[str, Any] = {
    "kind_code": "iso-9001",
    "number": "DE-12345",
    "issuer": "TÜV SÜD",
}


def site(**facts: Any) -> Site:
    """Open the site in Augsburg, or find it again."""
    draft = SiteDraft(**{**AUGSBURG, **facts})
    found = Site.objects.filter(name=draft.name).first()
    return found or services.add_site(draft=draft, by=SYSTEM, at=NOON)


def machine(*, site_id: UUID | None = None, **facts: Any) -> Machine:
    """Register a Hurco VMX24 that offers nothing yet."""
    return services.add_machine(
        site_id=site_id or site().pk,
        draft=MachineDraft(**{**HURCO, **facts}),
        by=SYSTEM,
        at=NOON,
    )


def capability(machine_id: UUID, **facts: Any) -> Capability:
    """Let a machine offer three-axis milling."""
    return services.set_capability(
        machine_id=machine_id,
        draft=CapabilityDraft(**{**MILLING, **facts}),
        by=SYSTEM,
        at=NOON,
    )


def cost_model(machine_id: UUID, **facts: Any) -> CostModel:
    """State what an hour of a machine costs."""
    return services.set_cost_model(
        machine_id=machine_id, cost=CostInputs(**{**COST, **facts}), by=SYSTEM, at=NOON
    )


def complete_machine(
    *,
    offers: Mapping[str, Any] | None = None,
    cost: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Machine:
    """Register a machine that says all that others need to know."""
    made = machine(**facts)
    capability(made.pk, **(offers or {}))
    cost_model(made.pk, **(cost or {}))
    made.refresh_from_db()
    return made


def published_machine(
    *,
    offers: Mapping[str, Any] | None = None,
    cost: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Machine:
    """Register a machine and show it to others."""
    made = complete_machine(offers=offers, cost=cost, **facts)
    return services.publish_machine(machine_id=made.pk, by=SYSTEM, at=NOON)


def certificate(**facts: Any) -> Certificate:
    """Claim an ISO 9001 certificate without an end."""
    return services.add_certificate(
        draft=CertificateDraft(**{**ISO_9001, **facts}), by=SYSTEM, at=NOON
    )


def table_import(
    raw: bytes = b"Code,IT grade\nHurco04,8\nM-2,fine\n", **facts: Any
) -> TableImport:
    """Upload a table of two machines, of which one is refused."""
    site()
    return services.upload_table(
        raw=raw, **{"file_name": "machines.csv", "by": SYSTEM, "at": NOON, **facts}
    )


def table_entry() -> TableEntry:
    """Import a table of one machine."""
    made = table_import(b"Code\nImported01\n")
    services.start_table(table_import_id=made.pk, by=SYSTEM, at=NOON)
    return services.apply_table(table_import_id=made.pk, at=NOON).entries.get()


def table_refusal() -> TableRefusal:
    """Upload a table with a cell that cannot be meant."""
    return table_import().refusals.get()


def work_center(**facts: Any) -> WorkCenter:
    """Open a work center at a site."""
    return WorkCenter.objects.create(
        **{
            "site": facts.pop("site", None) or site(),
            "code": "WC-MILL",
            "name": "Milling",
            **facts,
        }
    )


def evidence(**facts: Any) -> Evidence:
    """Add a data sheet to a machine."""
    subject = {"certificate", "capability", "site", "machine"} & facts.keys()
    return Evidence.objects.create(
        **{
            **({} if subject else {"machine": machine()}),
            "document": facts.pop("document", None) or documents.document(),
            "kind": EvidenceKind.DATA_SHEET,
            "added_at": NOON,
            "added_by": SYSTEM.label,
            **facts,
        }
    )


def fact_disclosure(**facts: Any) -> FactDisclosure:
    """Show the hourly rate to signed-in enterprises."""
    return FactDisclosure.objects.create(
        **{"fact": DisclosedFact.HOURLY_RATE, "circle": Circle.MARKET, **facts}
    )
