"""Makes certificates that wait for the operator."""

from typing import Any

from apps.verification import services
from apps.verification.models import CertificateReview
from tenants.types import SYSTEM
from tests.factories import documents, machines
from tests.support.world import NOON


def certificate_review(**facts: Any) -> CertificateReview:
    """Submit an ISO 9001 certificate with a scan, in the name of the enterprise."""
    certificate = machines.certificate(**facts)
    machines.evidence(
        certificate=certificate, document=documents.document(title="ISO 9001, scan")
    )
    return services.submit_certificate(
        certificate_id=certificate.pk, by=SYSTEM, at=NOON
    )
