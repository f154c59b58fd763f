"""One colour per meaning, for every life cycle."""

# A tone says what the state asks of the reader, not which object it is of:
# `good` is settled well, `waiting` runs on by itself, `attention` wants a decision,
# `bad` is lost or wrong, `quiet` is over or not begun.
TONES = {
    "good": frozenset(
        (
            "accepted",
            "active",
            "awarded",
            "booked",
            "closed",
            "confirmed",
            "ended",
            "ready",
            "received",
            "succeeded",
            "verified",
            "fits",
        )
    ),
    "waiting": frozenset(
        (
            "held",
            "in_production",
            "open",
            "placed",
            "published",
            "queued",
            "running",
            "shipped",
            "submitted",
            "pending",
            "allowed_to_start",
        )
    ),
    "attention": frozenset(
        (
            "claimed",
            "in_maintenance",
            "interrupted",
            "disputed",
            "incomplete",
            "unknown",
        )
    ),
    "bad": frozenset(
        ("aborted", "declined", "failed", "quarantined", "refused", "rejected")
    ),
}


def tone_of(state: object) -> str:
    """Return the tone in which a state is shown."""
    for tone, states in TONES.items():
        if str(state) in states:
            return tone
    return "quiet"
