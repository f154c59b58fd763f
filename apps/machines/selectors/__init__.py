"""Reading sites, machines, what they can do and what is missing of them."""

from apps.machines.selectors.bulk import (
    ChangeNotFound,
    bulk_change,
    changes_of,
    is_undone,
)
from apps.machines.selectors.certificates import (
    CertificateNotFound,
    certificate,
    certificate_codes,
    certificate_not_found,
    certificates,
)
from apps.machines.selectors.choices import makers, offered_codes
from apps.machines.selectors.costs import (
    cost_inputs,
    cost_model_of,
)
from apps.machines.selectors.disclosure import (
    circles_of,
    enterprise_circles,
    machines_with_choices,
)
from apps.machines.selectors.evidence import (
    EvidenceNotFound,
    evidence_of_certificate,
    evidence_of_certificates,
    evidence_of_machine,
    evidence_of_site,
    piece_of_evidence,
    uses_of_document,
)
from apps.machines.selectors.listings import (
    facts_for_listing,
)
from apps.machines.selectors.machines import (
    MachineDetail,
    MachineNotFound,
    machine_detail,
    machine_not_found,
    machines_of,
    machines_that_can,
    missing_facts,
    unconfirmed_figures,
    words_of,
)
from apps.machines.selectors.published import (
    as_published,
    facts_of_model,
    fillable_figures,
    lacks_figures,
    model_of,
    published_names,
    unconfirmed_names,
)
from apps.machines.selectors.sites import (
    SiteNotFound,
    placements_of,
    site,
    site_hindrances,
    site_not_found,
    sites,
)
from apps.machines.selectors.sorting import Place, Sorting
from apps.machines.selectors.tables import (
    TableImportNotFound,
    hindrances,
    table_import,
    table_imports,
    uses_of,
)
from apps.machines.selectors.work_centers import (
    WorkCenterNotFound,
    work_center,
    work_center_hindrances,
    work_center_not_found,
    work_center_with_count,
    work_centers,
    work_centers_with_counts,
)

__all__ = [
    "CertificateNotFound",
    "ChangeNotFound",
    "EvidenceNotFound",
    "MachineDetail",
    "MachineNotFound",
    "Place",
    "SiteNotFound",
    "Sorting",
    "TableImportNotFound",
    "WorkCenterNotFound",
    "as_published",
    "bulk_change",
    "certificate",
    "certificate_codes",
    "certificate_not_found",
    "certificates",
    "changes_of",
    "circles_of",
    "cost_inputs",
    "cost_model_of",
    "enterprise_circles",
    "evidence_of_certificate",
    "evidence_of_certificates",
    "evidence_of_machine",
    "evidence_of_site",
    "facts_for_listing",
    "facts_of_model",
    "fillable_figures",
    "hindrances",
    "is_undone",
    "lacks_figures",
    "machine_detail",
    "machine_not_found",
    "machines_of",
    "machines_that_can",
    "machines_with_choices",
    "makers",
    "missing_facts",
    "model_of",
    "offered_codes",
    "piece_of_evidence",
    "placements_of",
    "published_names",
    "site",
    "site_hindrances",
    "site_not_found",
    "sites",
    "table_import",
    "table_imports",
    "unconfirmed_figures",
    "unconfirmed_names",
    "uses_of",
    "uses_of_document",
    "words_of",
    "work_center",
    "work_center_hindrances",
    "work_center_not_found",
    "work_center_with_count",
    "work_centers",
    "work_centers_with_counts",
]
