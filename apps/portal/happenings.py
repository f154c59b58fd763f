"""What an audit event says to a reader."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HAPPENINGS: dict[str, str | Promise] = {
    "calendar.dropped": _("Calendar dropped; the enterprise's applies"),
    "calendar.exception_added": _("Exception added to the calendar"),
    "calendar.exception_removed": _("Exception removed from the calendar"),
    "calendar.shifts_set": _("Shifts set"),
    "certificate.added": _("Certificate added"),
    "certificate.dropped": _("Certificate removed"),
    "certificate.expired": _("Certificate expired"),
    "certificate.verified": _("Certificate verified"),
    "machine.added": _("Machine added"),
    "machine.capability_dropped": _("Capability removed"),
    "machine.capability_set": _("Capability set"),
    "machine.cost_model_set": _("Cost model set"),
    "machine.imported": _("Imported from a device document"),
    "machine.published": _("Published to the exchange"),
    "machine.reimported": _("Imported again"),
    "machine.revised": _("Changed"),
    "machine.state_changed": _("State changed"),
    "machine.withdrawn": _("Withdrawn from the exchange"),
    "order.placed": _("Order placed"),
    "order.confirmed": _("Order confirmed"),
    "order.in_production": _("Production started"),
    "order.shipped": _("Shipped"),
    "order.received": _("Received"),
    "order.closed": _("Closed"),
    "order.cancelled": _("Order cancelled"),
    "order.disputed": _("Order disputed"),
    "part.measured": _("Geometry read"),
    "part.not_readable": _("Geometry could not be read"),
    "part.read_again": _("Read again"),
    "part.uploaded": _("File uploaded"),
    "quote.submitted": _("Quote given, machine time held"),
    "quote.given": _("Quote given, machine time held"),
    "quote.received": _("Quote received"),
    "quote.accepted": _("Quote accepted"),
    "quote.declined": _("Quote declined"),
    "quote.expired": _("Quote expired"),
    "quote.withdrawn": _("Quote withdrawn"),
    "report.made": _("Report made"),
    "report.requested": _("Report asked for"),
    "reservation.booked": _("Machine time booked"),
    "reservation.held": _("Machine time held"),
    "reservation.maintenance_taken": _("Maintenance entered"),
    "reservation.released": _("Machine time freed"),
    "rfq.awarded": _("Awarded"),
    "rfq.cancelled": _("RFQ cancelled"),
    "rfq.closed": _("Closed to answers"),
    "rfq.drafted": _("Draft written"),
    "rfq.published": _("Published to the exchange"),
    "rfq.revised": _("Draft changed"),
    "site.added": _("Site added"),
    "site.revised": _("Site changed"),
}


def happening(verb: str) -> str | Promise:
    """Return what an event says; an unknown one is shown by its own name."""
    return HAPPENINGS.get(verb, verb)
