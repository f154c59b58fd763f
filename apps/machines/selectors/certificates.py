"""Reading what others have certified of an enterprise."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.kernel.errors import NotFound
from apps.machines.models import Certificate, CertificateQuerySet
from apps.machines.types import CertificateState


class CertificateNotFound(NotFound):
    """The enterprise has no such certificate."""

    code = "certificate_not_found"


def certificates() -> CertificateQuerySet:
    """Return the enterprise's certificates by kind, the longest valid first."""
    return Certificate.objects.order_by("kind_code", "-valid_until_on", "number")


def certificate(certificate_id: UUID) -> Certificate:
    """Return one certificate.

    :raises CertificateNotFound: if the enterprise has none of this id.
    """
    found = Certificate.objects.filter(pk=certificate_id).first()
    if found is None:
        raise certificate_not_found(certificate_id)
    return found


def certificate_not_found(certificate_id: UUID) -> CertificateNotFound:
    """Say that the enterprise has no certificate of this id."""
    return CertificateNotFound(
        _("There is no such certificate."),
        field="certificate",
        value=str(certificate_id),
    )


def certificate_codes() -> dict[str, date | None]:
    """Return the codes that standing certificates hold, with the last day of each.

    None is without end. A kind that includes another stands for it as well.
    """
    held: dict[str, date | None] = {}
    rows = Certificate.objects.standing().values_list("kind_code", "valid_until_on")
    for kind_code, until in rows:
        for code in catalog.certificate_codes_held_by(kind_code):
            best = held.get(code, until)
            held[code] = None if best is None or until is None else max(best, until)
    return held


def verified_codes() -> tuple[str, ...]:
    """Return the codes that verified certificates hold, those included too, sorted."""
    kinds = Certificate.objects.filter(state=CertificateState.VERIFIED).values_list(
        "kind_code", flat=True
    )
    return tuple(
        sorted(
            {
                code
                for kind_code in kinds.distinct()
                for code in catalog.certificate_codes_held_by(kind_code)
            }
        )
    )
