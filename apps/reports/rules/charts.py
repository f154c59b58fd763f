"""Charts as Vega-Lite specifications: one for the page, the paper and the file.

A specification names no colour of text or ground: those come from the medium, see
`config_for`. Colours of marks are told apart by lightness too, and each chart's
figures stand in a table beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.reports.types import VegaLite

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
WIDTH = 660
MOST_LABELLED_POINTS = 40
# Half a year's percentages still stand apart in smaller letters, a year's do not.
MOST_REMARKED_WEEKS = 27

BOOKED = "#1c62ad"
HELD = "#4a90d9"
MAINTENANCE = "#8a5a1c"
FREE = "#d3e1f0"
OUTLINE = "#6c87a3"
HEAT = ("#eaf1f9", "#c3d9f0", "#8fb9e3", "#4a90d9", "#1f69b4", "#0b3f78")
# Three to one against white and against the dark page alike.
STATES = ("#2f7fd6", "#2f8f5b", "#c2671b", "#8b62c9", "#7b8794", "#d0453b")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


@dataclass(frozen=True, slots=True)
class Stack:
    """One column of stacked bars with a remark above it."""

    label: str
    values: tuple[Decimal, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell of a heat map; unknown values leave it empty."""

    row: str
    column: str
    value: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar that lies on its side, with a lighter part of it in front."""

    label: str
    value: int
    text: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One quote between price and date."""

    x: int
    y: Decimal
    group: str
    label: str


def stacked_weeks(
    *,
    title: str,
    subtitle: str,
    description: str,
    stacks: Sequence[Stack],
    series: Sequence[str],
    axis: str,
) -> VegaLite:
    """Draw hours by week, stacked by use, with the utilization above each week."""
    has_remarks = len(stacks) <= MOST_REMARKED_WEEKS
    names = list(series)
    values = [
        {
            "week": stack.label,
            "use": name,
            "order": position,
            "hours": float(stack.values[position]),
        }
        for stack in stacks
        for position, name in enumerate(names)
    ]
    tops = [
        {
            "week": stack.label,
            "hours": float(sum(stack.values)),
            "remark": stack.remark if has_remarks else "",
        }
        for stack in stacks
    ]
    x = {
        "field": "week",
        "type": "ordinal",
        "sort": None,
        "title": None,
        "axis": {"labelAngle": 0, "labelOverlap": True, "grid": False},
    }
    remark_size = 11 if len(stacks) <= 16 else 8.5
    return {
        **_frame(title, subtitle, description, height=230),
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "width": {"band": 0.68}, "strokeWidth": 0.6},
                "encoding": {
                    "x": x,
                    "y": {
                        "field": "hours",
                        "type": "quantitative",
                        "title": axis,
                        "axis": {"tickCount": 5, "format": ",d", "domain": False},
                    },
                    "color": {
                        "field": "use",
                        "type": "nominal",
                        "sort": names,
                        "title": None,
                        "scale": {
                            "domain": names,
                            "range": [BOOKED, HELD, MAINTENANCE, FREE],
                        },
                    },
                    "stroke": {"value": OUTLINE},
                    "order": {"field": "order", "type": "quantitative"},
                },
            },
            {
                "data": {"values": tops},
                "mark": {
                    "type": "text",
                    "dy": -8,
                    "fontSize": remark_size,
                    "fontWeight": 600,
                },
                "encoding": {
                    "x": x,
                    "y": {"field": "hours", "type": "quantitative"},
                    "text": {"field": "remark", "type": "nominal"},
                },
            },
        ],
    }


def heat_map(
    *,
    title: str,
    subtitle: str,
    description: str,
    cells: Iterable[HeatCell],
    legend: str,
) -> VegaLite:
    """Draw a percentage for each machine and week, darker where there is less left."""
    values = [
        {
            "row": cell.row,
            "column": cell.column,
            "value": None if cell.value is None else float(cell.value),
            "text": cell.text,
        }
        for cell in cells
    ]
    rows = len({value["row"] for value in values})
    columns = len({value["column"] for value in values})
    x = {
        "field": "column",
        "type": "ordinal",
        "sort": None,
        "title": None,
        "axis": {
            "labelAngle": 0,
            "labelOverlap": True,
            "orient": "top",
            "domain": False,
        },
    }
    y = {
        "field": "row",
        "type": "ordinal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 170, "domain": False},
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rect", "stroke": OUTLINE, "strokeWidth": 0.4},
            "encoding": {
                "color": {
                    "field": "value",
                    "type": "quantitative",
                    "scale": {
                        "type": "threshold",
                        "domain": [1, 25, 50, 75, 95],
                        "range": list(HEAT),
                    },
                    "legend": {
                        "title": legend,
                        "orient": "bottom",
                        "gradientLength": 240,
                        "gradientThickness": 10,
                    },
                },
            },
        }
    ]
    # Narrower cells have no room for a percentage.
    if columns <= 18:
        layers.append(
            {
                "mark": {"type": "text", "fontSize": 10.5},
                "encoding": {
                    "text": {"field": "text", "type": "nominal"},
                    # The cell is its own ground, so its ink is fixed too.
                    "color": {
                        "condition": {
                            "test": "isValid(datum.value) && datum.value >= 75",
                            "value": "#ffffff",
                        },
                        "value": "#1b2733",
                    },
                },
            }
        )
    return {
        **_frame(title, subtitle, description, height=max(24 * rows, 48)),
        "data": {"values": values},
        "encoding": {"x": x, "y": y},
        "layer": layers,
    }


