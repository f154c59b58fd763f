"""Who may see which fact of a published machine, where its owner says nothing.

The one table of defaults. They keep what was shown before there was a choice: anyone
saw the machine, its certificates and whether much time is free; signed-in enterprises
the rest. Of the hourly rate they see what a match estimates the price at, which is
worked out from it; the rate itself is shown only where it is for everyone.

A process is no such fact: a machine that does not say what it does is found by nobody.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.machines.types import (
    CapabilityFacts,
    CircleSource,
    DisclosedFact,
    FactCircle,
)
from tenants.types import Circle

DEFAULTS: Mapping[DisclosedFact, Circle] = MappingProxyType(
    {
        DisclosedFact.MACHINE_LABEL: Circle.PUBLIC,
        DisclosedFact.MATERIALS: Circle.MARKET,
        DisclosedFact.ENVELOPE: Circle.MARKET,
        DisclosedFact.MAX_MASS: Circle.MARKET,
        DisclosedFact.TOLERANCE: Circle.MARKET,
        DisclosedFact.ROUGHNESS: Circle.MARKET,
        DisclosedFact.BATCH: Circle.MARKET,
        DisclosedFact.HOURLY_RATE: Circle.MARKET,
        DisclosedFact.FREE_CAPACITY: Circle.PUBLIC,
        DisclosedFact.CERTIFICATES: Circle.PUBLIC,
    }
)

# What it costs to keep a fact to oneself: matching then takes it as not stated.
IF_PRIVATE: Mapping[DisclosedFact, Promise] = MappingProxyType(
    {
        DisclosedFact.MACHINE_LABEL: _("Buyers know the machine by its process alone."),
        DisclosedFact.MATERIALS: _(
            "No request fits for certain: buyers are told that materials are not stated."
        ),
        DisclosedFact.ENVELOPE: _(
            "Requests with a model of the part do not fit for certain: buyers are told"
            " that the envelope is not stated."
        ),
        DisclosedFact.MAX_MASS: _(
            "Requests for parts heavier than a person lifts do not fit for certain."
        ),
        DisclosedFact.TOLERANCE: _(
            "Requests that name a tolerance do not fit for certain."
        ),
        DisclosedFact.ROUGHNESS: _(
            "Requests that name a roughness do not fit for certain."
        ),
        DisclosedFact.BATCH: _(
            "Requests of any quantity fit, those that you do not take too."
        ),
        DisclosedFact.HOURLY_RATE: _(
            "Your price counts as unknown, and your machines rank lower for it."
        ),
        DisclosedFact.FREE_CAPACITY: _(
            "No request fits for certain: buyers are told that free time is not stated."
        ),
        DisclosedFact.CERTIFICATES: _(
            "Buyers who ask for a certificate will not find you."
        ),
    }
)

# A figure of a capability, and the fact that it belongs to.
FACT_OF_FIGURE: Mapping[str, DisclosedFact] = MappingProxyType(
    {
        "size_x_mm": DisclosedFact.ENVELOPE,
        "size_y_mm": DisclosedFact.ENVELOPE,
        "size_z_mm": DisclosedFact.ENVELOPE,
        "diameter_mm": DisclosedFact.ENVELOPE,
        "length_mm": DisclosedFact.ENVELOPE,
        "max_mass_kg": DisclosedFact.MAX_MASS,
        "it_grade": DisclosedFact.TOLERANCE,
        "roughness_um": DisclosedFact.ROUGHNESS,
    }
)

# How a fact of a capability reads that is not told. Free time is no column of it.
EMPTY: Mapping[DisclosedFact, Mapping[str, Any]] = MappingProxyType(
    {
        DisclosedFact.MACHINE_LABEL: {"machine_label": ""},
        DisclosedFact.MATERIALS: {"material_groups": (), "material_codes": ()},
        DisclosedFact.ENVELOPE: dict.fromkeys(
            (
                "envelope_kind",
                "size_x_mm",
                "size_y_mm",
                "size_z_mm",
                "diameter_mm",
                "length_mm",
            )
        ),
        DisclosedFact.MAX_MASS: {"max_mass_kg": None},
        DisclosedFact.TOLERANCE: {"it_grade": None},
        DisclosedFact.ROUGHNESS: {"roughness_um": None},
        DisclosedFact.BATCH: {"batch_min": None, "batch_max": None},
        DisclosedFact.HOURLY_RATE: {"hourly_rate": None, "currency": ""},
        DisclosedFact.FREE_CAPACITY: {},
        DisclosedFact.CERTIFICATES: {
            "certificates": {},
            "verified_certificates": (),
        },
    }
)

WIDTHS: Mapping[Circle, int] = MappingProxyType(
    {circle: width for width, circle in enumerate(Circle)}
)


def includes(circle: Circle, reader: Circle) -> bool:
    """Say whether a fact of this circle is shown to readers of that one."""
    return WIDTHS[reader] <= WIDTHS[circle]


def resolved(
    of_enterprise: Mapping[DisclosedFact, Circle],
    of_machine: Mapping[DisclosedFact, Circle],
) -> tuple[FactCircle, ...]:
    """Give each fact its circle: the machine's, else the enterprise's, else Spindle's."""
    found = []
    for fact in DisclosedFact:
        if fact in of_machine:
            circle, source = of_machine[fact], CircleSource.MACHINE
        elif fact in of_enterprise:
            circle, source = of_enterprise[fact], CircleSource.ENTERPRISE
        else:
            circle, source = DEFAULTS[fact], CircleSource.DEFAULT
        found.append(FactCircle(fact=fact, circle=circle, source=source))
    return tuple(found)


def without_private(facts: CapabilityFacts) -> CapabilityFacts:
    """Empty what nobody else may see: it never leaves the enterprise's schema."""
    hidden = {
        fact for fact, circle in facts.circles.items() if circle == Circle.PRIVATE
    }
    if not hidden:
        return facts
    emptied: dict[str, Any] = {}
    for fact in hidden:
        emptied |= EMPTY[fact]
    shown = tuple(
        name for name in facts.unconfirmed if FACT_OF_FIGURE.get(name) not in hidden
    )
    return replace(facts, **emptied, unconfirmed=shown)
