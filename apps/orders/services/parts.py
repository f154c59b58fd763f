"""Parts: their files are stored, measured and never changed."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.catalog import selectors as catalog
from apps.kernel.errors import Conflict, InvalidInput
from apps.orders.models import Part
from apps.orders.rules import geometry, part_file
from apps.orders.selectors.part import PartNotFound
from apps.orders.types import Geometry, GeometryState, LengthUnit
from tenants import jobs
from tenants.types import SYSTEM, Actor

CHUNK_BYTES = 1024 * 1024


class PartExists(Conflict):
    """There is such a part already."""

    code = "part_exists"


class PartNotNamed(InvalidInput):
    """Number, revision, name or unit of the part cannot be meant."""

    code = "part_not_named"


class GeometryNotFailed(Conflict):
    """The part's file was not found unreadable."""

    code = "geometry_not_failed"


def upload_part(
    *,
    number: str,
    revision: str,
    name: str,
    file: "File[bytes]",
    by: Actor,
    at: datetime,
    material_code: str = "",
    file_unit: str = LengthUnit.MM,
) -> Part:
    """Keep a part's file and have it measured.

    :raises PartNotNamed: if the number, revision, name or unit cannot be meant.
    :raises UnknownMaterial: if the catalog has no such material.
    :raises PartFileTooLarge: if the file is larger than Spindle takes.
    :raises PartFileRefused: if the file is not STEP or STL, empty, or cut short.
    :raises PartExists: if number and revision are taken.
    """
    part = Part(
        number=number.strip(),
        revision=revision.strip(),
        name=name.strip(),
        material_code=material_code,
        file_name=part_file.clean_name(file.name or ""),
        file_unit=file_unit,
        file_bytes=file.size,
        uploaded_at=at,
        uploaded_by=by.label,
    )
    _check_names(part)
    if material_code:
        catalog.material_by_code(material_code)
    head, tail = _ends(file)
    part.file_kind = part_file.kind_of(
        name=part.file_name, size=file.size, head=head, tail=tail
    )
    part.file_sha256 = _sha256(file)
    if Part.objects.filter(number=part.number, revision=part.revision).exists():
        raise _exists(part)
    file.seek(0)
    part.file.save(part.file_name, file, save=False)
    try:
        _keep(part, by=by, at=at)
    except IntegrityError as error:
        part.file.delete(save=False)
        # Another upload of the same part was committed meanwhile.
        if "orders_part_number_and_revision_unique" in str(error):
            raise _exists(part) from error
        raise
    except BaseException:
        part.file.delete(save=False)
        raise
    return part


@transaction.atomic
def _keep(part: Part, *, by: Actor, at: datetime) -> None:
    part.save(force_insert=True)
    jobs.enqueue("orders.read_geometry", part_id=str(part.pk))
    audit.record(
        verb="part.uploaded",
        subject=part,
        by=by,
        at=at,
        facts={
            "file_name": part.file_name,
            "bytes": part.file_bytes,
            "sha256": part.file_sha256,
        },
    )


def read_geometry(*, part_id: UUID, at: datetime) -> Part:
    """Measure a part and draw its preview; do nothing where that is done already.

    :raises PartNotFound: if there is no such part here.
    :raises GeometryReaderLost: if the reader was killed from outside.
    """
    part = Part.objects.filter(pk=part_id).first()
    if part is None:
        raise PartNotFound
    if part.geometry_state != GeometryState.PENDING:
        return part
    try:
        found = geometry.read(
            _chunks(part), name=part.file_name, kind=part.file_kind, unit=part.file_unit
        )
    except geometry.GeometryUnreadable as unreadable:
        return _fail(part, unreadable, at=at)
    return _measured(part, found, at=at)


@transaction.atomic
def read_geometry_again(*, part_id: UUID, by: Actor, at: datetime) -> Part:
    """Have a part measured that could not be read before.

    :raises PartNotFound: if there is no such part here.
    :raises GeometryNotFailed: if the part has been measured, or is being read.
    """
    moved = Part.objects.filter(pk=part_id, geometry_state=GeometryState.FAILED).update(
        geometry_state=GeometryState.PENDING, geometry_error="", updated_at=at
    )
    part = Part.objects.filter(pk=part_id).first()
    if part is None:
        raise PartNotFound
    if not moved:
        raise GeometryNotFailed(
            _("%(part)s need not be read again.") % {"part": part},
            field="geometry_state",
            value=part.geometry_state,
        )
    jobs.enqueue("orders.read_geometry", part_id=str(part.pk))
    audit.record(verb="part.read_again", subject=part, by=by, at=at, facts={})
    return part


def _measured(part: Part, found: Geometry, *, at: datetime) -> Part:
    facts = found.facts
    for column in (
        "volume_mm3",
        "volume_error_mm3",
        "area_mm2",
        "size_x_mm",
        "size_y_mm",
        "size_z_mm",
        "triangle_count",
        "body_count",
        "cavity_count",
        "is_watertight",
    ):
        setattr(part, column, getattr(facts, column))
    part.geometry_state = GeometryState.READY
    part.geometry_error = ""
    if found.preview:
        part.preview.save("preview.glb", ContentFile(found.preview), save=False)
    with transaction.atomic():
        part.save()
        audit.record(
            verb="part.measured",
            subject=part,
            by=SYSTEM,
            at=at,
            facts={"volume_mm3": facts.volume_mm3, "area_mm2": facts.area_mm2},
        )
    return part


@transaction.atomic
def _fail(part: Part, unreadable: geometry.GeometryUnreadable, *, at: datetime) -> Part:
    part.geometry_state = GeometryState.FAILED
    part.geometry_error = str(unreadable)
    for column in (
        "size_x_mm",
        "size_y_mm",
        "size_z_mm",
        "triangle_count",
        "is_watertight",
    ):
        setattr(part, column, unreadable.facts.get(column))
    part.save()
    audit.record(
        verb="part.not_readable",
        subject=part,
        by=SYSTEM,
        at=at,
        facts={"fault": unreadable.facts["fault"]},
    )
    return part


def _chunks(part: Part) -> Iterator[bytes]:
    with part.file.open("rb") as stored:
        yield from stored.chunks(CHUNK_BYTES)


def _ends(file: "File[bytes]") -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(part_file.END_BYTES)
    file.seek(max(0, file.size - part_file.END_BYTES))
    tail = file.read(part_file.END_BYTES)
    return head, tail


def _sha256(file: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _check_names(part: Part) -> None:
    for column in ("number", "revision", "name"):
        value = getattr(part, column)
        limit = getattr(Part._meta.get_field(column), "max_length", 0)
        is_missing = not value and column != "revision"
        if is_missing or len(value) > limit or "\x00" in value:
            raise PartNotNamed(
                _("A part's %(field)s has 1 to %(limit)d characters.")
                % {"field": _(column), "limit": limit},
                field=column,
                value=value,
                remedy=_("Shorten it, or fill it in."),
            )
    if part.file_unit not in LengthUnit.values:
        raise PartNotNamed(
            _("%(unit)s is not a unit that a file can be read in.")
            % {"unit": part.file_unit},
            field="file_unit",
            value=part.file_unit,
            remedy=_("Use one of: %(units)s.")
            % {"units": ", ".join(LengthUnit.values)},
        )


def _exists(part: Part) -> PartExists:
    return PartExists(
        _("There is a part %(part)s already.") % {"part": part},
        field="revision",
        value=part.revision,
        remedy=_("Upload it under the next revision."),
    )
