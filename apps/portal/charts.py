"""Figures as geometry: pure values in, shapes out, drawn by `<c-chart.…>`.

Horizontal places are percentages and vertical ones pixels, so that a figure fills
its card at any width while its text keeps its size. Every coordinate is text already:
a template would write 12.5 as 12,5 for a Russian reader, and SVG does not read that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from django.utils.functional import Promise

from apps.portal import formats

PLOT_TOP = 8
PLOT_HEIGHT = 176
BAR_SHARE = 0.62
MAX_LABELS = 14
MAX_LABELS_NARROW = 6
HEAT_STEPS = 6

Text = str | Promise
Number = Decimal | float | int


@dataclass(frozen=True, slots=True)
class Series:
    """One measure over all columns, in one tone."""

    name: Text
    tone: str
    values: Sequence[Number]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one bar."""

    name: Text
    tone: str
    text: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """One bar with its label."""

    label: Text
    href: str
    center: str
    left: str
    width: str
    has_label: bool
    is_label_minor: bool
    segments: Sequence[Segment]
    texts: Sequence[str]
    summary: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Stacked bars over a scale that starts at nought."""

    columns: Sequence[Column]
    ticks: Sequence[Tick]
    series: Sequence[Series]
    unit: str
    baseline: str
    height: str
    label_y: str

    @property
    def has_legend(self) -> bool:
        """Say whether there is more than one series to tell apart."""
        return len(self.series) > 1


def bars(
    labels: Sequence[Text],
    series: Sequence[Series],
    *,
    unit: str = "",
    links: Sequence[str] = (),
) -> BarChart:
    """Lay out one stacked bar for each label."""
    totals = [
        float(sum(Decimal(str(one.values[place])) for one in series))
        for place in range(len(labels))
    ]
    top, step = _scale(max(totals, default=0.0))
    slot = 100 / max(len(labels), 1)
    every = ceil(len(labels) / MAX_LABELS) or 1
    every_narrow = every * (ceil(len(labels) / every / MAX_LABELS_NARROW) or 1)
    columns = []
    for place, label in enumerate(labels):
        texts = [_text(one.values[place], unit) for one in series]
        columns.append(
            Column(
                label=label,
                href=links[place] if place < len(links) else "",
                center=_percent(slot * (place + 0.5)),
                left=_percent(slot * (place + (1 - BAR_SHARE) / 2)),
                width=_percent(slot * BAR_SHARE),
                has_label=place % every == 0,
                is_label_minor=place % every_narrow != 0,
                segments=_segments(series, place, top, unit),
                texts=texts,
                summary=_summary(label, series, texts),
            )
        )
    marks = round(top / step) if step else 0
    ticks = [
        Tick(_pixels(_y(step * mark, top)), formats.number(step * mark, 2))
        for mark in range(marks + 1)
    ]
    return BarChart(
        columns=columns,
        ticks=ticks,
        series=series,
        unit=unit,
        baseline=_pixels(PLOT_TOP + PLOT_HEIGHT),
        height=_pixels(PLOT_TOP + PLOT_HEIGHT + 28),
        label_y=_pixels(PLOT_TOP + PLOT_HEIGHT + 18),
    )


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """What one part adds to the whole, drawn from where the last one ended."""

    label: Text
    text: str
    left: str
    width: str
    is_loss: bool
    is_total: bool
    note: Text


@dataclass(frozen=True, slots=True)
class Part:
    """A named share of a whole, with the reason for its size."""

    label: Text
    value: Number
    text: str
    note: Text = ""


def waterfall(
    parts: Sequence[Part],
    *,
    total_label: Text,
    total_text: str,
    whole: Number | None = None,
) -> list[WaterfallStep]:
    """Lay parts end to end; the last step is their sum from nought."""
    total = sum(float(part.value) for part in parts)
    ends = [0.0]
    for part in parts:
        ends.append(ends[-1] + float(part.value))
    span = float(whole) if whole is not None else max(*ends, 0.0)
    span = span or 1.0
    steps = [
        WaterfallStep(
            label=part.label,
            text=part.text,
            left=_percent(100 * min(start, start + float(part.value)) / span),
            width=_percent(max(100 * abs(float(part.value)) / span, 0.4)),
            is_loss=float(part.value) < 0,
            is_total=False,
            note=part.note,
        )
        for part, start in zip(parts, ends, strict=False)
    ]
    steps.append(
        WaterfallStep(
            label=total_label,
            text=total_text,
            left="0%",
            width=_percent(100 * total / span),
            is_loss=False,
            is_total=True,
            note="",
        )
    )
    return steps


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One figure of a heat map, with the step of its shade."""

    text: str
    shade: str
    title: str
    href: str


def heat_cell(
    share: float | None, *, text: str | None = None, title: str = "", href: str = ""
) -> HeatCell:
    """Shade a share between nought and one; None is not known or not working."""
    if share is None:
        return HeatCell(text or formats.UNKNOWN, "off", title, href)
    bounded = min(max(share, 0.0), 1.0)
    return HeatCell(
        text=text if text is not None else formats.percent(bounded),
        shade=str(ceil(bounded * HEAT_STEPS)),
        title=title,
        href=href,
    )


def _segments(
    series: Sequence[Series], place: int, top: float, unit: str
) -> list[Segment]:
    segments = []
    reached = 0.0
    for one in series:
        value = float(one.values[place])
        if value > 0:
            high = _y(reached + value, top)
            segments.append(
                Segment(
                    name=one.name,
                    tone=one.tone,
                    text=_text(value, unit),
                    y=_pixels(high),
                    height=_pixels(_y(reached, top) - high),
                )
            )
            reached += value
    return segments


def _summary(label: Text, series: Sequence[Series], texts: Sequence[str]) -> str:
    if len(series) == 1:
        return f"{label}: {texts[0]}"
    parts = [f"{one.name} {text}" for one, text in zip(series, texts, strict=True)]
    return f"{label}: {', '.join(parts)}"


def _scale(highest: float) -> tuple[float, float]:
    """Return a round top above the highest value, and the step of its lines."""
    if highest <= 0:
        return 1.0, 1.0
    magnitude = 10 ** floor(log10(highest / 4))
    for factor in (1, 2, 2.5, 5, 10):
        step = factor * magnitude
        if step * 4 >= highest:
            break
    return step * ceil(highest / step), step


def _y(value: float, top: float) -> float:
    return PLOT_TOP + PLOT_HEIGHT * (1 - value / top)


def _text(value: Number, unit: str) -> str:
    return formats.quantity(value, unit, 2) if unit else formats.number(value, 2)


def _percent(value: float) -> str:
    return f"{value:.3f}%"


def _pixels(value: float) -> str:
    return f"{value:.1f}"
