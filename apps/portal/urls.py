"""Addresses of an enterprise's portal."""

from django.urls import path

from apps.portal import (
    hand_over,
    home,
    notices,
    orders,
    parts,
    preferences,
    quotes,
    rfqs,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<uuid:notice_id>/", notices.notice, name="notice"),
    path("parts/", parts.part_list, name="parts"),
    path("parts/upload/", parts.upload, name="part-upload"),
    path("parts/<uuid:part_id>/", parts.part, name="part"),
    path("parts/<uuid:part_id>/file/", parts.download, name="part-file"),
    path("parts/<uuid:part_id>/preview/", parts.preview, name="part-preview"),
    path("parts/<uuid:part_id>/reading/", parts.read_again, name="part-read-again"),
    path("rfqs/", rfqs.rfq_list, name="rfqs"),
    path("rfqs/write/", rfqs.write, name="rfq-write"),
    path("rfqs/<uuid:rfq_id>/", rfqs.rfq, name="rfq"),
    path("rfqs/<uuid:rfq_id>/change/", rfqs.write, name="rfq-change"),
    path("rfqs/<uuid:rfq_id>/publication/", rfqs.publish, name="rfq-publish"),
    path("rfqs/<uuid:rfq_id>/cancellation/", rfqs.cancel, name="rfq-cancel"),
    path("rfq-lines/<uuid:rfq_line_id>/matches/", rfqs.matches, name="rfq-matches"),
    path(
        "rfq-lines/<uuid:rfq_line_id>/matches/<uuid:match_id>/",
        rfqs.match,
        name="rfq-match",
    ),
    path("quotes/", quotes.quote_list, name="quotes"),
    path("quotes/<uuid:quote_id>/", quotes.quote, name="quote"),
    path("quotes/<uuid:quote_id>/award/", rfqs.award, name="quote-award"),
    path("quotes/<uuid:quote_id>/withdrawal/", quotes.withdraw, name="quote-withdraw"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/moves/", orders.move, name="order-move"),
    path("preferences/", preferences.choose, name="preferences"),
    # Below /account/, where requests act in the directory's name: a session is made.
    path(hand_over.PATH.removeprefix("/"), hand_over.accept, name="hand-over"),
]
