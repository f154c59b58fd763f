"""The form of a site; what can be chosen in it follows the country."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.machines.rules import holiday_places
from apps.machines.types import LocationDisclosure, SiteDraft
from apps.portal.forms import PortalForm
from apps.portal.public import places
from tenants.types import EnterpriseRef


class Degrees(forms.DecimalField):
    """A coordinate; the last digits are metres, so any may be given."""

    is_short = True
    unit = "°"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            required=False,
            **kwargs,
        )


class Region(forms.ChoiceField):
    """A region of whatever country is chosen; the domain names those that it has."""

    def validate(self, value: Any) -> None:
        """Take any: the list on the page may be of the country chosen before."""
        forms.Field.validate(self, value)


class SiteForm(PortalForm):
    """A place where the enterprise works."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As you call it among yourselves, such as Plant 2."),
    )
    country = forms.ChoiceField(label=_("Country"))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("In which its shifts are written.")
    )
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        help_text=_("Only your enterprise sees it."),
    )
    latitude = Degrees(label=_("Latitude"))
    longitude = Degrees(label=_("Longitude"))
    location_disclosure = forms.ChoiceField(
        label=_("What others see of the place"),
        choices=LocationDisclosure.choices,
        initial=LocationDisclosure.GRID,
        help_text=_("Distances in matches are as exact as this."),
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays of"),
        required=False,
        help_text=_("Kept by machines whose calendar observes public holidays."),
    )
    holiday_subdivision = Region(
        label=_("And of the region"),
        required=False,
        help_text=_("Where a part of the country has days off of its own."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    # Enough to register a machine; the rest can be told later.
    BRIEF: ClassVar = ("name", "country", "time_zone", "city")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        enterprise: EnterpriseRef,
        brief: bool = False,
        prefix: str | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        facts = initial or {
            "country": enterprise.country,
            "time_zone": enterprise.time_zone,
        }
        super().__init__(data, prefix=prefix, initial=dict(facts))
        chosen = data if data is not None else facts
        name = f"{prefix}-" if prefix and data is not None else ""
        country = str(chosen.get(f"{name}country") or enterprise.country)
        of_holidays = str(chosen.get(f"{name}holiday_country") or country)
        self.offer("country", [("", "—"), *places.countries()])
        self.offer("time_zone", places.time_zones(country))
        self.offer(
            "holiday_country",
            [
                ("", _t("The site's country")),
                *(
                    choice
                    for choice in places.countries()
                    if holiday_places.is_known(choice[0])
                ),
            ],
        )
        self.offer(
            "holiday_subdivision",
            [
                ("", _t("The whole country")),
                *(
                    (region.code, region.name)
                    for region in holiday_places.regions_of(of_holidays)
                ),
            ],
        )
        if brief:
            for name in self.fields.keys() - set(self.BRIEF):
                del self.fields[name]

    def draft(self) -> SiteDraft:
        """Return what was written, as services take it."""
        facts = dict(self.cleaned_data)
        facts.pop("version", None)
        for name in ("latitude", "longitude"):
            if facts.get(name) is not None:
                facts[name] = float(facts[name])
        return SiteDraft(**facts)
