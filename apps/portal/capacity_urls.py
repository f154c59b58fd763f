"""Addresses of calendars, published weeks, promises and schedules in a portal."""

from django.urls import path

from apps.portal import (
    calendar_editor,
    calendar_exchange,
    calendars,
    capacity_groups,
    heat_map,
    idle_lots,
    pins,
    promises,
    schedules,
    setup_times,
    what_ifs,
    work_requests,
)

urlpatterns = [
    path(
        "machines/<uuid:machine_id>/calendar/", calendars.week, name="machine-calendar"
    ),
    path("capacity/", heat_map.heat_map, name="capacity"),
    path(
        "machines/<uuid:machine_id>/week/", heat_map.machine_week, name="machine-week"
    ),
    path("capacity/catena-x/", capacity_groups.groups, name="capacity-groups"),
    path(
        "capacity/catena-x/file/",
        capacity_groups.groups_file,
        name="capacity-groups-file",
    ),
    path("capacity/idle-lots/", idle_lots.own_lots, name="idle-lots"),
    path("capacity/idle-lots/offer/", idle_lots.offer, name="idle-lot-offer"),
    path(
        "capacity/idle-lots/<uuid:idle_lot_id>/withdrawal/",
        idle_lots.withdraw,
        name="idle-lot-withdraw",
    ),
    path("market/idle-lots/", idle_lots.market, name="market-idle-lots"),
    path("capacity/promise/", promises.calculator, name="promise"),
    path("capacity/promise/hold/", promises.hold, name="promise-hold"),
    path(
        "capacity/holds/<uuid:route_id>/release/",
        promises.release,
        name="promise-release",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/",
        calendar_editor.editor,
        name="calendar",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/week/",
        calendar_editor.editor_set,
        name="calendar-set",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/undo/",
        calendar_editor.undo,
        name="calendar-undo",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/exceptions/",
        calendar_editor.exception_add,
        name="calendar-exception-add",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/ics/",
        calendar_exchange.calendar_ics,
        name="calendar-ics",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/submodel/",
        calendar_exchange.calendar_submodel,
        name="calendar-submodel",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/readings/",
        calendar_exchange.calendar_read,
        name="calendar-read",
    ),
    path(
        "capacity/calendars/<uuid:subject_id>/take/",
        calendar_exchange.calendar_take,
        name="calendar-take",
    ),
    path("capacity/shifts/", calendars.week, name="shifts"),
    path(
        "capacity/exceptions/<uuid:exception_id>/removal/",
        calendars.exception_remove,
        name="exception-remove",
    ),
    path("schedule/", schedules.plan, name="schedule"),
    path("schedule/proposals/", schedules.schedule_list, name="schedules"),
    path("schedule/request/", schedules.schedule_request, name="schedule-request"),
    path("schedule/what-if/", what_ifs.what_if, name="what-if"),
    path("schedule/pins/undo/", pins.undo, name="pin-undo"),
    path("schedule/<uuid:schedule_id>/", schedules.proposal, name="schedule-proposal"),
    path(
        "schedule/<uuid:schedule_id>/stop/",
        schedules.schedule_stop,
        name="schedule-stop",
    ),
    path(
        "schedule/<uuid:schedule_id>/acceptance/",
        schedules.schedule_accept,
        name="schedule-accept",
    ),
    path(
        "schedule/<uuid:schedule_id>/rejection/",
        schedules.schedule_reject,
        name="schedule-reject",
    ),
    path("job-orders/<uuid:job_order_id>/pin/", pins.pin, name="job-order-pin"),
    path("job-orders/<uuid:job_order_id>/unpin/", pins.unpin, name="job-order-unpin"),
    path(
        "job-orders/<uuid:job_order_id>/moves/",
        work_requests.job_order_move,
        name="job-order-move",
    ),
    path("work-requests/", work_requests.work_request_list, name="work-requests"),
    path("work-requests/add/", work_requests.work_request_add, name="work-request-add"),
    path("work-requests/rush/", work_requests.rush_order, name="rush-order"),
    path(
        "work-requests/<uuid:work_request_id>/",
        work_requests.work_request,
        name="work-request",
    ),
    path(
        "work-requests/<uuid:work_request_id>/change/",
        work_requests.work_request_change,
        name="work-request-change",
    ),
    path(
        "work-requests/<uuid:work_request_id>/cancellation/",
        work_requests.work_request_cancel,
        name="work-request-cancel",
    ),
    path("setup-times/", setup_times.setup_time_list, name="setup-times"),
    path(
        "machines/<uuid:machine_id>/setup-times/",
        setup_times.setup_times,
        name="machine-setup-times",
    ),
    path(
        "machines/<uuid:machine_id>/setup-times/all/",
        setup_times.setup_times_set,
        name="machine-setup-times-set",
    ),
]
