"""Reading where an enterprise works."""

from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel.errors import NotFound
from apps.machines.models import Site, SiteQuerySet


class SiteNotFound(NotFound):
    """The enterprise has no such site."""

    code = "site_not_found"


def sites() -> SiteQuerySet:
    """Return the enterprise's sites by name."""
    return Site.objects.order_by("name")


def site(site_id: UUID) -> Site:
    """Return one site.

    :raises SiteNotFound: if the enterprise has none of this id.
    """
    found = Site.objects.filter(pk=site_id).first()
    if found is None:
        raise SiteNotFound(
            _("There is no such site."), field="site", value=str(site_id)
        )
    return found
