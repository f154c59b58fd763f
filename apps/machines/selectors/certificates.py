"""Reading what others have certified of an enterprise."""

from datetime import date

from apps.catalog import selectors as catalog
from apps.machines.models import Certificate, CertificateQuerySet


def certificates() -> CertificateQuerySet:
    """Return the enterprise's certificates by kind, the longest valid first."""
    return Certificate.objects.order_by("kind_code", "-valid_until_on", "number")


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
