"""Claiming, verifying and expiring certificates."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _title

from apps.audit import services as audit
from apps.catalog import selectors as catalog
from apps.kernel.errors import Conflict
from apps.machines import selectors
from apps.machines.models import Certificate, CertificateQuerySet, Machine
from apps.machines.rules import figures, reminders
from apps.machines.services.publishing import refresh_listings
from apps.machines.services.writing import write
from apps.machines.types import CertificateDraft, CertificateState
from apps.notify import services as notify
from tenants import context, jobs
from tenants.types import Actor, Disclosure, Role

NOTICES = {
    "certificate.ends": Disclosure.PRIVATE,
    "certificate.expired": Disclosure.PRIVATE,
}
VERBS = {
    CertificateState.VERIFIED: "certificate.verified",
    CertificateState.REJECTED: "certificate.rejected",
    CertificateState.CLAIMED: "certificate.withdrawn_from_check",
}


class CertificateTaken(Conflict):
    """The enterprise has entered this certificate already."""

    code = "certificate_taken"


class CertificateChanged(Conflict):
    """Someone else changed the certificate since the caller looked."""

    code = "certificate_changed"


class CertificateUnderReview(Conflict):
    """The operator is looking at the certificate."""

    code = "certificate_under_review"


class CertificateNotSubmittable(Conflict):
    """The certificate is in no state from which it is checked."""

    code = "certificate_not_submittable"


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
    _watch(certificate, at)
    return certificate


@transaction.atomic
def revise_certificate(
    *,
    certificate_id: UUID,
    version: int,
    draft: CertificateDraft,
    by: Actor,
    at: datetime,
) -> Certificate:
    """Change what a certificate says; it is then a claim again, whatever it was.

    So it is renewed too: by another number or another last day. Saying the same once
    more changes nothing.

    :raises CertificateNotFound: if the enterprise has none of this id.
    :raises CertificateChanged: if it is not of the version that the caller saw.
    :raises CertificateUnderReview: if the operator is looking at it.
    :raises UnknownCertificateKind: if the catalog has no such kind.
    :raises ImpossibleFigure: if number, issuer or days cannot be.
    :raises CertificateTaken: if another certificate has kind and number.
    """
    catalog.certificate_kind_by_code(draft.kind_code)
    figures.check_certificate(draft)
    certificate = _of_version(certificate_id, version)
    _check_not_under_review(certificate)
    before = {name: getattr(certificate, name) for name in asdict(draft)}
    if before == asdict(draft):
        return certificate
    for column, value in asdict(draft).items():
        setattr(certificate, column, value)
    _claim(certificate)
    certificate.reminded_days = None
    certificate.version += 1
    write(certificate, taken=("machines_certificate_once", lambda: _taken(certificate)))
    _record(
        "certificate.revised",
        certificate,
        by,
        at,
        before={name: value for name, value in before.items() if value},
    )
    _watch(certificate, at)
    return certificate


@transaction.atomic
def submit_certificate(*, certificate_id: UUID, by: Actor, at: datetime) -> Certificate:
    """Mark a certificate as being checked by the operator.

    :raises CertificateNotFound: if the enterprise has none of this id.
    :raises CertificateNotSubmittable: if it is being checked, verified or over.
    """
    certificate = _locked(certificate_id)
    if certificate.state not in (CertificateState.CLAIMED, CertificateState.REJECTED):
        raise CertificateNotSubmittable(
            _("%(certificate)s is %(state)s.")
            % {
                "certificate": certificate,
                "state": certificate.get_state_display().lower(),
            },
            field="state",
            value=certificate.state,
            remedy=_("Only one that is claimed or was rejected can be checked."),
        )
    certificate.state = CertificateState.SUBMITTED
    certificate.rejection = ""
    certificate.version += 1
    certificate.save()
    _record("certificate.submitted", certificate, by, at)
    return certificate


@transaction.atomic
def settle_certificate(
    *,
    certificate_id: UUID,
    version: int,
    state: CertificateState,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> Certificate | None:
    """Let a certificate be what its check said; None if it was changed since.

    A check that was withdrawn leaves a claim. One that is over by now is expired,
    whatever was said of it.
    """
    certificate: Certificate | None = (
        Certificate.objects.select_for_update().filter(pk=certificate_id).first()
    )
    if (
        certificate is None
        or certificate.state != CertificateState.SUBMITTED
        or certificate.version != version
    ):
        return None
    _claim(certificate)
    if state == CertificateState.VERIFIED:
        certificate.state = state
        certificate.verified_at = at
        certificate.verified_by = by.label
    elif state == CertificateState.REJECTED:
        certificate.state = state
        certificate.rejection = reason
    certificate.version += 1
    certificate.save()
    _record(VERBS[state], certificate, by, at, **({"reason": reason} if reason else {}))
    _watch(certificate, at)
    return certificate


@transaction.atomic
def drop_certificate(*, certificate_id: UUID, by: Actor, at: datetime) -> None:
    """Cease to claim a certificate.

    :raises CertificateNotFound: if the enterprise has none of this id.
    :raises CertificateUnderReview: if the operator is looking at it.
    """
    certificate = _locked(certificate_id)
    _check_not_under_review(certificate)
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
        certificate.version += 1
        certificate.save()
        _record("certificate.expired", certificate, by, at)
        notify.notify(
            kind="certificate.expired",
            at=at,
            dedup_key=f"expired:{certificate.pk}:{certificate.version}",
            **_say(
                certificate,
                _title("%(certificate)s is over"),
                _title(
                    "Your listings cease to show it. Renew it to fit such requests"
                    " again."
                ),
            ),
        )
    return len(lapsed)


def has_lapsed_certificates(at: datetime) -> bool:
    """Say whether certificates are over that are not marked so yet."""
    return Certificate.objects.standing().filter(valid_until_on__lt=at.date()).exists()


@transaction.atomic
def remind_of_certificates(*, at: datetime) -> int:
    """Tell owners and planners which certificates end soon, and say how many.

    Once at 60, 30 and 7 days before the last; of one that is entered later than that,
    the reminder that stands then.
    """
    told = 0
    for certificate in _ending(at).select_for_update().order_by("pk"):
        assert certificate.valid_until_on is not None
        days = (certificate.valid_until_on - at.date()).days
        certificate.reminded_days = reminders.due(days)
        certificate.save(update_fields=["reminded_days", "updated_at"])
        notify.notify(
            kind="certificate.ends",
            at=at,
            dedup_key=f"ends:{certificate.pk}:{certificate.version}:"
            f"{certificate.reminded_days}",
            **_say(
                certificate,
                _title("%(certificate)s ends on %(day)s"),
                _title(
                    "After that day your listings cease to show it. Renew it before."
                ),
            ),
        )
        told += 1
    return told


def has_certificates_to_remind_of(at: datetime) -> bool:
    """Say whether certificates end soon of which nobody was told yet."""
    return _ending(at).exists()


def _ending(at: datetime) -> CertificateQuerySet:
    today, wanted = at.date(), Q()
    for days in reminders.DAYS:
        # Told of at this step or a later one already, or not within it.
        wanted |= Q(valid_until_on__lte=today + timedelta(days=days)) & (
            Q(reminded_days__isnull=True) | Q(reminded_days__gt=days)
        )
    found: CertificateQuerySet = (
        Certificate.objects.standing().filter(valid_until_on__gte=today).filter(wanted)
    )
    return found


def _watch(certificate: Certificate, at: datetime) -> None:
    """Have what follows from the last day done when it is due."""
    last = certificate.valid_until_on
    if last is None:
        return
    # Valid to the end of its last day, as `expire_certificates` reads it.
    after = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
    jobs.enqueue_when_due("machines.expire_certificates", due_at=after)
    for days in reminders.DAYS:
        day = datetime.combine(last - timedelta(days=days), time(), tzinfo=UTC)
        if day > at:
            jobs.enqueue_when_due("machines.remind_of_certificates", due_at=day)
    if reminders.due((last - at.date()).days) is not None:
        jobs.enqueue_when_due("machines.remind_of_certificates", due_at=at)


def _say(certificate: Certificate, title: Any, body: Any) -> dict[str, Any]:
    """Put a notice into the enterprise's language, for those who keep certificates."""
    kind = catalog.certificate_kind_by_code(certificate.kind_code)
    last = certificate.valid_until_on
    with translation.override(context.current().language):
        said = {
            "certificate": f"{kind.label} {certificate.number}",
            "day": formats.date_format(last, "SHORT_DATE_FORMAT") if last else "",
        }
        return {
            "title": str(title) % said,
            "body": str(body) % said,
            "url": f"/certificates/{certificate.pk}/",
            "roles": (Role.OWNER, Role.PLANNER),
        }


