"""Claiming, verifying and expiring certificates."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.catalog import selectors as catalog
from apps.kernel.errors import Conflict, NotFound
from apps.machines.models import Certificate, Machine
from apps.machines.rules import figures
from apps.machines.services.publishing import refresh_listings
from apps.machines.services.writing import write
from apps.machines.types import CertificateDraft, CertificateState
from tenants import jobs
from tenants.types import Actor


class CertificateTaken(Conflict):
    """The enterprise has entered this certificate already."""

    code = "certificate_taken"


class CertificateNotFound(NotFound):
    """The enterprise has no such certificate."""

    code = "certificate_not_found"


@transaction.atomic
def add_certificate(*, draft: CertificateDraft, by: Actor, at: datetime) -> Certificate:
    """Claim a certificate for the whole enterprise.

    :raises UnknownCertificateKind: if the catalog has no such kind.
    :raises ImpossibleFigure: if number, issuer or days cannot be.
    :raises CertificateTaken: if it was entered before.
    """
    catalog.certificate_kind_by_code(draft.kind_code)
    figures.check_certificate(draft)
    certificate = Certificate(**asdict(draft))
    write(certificate, taken=("machines_certificate_once", lambda: _taken(certificate)))
    _record("certificate.added", certificate, by, at)
    if draft.valid_until_on is not None:
        # Valid to the end of its last day, as `expire_certificates` reads it.
        after = datetime.combine(
            draft.valid_until_on + timedelta(days=1), time(), tzinfo=UTC
        )
        jobs.enqueue_when_due("machines.expire_certificates", due_at=after)
    return certificate


@transaction.atomic
def verify_certificate(*, certificate_id: UUID, by: Actor, at: datetime) -> Certificate:
    """Confirm that a certificate was seen and holds.

    :raises CertificateNotFound: if the enterprise has none of this id.
    """
    certificate = _locked(certificate_id)
    certificate.state = CertificateState.VERIFIED
    certificate.verified_at = at
    certificate.verified_by = by.label
    certificate.save()
    _record("certificate.verified", certificate, by, at)
    return certificate


@transaction.atomic
def drop_certificate(*, certificate_id: UUID, by: Actor, at: datetime) -> None:
    """Cease to claim a certificate.

    :raises CertificateNotFound: if the enterprise has none of this id.
    """
    certificate = _locked(certificate_id)
    _record("certificate.dropped", certificate, by, at)
    certificate.delete()


@transaction.atomic
def expire_certificates(*, by: Actor, at: datetime) -> int:
    """Mark what was valid until before today as expired, and say how many were."""
    lapsed = list(
        Certificate.objects.select_for_update()
        .standing()
        .filter(valid_until_on__lt=at.date())
        .order_by("pk")
    )
    for certificate in lapsed:
        certificate.state = CertificateState.EXPIRED
        certificate.save()
        _record("certificate.expired", certificate, by, at)
    return len(lapsed)


def has_lapsed_certificates(at: datetime) -> bool:
    """Say whether certificates are over that are not marked so yet."""
    return Certificate.objects.standing().filter(valid_until_on__lt=at.date()).exists()


def _locked(certificate_id: UUID) -> Certificate:
    found: Certificate | None = (
        Certificate.objects.select_for_update().filter(pk=certificate_id).first()
    )
    if found is None:
        raise CertificateNotFound(
            _("There is no such certificate."),
            field="certificate",
            value=str(certificate_id),
        )
    return found


def _record(verb: str, certificate: Certificate, by: Actor, at: datetime) -> None:
    audit.record(
        verb=verb,
        subject=certificate,
        by=by,
        at=at,
        facts={
            "kind_code": certificate.kind_code,
            "number": certificate.number,
            "valid_until_on": certificate.valid_until_on,
        },
    )
    # A certificate holds for every machine of the enterprise.
    refresh_listings(Machine.objects.all())


def _taken(certificate: Certificate) -> CertificateTaken:
    return CertificateTaken(
        _("%(certificate)s was entered before.") % {"certificate": certificate},
        field="number",
        value=certificate.number,
        remedy=_("Drop the one that is there first."),
    )