def lying_bars(
    *,
    title: str,
    subtitle: str,
    description: str,
    bars: Sequence[Bar],
    axis: str,
    series: tuple[str, str] | None = None,
) -> VegaLite:
    """Draw counts as bars that lie on their side, so that labels can be read."""
    values = [
        {"label": bar.label, "value": bar.value, "text": bar.text} for bar in bars
    ]
    y = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 230, "domain": False},
    }
    longest = max((bar.value for bar in bars), default=0)
    ticks: dict[str, Any] = {"format": ",d", "tickCount": 6}
    if longest <= 6:
        # Left alone, the scale would count half quotes.
        ticks["values"] = list(range(longest + 1))
    x = {"field": "value", "type": "quantitative", "title": axis, "axis": ticks}
    layers: list[dict[str, Any]] = []
    if series is None:
        layers.append(_bars(values, x, y, {"value": BOOKED}))
    else:
        # Two bars over each other: the longer one first, the part of it in front.
        names = list(series)
        scale = {"domain": names, "range": [FREE, BOOKED]}
        color = {"field": "use", "type": "nominal", "scale": scale, "title": None}
        whole = [{**value, "use": names[0]} for value in values]
        part = [
            {"label": bar.label, "value": bar.part or 0, "use": names[1]}
            for bar in bars
        ]
        layers += [_bars(whole, x, y, color), _bars(part, x, y, color)]
    layers.append(
        {
            "data": {"values": values},
            "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600},
            "encoding": {
                "x": {"field": "value", "type": "quantitative"},
                "y": y,
                "text": {"field": "text", "type": "nominal"},
            },
        }
    )
    return {
        **_frame(title, subtitle, description, height=max(28 * len(bars), 40)),
        "layer": layers,
    }


def price_and_date(
    *,
    title: str,
    subtitle: str,
    description: str,
    points: Sequence[Point],
    groups: Sequence[str],
    x_axis: str,
    y_axis: str,
    due: str,
) -> VegaLite:
    """Draw quotes between the day they are ready and what they cost."""
    values = [
        {
            "x": point.x,
            "y": float(point.y),
            "group": point.group,
            "label": point.label,
        }
        for point in points
    ]
    used = [group for group in groups if any(each.group == group for each in points)]
    x = {
        "field": "x",
        "type": "quantitative",
        "title": x_axis,
        "scale": {"zero": False, "nice": True, "padding": 24},
        "axis": {
            "tickMinStep": 1,
            "labelExpr": "datum.value ? format(datum.value, '+,d') : '0'",
        },
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "title": y_axis,
        "scale": {"zero": False, "nice": True, "padding": 16},
        "axis": {"tickCount": 5, "format": ",d"},
    }
    mark_scale = {
        "field": "group",
        "type": "nominal",
        "sort": used,
        "title": None,
    }
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"x": 0, "label": due}]},
            "layer": [
                {
                    "mark": {
                        "type": "rule",
                        "strokeDash": [4, 4],
                        "color": STATES[2],
                        "strokeWidth": 1.2,
                    },
                    "encoding": {"x": x},
                },
                {
                    "mark": {
                        "type": "text",
                        "align": "left",
                        "dx": 5,
                        "baseline": "top",
                    },
                    "encoding": {
                        "x": x,
                        "y": {"value": 0},
                        "text": {"field": "label", "type": "nominal"},
                    },
                },
            ],
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0.95},
            "encoding": {
                "x": x,
                "y": y,
                "color": {
                    **mark_scale,
                    "scale": {"domain": used, "range": list(STATES[: len(used)])},
                },
                "shape": {
                    **mark_scale,
                    "scale": {"domain": used, "range": list(SHAPES[: len(used)])},
                },
            },
        },
    ]
    if len(points) <= MOST_LABELLED_POINTS:
        layers.append(
            {
                "data": {"values": values},
                "mark": {"type": "text", "align": "center", "dy": -12},
                "encoding": {
                    "x": x,
                    "y": y,
                    "text": {"field": "label", "type": "nominal"},
                },
            }
        )
    return {**_frame(title, subtitle, description, height=230), "layer": layers}


def _bars(
    values: list[dict[str, Any]],
    x: dict[str, Any],
    y: dict[str, Any],
    color: dict[str, Any],
) -> dict[str, Any]:
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "height": {"band": 0.62}, "strokeWidth": 0.6},
        "encoding": {"x": x, "y": y, "color": color, "stroke": {"value": OUTLINE}},
    }


def _frame(title: str, subtitle: str, description: str, *, height: int) -> VegaLite:
    heading: dict[str, Any] = {"text": title}
    if subtitle:
        heading["subtitle"] = subtitle
    return {
        "$schema": SCHEMA,
        "title": heading,
        "description": description,
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
