"""How questions are asked and refusals are told."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from apps.kernel.errors import InvalidInput
from apps.portal.forms import Day, Moment, PortalForm, Quantity, WholeQuantity
from apps.portal.templatetags.portal import control


class CapabilityForm(PortalForm):
    length = Quantity(label="Length", unit="mm")
    pieces = WholeQuantity(label="Pieces", unit="pcs", required=False)
    process = forms.ChoiceField(label="Process", choices=[("milling", "Milling")])
    due_on = Day(label="Due date", required=False)
    answers_until = Moment(label="Answers until", required=False)


def errors_of(**answers: str) -> dict[str, list[str]]:
    form = CapabilityForm(answers)
    form.is_valid()
    return {name: list(errors) for name, errors in form.errors.items()}


class TestPortalForm:
    def test_says_what_to_do_about_an_empty_answer(self):
        assert errors_of() == {
            "length": ["This is empty. Fill it in."],
            "process": ["Nothing is chosen. Choose one."],
        }

    def test_names_the_value_that_is_no_number(self):
        found = errors_of(length="about ten", pieces="4.5", process="milling")

        assert found == {
            "length": ["“about ten” is not a number. Write digits, such as 12.5."],
            "pieces": ["“4.5” is not a whole number. Write digits, such as 40."],
        }

    @pytest.mark.parametrize(("language", "text"), [("en", "12.5"), ("ru", "12,5")])
    def test_reads_numbers_as_the_language_writes_them(self, language, text):
        with translation.override(language):
            form = CapabilityForm({"length": text, "process": "milling"})

            assert form.is_valid(), form.errors
        assert form.cleaned_data["length"] == Decimal("12.5")

    def test_shows_a_refusal_beside_its_field(self):
        form = CapabilityForm({"length": "9", "process": "milling"})

        form.refuse(
            InvalidInput("9 mm is too small.", field="length", remedy="Give 10.")
        )

        assert form.errors == {"length": ["9 mm is too small. Give 10."]}

    def test_shows_a_refusal_of_no_field_above_all(self):
        form = CapabilityForm({"length": "9", "process": "milling"})

        form.refuse(InvalidInput("Not now.", field="somewhere_else"))

        assert form.non_field_errors() == ["Not now."]

    def test_puts_unit_hint_and_error_where_a_screen_reader_finds_them(self):
        form = CapabilityForm({"length": "x"})

        shown = form["length"].as_field_group()

        assert '<span class="input-group-text">mm</span>' in shown
        assert 'aria-describedby="id_length_error"' in shown
        assert 'id="id_length_error"' in shown
        assert 'aria-invalid="true"' in shown


class TestControl:
    def test_gives_each_kind_of_control_its_class(self):
        form = CapabilityForm()

        assert 'class="form-control"' in control(form["length"])
        assert 'class="form-select"' in control(form["process"])

    def test_shows_no_placeholder(self):
        class WithPlaceholder(forms.Form):
            email = forms.EmailField(
                widget=forms.EmailInput(attrs={"placeholder": "E-mail"})
            )

        assert "placeholder" not in control(WithPlaceholder()["email"])
