"""Where the enterprise works."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_gmt
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.audit import selectors as audit
from apps.capacity.rules.public_holidays import named_days
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.rules import holiday_places
from apps.portal import formats
from apps.portal.access import access
from apps.portal.calendar_forms import day_names
from apps.portal.evidence import evidence_card
from apps.portal.machines import may_write
from apps.portal.paging import page_of
from apps.portal.public import places
from apps.portal.site_forms import SiteForm
from apps.portal.site_maps import site_map
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
ROWS = 50
MACHINES_SHOWN = 20
A_YEAR = timedelta(days=365)


@access(*READERS)
@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """Show all sites on a map, and list them, newest first."""
    known = machines.sites().annotate(machine_count=Count("machines"))
    page = page_of(request, known, ROWS)
    # A page that is all there is needs no second look.
    is_all = not (page.next_cursor or page.previous_cursor)
    found: list[Any] = (
        sorted(page.rows, key=lambda site: site.name) if is_all else list(known)
    )
    return render(
        request,
        "portal/sites/list.html",
        {
            "page": page,
            "sites": [
                {"site": site, "country": places.country_name(site.country)}
                for site in (found if is_all else page.rows)
            ],
            **site_map(
                request,
                found,
                {site.pk: site.machine_count for site in found},
                href=lambda site_id: reverse("portal:site", args=[site_id]),
                table="#sites",
            ),
        },
    )


@access(*READERS)
@require_safe
def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Show a site: where it is, what stands there, and when nobody works."""
    found = _found(site_id)
    now = timezone.now()
    standing = machines.machines_of(site_id=site_id)
    count = standing.count()
    kept = found.holiday_place
    return render(
        request,
        "portal/sites/detail.html",
        {
            "site": found,
            "can_write": may_write(request),
            "country": places.country_name(found.country),
            "clock": _clock(now, found.time_zone),
            "machine_count": count,
            "machines": standing[:MACHINES_SHOWN],
            "work_centers": found.work_centers.annotate(
                machine_count=Count("machines")
            ).order_by("code"),
            "hindrances": machines.site_hindrances(found),
            "holidays_of": _holidays_of(kept.country, kept.region),
            "knows_holidays": holiday_places.is_known(kept.country),
            "holidays": _holidays(
                kept.country,
                kept.region,
                timezone.localdate(now, ZoneInfo(found.time_zone)),
            ),
            "card": evidence_card(
                request, machines.evidence_of_site(site_id), site=site_id
            ),
            "events": audit.events_of(found),
            **site_map(
                request,
                [found],
                {found.pk: count},
                href=lambda _site_id: f"{reverse('portal:machines')}?site={site_id}",
                table="#machines",
            ),
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def site_add(request: HttpRequest) -> HttpResponse:
    """Let a planner write down a site."""
    return _write(request, None)


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def site_change(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Let a planner change what is said of a site."""
    return _write(request, _found(site_id))


@access(Role.PLANNER)
@require_POST
def site_drop(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Let a planner take out a site at which nothing stands."""
    found = _found(site_id)
    version = request.POST.get("version", "")
    try:
        services.drop_site(
            site_id=site_id,
            version=int(version[:9]) if version.isdecimal() else 0,
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:site", site_id)
    messages.success(request, _t("%(site)s is dropped.") % {"site": found.name})
    return redirect("portal:sites")


def _write(request: HttpRequest, known: Any) -> HttpResponse:
    enterprise = enterprise_of(request)
    # Another country has other time zones and regions: shown, and nothing is saved yet.
    looks = "look" in request.POST
    facts = request.POST.dict() if looks else _facts(known)
    sent = request.POST if request.method == "POST" and not looks else None
    form = SiteForm(sent, enterprise=enterprise, initial=facts)
    if sent is not None and form.is_valid():
        try:
            saved = _save(request, form, known)
        except DomainError as error:
            form.refuse(error)
        else:
            text = _t("%(site)s is changed.") if known else _t("%(site)s is added.")
            messages.success(request, text % {"site": saved.name})
            return redirect("portal:site", saved.pk)
    return render(
        request,
        "portal/sites/write.html",
        {"form": form, "site": known},
        status=422 if form.errors else 200,
    )


def _save(request: HttpRequest, form: SiteForm, known: Any) -> Any:
    by, at = actor_of(request), timezone.now()
    if known is None:
        return services.add_site(draft=form.draft(), by=by, at=at)
    return services.revise_site(
        site_id=known.pk,
        version=form.cleaned_data["version"] or 0,
        draft=form.draft(),
        by=by,
        at=at,
    )


def _facts(known: Any) -> dict[str, Any] | None:
    if known is None:
        return None
    return {name: getattr(known, name) for name in SiteForm.base_fields}


def _found(site_id: UUID) -> Any:
    try:
        return machines.site(site_id)
    except machines.SiteNotFound as error:
        raise Http404 from error


def _clock(now: datetime, time_zone: str) -> dict[str, str]:
    local = now.astimezone(ZoneInfo(time_zone))
    language = formats.locale()
    return {
        "time": format_datetime(local, "EEEE, HH:mm", locale=language),
        "offset": get_timezone_gmt(local, "long", locale=language),
    }


def _holidays_of(country: str, region: str) -> str:
    name = places.country_name(country)
    if not region:
        return name
    return f"{name}, {holiday_places.region_name(country, region)}"


def _holidays(country: str, region: str, today: date) -> list[dict[str, Any]]:
    names = day_names()
    return [
        {
            "day": formats.weekday(found.day),
            "name": found.name,
            "is_off": found.is_off,
            "worked_like": ""
            if found.worked_like is None
            else names[found.worked_like],
        }
        for found in named_days(
            country,
            region,
            start=today,
            end=today + A_YEAR,
            language=get_language() or "en",
        )
    ]
