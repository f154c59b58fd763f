"""The operator edits the catalog, with a reason, and sees what was changed."""

import pytest

from apps.catalog import selectors
from apps.catalog.models import (
    CatalogVersion,
    MaterialEquivalence,
    OperatorFact,
    Process,
)
from tenants import context
from tests.factories import catalog as made

MILLING = "/catalog/process/milling/"
C45 = "/catalog/material/c45/"


@pytest.fixture(autouse=True)
def read_anew(db):
    selectors.forget()
    yield
    selectors.forget()


def filled_in(page, **facts):
    """Return what the form would send, with some of it changed."""
    form = page.context["form"]
    sent = {
        name: "" if (value := form[name].value()) is None else value
        for name in form.fields
    }
    return {**sent, "reason": "A customer asked", **facts}


def name_of_milling():
    with context.operator():
        return Process.objects.get(pk="milling").name_en


class TestEdit:
    def test_is_offered_on_the_page_of_an_entry(self, operator):
        text = operator.get(f"{MILLING}change/").content.decode()

        assert f"{MILLING}edit/" in text
        assert f"{MILLING}changes/" in text

    def test_saves_a_version_by_the_signed_in_operator(self, operator, olga):
        page = operator.get(f"{MILLING}edit/")
        sent = filled_in(page, name_en="Chip milling", aliases="CNC milling\r\nchips")

        response = operator.post(f"{MILLING}edit/", sent, follow=True)

        assert response.redirect_chain == [(f"{MILLING}change/", 302)]
        assert "Saved as version 2 of the catalog." in response.content.decode()
        with context.operator():
            version = CatalogVersion.objects.get(pk=2)
            assert (version.by_id, version.by_label) == (olga.pk, "Olga Operator")
            assert version.reason == "A customer asked"
            assert {change.field for change in version.changes.all()} == {
                "name_en",
                "aliases",
            }
            assert Process.objects.get(pk="milling").aliases == ["CNC milling", "chips"]

    def test_says_at_the_field_what_is_wrong(self, operator):
        page = operator.get(f"{MILLING}edit/")
        sent = filled_in(page, aliases="CNC turning")

        response = operator.post(f"{MILLING}edit/", sent)

        assert response.status_code == 200
        assert "CNC turning means turning already." in response.content.decode()
        assert name_of_milling() == "Milling"

    def test_wants_a_reason(self, operator):
        page = operator.get(f"{MILLING}edit/")

        response = operator.post(
            f"{MILLING}edit/", filled_in(page, name_en="Chips", reason="")
        )

        assert "reason" in response.context["form"].errors
        assert name_of_milling() == "Milling"

    def test_does_not_overwrite_what_a_colleague_saved_meanwhile(self, operator):
        page = operator.get(f"{MILLING}edit/")
        operator.post(f"{MILLING}edit/", filled_in(page, name_en="Chip milling"))

        response = operator.post(f"{MILLING}edit/", filled_in(page, name_en="Chips"))

        assert "changed it meanwhile, in version 2" in response.content.decode()
        assert name_of_milling() == "Chip milling"

    def test_of_a_material_keeps_what_was_not_touched(self, operator):
        page = operator.get(f"{C45}edit/")

        operator.post(f"{C45}edit/", filled_in(page, price_eur_kg="1.55"))

        with context.operator():
            (change,) = CatalogVersion.objects.get(pk=2).changes.all()
        assert (change.field, change.old, change.new) == ("price_eur_kg", "1.4", "1.55")

    @pytest.mark.parametrize("page", ["edit/", "changes/"])
    def test_is_not_for_strangers(self, stranger, page):
        assert stranger.get(f"{MILLING}{page}").status_code == 302
        assert stranger.post(f"{MILLING}{page}", {}).status_code == 302


class TestHistory:
    def test_shows_who_changed_what_and_why(self, operator):
        page = operator.get(f"{MILLING}edit/")
        operator.post(f"{MILLING}edit/", filled_in(page, name_en="Chip milling"))

        text = operator.get(f"{MILLING}changes/").content.decode()
        for said in ("Olga Operator", "name_en", "Chip milling", "A customer asked"):
            assert said in text
        text = operator.get("/catalog/catalogversion/2/change/").content.decode()
        assert "Chip milling" in text

    def test_says_that_nothing_was_changed(self, operator):
        text = operator.get(f"{C45}changes/").content.decode()

        assert "Nothing has been changed since it was loaded." in text


class TestEquivalences:
    LIST = "/catalog/materialequivalence/"

    def pair(self):
        with context.operator():
            return MaterialEquivalence.objects.get(a_id="c45", b_id="gb-45")

    def test_are_changed_with_a_reason(self, operator):
        at = f"{self.LIST}{self.pair().pk}/edit/"

        operator.post(at, filled_in(operator.get(at), kind="identical"))

        assert self.pair().kind == "identical"

    def test_are_added_by_code(self, operator):
        at = f"{self.LIST}add-pair/"
        sent = filled_in(operator.get(at), one="c45", other="c60", source="Trials")

        response = operator.post(at, sent, follow=True)

        assert "Saved as version 2 of the catalog." in response.content.decode()
        with context.operator():
            assert MaterialEquivalence.objects.filter(a_id="c45", b_id="c60").exists()

    def test_are_removed_with_a_reason(self, operator):
        pk = self.pair().pk
        at = f"{self.LIST}{pk}/remove/"

        operator.post(at, filled_in(operator.get(at)))

        with context.operator():
            assert not MaterialEquivalence.objects.filter(pk=pk).exists()


class TestConflicts:
    @pytest.mark.parametrize(
        ("action", "name"),
        [("keep_operators", "Milling"), ("take_releases", "Mill cutting")],
    )
    def test_are_decided_in_the_list(self, operator, action, name):
        fact = made.operator_fact(
            base="Mill work",
            value="Milling",
            released="Mill cutting",
            is_in_conflict=True,
        )

        response = operator.post(
            "/catalog/operatorfact/",
            {"action": action, "_selected_action": [str(fact.pk)]},
            follow=True,
        )

        assert "milling.name_en is decided." in response.content.decode()
        assert name_of_milling() == name
        with context.operator():
            assert not OperatorFact.objects.filter(is_in_conflict=True).exists()
