"""What an enterprise can do with its machines."""

from apps.machines.services.certificates import (
    CertificateNotFound,
    CertificateTaken,
    add_certificate,
    drop_certificate,
    expire_certificates,
    has_lapsed_certificates,
    verify_certificate,
)
from apps.machines.services.importing import SourceUnclear, import_mtconnect
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
    SiteNameTaken,
    add_site,
    revise_site,
)

__all__ = [
    "CapabilityNotFound",
    "CertificateNotFound",
    "CertificateTaken",
    "CodeTaken",
    "MachineChanged",
    "MachineIncomplete",
    "MachineRetired",
    "NothingToConfirm",
    "NothingToFill",
    "SiteChanged",
    "SiteNameTaken",
    "SourceUnclear",
    "UnknownMaterialGroup",
    "add_certificate",
    "add_machine",
    "add_machine_of_model",
    "add_site",
    "change_state",
    "confirm_figures",
    "drop_capability",
    "drop_certificate",
    "expire_certificates",
    "fill_from_model",
    "has_lapsed_certificates",
    "import_mtconnect",
    "publish_machine",
    "revise_machine",
    "revise_site",
    "set_capability",
    "set_cost_model",
    "verify_certificate",
    "withdraw_machine",
]
