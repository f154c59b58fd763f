"""How every form of the portal and the public site is asked and answered."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError

if TYPE_CHECKING:
    from django.template.backends.base import _EngineTemplate
    from django.utils.functional import _StrPromise

Text = str | Promise
REQUIRED_BY_DJANGO = forms.Field.default_error_messages["required"]


class PortalRenderer(DjangoTemplates):
    """Fields in the portal's look; widgets as Django draws them.

    Only our own names go to the site's engine, the one that knows components:
    the admin's and allauth's forms stay as they are.
    """

    form_template_name = "portal/forms/form.html"
    field_template_name = "portal/forms/field.html"

    def get_template(self, template_name: str) -> "_EngineTemplate":
        """Find a template of ours in the site's engine, any other in Django's."""
        if template_name.startswith("portal/"):
            return loader.get_template(template_name)
        found: _EngineTemplate = super().get_template(template_name)
        return found


class PortalForm(forms.Form):
    """A form whose errors name the field, the value and the remedy."""

    default_renderer = PortalRenderer
    # The browser's own bubbles speak the browser's language, not the page's, and
    # hide what is wrong with the other fields.
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") == REQUIRED_BY_DJANGO:
                field.error_messages["required"] = (
                    _("Nothing is chosen. Choose one.")
                    if isinstance(field, forms.ChoiceField)
                    else _("This is empty. Fill it in.")
                )

    def offer(self, name: str, choices: Any) -> None:
        """Let a field choose among what is known only now."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def refuse(self, error: DomainError) -> None:
        """Show a domain's refusal beside the field that it is about."""
        field = error.field if error.field in self.fields else None
        self.add_error(field, str(error))


_NOT_A_NUMBER = _("“%(value)s” is not a number. Write digits, such as 12.5.")
_NOT_A_WHOLE_NUMBER = _("“%(value)s” is not a whole number. Write digits, such as 40.")

T = TypeVar("T")


def _read(read: Callable[[Any], T], value: Any, message: "str | _StrPromise") -> T:
    try:
        return read(value)
    except ValidationError as error:
        if error.code != "invalid":
            raise
        raise ValidationError(
            message, code="invalid", params={"value": value}
        ) from error


class Quantity(forms.DecimalField):
    """A number whose unit stands behind it."""

    def __init__(self, *, unit: Text, prefix: Text = "", **kwargs: Any) -> None:
        self.unit = unit
        self.prefix = prefix
        self.is_short = True
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        kwargs.setdefault("localize", True)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Read a number as the reader's language writes it, or with a point."""
        return _read(super().to_python, value, _NOT_A_NUMBER)


class WholeQuantity(forms.IntegerField):
    """A whole number whose unit stands behind it."""

    def __init__(self, *, unit: Text, prefix: Text = "", **kwargs: Any) -> None:
        self.unit = unit
        self.prefix = prefix
        self.is_short = True
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Read a whole number."""
        return _read(super().to_python, value, _NOT_A_WHOLE_NUMBER)


class Day(forms.DateField):
    """A day, picked or typed."""

    def __init__(self, **kwargs: Any) -> None:
        self.is_short = True
        kwargs.setdefault(
            "widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**kwargs)


class Moment(forms.DateTimeField):
    """A moment in the reader's time zone, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        self.is_short = True
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
        )
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M"])
        super().__init__(**kwargs)
