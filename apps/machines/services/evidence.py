"""Adding what shows that claims of the register are so, and taking it back."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.documents import selectors as documents
from apps.documents.models import Document
from apps.kernel.errors import Conflict
from apps.machines import selectors
from apps.machines.models import Capability, Certificate, Evidence, Machine, Site
from apps.machines.rules import origins
from apps.machines.rules.proof import EvidenceDraft, check_draft, check_proof, proves
from apps.machines.services.offers import CapabilityNotFound, bump
from apps.machines.services.publishing import note_change
from apps.machines.services.writing import locked_machine
from apps.machines.types import CertificateState, EvidenceKind
from tenants.types import Actor


class EvidenceUnderReview(Conflict):
    """The operator is looking at the evidence."""

    code = "evidence_under_review"


@transaction.atomic
def add_machine_evidence(
    *,
    machine_id: UUID,
    draft: EvidenceDraft,
    by: Actor,
    at: datetime,
    process_code: str = "",
) -> Evidence:
    """Say that a document speaks for a machine, or for what it can do in a process.

    An inspection result with an observed value that reaches a stated figure makes the
    figure an observed one.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises CapabilityNotFound: if the machine does not offer the process.
    :raises DocumentNotFound: if the enterprise has no such document.
    :raises NoProof: if the evidence cannot say this, or does not prove it.
    """
    check_draft(draft, is_of_capability=bool(process_code), today=at.date())
    machine = locked_machine(machine_id)
    capability = _capability(machine, process_code) if process_code else None
    if capability is not None:
        check_proof(
            draft, {name: getattr(capability, name) for name in origins.PROVABLE}
        )
    made = _made(draft, by=by, at=at)
    if capability is None:
        made.machine = machine
    else:
        made.capability = capability
    made.save(force_insert=True)
    if capability is not None and _shows(made, capability):
        _set_origin(capability, draft.figure)
    _note(machine, made, "machine.evidence_added", by=by, at=at)
    return made


@transaction.atomic
def add_evidence(
    *, subject: Certificate | Site, draft: EvidenceDraft, by: Actor, at: datetime
) -> Evidence:
    """Say that a document speaks for a certificate or a site.

    :raises DocumentNotFound: if the enterprise has no such document.
    :raises NoProof: if the evidence cannot say this.
    """
    check_draft(draft, is_of_capability=False, today=at.date())
    made = _made(draft, by=by, at=at)
    if isinstance(subject, Certificate):
        made.certificate = subject
    else:
        made.site = subject
    made.save(force_insert=True)
    _record("evidence.added", made, by=by, at=at)
    return made


@transaction.atomic
def add_certificate_evidence(
    *, certificate_id: UUID, draft: EvidenceDraft, by: Actor, at: datetime
) -> Evidence:
    """Say that a document speaks for a certificate.

    :raises CertificateNotFound: if the enterprise has none of this id.
    :raises DocumentNotFound: if the enterprise has no such document.
    :raises NoProof: if the evidence cannot say this.
    """
    found = Certificate.objects.select_for_update().filter(pk=certificate_id).first()
    if found is None:
        raise selectors.certificate_not_found(certificate_id)
    return add_evidence(subject=found, draft=draft, by=by, at=at)


@transaction.atomic
def add_site_evidence(
    *, site_id: UUID, draft: EvidenceDraft, by: Actor, at: datetime
) -> Evidence:
    """Say that a document speaks for a site.

    :raises SiteNotFound: if the enterprise has none of this id.
    :raises DocumentNotFound: if the enterprise has no such document.
    :raises NoProof: if the evidence cannot say this.
    """
    return add_evidence(subject=selectors.site(site_id), draft=draft, by=by, at=at)


@transaction.atomic
def drop_evidence(*, evidence_id: UUID, by: Actor, at: datetime) -> None:
    """Cease to rely on a document; the document stays.

    A figure that no other result shows is a claim again.

    :raises EvidenceNotFound: if the enterprise has none of this id.
    :raises EvidenceUnderReview: if the operator is looking at it.
    """
    found = selectors.piece_of_evidence(evidence_id)
    if found.certificate_id:
        _check_not_under_review(found.certificate_id, found.pk)
    capability = found.capability
    machine_id = capability.machine_id if capability else found.machine_id
    machine = locked_machine(machine_id) if machine_id else None
    if machine is None:
        _record("evidence.dropped", found, by=by, at=at)
        found.delete()
        return
    dropped, figure = _facts(found), found.figure
    found.delete()
    if capability is not None:
        capability.refresh_from_db()
        if _shows(found, capability):
            _set_origin(capability, figure)
    bump(machine)
    note_change(machine, verb="machine.evidence_dropped", by=by, at=at, facts=dropped)


def _made(draft: EvidenceDraft, *, by: Actor, at: datetime) -> Evidence:
    # Locked, so that it is not thrown away meanwhile.
    document = (
        Document.objects.select_for_update(no_key=True)
        .filter(pk=draft.document_id)
        .first()
    )
    if document is None:
        raise documents.document_not_found(draft.document_id)
    said = asdict(draft)
    del said["document_id"]
    return Evidence(**said, document=document, added_at=at, added_by=by.label)


def _capability(machine: Machine, process_code: str) -> Capability:
    found: Capability | None = machine.capabilities.filter(
        process_code=process_code
    ).first()
    if found is None:
        raise CapabilityNotFound(
            _("%(code)s does not offer %(process)s.")
            % {"code": machine.code, "process": process_code},
            field="process_code",
            value=process_code,
        )
    return found


def _shows(one: Evidence, capability: Capability) -> bool:
    return (
        bool(one.figure)
        and one.kind == EvidenceKind.INSPECTION_RESULT
        and proves(one.figure, getattr(capability, one.figure), one.observed_value)
    )


def _set_origin(capability: Capability, figure: str) -> None:
    """Let a figure be observed exactly while a result shows it."""
    shown = Evidence.objects.filter(
        capability=capability, figure=figure, kind=EvidenceKind.INSPECTION_RESULT
    ).values_list("observed_value", flat=True)
    claimed = getattr(capability, figure)
    after = origins.with_proof(
        capability.figures_origin,
        figure,
        is_shown=any(proves(figure, claimed, value) for value in shown),
    )
    if after != capability.figures_origin:
        capability.figures_origin = after
        capability.save(update_fields=["figures_origin", "updated_at"])


def _check_not_under_review(certificate_id: UUID, evidence_id: UUID) -> None:
    certificate = Certificate.objects.select_for_update().get(pk=certificate_id)
    if certificate.state == CertificateState.SUBMITTED:
        raise EvidenceUnderReview(
            _("The operator is looking at this evidence."),
            field="evidence",
            value=str(evidence_id),
            remedy=_("Wait until the certificate is verified or rejected."),
        )


def _note(
    machine: Machine, made: Evidence, verb: str, *, by: Actor, at: datetime
) -> None:
    bump(machine)
    note_change(machine, verb=verb, by=by, at=at, facts=_facts(made))


def _record(verb: str, made: Evidence, *, by: Actor, at: datetime) -> None:
    audit.record(verb=verb, subject=made, by=by, at=at, facts=_facts(made))


def _facts(made: Evidence) -> dict[str, object]:
    return {
        "kind": made.kind,
        "document": made.document.title,
        "process_code": made.capability.process_code if made.capability else "",
        "figure": made.figure,
        "observed_value": made.observed_value,
        "sample_size": made.sample_size,
        "measured_on": made.measured_on,
    }
