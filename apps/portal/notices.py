"""What a member should know, and where it leads."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from apps.notify import selectors, services
from apps.portal.access import MEMBERS, access, member_id
from tenants.middleware import role_in

SHOWN = 100


@access(*MEMBERS)
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """List notices, newest first."""
    found = selectors.notices_of(
        user_id=member_id(request), role=str(role_in(request)), limit=SHOWN
    )
    return render(
        request,
        "portal/notices.html",
        {
            "notices": found,
            "has_unread": any(not notice.is_read for notice in found),
        },
    )


@access(*MEMBERS)
@require_safe
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Remember that the notice was read, and go where it leads."""
    try:
        found = services.mark_read(
            notice_id=notice_id,
            user_id=member_id(request),
            role=str(role_in(request)),
            at=timezone.now(),
        )
    except services.NoticeNotFound as error:
        raise Http404 from error
    if url_has_allowed_host_and_scheme(found.url, allowed_hosts={request.get_host()}):
        return redirect(found.url)
    return redirect("portal:notices")


@access(*MEMBERS)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Remember that everything up to now was read."""
    services.mark_all_read(
        user_id=member_id(request), role=str(role_in(request)), at=timezone.now()
    )
    return redirect("portal:notices")
