"""A match's score, opened to its parts."""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.exchange.selectors import MatchView
from apps.exchange.types import PartName, ScorePart
from apps.portal import charts, formats

PART_LABELS = {
    PartName.PRICE: _("Price"),
    PartName.LEAD_TIME: _("Lead time"),
    PartName.QUALITY: _("Quality and punctuality"),
    PartName.DISTANCE: _("Distance"),
}


def waterfall_of(view: MatchView) -> list[charts.WaterfallStep]:
    """Lay out what each part adds to a score."""
    total = sum(part.weight for part in view.parts) or 1
    gained = [
        charts.Part(
            label=PART_LABELS[part.name],
            value=part.value * part.weight / total,
            text=formats.percent(part.value * part.weight / total, 1),
            note=_measure(part),
        )
        for part in view.parts
    ]
    return charts.waterfall(
        gained,
        total_label=_t("Score"),
        total_text=formats.percent(view.score, 1),
        whole=1,
    )


def _measure(part: ScorePart) -> str:
    weight = formats.percent(part.weight)
    if part.measure is None:
        return _t("not stated; weight %(weight)s") % {"weight": weight}
    return _t("%(measure)s; weight %(weight)s") % {
        "measure": formats.quantity(part.measure, part.unit, 2),
        "weight": weight,
    }
