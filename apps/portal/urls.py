"""Addresses of an enterprise's portal."""

from django.urls import path

from apps.portal import (
    api_clients,
    asleep,
    calendars,
    capacity,
    certificates,
    enterprise,
    hand_over,
    home,
    inbox,
    jobs,
    machine_import,
    machine_writing,
    machines,
    members,
    notices,
    orders,
    parts,
    preferences,
    quotes,
    reports,
    rfqs,
    search,
    sites,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("asleep/", asleep.wake_up, name="asleep"),
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
    path("machines/", machines.machine_list, name="machines"),
    path("machines/add/", machine_writing.write, name="machine-add"),
    path("machines/import/", machine_import.import_machines, name="machine-import"),
    path("machines/<uuid:machine_id>/", machines.machine, name="machine"),
    path(
        "machines/<uuid:machine_id>/change/",
        machine_writing.write,
        name="machine-change",
    ),
    path(
        "machines/<uuid:machine_id>/capabilities/",
        machine_writing.capability,
        name="machine-capability",
    ),
    path(
        "machines/<uuid:machine_id>/capabilities/<slug:process_code>/",
        machine_writing.capability,
        name="machine-capability",
    ),
    path(
        "machines/<uuid:machine_id>/capabilities/<slug:process_code>/removal/",
        machines.drop_capability,
        name="machine-capability-drop",
    ),
    path(
        "machines/<uuid:machine_id>/costs/", machine_writing.cost, name="machine-cost"
    ),
    path("machines/<uuid:machine_id>/copy/", machine_writing.copy, name="machine-copy"),
    path(
        "machines/<uuid:machine_id>/alike/", machine_writing.alike, name="machine-alike"
    ),
    path(
        "machines/<uuid:machine_id>/publication/",
        machines.publish,
        name="machine-publish",
    ),
    path(
        "machines/<uuid:machine_id>/withdrawal/",
        machines.withdraw,
        name="machine-withdraw",
    ),
    path(
        "machines/<uuid:machine_id>/state/", machines.change_state, name="machine-state"
    ),
    path(
        "machines/<uuid:machine_id>/maintenance/",
        capacity.maintenance,
        name="machine-maintenance",
    ),
    path(
        "machines/<uuid:machine_id>/calendar/", calendars.week, name="machine-calendar"
    ),
    path(
        "machines/<uuid:machine_id>/calendar/week/",
        calendars.week_set,
        name="machine-week-set",
    ),
    path(
        "machines/<uuid:machine_id>/calendar/exceptions/",
        calendars.exception_add,
        name="machine-exception-add",
    ),
    path(
        "machines/<uuid:machine_id>/calendar/removal/",
        calendars.follow,
        name="machine-calendar-drop",
    ),
    path("sites/", sites.site_list, name="sites"),
    path("sites/add/", sites.site_add, name="site-add"),
    path("certificates/", certificates.certificate_list, name="certificates"),
    path("certificates/add/", certificates.certificate_add, name="certificate-add"),
    path(
        "certificates/<uuid:certificate_id>/removal/",
        certificates.certificate_drop,
        name="certificate-drop",
    ),
    path("capacity/", capacity.overview, name="capacity"),
    path("capacity/shifts/", calendars.week, name="shifts"),
    path("capacity/shifts/week/", calendars.week_set, name="shifts-set"),
    path(
        "capacity/shifts/exceptions/",
        calendars.exception_add,
        name="shifts-exception-add",
    ),
    path(
        "capacity/exceptions/<uuid:exception_id>/removal/",
        calendars.exception_remove,
        name="exception-remove",
    ),
    path("quotes/", quotes.quote_list, name="quotes"),
    path("quotes/<uuid:quote_id>/", quotes.quote, name="quote"),
    path("quotes/<uuid:quote_id>/award/", rfqs.award, name="quote-award"),
    path("quotes/<uuid:quote_id>/withdrawal/", quotes.withdraw, name="quote-withdraw"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/moves/", orders.move, name="order-move"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:demand_id>/", inbox.demand, name="demand"),
    path("inbox/<uuid:demand_id>/quote/", inbox.write_quote, name="quote-write"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/<uuid:report_id>/", reports.report, name="report"),
    path("reports/<uuid:report_id>/remaking/", reports.remake, name="report-remake"),
    path("report-files/<uuid:file_id>/", reports.download, name="report-file"),
    path("jobs/<uuid:job_id>/", jobs.job, name="job"),
    path("search/", search.search, name="search"),
    path("enterprise/", enterprise.enterprise, name="enterprise"),
    path("members/", members.member_list, name="members"),
    path("members/add/", members.add, name="member-add"),
    path("members/<uuid:user_id>/removal/", members.remove, name="member-remove"),
    path("api-clients/", api_clients.client_list, name="api-clients"),
    path(
        "api-clients/<str:client_id>/revocation/",
        api_clients.revoke,
        name="api-client-revoke",
    ),
    path("preferences/", preferences.choose, name="preferences"),
    # Below /account/, where requests act in the directory's name: a session is made.
    path(hand_over.PATH.removeprefix("/"), hand_over.accept, name="hand-over"),
]
