"""A refusal in words with numbers, in the reader's language.

Texts are fragments ("envelope … is smaller than …"): a page puts the machine's
name before them.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.exchange.rules.masks import MASKED
from apps.exchange.types import Reason, Refusal, Unknown, Value

# Codes of processes, materials and certificates by the names people know.
Names = Mapping[str, str]
NO_NAMES: Names = MappingProxyType({})


def describe(refusal: Refusal, names: Names = NO_NAMES) -> str:
    """Say why a listing does not fit, with both values where they may be told."""
    if refusal.detail == MASKED:
        return _masked(refusal)
    return REFUSALS[refusal.reason](refusal, names)


def describe_unknown(unknown: Unknown, names: Names = NO_NAMES) -> str:
    """Say what a listing does not state, and what is asked for."""
    return UNKNOWNS[unknown.reason](unknown, names)


def codes_in(found: Iterable[Refusal | Unknown]) -> frozenset[str]:
    """List the codes that the texts of these will want names for."""
    named = {Reason.PROCESS, Reason.MATERIAL, Reason.CERTIFICATE}
    values: list[Value] = []
    for item in found:
        if item.reason in named:
            values.append(item.needed)
            values.append(item.offered if isinstance(item, Refusal) else None)
    return frozenset(code for value in values for code in _strings(value))


def _strings(value: Value) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple):
        return tuple(str(item) for item in value)
    return ()


def _numbers(value: Value) -> tuple[float, ...]:
    return tuple(float(item) for item in value) if isinstance(value, tuple) else ()


def _number(value: Any, digits: int = 0) -> str:
    # Halves go up, as people round; floats format them to the even neighbor.
    step = Decimal(1).scaleb(-digits)
    text = f"{Decimal(str(value)).quantize(step, ROUND_HALF_UP):f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return str(number_format(text, use_l10n=True))


def _apart(*values: float) -> int:
    """Digits to show so that values that differ are seen to differ."""
    distinct = len(set(values))
    for digits in range(4):
        if len({f"{value:.{digits}f}" for value in values}) == distinct:
            return digits
    return 4


def _listed(codes: Iterable[str], names: Names) -> str:
    return ", ".join(names.get(code, code) for code in codes)


def _masked(refusal: Refusal) -> str:
    return _(
        "does not do by this rule: %(rule)s. The shop shows the figure to its"
        " counterparties only"
    ) % {"rule": refusal.reason.label}


def _process(refusal: Refusal, names: Names) -> str:
    return _("offers %(offered)s, not %(needed)s") % {
        "offered": _listed(_strings(refusal.offered), names),
        "needed": _listed(_strings(refusal.needed), names),
    }


def _material(refusal: Refusal, names: Names) -> str:
    material, group = _strings(refusal.needed)
    return _("works %(offered)s, not %(material)s (group %(group)s)") % {
        "offered": _listed(_strings(refusal.offered), names),
        "material": names.get(material, material),
        "group": group,
    }


def _envelope(refusal: Refusal, names: Names) -> str:
    del names
    part, room = _numbers(refusal.needed), _numbers(refusal.offered)
    if refusal.detail == "box":
        pairs = list(zip(part, room, strict=True))
        # The worst miss: the one that the gap was measured on.
        over, under = max(pairs, key=lambda pair: pair[0] - pair[1])
        digits = _apart(over, under)
        return _("envelope %(room)s mm is smaller than the part's %(part)s mm") % {
            "room": " x ".join(_number(side, digits) for side in room),
            "part": _number(over, digits),
        }
    across, along = part
    diameter, length = room
    digits = max(_apart(across, diameter), _apart(along, length))
    facts = {
        "diameter": _number(diameter, digits),
        "length": _number(length, digits),
        "across": _number(across, digits),
        "along": _number(along, digits),
    }
    if refusal.detail == "round":
        return (
            _(
                "turning envelope of diameter %(diameter)s x %(length)s mm is smaller"
                " than the part's diameter %(across)s x %(along)s mm"
            )
            % facts
        )
    return (
        _(
            "turning envelope of diameter %(diameter)s x %(length)s mm is smaller"
            " than the part, which swings %(across)s mm over %(along)s mm"
        )
        % facts
    )


def _mass(refusal: Refusal, names: Names) -> str:
    del names
    digits = _apart(float(str(refusal.needed)), float(str(refusal.offered)))
    return _("carries %(offered)s kg, less than the part's %(needed)s kg") % {
        "offered": _number(refusal.offered, digits),
        "needed": _number(refusal.needed, digits),
    }


def _tolerance(refusal: Refusal, names: Names) -> str:
    del names
    return _("holds IT%(offered)s at best; the part needs IT%(needed)s") % {
        "offered": _number(refusal.offered),
        "needed": _number(refusal.needed),
    }


def _roughness(refusal: Refusal, names: Names) -> str:
    del names
    return _("reaches Ra %(offered)s µm at best; the part needs Ra %(needed)s µm") % {
        "offered": _number(refusal.offered, 3),
        "needed": _number(refusal.needed, 3),
    }


def _batch(refusal: Refusal, names: Names) -> str:
    del names
    facts = {
        "offered": _number(refusal.offered),
        "needed": _number(refusal.needed),
    }
    if refusal.detail == "below":
        return _("takes batches from %(offered)s; %(needed)s are wanted") % facts
    return _("takes batches up to %(offered)s; %(needed)s are wanted") % facts


def _certificate(refusal: Refusal, names: Names) -> str:
    codes = _strings(refusal.needed)
    if refusal.detail == "missing":
        return _("lacks %(certificates)s") % {"certificates": _listed(codes, names)}
    *ended, due_on = codes
    return _(
        "%(certificates)s is valid until %(until)s, before delivery on %(due)s"
    ) % {
        "certificates": _listed(ended, names),
        "until": refusal.offered,
        "due": due_on,
    }


def _region(refusal: Refusal, names: Names) -> str:
    facts = {
        "offered": _listed(_strings(refusal.offered), names),
        "needed": _listed(_strings(refusal.needed), names),
    }
    if refusal.detail == "excluded":
        return _("is in %(offered)s, which the buyer excludes") % facts
    return _("is in %(offered)s; the buyer allows %(needed)s only") % facts


def _audience(refusal: Refusal, names: Names) -> str:
    del names
    if refusal.detail == "invited":
        return _("is not among the enterprises that the buyer invited")
    if refusal.detail == "verified":
        return _("is not verified; the buyer asks verified enterprises only")
    return _("is barred by the buyer")


def _capacity(refusal: Refusal, names: Names) -> str:
    del names
    hours = [float(str(v)) / 60 for v in (refusal.offered, refusal.needed)]
    digits = _apart(*hours)
    return _(
        "has %(offered)s h free in time for the due date; the work needs %(needed)s h"
    ) % {"offered": _number(hours[0], digits), "needed": _number(hours[1], digits)}


def _lead_time(refusal: Refusal, names: Names) -> str:
    del names
    return _("needs %(offered)s days for work and transport; %(needed)s are left") % {
        "offered": _number(refusal.offered),
        "needed": _number(max(0, int(str(refusal.needed)))),
    }


def _language(refusal: Refusal, names: Names) -> str:
    return _("writes its documents in %(offered)s, not in %(needed)s") % {
        "offered": _listed(_strings(refusal.offered), names),
        "needed": _listed(_strings(refusal.needed), names),
    }


def _suspended(refusal: Refusal, names: Names) -> str:
    del refusal, names
    return _("is suspended")


REFUSALS: Mapping[Reason, Callable[[Refusal, Names], str]] = {
    Reason.PROCESS: _process,
    Reason.MATERIAL: _material,
    Reason.ENVELOPE: _envelope,
    Reason.MASS: _mass,
    Reason.TOLERANCE: _tolerance,
    Reason.ROUGHNESS: _roughness,
    Reason.BATCH: _batch,
    Reason.CERTIFICATE: _certificate,
    Reason.REGION: _region,
    Reason.AUDIENCE: _audience,
    Reason.CAPACITY: _capacity,
    Reason.LEAD_TIME: _lead_time,
    Reason.LANGUAGE: _language,
    Reason.SUSPENDED: _suspended,
}


def _unknown_material(unknown: Unknown, names: Names) -> str:
    return _("materials are not stated; the part is of %(needed)s") % {
        "needed": _listed(_strings(unknown.needed), names)
    }


def _unknown_envelope(unknown: Unknown, names: Names) -> str:
    del names
    return _("envelope is not stated; the part measures %(needed)s mm") % {
        "needed": " x ".join(_number(side) for side in _numbers(unknown.needed))
    }


def _unknown_mass(unknown: Unknown, names: Names) -> str:
    del names
    return _("largest mass is not stated; the part weighs %(needed)s kg") % {
        "needed": _number(unknown.needed, 2)
    }


def _unknown_tolerance(unknown: Unknown, names: Names) -> str:
    del names
    return _("tolerance is not stated; the part needs IT%(needed)s") % {
        "needed": _number(unknown.needed)
    }


def _unknown_roughness(unknown: Unknown, names: Names) -> str:
    del names
    return _("roughness is not stated; the part needs Ra %(needed)s µm") % {
        "needed": _number(unknown.needed, 3)
    }


def _unknown_capacity(unknown: Unknown, names: Names) -> str:
    del names
    if unknown.needed is None:
        return _("the machine time of the part cannot be estimated")
    return _("free time is not stated; the work needs %(needed)s h") % {
        "needed": _number(float(str(unknown.needed)) / 60, 1)
    }


def _unknown_language(unknown: Unknown, names: Names) -> str:
    return _("language of documents is not stated; %(needed)s is asked for") % {
        "needed": _listed(_strings(unknown.needed), names)
    }


UNKNOWNS: Mapping[Reason, Callable[[Unknown, Names], str]] = {
    Reason.MATERIAL: _unknown_material,
    Reason.ENVELOPE: _unknown_envelope,
    Reason.MASS: _unknown_mass,
    Reason.TOLERANCE: _unknown_tolerance,
    Reason.ROUGHNESS: _unknown_roughness,
    Reason.CAPACITY: _unknown_capacity,
    Reason.LANGUAGE: _unknown_language,
}
