"""Charts drawn as SVG, for paper or for a page in any theme."""

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from apps.kernel.errors import DomainError
from apps.reports.rules import chart_style
from apps.reports.types import Figure

VEGA_LITE = "5.21"
_NUMBER_FORMATS: dict[str, Any] = {"en": "en-GB", "zh-hans": "zh-CN", "ru": "ru-RU"}
_FONT_PACKAGES = ("fontpkg_noto_sans/files", "pylopdf_fonts_zh_cn")


class ReportNotDrawn(DomainError):
    """Raised when a report cannot be drawn from its figures."""

    code = "report_not_drawn"


def draw(
    figure: Figure, *, language: str, on_paper: bool, with_title: bool = True
) -> str:
    """Draw a chart: with fixed inks for paper, or in the reader's ink for a page.

    :raises ReportNotDrawn: if the specification cannot be drawn.
    """
    import vl_convert

    _know_fonts()
    try:
        svg: str = vl_convert.vegalite_to_svg(
            json.dumps(
                figure.spec if with_title else chart_style.untitled(figure.spec)
            ),
            vl_version=VEGA_LITE,
            config=chart_style.config_for(on_paper=on_paper),
            format_locale=_NUMBER_FORMATS.get(language, "en-GB"),
            # A specification of ours loads nothing from anywhere.
            allowed_base_urls=[],
        )
    except ValueError as error:
        raise ReportNotDrawn(
            _("The chart “%(title)s” could not be drawn: %(reason)s.")
            % {"title": figure.title, "reason": error},
            field="figure",
            value=figure.title,
            remedy=_(
                "Have it made once more; if it fails again, tell the operator of Spindle."
            ),
        ) from error
    if not on_paper:
        svg = svg.replace(f'font-family="{chart_style.FONT}"', 'font-family="inherit"')
    return _named(svg, figure)


@cache
def font_directories() -> tuple[Path, ...]:
    """Return the folders of the fonts that reports are set in."""
    found = []
    for place in _FONT_PACKAGES:
        package, _, folder = place.partition("/")
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            message = f"The package {package} is not installed."
            raise ModuleNotFoundError(message)
        found.append(Path(spec.origin).parent / folder)
    return tuple(found)


@cache
def _know_fonts() -> None:
    import vl_convert

    for directory in font_directories():
        vl_convert.register_font_directory(str(directory))


def _named(svg: str, figure: Figure) -> str:
    # What a screen reader says, and what shows on hover in a browser.
    names = f"<title>{escape(figure.title)}</title><desc>{escape(figure.description)}</desc>"
    return re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + names, svg, count=1)
