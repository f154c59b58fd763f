"""`api.<domain>`: partner systems."""

from django.urls import include, path

urlpatterns = [path("", include("apps.api.urls"))]
handler400 = "apps.api.errors.bad_request"
handler404 = "apps.api.errors.not_found"
handler500 = "apps.api.errors.server_error"
