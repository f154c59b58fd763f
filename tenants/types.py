"""Words of tenancy that every other part may say."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, a partner's API client, or Spindle itself."""

    label: str
    user_id: UUID | None = None
    client_id: str | None = None


SYSTEM = Actor(label="Spindle")
