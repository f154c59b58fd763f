"""Addresses of an enterprise's portal."""

from django.urls import path

from apps.portal import hand_over, home, notices, preferences

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<uuid:notice_id>/", notices.notice, name="notice"),
    path("preferences/", preferences.choose, name="preferences"),
    # Below /account/, where requests act in the directory's name: a session is made.
    path(hand_over.PATH.removeprefix("/"), hand_over.accept, name="hand-over"),
]
