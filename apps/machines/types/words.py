"""The words of the app: what a column may say."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# The library says it of models; here it is said of machines, and re-exported.
from apps.library.types import MachineKind as MachineKind  # noqa: PLC0414

# Figures of features by class: `it_grade`, `tolerance_um`, `roughness_um`.
Tolerances = Mapping[str, Mapping[str, float]]


class MachineState(models.TextChoices):
    """Whether a machine can be worked with."""

    ACTIVE = "active", _("Active")
    IN_MAINTENANCE = "in_maintenance", _("In maintenance")
    RETIRED = "retired", _("Retired")


class LocationDisclosure(models.TextChoices):
    """How exactly others learn where a site is."""

    EXACT = "exact", _("Exact")
    GRID = "grid", _("Within 10 km")
    REGION = "region", _("Region only")
    COUNTRY = "country", _("Country only")


class FigureOrigin(models.TextChoices):
    """Whose word a figure is; the shop's own is one that it confirmed or gave."""

    CATALOG = "catalog", _("From the maker's figures, not confirmed")
    CLAIMED = "claimed", _("Stated by the shop")
    OBSERVED = "observed", _("Read from the machine, or shown by a result")


class EnvelopeKind(models.TextChoices):
    """The shape of the largest part that fits."""

    BOX = "box", _("Box")
    CYLINDER = "cylinder", _("Cylinder")


class CertificateState(models.TextChoices):
    """How far a certificate can be relied upon."""

    CLAIMED = "claimed", _("Claimed")
    SUBMITTED = "submitted", _("Being checked")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", pgettext_lazy("certificate", "Rejected")
    EXPIRED = "expired", _("Expired")


class FeatureClass(models.TextChoices):
    """Kinds of features of a part that one machine holds differently well."""

    BORE = "bore", _("Bore")
    SHAFT = "shaft", _("Shaft")
    FLAT = "flat", _("Flat surface")
    SLOT = "slot", _("Slot or pocket")
    THREAD = "thread", _("Thread")
    POSITION = "position", _("Position of holes")
    PROFILE = "profile", _("Freeform profile")
    GEAR = "gear", _("Toothing")


class EvidenceKind(models.TextChoices):
    """What shows that something claimed is so."""

    CERTIFICATE = "certificate", _("Certificate")
    INSPECTION_RESULT = "inspection_result", _("Inspection result")
    PHOTO = "photo", _("Photo")
    DATA_SHEET = "data_sheet", _("Data sheet")
    OTHER = "other", _("Other document")


class DisclosedFact(models.TextChoices):
    """Facts of a published machine whose circle its owner chooses."""

    MACHINE_LABEL = "machine_label", _("maker and model")
    MATERIALS = "materials", _("materials")
    ENVELOPE = "envelope", _("envelope")
    MAX_MASS = "max_mass", _("heaviest part")
    TOLERANCE = "tolerance", _("tolerance")
    ROUGHNESS = "roughness", _("roughness")
    BATCH = "batch", _("batch range")
    HOURLY_RATE = "hourly_rate", _("hourly rate")
    FREE_CAPACITY = "free_capacity", _("free capacity")
    CERTIFICATES = "certificates", _("certificates")


class CircleSource(models.TextChoices):
    """Whose choice it is who may see a fact."""

    MACHINE = "machine", _("chosen for this machine")
    ENTERPRISE = "enterprise", _("chosen for all machines")
    DEFAULT = "default", _("as Spindle has it")


class MissingKey(models.TextChoices):
    """What a machine must say before it can be published."""

    MAKER = "maker", _("maker")
    MODEL = "model", _("model")
    PROCESS = "process", _("process")
    MATERIALS = "materials", _("materials")
    ENVELOPE = "envelope", _("envelope")
    TOLERANCE = "tolerance", _("tolerance")
    ROUGHNESS = "roughness", _("roughness")
    HOURLY_RATE = "hourly_rate", _("hourly rate")


class TableState(models.TextChoices):
    """How far the import of a table has come."""

    DRAFT = "draft", _("Not yet imported")
    APPLYING = "applying", _("Being imported")
    APPLIED = "applied", _("Imported")
    UNDOING = "undoing", _("Being taken back")
    PARTLY_UNDONE = "partly_undone", _("Taken back in part")
    UNDONE = "undone", _("Taken back")


class TableOutcome(models.TextChoices):
    """What an import did to a machine."""

    CREATED = "created", _("New")
    CHANGED = "changed", _("Changed")


class TableLength(models.TextChoices):
    """The unit of lengths in a table that names none; a UCUM code."""

    MM = "mm", _("Millimeters")
    INCH = "[in_i]", _("Inches")


class ProposalReason(models.TextChoices):
    """Why a document suggests a process."""

    FIVE_AXES = "five_axes", _("X, Y, Z and two rotary axes: %(axes)s")
    FOUR_AXES = "four_axes", _("X, Y, Z and one rotary axis: %(axes)s")
    THREE_AXES = "three_axes", _("X, Y and Z with a spindle and no rotary axis")
    TURNING_AXES = "turning_axes", _("X and Z with a spindle and no Y")
    TURN_MILL_AXES = (
        "turn_mill_axes",
        _("X, Y and Z, and spindle %(axes)s also moves as an axis"),
    )
    WIRE_GUIDES = "wire_guides", _("X, Y, U and V without a spindle: a wire is guided")
    SERIES = "series", _("%(maker)s builds the %(series)s series for this process")
