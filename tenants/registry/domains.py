"""Host names that lead to an enterprise's portal: its own address, and its own hosts."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, InvalidInput, NotFound
from tenants import context
from tenants.models import Domain, Enterprise
from tenants.registry.addresses import check_host
from tenants.registry.announcing import announce_change
from tenants.registry.events import Event, publish
from tenants.registry.selectors import as_ref
from tenants.types import Actor, EnterpriseRef, Tier


class DomainTaken(Conflict):
    """Raised when a host name leads to another enterprise."""

    code = "domain_taken"


def domains_of(enterprise: EnterpriseRef) -> list[Domain]:
    """Return the host names of an enterprise, the primary one first."""
    with context.directory():
        return list(
            Domain.objects.filter(tenant_id=enterprise.id).order_by(
                "-is_primary", "domain"
            )
        )


def add_domain(
    *, enterprise: EnterpriseRef, domain: str, by: Actor, at: datetime
) -> Domain:
    """Have a host name of the enterprise's own lead to it, from the next request on.

    :raises InvalidInput: if it is no host name, or one of Spindle's own.
    :raises DomainTaken: if it leads to an enterprise already.
    """
    host = check_host(domain, own_domain=settings.DOMAIN_HOST)
    with context.directory():
        try:
            with transaction.atomic():
                made = Domain.objects.bulk_create(
                    [Domain(tenant_id=enterprise.id, domain=host, is_primary=False)]
                )[0]
                _tell(enterprise, "domain.added", made, by, at)
                announce_change()
        except IntegrityError as error:
            raise _taken(host) from error
    return made


def remove_domain(
    *, enterprise: EnterpriseRef, domain: str, by: Actor, at: datetime
) -> None:
    """Have a host name lead nowhere, from the next request on.

    :raises NotFound: if it does not lead to this enterprise.
    :raises InvalidInput: if it is the primary one.
    """
    with context.directory(), transaction.atomic():
        row = _locked(domain)
        if row.tenant_id != enterprise.id:
            raise _unknown(domain)
        if row.is_primary:
            raise InvalidInput(
                _("%(host)s is the address that links in messages lead to.")
                % {"host": row.domain},
                field="domain",
                value=row.domain,
                remedy=_("Make another host name the primary one first."),
            )
        _tell(enterprise, "domain.removed", row, by, at)
        row.delete()
        announce_change()


def set_primary_domain(
    *, enterprise: EnterpriseRef, domain: str, by: Actor, at: datetime
) -> Domain:
    """Have links in messages lead to this host name.

    :raises NotFound: if it does not lead to this enterprise.
    """
    with context.directory(), transaction.atomic():
        # Two who choose at once must not both find the other's choice undone.
        Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.id)
        row = _locked(domain)
        if row.tenant_id != enterprise.id:
            raise _unknown(domain)
        if not row.is_primary:
            _make_primary(row)
            _tell(enterprise, "domain.made_primary", row, by, at)
            announce_change()
    return row


def move_domain(*, domain: str, to: EnterpriseRef, by: Actor, at: datetime) -> Domain:
    """Have a host name lead to another enterprise, from the next request on.

    Requests in flight end where they began. A primary host name leaves the next one
    of its enterprise in its place.

    :raises NotFound: if it leads nowhere, or the other enterprise is closed.
    :raises InvalidInput: if it leads there already, is the enterprise's own address
        below Spindle's domain, or is all that the enterprise has.
    """
    with context.directory(), transaction.atomic():
        row = _locked(domain)
        target = Enterprise.objects.select_for_update(no_key=True).get(pk=to.id)
        if target.tier == Tier.CLOSED:
            raise NotFound(_("There is no such enterprise."), field="to", value=to.slug)
        source = as_ref(Enterprise.objects.get(pk=row.tenant_id))
        _check_movable(row, source, to)
        was_primary = row.is_primary
        row.tenant_id = to.id
        row.is_primary = False
        Domain.objects.filter(pk=row.pk).update(tenant_id=to.id, is_primary=False)
        if was_primary:
            _make_primary(_rest(source)[0])
        if not Domain.objects.filter(tenant_id=to.id, is_primary=True).exists():
            _make_primary(row)
        _tell(source, "domain.moved_away", row, by, at)
        _tell(to, "domain.moved_here", row, by, at)
        announce_change()
    return row


def _check_movable(row: Domain, source: EnterpriseRef, to: EnterpriseRef) -> None:
    detail: object = ""
    if source.id == to.id:
        detail = _("%(host)s leads there already.")
        remedy: object = _("Choose another enterprise.")
    elif row.domain.endswith(f".{settings.DOMAIN_HOST}"):
        detail = _("%(host)s is made from the enterprise's own name.")
        remedy = _("Move only host names that were added to it.")
    elif not _rest(source):
        detail = _("%(host)s is all that leads to its enterprise.")
        remedy = _("Add another host name to it first.")
    if detail:
        raise InvalidInput(
            str(detail) % {"host": row.domain},
            field="domain",
            value=row.domain,
            remedy=remedy,
        )


def _rest(source: EnterpriseRef) -> list[Domain]:
    return [row for row in domains_of(source) if not row.is_primary]


def _make_primary(row: Domain) -> None:
    Domain.objects.filter(tenant_id=row.tenant_id, is_primary=True).update(
        is_primary=False
    )
    Domain.objects.filter(pk=row.pk).update(is_primary=True)
    row.is_primary = True


def _locked(domain: str) -> Domain:
    row = (
        Domain.objects.select_for_update()
        .filter(domain=domain.strip().rstrip(".").lower())
        .first()
    )
    if row is None:
        raise _unknown(domain)
    return row


def _unknown(domain: str) -> NotFound:
    return NotFound(
        _("%(host)s leads to no enterprise of yours.") % {"host": domain},
        field="domain",
        value=domain,
    )


def _taken(host: str) -> DomainTaken:
    return DomainTaken(
        _("%(host)s leads to an enterprise already.") % {"host": host},
        field="domain",
        value=host,
        remedy=_("Have it removed there first, or moved by the platform's operator."),
    )


def _tell(
    enterprise: EnterpriseRef, verb: str, row: Domain, by: Actor, at: datetime
) -> None:
    publish(
        Event(
            enterprise=enterprise,
            verb=verb,
            subject=("domain", row.pk, row.domain),
            by=by,
            at=at,
        )
    )
