"""Opening, describing and giving up sites."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict
from apps.machines import selectors
from apps.machines.models import Machine, Site
from apps.machines.rules import figures
from apps.machines.rules.holiday_places import check_holidays
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


class SiteInUse(Conflict):
    """Something still stands at the site."""

    code = "site_in_use"


@transaction.atomic
def add_site(*, draft: SiteDraft, by: Actor, at: datetime) -> Site:
    """Write down a place where the enterprise works.

    :raises ImpossibleFigure: if country, time zone, coordinates or holidays cannot be.
    :raises SiteNameTaken: if another site has the name.
    """
    figures.check_site(draft)
    check_holidays(draft)
    site = Site(**asdict(draft))
    _write(site)
    audit.record(verb="site.added", subject=site, by=by, at=at, facts=asdict(draft))
    return site


@transaction.atomic
def revise_site(
    *, site_id: UUID, version: int, draft: SiteDraft, by: Actor, at: datetime
) -> Site:
    """Change what a site says of itself, and the listings of its machines.

    A listing has the place, and the free time that follows from the site's holidays.

    :raises SiteNotFound: if the enterprise has none of this id.
    :raises SiteChanged: if it is not of the version that the caller saw.
    :raises ImpossibleFigure: if country, time zone, coordinates or holidays cannot be.
    :raises SiteNameTaken: if another site has the name.
    """
    figures.check_site(draft)
    check_holidays(draft)
    site = _locked(site_id, version)
    for column, value in asdict(draft).items():
        setattr(site, column, value)
    site.version += 1
    _write(site)
    audit.record(verb="site.revised", subject=site, by=by, at=at, facts=asdict(draft))
    refresh_listings(Machine.objects.filter(site_id=site_id))
    return site


@transaction.atomic
def drop_site(*, site_id: UUID, version: int, by: Actor, at: datetime) -> None:
    """Take a site out of the register at which nothing stands any more.

    :raises SiteNotFound: if the enterprise has none of this id.
    :raises SiteChanged: if it is not of the version that the caller saw.
    :raises SiteInUse: while machines or work centers are there.
    """
    site = _locked(site_id, version)
    hindrances = selectors.site_hindrances(site)
    if hindrances:
        raise _in_use(site, hindrances)
    audit.record(
        verb="site.dropped", subject=site, by=by, at=at, facts={"name": site.name}
    )
    try:
        with transaction.atomic():
            site.delete()
    except IntegrityError as error:
        # Somebody put a machine there since we looked.
        raise _in_use(site, selectors.site_hindrances(site)) from error


def _locked(site_id: UUID, version: int) -> Site:
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
    return site


def _in_use(site: Site, hindrances: list[str]) -> SiteInUse:
    return SiteInUse(
        _("%(site)s cannot be dropped: %(reasons)s.")
        % {"site": site.name, "reasons": ", ".join(hindrances)},
        field="site",
        value=site.name,
        remedy=_("Move what stands there to another site first."),
    )


def _write(site: Site) -> None:
    write(site, taken=("machines_site_name", lambda: _name_taken(site.name)))


def _name_taken(name: str) -> SiteNameTaken:
    return SiteNameTaken(
        _("There is a site %(name)s already.") % {"name": name},
        field="name",
        value=name,
        remedy=_("Choose another name."),
    )
