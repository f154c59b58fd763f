"""Whether Spindle works at this moment, measured while the page is made."""

from dataclasses import dataclass
from time import perf_counter

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.portal import formats
from apps.portal.access import public
from tenants.provisioning import selectors as provisioning


@dataclass(frozen=True, slots=True)
class Check:
    """One part of Spindle and how it does."""

    name: str | Promise
    is_well: bool
    fact: str | Promise


@public
@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Ask each part, and say what it answered."""
    checks = [Check(_("Web"), True, _("This page was made just now.")), _database()]
    is_well = all(check.is_well for check in checks)
    return render(
        request,
        "public/status.html",
        {
            "section": "status",
            "checks": checks,
            "is_well": is_well,
            "at": timezone.now(),
        },
        status=200 if is_well else 503,
    )


def _database() -> Check:
    name = _("Database")
    began = perf_counter()
    try:
        is_prepared = provisioning.is_prepared()
    except DatabaseError:
        return Check(name, False, _("It does not answer."))
    took = formats.quantity((perf_counter() - began) * 1000, "ms", 1)
    if not is_prepared:
        return Check(name, False, _("It is being prepared."))
    return Check(name, True, _("Answered in %(time)s.") % {"time": took})
