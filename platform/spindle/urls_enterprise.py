"""`<slug>.<domain>`: an enterprise's portal."""

from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.account.urls")),
    path("", include("apps.portal.urls")),
]
