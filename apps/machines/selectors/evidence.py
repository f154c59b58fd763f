"""Reading what shows that claims of the register are so."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.kernel.errors import NotFound
from apps.machines.models import Certificate, Evidence, EvidenceQuerySet, Machine, Site
from apps.machines.selectors.certificates import certificate_not_found
from apps.machines.selectors.machines import machine_not_found
from apps.machines.selectors.sites import site as site_of


class EvidenceNotFound(NotFound):
    """The enterprise has no such evidence."""

    code = "evidence_not_found"


def evidence_of_machine(machine_id: UUID) -> EvidenceQuerySet:
    """Return what speaks for a machine and its capabilities, newest first.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    if not Machine.objects.filter(pk=machine_id).exists():
        raise machine_not_found(machine_id)
    return _shown(Q(machine_id=machine_id) | Q(capability__machine_id=machine_id))


def evidence_of_certificate(certificate_id: UUID) -> EvidenceQuerySet:
    """Return what speaks for a certificate, newest first.

    :raises CertificateNotFound: if the enterprise has none of this id.
    """
    if not Certificate.objects.filter(pk=certificate_id).exists():
        raise certificate_not_found(certificate_id)
    return _shown(Q(certificate_id=certificate_id))


def evidence_of_site(site_id: UUID) -> EvidenceQuerySet:
    """Return what speaks for a site, newest first.

    :raises SiteNotFound: if the enterprise has none of this id.
    """
    site: Site = site_of(site_id)
    return _shown(Q(site=site))


def evidence_of_certificates(
    certificate_ids: Iterable[UUID],
) -> dict[UUID, list[Evidence]]:
    """Return what speaks for each of some certificates, newest first."""
    found: dict[UUID, list[Evidence]] = {one: [] for one in certificate_ids}
    for row in _shown(Q(certificate_id__in=found)):
        assert row.certificate_id is not None
        found[row.certificate_id].append(row)
    return found


def uses_of_document(document_id: UUID) -> EvidenceQuerySet:
    """Return what a document is evidence of, newest first."""
    return _shown(Q(document_id=document_id)).select_related(
        "document", "machine", "capability__machine", "certificate", "site"
    )


def piece_of_evidence(evidence_id: UUID) -> Evidence:
    """Return one piece of evidence.

    :raises EvidenceNotFound: if the enterprise has none of this id.
    """
    found = _shown(Q(pk=evidence_id)).first()
    if found is None:
        raise EvidenceNotFound(
            _("There is no such evidence."), field="evidence", value=str(evidence_id)
        )
    return found


def _shown(which: Q) -> EvidenceQuerySet:
    found: EvidenceQuerySet = Evidence.objects.filter(which).select_related(
        "document", "capability"
    )
    return found.newest_first()
