import xml.etree.ElementTree as ET

import pytest

from apps.reports.services import chart
from apps.reports.services.chart import ReportNotDrawn
from apps.reports.types import Document, Figure
from tests.factories import reports

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).iter(f"{SVG}text")]


def titles(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).findall(f"{SVG}title")]


@pytest.fixture(
    params=[
        ("en", "Load by week", "Booked", "W19"),
        ("zh-hans", "每周负荷", "已预订", "19周"),
        ("ru", "Загрузка по неделям", "Бронь", "Н19"),
    ],
    ids=["en", "zh", "ru"],
)
def spoken(request: pytest.FixtureRequest) -> tuple[str, str, str, str]:
    found: tuple[str, str, str, str] = request.param
    return found


class TestDraw:
    def test_says_its_title_series_and_weeks_in_the_language(
        self, spoken: tuple[str, str, str, str]
    ) -> None:
        language, title, series, week = spoken
        figure = reports.document(language=language).figures[0]
        svg = chart.draw(figure, language=language, on_paper=False)
        assert titles(svg) == [title]
        assert {title, series, week} <= set(texts(svg))
        # 1,630 of 2 x 2,400 minutes in the first week.
        assert "34%" in texts(svg)

    def test_takes_the_readers_ink_and_type_on_a_page(self) -> None:
        figure = reports.document().figures[0]
        page = chart.draw(figure, language="en", on_paper=False)
        paper = chart.draw(figure, language="en", on_paper=True)
        assert "currentColor" in page
        assert 'font-family="inherit"' in page
        assert "style=" not in page
        assert "currentColor" not in paper
        assert "Noto Sans" in paper

    def test_leaves_a_title_to_the_heading_but_not_what_explains_it(self) -> None:
        figure = reports.document().figures[0]
        svg = chart.draw(figure, language="en", on_paper=True, with_title=False)
        assert "Load by week" not in texts(svg)
        assert "Hours of all machines; above each week its utilization" in texts(svg)

    @pytest.mark.parametrize(
        "document",
        [
            reports.document,
            lambda: reports.document(reports.buyer_facts(), reports.AS_BUYER),
            lambda: reports.document(reports.seller_facts(), reports.AS_SELLER),
        ],
        ids=["capacity", "buyer", "seller"],
    )
    def test_draws_every_chart_of_every_report(self, document: object) -> None:
        assert callable(document)
        laid_out: Document = document()
        assert laid_out.figures
        for figure in laid_out.figures:
            svg = chart.draw(figure, language="en", on_paper=False)
            assert titles(svg) == [figure.title]

    def test_keeps_names_that_look_like_markup_as_text(self) -> None:
        figure = reports.document().figures[0]
        svg = chart.draw(
            Figure("<b>&", "</desc><script>", figure.spec), language="en", on_paper=True
        )
        assert titles(svg) == ["<b>&"]
        assert "<script>" not in svg

    def test_says_which_chart_could_not_be_drawn(self) -> None:
        broken = Figure("Load", "", {"title": {}, "mark": "no such mark"})
        with pytest.raises(ReportNotDrawn, match="Load") as refused:
            chart.draw(broken, language="en", on_paper=True)
        assert refused.value.remedy
