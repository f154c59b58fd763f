"""What a piece of evidence may say, and whether it proves a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.machines.rules.figures import COARSEST_IT_GRADE, FINEST_IT_GRADE
from apps.machines.rules.origins import OF_A_CAPABILITY, PROVABLE
from apps.machines.types import EvidenceKind

LONGEST_NOTE = 160
MOST_PIECES = 1_000_000
# A result is read from an instrument, with its last digit rounded.
ROUNDING = 1e-6


class NoProof(InvalidInput):
    """The evidence cannot say this, or does not prove it."""

    code = "no_proof"


@dataclass(frozen=True, slots=True)
class EvidenceDraft:
    """What somebody says that a document shows."""

    document_id: UUID
    kind: str
    figure: str = ""
    observed_value: float | None = None
    sample_size: int | None = None
    measured_on: date | None = None
    note: str = ""


def proves(figure: str, claimed: Any, observed: float | None) -> bool:
    """Say whether an observed value is at least as good as the claimed one.

    A size or a mass is better the larger it is, a grade or a roughness the finer.
    """
    if claimed is None or observed is None:
        return False
    slack = ROUNDING * abs(float(claimed))
    if figure in OF_A_CAPABILITY:
        return observed >= float(claimed) - slack
    return observed <= float(claimed) + slack


def check_draft(draft: EvidenceDraft, *, is_of_capability: bool, today: date) -> None:
    """Check what can be told of a draft without looking anything up.

    :raises NoProof: naming the field that cannot be meant.
    """
    if draft.kind not in EvidenceKind.values:
        known = ", ".join(EvidenceKind.values)
        raise _wrong("kind", draft.kind, _("Use one of: %(known)s.") % {"known": known})
    if draft.figure and not is_of_capability:
        raise _wrong(
            "figure", draft.figure, _("Name the process whose figure it proves.")
        )
    if draft.figure and draft.figure not in PROVABLE:
        known = ", ".join(PROVABLE)
        raise _wrong(
            "figure", draft.figure, _("Use one of: %(known)s.") % {"known": known}
        )
    if draft.observed_value is not None and not draft.figure:
        raise _wrong(
            "observed_value", draft.observed_value, _("Say which figure it is.")
        )
    _check_value(draft)
    if draft.measured_on is not None and draft.measured_on > today:
        raise _wrong(
            "measured_on", draft.measured_on, _("Give the day of the measurement.")
        )
    if len(draft.note) > LONGEST_NOTE:
        most = {"most": LONGEST_NOTE}
        raise _wrong(
            "note", draft.note[:20], _("Write up to %(most)d characters.") % most
        )


def _check_value(draft: EvidenceDraft) -> None:
    value, pieces = draft.observed_value, draft.sample_size
    if value is not None and not 0 < value < float("inf"):
        raise _wrong("observed_value", value, _("Give a number above zero."))
    if (
        value is not None
        and draft.figure == "it_grade"
        and not (
            float(value).is_integer() and FINEST_IT_GRADE <= value <= COARSEST_IT_GRADE
        )
    ):
        raise _wrong("observed_value", value, _("Give a whole grade of ISO 286."))
    if pieces is not None and not 0 < pieces <= MOST_PIECES:
        raise _wrong("sample_size", pieces, _("Give how many pieces were measured."))


def check_proof(draft: EvidenceDraft, capability: Mapping[str, Any]) -> None:
    """Check a result against the figure that it is to prove.

    :raises NoProof: if the figure is not stated, or is better than what was observed.
    """
    if not draft.figure:
        return
    claimed = capability[draft.figure]
    if claimed is None:
        raise NoProof(
            _("The capability does not state this figure."),
            field="figure",
            value=draft.figure,
            remedy=_("State the figure first, then prove it."),
        )
    value = draft.observed_value
    if value is not None and not proves(draft.figure, claimed, value):
        raise NoProof(
            _("%(observed)s was observed, which does not reach the %(claimed)s stated.")
            % {"observed": f"{value:g}", "claimed": f"{float(claimed):g}"},
            field="observed_value",
            value=value,
            remedy=_("State what was observed, or add the result without a figure."),
        )


def _wrong(field: str, value: object, remedy: str) -> NoProof:
    return NoProof(
        _("%(field)s cannot be %(value)s.") % {"field": field, "value": value},
        field=field,
        value=str(value),
        remedy=remedy,
    )
