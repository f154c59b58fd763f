"""What the operator sees, and that looking changes nothing."""

import pytest
from django.contrib.admin.utils import quote
from django.urls import reverse

from apps.kernel.admin import ReadOnlyAdmin, console
from tenants import context
from tests.factories import exchange as make

ADMINS = sorted(console._registry.items(), key=lambda item: item[0]._meta.label)
LABELS = [model._meta.label_lower for model, _admin in ADMINS]


def address(model, page: str, *args: object) -> str:
    meta = model._meta
    return reverse(
        f"admin:{meta.app_label}_{meta.model_name}_{page}",
        "spindle.urls_console",
        # A slot's name may hold what the admin takes for an escape, such as `_23`.
        args=[quote(arg) for arg in args],
    )


class TestOverview:
    def test_counts_enterprises_and_jobs(self, operator, market, failed):
        text = operator.get("/").content.decode()

        assert "Activated enterprises" in text
        assert "Wheel brackets" in text
        assert "reports.render" in text
        assert "The chart could not be drawn." in text

    def test_leads_to_every_list(self, operator):
        text = operator.get("/").content.decode()

        for model, _admin in ADMINS:
            assert f'href="{address(model, "changelist")}"' in text

    def test_says_that_nothing_happened_yet(self, operator):
        text = operator.get("/").content.decode()

        assert "No job has failed." in text
        assert "Nothing has been matched yet." in text


@pytest.mark.parametrize(("model", "admin"), ADMINS, ids=LABELS)
class TestEveryModel:
    def test_is_listed_and_opened(self, operator, market, failed, model, admin):
        listed = operator.get(address(model, "changelist"))
        assert listed.status_code == 200

        with context.operator():
            row = model._default_manager.first()
        if row is not None:
            opened = operator.get(address(model, "change", row.pk))
            assert opened.status_code == 200

    def test_is_found_by_what_it_is_searched_for(self, operator, model, admin):
        response = operator.get(address(model, "changelist"), {"q": "mill"})

        assert response.status_code == 200

    def test_is_only_looked_at(self, operator, market, model, admin):
        assert isinstance(admin, ReadOnlyAdmin)
        assert operator.get(address(model, "add")).status_code == 403
        with context.operator():
            row = model._default_manager.first()
        if row is not None:
            for page in ("change", "delete"):
                response = operator.post(address(model, page, row.pk), {})
                assert response.status_code == 403


class TestMatchRun:
    def test_shows_digest_counts_and_refusals(self, operator, market):
        model = type(market)
        text = operator.get(address(model, "change", market.pk)).content.decode()

        assert market.inputs_digest in text
        assert "Only refusal" in text
        assert "Envelope" in text
        assert "Nordlicht Precision GmbH" in text


class TestMatch:
    def test_shows_parts_of_the_score_and_reasons_in_words(self, operator, market):
        with context.operator():
            fitting, refused = market.matches.best_first()

        text = operator.get(address(type(fitting), "change", fitting.pk))
        assert "Quality and punctuality" in text.content.decode()
        text = operator.get(address(type(fitting), "change", refused.pk))
        assert "is smaller than the part" in text.content.decode()


class TestQueries:
    @pytest.mark.parametrize("name", ["matchrun", "match", "listing", "demand"])
    def test_are_as_many_for_many_rows(
        self, operator, market, north, south, name, django_assert_num_queries
    ):
        from tests.support.budget import queries_of

        operator.get(f"/exchange/{name}/")  # What is read once a process, is read.
        with queries_of() as few:
            operator.get(f"/exchange/{name}/")
        for number in range(3):
            make.listing(north, code=f"Mill{number}")
            demand = make.demand(south, part={"number": f"BRK-{number}"})
            make.matched(demand.pk)
        with queries_of() as many:
            operator.get(f"/exchange/{name}/")

        assert len(many) == len(few), "\n".join(many)
