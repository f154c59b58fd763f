"""`<domain>`: the public site and sign-up."""

from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("apps.portal.public.urls")),
]
