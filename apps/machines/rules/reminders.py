"""When an enterprise is reminded that a certificate ends."""

# Days before the last one: time for an audit, for its report, and the last call.
DAYS = (60, 30, 7)


def due(days_left: int) -> int | None:
    """Return the step that a certificate with so many days left has come to."""
    passed = [days for days in DAYS if 0 <= days_left <= days]
    return min(passed, default=None)
