"""What an enterprise can do with its machines."""

from apps.machines.services.aas_writing import (
    TooManyMachines,
    export_aas,
    not_in_aas,
)
from apps.machines.services.catena_x_writing import export_catena_x, not_in_catena_x
from apps.machines.services.certificates import (
    CertificateChanged,
    CertificateNotSubmittable,
    CertificateTaken,
    CertificateUnderReview,
    add_certificate,
    drop_certificate,
    expire_certificates,
    has_certificates_to_remind_of,
    has_lapsed_certificates,
    remind_of_certificates,
    revise_certificate,
    settle_certificate,
    submit_certificate,
)
from apps.machines.services.device_planning import SourceUnclear
from apps.machines.services.disclosure import (
    choose_circle,
    choose_circles,
    clear_choice,
)
from apps.machines.services.evidence import (
    EvidenceUnderReview,
    add_certificate_evidence,
    add_machine_evidence,
    add_site_evidence,
    drop_evidence,
)
from apps.machines.services.importing import import_mtconnect
from apps.machines.services.machines import (
    CodeTaken,
    MachineChanged,
    add_machine,
    change_state,
    revise_machine,
)
from apps.machines.services.offers import (
    CapabilityNotFound,
    UnknownMaterialGroup,
    drop_capability,
    set_capability,
    set_cost_model,
)
from apps.machines.services.published import (
    NothingToConfirm,
    NothingToFill,
    add_machine_of_model,
    confirm_figures,
    fill_from_model,
)
from apps.machines.services.publishing import (
    MachineIncomplete,
    MachineRetired,
    publish_machine,
    withdraw_machine,
)
from apps.machines.services.sites import (
    SiteChanged,
    SiteInUse,
    SiteNameTaken,
    add_site,
    drop_site,
    revise_site,
)
from apps.machines.services.standing import WorkCenterElsewhere
from apps.machines.services.table_applying import apply_table
from apps.machines.services.table_imports import (
    TableNotDraft,
    TableUnclear,
    drop_table,
    map_columns,
    start_table,
    upload_table,
)
from apps.machines.services.table_undoing import (
    NothingToUndo,
    start_undo,
    undo_table,
)
from apps.machines.services.table_writing import (
    export_csv,
    refusals_csv,
    template_csv,
    template_xlsx,
)
from apps.machines.services.work_centers import (
    WorkCenterChanged,
    WorkCenterCodeTaken,
    WorkCenterInUse,
    add_work_center,
    assign_work_center,
    drop_work_center,
    revise_work_center,
)

__all__ = [
    "CapabilityNotFound",
    "CertificateChanged",
    "CertificateNotSubmittable",
    "CertificateTaken",
    "CertificateUnderReview",
    "CodeTaken",
    "EvidenceUnderReview",
    "MachineChanged",
    "MachineIncomplete",
    "MachineRetired",
    "NothingToConfirm",
    "NothingToFill",
    "NothingToUndo",
    "SiteChanged",
    "SiteInUse",
    "SiteNameTaken",
    "SourceUnclear",
    "TableNotDraft",
    "TableUnclear",
    "TooManyMachines",
    "UnknownMaterialGroup",
    "WorkCenterChanged",
    "WorkCenterCodeTaken",
    "WorkCenterElsewhere",
    "WorkCenterInUse",
    "add_certificate",
    "add_certificate_evidence",
    "add_machine",
    "add_machine_evidence",
    "add_machine_of_model",
    "add_site",
    "add_site_evidence",
    "add_work_center",
    "apply_table",
    "assign_work_center",
    "change_state",
    "choose_circle",
    "choose_circles",
    "clear_choice",
    "confirm_figures",
    "drop_capability",
    "drop_certificate",
    "drop_evidence",
    "drop_site",
    "drop_table",
    "drop_work_center",
    "expire_certificates",
    "export_aas",
    "export_catena_x",
    "export_csv",
    "fill_from_model",
    "has_certificates_to_remind_of",
    "has_lapsed_certificates",
    "import_mtconnect",
    "map_columns",
    "not_in_aas",
    "not_in_catena_x",
    "publish_machine",
    "refusals_csv",
    "remind_of_certificates",
    "revise_certificate",
    "revise_machine",
    "revise_site",
    "revise_work_center",
    "set_capability",
    "set_cost_model",
    "settle_certificate",
    "start_table",
    "start_undo",
    "submit_certificate",
    "template_csv",
    "template_xlsx",
    "undo_table",
    "upload_table",
    "withdraw_machine",
]
