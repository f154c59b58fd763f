"""What other apps learn from the catalog: values that no one can change."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class MaterialGroup(models.TextChoices):
    """ISO 513 groups by how they are cut, and families outside of it."""

    P = "P", _("P: steel")
    M = "M", _("M: stainless steel")
    K = "K", _("K: cast iron")
    N = "N", _("N: non-ferrous metal")
    S = "S", _("S: superalloy and titanium")
    H = "H", _("H: hardened steel")
    POLYMER = "polymer", _("Polymer")
    COMPOSITE = "composite", _("Composite")
    CERAMIC = "ceramic", _("Ceramic and cemented carbide")


class EquivalenceKind(models.TextChoices):
    """How far one grade may stand for another."""

    IDENTICAL = "identical", _("Identical")
    NEAREST = "nearest", _("Nearest; the buyer must agree")
    SUBSTITUTE = "substitute", _("Substitute; the buyer must approve")


class EntryKind(models.TextChoices):
    """What of the catalog can be found by name and changed by the operator."""

    PROCESS = "process", _("Process")
    MATERIAL = "material", _("Material")
    EQUIVALENCE = "equivalence", _("Equivalence")


class VersionOrigin(models.TextChoices):
    """Where a version of the catalog came from."""

    RELEASE = "release", _("Release")
    OPERATOR = "operator", _("Operator")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure that processes are told apart by; its unit is a UCUM code."""

    code: str
    unit: str
    name_en: str
    name_zh: str
    name_ru: str
    name_de: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TypicalRange:
    """What a process typically reaches of a figure; an empty end is not known."""

    parameter: str
    minimum: float | None
    maximum: float | None
    source: str

    @property
    def is_known(self) -> bool:
        """Whether at least one end is known."""
        return self.minimum is not None or self.maximum is not None


@dataclass(frozen=True, slots=True)
class ProcessNode:
    """A process with its labels; `children` are the codes one level below."""

    code: str
    parent: str | None
    path: str
    din_group: str
    standard: str
    name_en: str
    name_zh: str
    name_ru: str
    name_de: str
    aliases: tuple[str, ...]
    definition: str
    it_grade_min: int | None
    it_grade_max: int | None
    roughness_min_um: float | None
    roughness_max_um: float | None
    source: str
    is_leaf: bool
    order: int
    children: tuple[str, ...]
    parameters: tuple[TypicalRange, ...] = ()

    @property
    def depth(self) -> int:
        """Levels above the node."""
        return self.path.count("/")

    def __str__(self) -> str:
        return self.name_en


@dataclass(frozen=True, slots=True)
class MaterialGrade:
    """A grade with what prices and plans need to know of it."""

    code: str
    name: str
    standard: str
    number: str
    group: MaterialGroup
    density_kg_m3: int
    # Cutting speed against wrought aluminium, which is 1.
    removal_factor: Decimal
    price_eur_kg: Decimal
    aliases: tuple[str, ...]
    source: str

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language; a designation is the same in all."""
        return gettext(self.name)


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A grade that may stand for another, and on what terms."""

    grade: MaterialGrade
    kind: EquivalenceKind
    source: str


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """A kind of certificate; `includes` are the kinds it holds as well."""

    code: str
    name: str
    issuer_scope: str
    industry: str
    includes: tuple[str, ...]
    source: str

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language; a designation is the same in all."""
        return gettext(self.name)


@dataclass(frozen=True, slots=True)
class CrossRate:
    """Units of one currency for one unit of another, on the older of two days."""

    rate: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class LoadedCatalog:
    """How many rows of each kind the catalog holds after loading."""

    processes: int
    materials: int
    equivalences: int
    certificate_kinds: int
    exchange_rates: int
    version: int
    conflicts: tuple["Conflict", ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact that the operator changed and a release has changed since, otherwise."""

    kind: EntryKind
    key: str
    field: str
    kept: Any
    released: Any

    def __str__(self) -> str:
        return f"{self.key}.{self.field}: kept {self.kept}, the release says {self.released}"


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """One line of the catalog's history."""

    number: int
    at: datetime
    by_label: str
    origin: VersionOrigin
    reason: str
    kind: EntryKind
    key: str
    field: str
    old: Any
    new: Any
