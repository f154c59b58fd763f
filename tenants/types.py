"""Words of tenancy that every other part may say."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What a member does in an enterprise."""

    OWNER = "owner", _("Owner")
    BUYER = "buyer", pgettext_lazy("role", "Buyer")
    SELLER = "seller", pgettext_lazy("role", "Seller")
    PLANNER = "planner", _("Planner")
    OPERATOR = "operator", _("Shop-floor operator")
    VIEWER = "viewer", _("Viewer")


class Tenancy(StrEnum):
    """Whose a thing is; see docs/tenancy/classification.md."""

    PRIVATE = "private"  # one enterprise's, in its own schema
    OWNED = "owned"  # in a shared table, row by row, kept apart by row security
    SHARED = "shared"  # the same for all, and none of them may change it
    DIRECTORY = "directory"  # who the enterprises and people are
    OPERATOR = "operator"  # how the platform runs; no enterprise reaches it


class Disclosure(StrEnum):
    """The widest circle that may learn a fact when it leaves the system."""

    PRIVATE = "private"  # its enterprise alone
    COUNTERPARTY = "counterparty"  # the other side of a quote or an order too
    MARKET = "market"  # every enterprise that its owner lets see it
    PUBLIC = "public"  # anyone
    OPERATOR = "operator"  # those who run the platform, and nobody else


class Circle(models.TextChoices):
    """Who may see a fact by its owner's choice; each circle includes those before."""

    PRIVATE = "private", _("Nobody else")
    COUNTERPARTY = "counterparty", _("Counterparties")
    MARKET = "market", _("Signed-in enterprises")
    PUBLIC = "public", _("Everyone")


class Tier(models.TextChoices):
    """How much of an enterprise is kept warm."""

    REGISTERED = "registered", _("Registered")
    ACTIVATED = "activated", _("Activated")
    DORMANT = "dormant", _("Dormant")
    ARCHIVED = "archived", _("Archived")
    CLOSED = "closed", _("Closed")


class Verification(models.TextChoices):
    """How far the platform operator has checked an enterprise."""

    UNVERIFIED = "unverified", _("Unverified")
    SUBMITTED = "submitted", _("Submitted")
    VERIFIED = "verified", _("Verified")
    EXPIRED = "expired", _("Expired")
    REJECTED = "rejected", _("Rejected")


class SlotState(models.TextChoices):
    """Whether a schema made ahead is still to be had."""

    FREE = "free", _("Free")
    CLAIMED = "claimed", _("Claimed")


class DatabaseState(models.TextChoices):
    """Whether a database takes newcomers."""

    OPEN = "open", _("Open")
    FULL = "full", _("Full")
    CLOSED = "closed", _("Closed")


class PlanState(models.TextChoices):
    """Where a fleet migration stands."""

    DRAFT = "draft", _("Draft")
    READY = "ready", _("Ready")
    RUNNING = "running", _("Running")
    HALTED = "halted", _("Halted")
    DONE = "done", _("Done")


class EntryState(models.TextChoices):
    """How one stage of a plan ended for one schema."""

    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ArchivePurpose(models.TextChoices):
    """What an archive of an enterprise was made for."""

    EXPORT = "export", _("Export")
    BACKUP = "backup", _("Backup")
    ARCHIVE = "archive", _("Archive")
    MOVE = "move", _("Move")


class ArchiveState(models.TextChoices):
    """Whether an archive can be had."""

    MAKING = "making", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class MoveState(models.TextChoices):
    """How far an enterprise's move to another database has come."""

    PLANNED = "planned", _("Planned")
    STOPPED = "stopped", _("Writes stopped")
    COPIED = "copied", _("Copied")
    FLIPPED = "flipped", _("Served from the new database")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ImportState(models.TextChoices):
    """Where the import of a register stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class JobState(models.TextChoices):
    """Where a unit of background work stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    QUARANTINED = "quarantined", _("Quarantined")
    CANCELLED = "cancelled", _("Cancelled")


@dataclass(frozen=True, slots=True)
class EnterpriseRef:
    """Who an enterprise is, without the database."""

    id: UUID
    schema: str
    slug: str
    name: str
    country: str
    language: str
    currency: str
    time_zone: str
    is_suspended: bool = False
    is_verified: bool = False
    tier: Tier = Tier.ACTIVATED
    database: str = ""
    is_write_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, a partner's API client, or Spindle itself."""

    label: str
    user_id: UUID | None = None
    client_id: str | None = None


SYSTEM = Actor(label="Spindle")
