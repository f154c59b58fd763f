"""Where an enterprise works, with what, how well, and at what cost."""

from apps.machines.models.certificate import Certificate, CertificateQuerySet
from apps.machines.models.cost_model import CostModel, CostModelQuerySet
from apps.machines.models.evidence import Evidence, EvidenceQuerySet
from apps.machines.models.fact_disclosure import (
    FactDisclosure,
    FactDisclosureQuerySet,
)
from apps.machines.models.machine import (
    Capability,
    CapabilityQuerySet,
    Machine,
    MachineQuerySet,
)
from apps.machines.models.site import Site, SiteQuerySet
from apps.machines.models.table_import import (
    TableEntry,
    TableEntryQuerySet,
    TableImport,
    TableImportQuerySet,
    TableRefusal,
    TableRefusalQuerySet,
)
from apps.machines.models.work_center import WorkCenter, WorkCenterQuerySet

__all__ = [
    "Capability",
    "CapabilityQuerySet",
    "Certificate",
    "CertificateQuerySet",
    "CostModel",
    "CostModelQuerySet",
    "Evidence",
    "EvidenceQuerySet",
    "FactDisclosure",
    "FactDisclosureQuerySet",
    "Machine",
    "MachineQuerySet",
    "Site",
    "SiteQuerySet",
    "TableEntry",
    "TableEntryQuerySet",
    "TableImport",
    "TableImportQuerySet",
    "TableRefusal",
    "TableRefusalQuerySet",
    "WorkCenter",
    "WorkCenterQuerySet",
]
