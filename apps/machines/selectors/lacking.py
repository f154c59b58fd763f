"""What machines lack, asked of the database as the rules say it of one machine."""

from django.db.models import Q

from apps.catalog import selectors as catalog
from apps.machines.models import Capability, CostModel
from apps.machines.models.conditions import holds_some
from apps.machines.rules.completeness import asked_of
from apps.machines.types import FigureOrigin, MachineKind, MissingKey

ABSENT = {
    MissingKey.MATERIALS: Q(material_groups=[], material_codes=[]),
    MissingKey.ENVELOPE: Q(envelope_kind__isnull=True),
    MissingKey.TOLERANCE: Q(it_grade__isnull=True),
    MissingKey.ROUGHNESS: Q(roughness_um__isnull=True),
}


def incomplete() -> Q:
    """Say of a machine that it lacks what publishing asks for.

    The same as `completeness.missing` says of one machine.
    """
    asked: dict[MissingKey, list[str]] = {key: [] for key in ABSENT}
    for node in catalog.process_tree():
        for key in asked_of(node):
            asked[key].append(node.code)
    lacks = Q()
    for key, absent in ABSENT.items():
        lacks |= absent & Q(process_code__in=asked[key])
    offered = Capability.objects.order_by()
    nameless = ~Q(kind=MachineKind.FACILITY) & (Q(maker="") | Q(model=""))
    # Sets that are read once: asked row by row they would cost most where all is well.
    return (
        nameless
        | ~Q(pk__in=offered.values("machine_id"))
        | Q(pk__in=offered.filter(lacks).values("machine_id"))
        | ~Q(pk__in=CostModel.objects.order_by().values("machine_id"))
    )


def unconfirmed() -> Q:
    """Say of a machine that a figure of its maker waits for the shop's word."""
    waits = holds_some("figures_origin", FigureOrigin.CATALOG)
    offered = Capability.objects.order_by()
    return Q(waits) | Q(pk__in=offered.filter(waits).values("machine_id"))
