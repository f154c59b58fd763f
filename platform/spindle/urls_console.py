"""`console.<domain>`: the platform operator."""

from django.urls import include, path

from apps.kernel.admin import console

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.account.urls")),
    path("", console.urls),
]
