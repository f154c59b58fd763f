"""What may be done with an enterprise between its registration and its erasure."""

from tenants.lifecycle.activating import (
    BadClaim,
    activate,
    claim,
    issue_claim,
    read_claim,
)
from tenants.lifecycle.archiving import (
    ArchiveDiffers,
    NoArchive,
    archive_enterprise,
    revive_enterprise,
)
from tenants.lifecycle.asking import (
    ask_for_export,
    request_archiving,
    request_rest,
    request_revival,
    sweep_tiers,
    take_export,
)
from tenants.lifecycle.closing import (
    NotErased,
    ask_to_close,
    cancel_closing,
    certificate_of,
    close_enterprise,
    closing_of,
    is_left_address,
)
from tenants.lifecycle.hooks import WorkIsOpen
from tenants.lifecycle.resting import StillUsed, let_rest, note_activity, wake
from tenants.lifecycle.states import ServedElsewhere, WrongTier

__all__ = [
    "ArchiveDiffers",
    "BadClaim",
    "NoArchive",
    "NotErased",
    "ServedElsewhere",
    "StillUsed",
    "WorkIsOpen",
    "WrongTier",
    "activate",
    "archive_enterprise",
    "ask_for_export",
    "ask_to_close",
    "cancel_closing",
    "certificate_of",
    "claim",
    "close_enterprise",
    "closing_of",
    "is_left_address",
    "issue_claim",
    "let_rest",
    "note_activity",
    "read_claim",
    "request_archiving",
    "request_rest",
    "request_revival",
    "revive_enterprise",
    "sweep_tiers",
    "take_export",
    "wake",
]
