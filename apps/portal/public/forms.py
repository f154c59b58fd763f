"""What strangers are asked."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput
from apps.portal.forms import PortalForm
from apps.portal.preferences import PORTAL_LANGUAGES
from apps.portal.public import places
from tenants.registry import rules

LONGEST_NAME = 160


def shortest_password() -> int:
    """Return how many characters a password needs."""
    lengths = [
        validator.min_length
        for validator in get_default_password_validators()
        if isinstance(validator, MinimumLengthValidator)
    ]
    return max(lengths, default=1)


class PortalAddress(forms.CharField):
    """The first part of a portal's host name; the rest stands behind the box."""

    @property
    def unit(self) -> str:
        """Give what follows in the host name."""
        return f".{settings.DOMAIN}"


class SignUpForm(PortalForm):
    """An enterprise and the person who owns its portal."""

    name = forms.CharField(
        label=_("Enterprise name"),
        help_text=_("As it stands in the company register."),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = PortalAddress(label=_("Address of your portal"), max_length=rules.LONGEST)
    country = forms.ChoiceField(label=_("Country"))
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Each member can choose another.")
    )
    currency = forms.ChoiceField(
        label=_("Currency"), help_text=_("In which you calculate and quote.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("In which your shifts are written."),
        widget=forms.Select(attrs={"data-time-zone": ""}),
    )
    person_name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": _("“%(value)s” is no e-mail address. Write name@example.com.")
        },
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.data.get("country", "") or country)
        self.offer("country", [("", _("Choose a country")), *places.countries()])
        self.offer(
            "language",
            [(code, name) for code, name in _languages() if code in PORTAL_LANGUAGES],
        )
        self.offer("currency", places.currencies())
        self.offer(
            "time_zone", [("", _("Choose a time zone")), *places.time_zones(chosen)]
        )
        self.fields["password"].help_text = _("At least %(count)d characters.") % {
            "count": shortest_password()
        }
        self.initial.setdefault("language", get_language())
        self.initial.setdefault("country", country)
        if chosen:
            own = places.time_zones_of(chosen)
            self.initial.setdefault("currency", places.currency_of(chosen))
            self.initial.setdefault("time_zone", own[0] if own else "")

    def clean_slug(self) -> str:
        """Refuse early what no host name can bear; who has it, the service knows."""
        slug = str(self.cleaned_data["slug"]).strip().lower()
        try:
            return rules.check_slug(slug)
        except InvalidInput as error:
            raise ValidationError(str(error), code=error.code) from error


class PortalAddressForm(PortalForm):
    """Straight to a portal whose address is known."""

    slug = PortalAddress(label=_("Address of your portal"), max_length=80)

    def clean_slug(self) -> str:
        """Take the whole host name, too: people paste it."""
        given = str(self.cleaned_data["slug"]).strip().lower()
        given = given.removeprefix("http://").removeprefix("https://").rstrip("/")
        return given.removesuffix(f".{settings.DOMAIN}")


def _languages() -> list[tuple[str, str]]:
    return [
        (code, str(get_language_info(code)["name_local"]).capitalize())
        for code, _name in settings.LANGUAGES
    ]
