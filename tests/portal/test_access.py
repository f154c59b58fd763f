"""Who gets in, and what the others are told."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from apps.portal.access import access, permission_of, public
from tenants.types import Role


@access(Role.PLANNER)
def planners_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(timezone.get_current_timezone_name())


class Person:
    def __init__(self, *, is_authenticated: bool, time_zone: str = "UTC") -> None:
        self.is_authenticated = is_authenticated
        self.time_zone = time_zone


@pytest.fixture
def request_by():
    def make(role: Role | None, *, is_signed_in: bool = True, **headers: str):
        request = RequestFactory().get("/machines/?state=active", headers=headers)
        request.urlconf = "spindle.urls_enterprise"
        request.user = Person(is_authenticated=is_signed_in, time_zone="Asia/Shanghai")
        request.role = role
        return request

    return make


@pytest.fixture(autouse=True)
def portal_addresses(settings):
    settings.ROOT_URLCONF = "spindle.urls_enterprise"


class TestAccess:
    def test_sends_a_stranger_to_sign_in_and_back(self, request_by):
        response = planners_page(request_by(None, is_signed_in=False))

        assert response.status_code == 302
        assert response["Location"] == (
            "/account/login/?next=%2Fmachines%2F%3Fstate%3Dactive"
        )

    def test_has_a_fragment_of_a_stranger_load_the_whole_sign_in_page(self, request_by):
        request = request_by(None, is_signed_in=False, hx_request="true")

        response = planners_page(request)

        assert response.status_code == 401
        assert response["HX-Redirect"] == "/account/login/"

    def test_hides_the_page_from_members_of_other_enterprises(self, request_by):
        with pytest.raises(Http404):
            planners_page(request_by(None))

    def test_refuses_another_role(self, request_by):
        with pytest.raises(PermissionDenied):
            planners_page(request_by(Role.BUYER))

    @pytest.mark.parametrize("role", [Role.PLANNER, Role.OWNER])
    def test_lets_the_role_and_the_owner_in(self, request_by, role):
        assert planners_page(request_by(role)).status_code == 200

    def test_shows_moments_in_the_readers_time_zone(self, request_by):
        assert planners_page(request_by(Role.PLANNER)).content == b"Asia/Shanghai"

    def test_wants_at_least_one_role(self):
        with pytest.raises(TypeError, match="at least one role"):
            access()


class TestPublic:
    def test_lets_anyone_in_and_says_so(self):
        @public
        def page(request: HttpRequest) -> HttpResponse:
            return HttpResponse()

        permission = permission_of(page)

        assert permission is not None
        assert permission.is_public
        assert permission.admits(None)


def views_below(patterns: list[URLPattern | URLResolver], prefix: str = ""):
    for entry in patterns:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from views_below(entry.url_patterns, address)
        else:
            yield address, entry.callback


@pytest.mark.parametrize("urlconf", ["spindle.urls_public", "spindle.urls_enterprise"])
def test_every_page_of_ours_declares_whom_it_lets_in(urlconf):
    ours = [
        (address, view)
        for address, view in views_below(get_resolver(urlconf).url_patterns)
        if view.__module__.startswith("apps.")
    ]

    assert ours
    assert [address for address, view in ours if permission_of(view) is None] == []
