from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils import translation

from apps.exchange.services import telling
from apps.kernel.identifiers import uuid7
from apps.notify.models import Notice
from tenants import context

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


class TestLanguage:
    @pytest.mark.parametrize(
        ("language", "title", "body"),
        [
            ("zh-hans", "你的设备符合“法兰”", "其中最佳：Haas VF-2。"),
            ("ru", "«法兰» подходит вашим станкам", "Лучший из них: Haas VF-2."),
        ],
    )
    def test_tells_an_enterprise_in_its_own(self, north, language, title, body):
        reader = replace(north, language=language)

        with translation.override("en"):
            telling.demand_fits(
                reader, demand_id=uuid7(), title="法兰", machine="Haas VF-2", at=NOW
            )

        with context.enterprise(north):
            notice = Notice.objects.get()
        assert (notice.title, notice.body) == (title, body)

    @pytest.mark.parametrize(
        ("fitting", "title"),
        [
            (1, "«Вал»: подходит 1 станок"),
            (3, "«Вал»: подходят 3 станка"),
            (12, "«Вал»: подходят 12 станков"),
        ],
    )
    def test_counts_as_the_language_does(self, south, fitting, title):
        telling.matches_found(
            replace(south, language="ru"),
            rfq_id=uuid7(),
            demand_id=uuid7(),
            title="Вал",
            fitting=fitting,
            considered=40,
            at=NOW,
        )

        with context.enterprise(south):
            assert Notice.objects.get().title == title
