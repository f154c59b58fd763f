"""The map of `api.<domain>`."""

from allauth.idp.oidc.views import jwks, token
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from apps.api.metadata import authorization_server
from apps.api.problems import problem_index, problem_page

urlpatterns = [
    path("v1/", include("apps.api.v1.urls")),
    path("oauth/token", token, name="oauth-token"),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path(
        ".well-known/oauth-authorization-server",
        authorization_server,
        name="oauth-metadata",
    ),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path(
        "docs",
        SpectacularSwaggerSplitView.as_view(
            url_name="openapi", template_name="api/docs.html"
        ),
        name="docs",
    ),
    path("problems/", problem_index, name="problems"),
    path("problems/<slug:slug>", problem_page, name="problem"),
]
