"""Opening and describing sites."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict
from apps.machines import selectors
from apps.machines.models import Machine, Site
from apps.machines.rules import figures
from apps.machines.services.publishing import refresh_listings
from apps.machines.services.writing import write
from apps.machines.types import SiteDraft
from tenants.types import Actor


class SiteNameTaken(Conflict):
    """Another site of the enterprise has this name."""

    code = "site_name_taken"


class SiteChanged(Conflict):
    """Someone else changed the site since the caller looked."""

    code = "site_changed"


@transaction.atomic
def add_site(*, draft: SiteDraft, by: Actor, at: datetime) -> Site:
    """Write down a place where the enterprise works.

    :raises ImpossibleFigure: if country, time zone or coordinates cannot be.
    :raises SiteNameTaken: if another site has the name.
    """
    figures.check_site(draft)
    site = Site(**asdict(draft))
    _write(site)
    audit.record(verb="site.added", subject=site, by=by, at=at, facts=asdict(draft))
    return site


@transaction.atomic
def revise_site(
    *, site_id: UUID, version: int, draft: SiteDraft, by: Actor, at: datetime
) -> Site:
    """Change what a site says of itself, and the listings of its machines.

    :raises SiteNotFound: if the enterprise has none of this id.
    :raises SiteChanged: if it is not of the version that the caller saw.
    :raises ImpossibleFigure: if country, time zone or coordinates cannot be.
    :raises SiteNameTaken: if another site has the name.
    """
    figures.check_site(draft)
    site: Site | None = Site.objects.select_for_update().filter(pk=site_id).first()
    if site is None:
        return selectors.site(site_id)
    if site.version != version:
        raise SiteChanged(
            _("%(site)s was changed by someone else.") % {"site": site.name},
            field="version",
            value=version,
            remedy=_("Look at it again and repeat the change."),
        )
    for column, value in asdict(draft).items():
        setattr(site, column, value)
    site.version += 1
    _write(site)
    audit.record(verb="site.revised", subject=site, by=by, at=at, facts=asdict(draft))
    refresh_listings(Machine.objects.filter(site_id=site_id))
    return site


def _write(site: Site) -> None:
    write(site, taken=("machines_site_name", lambda: _name_taken(site.name)))


def _name_taken(name: str) -> SiteNameTaken:
    return SiteNameTaken(
        _("There is a site %(name)s already.") % {"name": name},
        field="name",
        value=name,
        remedy=_("Choose another name."),
    )
