"""How charts look, on paper and on a page."""

from typing import Any

from apps.reports.types import VegaLite

FONT = "Noto Sans, Noto Sans SC"

_PAPER_INK = "#1b2733"
_PAPER_FAINT = "#54626f"
_PAPER_LINE = "#d5dce3"


def config_for(*, on_paper: bool) -> dict[str, Any]:
    """Dress a chart for a medium: fixed inks on paper, the reader's on a page."""
    ink = _PAPER_INK if on_paper else "currentColor"
    faint = _PAPER_FAINT if on_paper else "currentColor"
    line = _PAPER_LINE if on_paper else "currentColor"
    line_opacity = 1 if on_paper else 0.18
    return {
        "background": None,
        "font": FONT,
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 4},
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": ink,
            "fontSize": 15,
            "fontWeight": 600,
            "subtitleColor": faint,
            "subtitleFontSize": 12,
            "subtitlePadding": 4,
            "offset": 14,
        },
        "text": {"color": ink, "fontSize": 11},
        "axis": {
            "labelColor": faint,
            "labelFontSize": 11.5,
            "titleColor": faint,
            "titleFontSize": 11.5,
            "titleFontWeight": 400,
            "titlePadding": 8,
            "domainColor": line,
            "domainOpacity": line_opacity,
            "gridColor": line,
            "gridOpacity": line_opacity,
            "ticks": False,
            "labelPadding": 6,
        },
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "labelColor": faint,
            "labelFontSize": 11.5,
            "titleColor": faint,
            "titleFontSize": 11.5,
            "symbolSize": 110,
            "symbolType": "square",
            "columnPadding": 18,
            "offset": 8,
        },
    }


def untitled(spec: VegaLite) -> VegaLite:
    """Leave a chart's title to the heading above it; what explains it stays."""
    subtitle = spec["title"].get("subtitle", "")
    heading = {"text": subtitle, "fontSize": 12, "fontWeight": 400, "offset": 10}
    kept = {key: value for key, value in spec.items() if key != "title"}
    return {**kept, "title": heading} if subtitle else kept