def _claim(certificate: Certificate) -> None:
    certificate.state = CertificateState.CLAIMED
    certificate.verified_at, certificate.verified_by = None, ""
    certificate.rejection = ""


def _of_version(certificate_id: UUID, version: int) -> Certificate:
    certificate = _locked(certificate_id)
    if certificate.version != version:
        raise CertificateChanged(
            _("%(certificate)s was changed by someone else.")
            % {"certificate": certificate},
            field="version",
            value=version,
            remedy=_("Look at it again and repeat the change."),
        )
    return certificate


def _check_not_under_review(certificate: Certificate) -> None:
    if certificate.state == CertificateState.SUBMITTED:
        raise CertificateUnderReview(
            _("The operator is checking %(certificate)s.")
            % {"certificate": certificate},
            field="state",
            value=certificate.state,
            remedy=_("Withdraw it from the check first."),
        )


def _locked(certificate_id: UUID) -> Certificate:
    found: Certificate | None = (
        Certificate.objects.select_for_update().filter(pk=certificate_id).first()
    )
    if found is None:
        raise selectors.certificate_not_found(certificate_id)
    return found


def _record(
    verb: str, certificate: Certificate, by: Actor, at: datetime, **more: object
) -> None:
    audit.record(
        verb=verb,
        subject=certificate,
        by=by,
        at=at,
        facts={
            "kind_code": certificate.kind_code,
            "number": certificate.number,
            "valid_until_on": certificate.valid_until_on,
            **more,
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
