"""Addresses of the public site."""

from django.urls import path

from apps.portal import preferences
from apps.portal.public import (
    claim,
    demands,
    directory,
    landing,
    photos,
    processes,
    sign_in,
    sign_up,
    status,
)

app_name = "public"
urlpatterns = [
    path("", landing.landing, name="landing"),
    path("enterprises/", directory.directory, name="directory"),
    path("enterprises/<slug:slug>/", directory.enterprise, name="enterprise"),
    path(
        "enterprises/<slug:slug>/photos/<uuid:item_id>/",
        photos.photo,
        name="enterprise-photo",
    ),
    path("claim/<str:token>/", claim.claim, name="claim"),
    path("demands/", demands.demands, name="demands"),
    path("processes/", processes.process_list, name="processes"),
    path("processes/<slug:code>/", processes.process, name="process"),
    path("sign-up/", sign_up.sign_up, name="sign-up"),
    path("sign-up/address/", sign_up.address, name="sign-up-address"),
    path("sign-up/place/", sign_up.place, name="sign-up-place"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/portal/", sign_in.to_portal, name="to-portal"),
    path("status/", status.status, name="status"),
    path("preferences/", preferences.choose, name="preferences"),
]
