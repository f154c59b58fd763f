"""What a list of machines can be narrowed to."""

from django.db.models import QuerySet

from apps.machines.models import Capability, Machine

MOST_MAKERS = 200


def makers() -> list[str]:
    """Return the makers of the enterprise's machines by name."""
    named = Machine.objects.exclude(maker="").order_by("maker")
    return list(named.values_list("maker", flat=True).distinct()[:MOST_MAKERS])


def offered_codes() -> set[str]:
    """Return the codes of the processes that the enterprise's machines offer."""
    rows: QuerySet[Capability, str] = Capability.objects.order_by().values_list(
        "process_code", flat=True
    )
    return set(rows.distinct())
