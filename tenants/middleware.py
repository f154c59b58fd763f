"""From a host name to a face, and from an enterprise's host to its context."""

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import set_urlconf

from apps.kernel.identifiers import uuid7
from tenants import admission, context
from tenants.admission import Verdict
from tenants.database.session import unit_of_work
from tenants.registry import selectors as enterprises
from tenants.types import Actor, EnterpriseRef, Role

GetResponse = Callable[[HttpRequest], HttpResponse]
# What is done in the directory's name at an enterprise's host.
BESIDE = ("/account/", "/i18n/", "/asleep/")
_TURNED_AWAY = {
    Verdict.SUSPENDED: ("public/suspended.html", 403),
    Verdict.CLOSED: ("public/closed.html", 410),
    Verdict.ELSEWHERE: ("public/moved.html", 421),
}
_RESTING = {
    Verdict.ARCHIVED: ("public/asleep.html", 503),
    Verdict.WRITES_STOPPED: ("public/being_moved.html", 503),
}
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,80}$")


class RequestId:
    """Gives each request an id, the caller's own where it is well formed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id on request and response."""
        given = request.headers.get("X-Request-Id", "")
        request.id = given if _REQUEST_ID.match(given) else str(uuid7())  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class HostToFace:
    """Picks the face by host, and lets what follows act in the directory's name."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set `request.face`, `request.enterprise` and the URL map."""
        with unit_of_work():
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        host = _host_of(request)
        ref: EnterpriseRef | None = None
        if host in (settings.DOMAIN_HOST, "127.0.0.1"):
            face = "public"
        elif host == f"api.{settings.DOMAIN_HOST}":
            face = "api"
        elif host == f"console.{settings.DOMAIN_HOST}":
            face = "console"
        else:
            face = "enterprise"
            ref = enterprises.enterprise_seen_at_host(host)
        request.face = face  # type: ignore[attr-defined]
        request.enterprise = ref  # type: ignore[attr-defined]
        request.role = None  # type: ignore[attr-defined]
        request.actor = None  # type: ignore[attr-defined]
        request.urlconf = settings.URLCONFS[face]
        with context.directory():
            if face == "enterprise" and ref is None:
                return _no_such_enterprise(request)
            return self.get_response(request)


class EnterpriseContext:
    """Resolves person and role, then lets views act in the enterprise's name.

    Everything outside it, session and sign-in included, acts in the directory's.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Enter the enterprise's context around the view."""
        if request.face == "console":  # type: ignore[attr-defined]
            return self._console(request)
        if request.face != "enterprise":  # type: ignore[attr-defined]
            return self.get_response(request)
        user = request.user if request.user.is_authenticated else None
        # Who is signed in has been asked by now, and with it the directory's version:
        # from here on the enterprise is what it is in this very request.
        ref = enterprises.enterprise_by_host(_host_of(request))
        request.enterprise = ref  # type: ignore[attr-defined]
        if ref is None:
            return _no_such_enterprise(request)
        if user is not None:
            request.role = enterprises.role_of(user.pk, ref.id)  # type: ignore[attr-defined]
            request.actor = Actor(label=user.name, user_id=user.pk)  # type: ignore[attr-defined]
        return self._admit(request, ref)

    def _admit(self, request: HttpRequest, ref: EnterpriseRef) -> HttpResponse:
        verdict = admission.judge(ref, request.method)
        if verdict is Verdict.DORMANT and role_in(request) is not None:
            admission.wake(ref.id)
            ref = enterprises.enterprise_in_any_tier(ref.id) or ref
            request.enterprise = ref  # type: ignore[attr-defined]
            verdict = admission.judge(ref, request.method)
        if verdict is Verdict.ABSENT:
            return _no_such_enterprise(request)
        # Sign-in is the directory's: it goes on while the enterprise itself rests.
        is_beside = request.path.startswith(BESIDE)
        if verdict in _TURNED_AWAY or (verdict in _RESTING and not is_beside):
            return _turn_away(request, ref, verdict)
        if is_beside or verdict is Verdict.DORMANT:
            return self.get_response(request)
        if role_in(request) is not None:
            admission.note_use(ref)
        with context.enterprise(ref):
            return self.get_response(request)

    def _console(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            if not user.is_operator:
                # A portal's session means nothing here.
                logout(request)
            else:
                request.actor = Actor(label=user.name, user_id=user.pk)  # type: ignore[attr-defined]
        if request.path.startswith(("/account/", "/login", "/logout", "/i18n/")):
            return self.get_response(request)
        with context.operator():
            return self.get_response(request)


def _turn_away(
    request: HttpRequest, ref: EnterpriseRef, verdict: Verdict
) -> HttpResponse:
    template, status = {**_TURNED_AWAY, **_RESTING}[verdict]
    facts: dict[str, object] = {"enterprise": ref, "role": role_in(request)}
    if verdict is Verdict.ARCHIVED:
        facts["is_waking"] = admission.is_being_revived(ref)
    # Django does this where it resolves an address, which is not reached.
    set_urlconf(request.urlconf)
    response = render(request, template, facts, status=status)
    response["Cache-Control"] = "private, no-store"
    if verdict is Verdict.ELSEWHERE:
        response[admission.DATABASE_HEADER] = ref.database
    elif verdict in _RESTING:
        response["Retry-After"] = admission.RETRY_SECONDS
    return response


def _host_of(request: HttpRequest) -> str:
    return request.get_host().split(":", maxsplit=1)[0].lower()


def _no_such_enterprise(request: HttpRequest) -> HttpResponse:
    request.urlconf = settings.URLCONFS["public"]
    if admission.has_been_closed(_host_of(request)):
        return render(request, "public/closed.html", status=410)
    return render(request, "public/no_such_enterprise.html", status=404)


def role_in(request: HttpRequest) -> Role | None:
    """Return the signed-in person's role in the enterprise of this host."""
    role: Role | None = request.role  # type: ignore[attr-defined]
    return role


def enterprise_of(request: HttpRequest) -> EnterpriseRef:
    """Return the enterprise at whose host this request is answered."""
    ref: EnterpriseRef = request.enterprise  # type: ignore[attr-defined]
    return ref


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this request.

    :raises Http404: for a stranger.
    """
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise Http404
    return actor
