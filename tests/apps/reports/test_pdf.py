import re
from io import BytesIO
from typing import Any

import pypdf
import pytest
from django.utils import translation

from apps.reports.services import pdf
from apps.reports.types import Facts, MachineWeeks, Parameters
from tests.factories import reports


def text_of(
    language: str,
    facts: Facts | None = None,
    parameters: Parameters = reports.TWO_WEEKS,
) -> str:
    pages = drawn(language, facts, parameters).pages
    # Lines break where the page is full, and Chinese anywhere: blanks say nothing.
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def drawn(language: str, *of: Any) -> pypdf.PdfReader:
    document = reports.document(*of, language=language)
    with translation.override(language):
        return pypdf.PdfReader(BytesIO(pdf.draw(document)))


class TestDraw:
    def test_prints_the_figures_of_capacity(self) -> None:
        text = text_of("en")
        for expected in (
            "Capacity and utilization",
            "6 May 2030 to 19 May 2030",
            "Nordlicht Precision GmbH",
            "22.6%",
            "27.2 h of 120.0 h",
            "2030-W19 6 May 2030 80.0 25.0 2.2 4.0 48.8 34.0",
            "2030-W20 13 May 2030 40.0 0.0 0.0 0.0 40.0 0.0",
            "Total 120.0 25.0 2.2 4.0 88.8 22.6",
            "ORD-2030-000007",
            "R-7F3A21C9, edition 1 · made 6 May 2030 14:00 by Paula Planner",
            "Page 1 of 2",
        ):
            assert expected in text

    def test_prints_chinese(self) -> None:
        text = text_of("zh-hans")
        for expected in ("产能与利用率", "利用率", "数据说明", "五轴", "22.6%", "合计"):
            assert expected in text

    def test_prints_russian(self) -> None:
        text = text_of("ru")
        for expected in (
            "Мощности и загрузка",
            "Самый занятый станок",
            "пятиосевой",
            "22,6",
            "06.05.2030 80,0 25,0 2,2 4,0 48,8 34,0",
            "Откуда эти числа",
        ):
            assert expected in text

    def test_prints_what_a_buyer_asked_and_got(self) -> None:
        text = text_of("en", reports.buyer_facts(), reports.AS_BUYER)
        for expected in (
            "of 410 considered",
            "5,000.00 BRL",
            "Process 240 160 61.2",
            "Envelope 152 24 38.8",
            "Q-2030-000001 RFQ-2030-000001 1",
            "630.60 EUR 3,941.25 7 Jun 2030 Submitted",
            "上海精密机械有限公司",
            "Втулка 轴套 B-7",
        ):
            assert expected in text

    def test_prints_what_a_seller_offered_and_won(self) -> None:
        text = text_of("zh-hans", reports.seller_facts(), reports.AS_SELLER)
        for expected in ("赢单率 50.0%", "已决 2 项中的 1 项", "800.00 EUR", "87.3"):
            assert expected in text

    @pytest.mark.parametrize("language", ["en", "zh-hans", "ru"])
    def test_carries_the_fonts_of_all_it_says(self, language: str) -> None:
        reader = drawn(language)
        names = set()
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                descendant = font["/DescendantFonts"][0].get_object()
                descriptor = descendant["/FontDescriptor"]
                names.add(descendant["/BaseFont"].partition("+")[2].split("-")[0])
                assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert names == {"NotoSans", "NotoSansSC"}

    def test_is_an_archivable_document_that_names_itself(self) -> None:
        reader = drawn("zh-hans")
        metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
        assert "<pdfaid:part>2</pdfaid:part>" in metadata
        assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
        assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
        assert reader.metadata is not None
        assert reader.metadata.title == "产能与利用率 · Nordlicht Precision GmbH"

    def test_is_the_same_file_of_the_same_figures(self) -> None:
        document = reports.document()
        assert pdf.draw(document) == pdf.draw(document)

    def test_never_reads_a_name_as_markup(self) -> None:
        name = "#panic(1) *bold* $x$ <b> @ref [ ] \\ //"
        facts = reports.capacity_facts(
            machines=(MachineWeeks(reports.HURCO_ID, "A" * 60, name, reports.weeks()),)
        )
        text = text_of("en", facts)
        assert name in text
        assert "A" * 60 in text.replace("\u200b", "").replace(" ", "")

    def test_says_what_to_do_where_there_is_nothing(self) -> None:
        facts = reports.capacity_facts(machines=(), reservations=())
        text = text_of("en", facts)
        assert "There is no machine yet: add one or import them." in text
        assert "Nothing is held or booked in this period." in text
