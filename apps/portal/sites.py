"""Where the enterprise works."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import LocationDisclosure, SiteDraft
from apps.portal.access import access
from apps.portal.forms import PortalForm
from apps.portal.public import places
from tenants.middleware import actor_of
from tenants.types import EnterpriseRef, Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)


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
    latitude = Degrees(label=_("Latitude"))
    longitude = Degrees(label=_("Longitude"))
    location_disclosure = forms.ChoiceField(
        label=_("What others see of the place"),
        choices=LocationDisclosure.choices,
        initial=LocationDisclosure.GRID,
        help_text=_("Distances in matches are as exact as this."),
    )

    # Enough to register a machine; the rest can be told later.
    BRIEF: ClassVar = ("name", "country", "time_zone", "city")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        enterprise: EnterpriseRef,
        brief: bool = False,
        prefix: str | None = None,
    ) -> None:
        super().__init__(
            data,
            prefix=prefix,
            initial={
                "country": enterprise.country,
                "time_zone": enterprise.time_zone,
            },
        )
        self._choices("country", [("", "—"), *places.countries()])
        self._choices("time_zone", places.time_zones(enterprise.country))
        if brief:
            for name in self.fields.keys() - set(self.BRIEF):
                del self.fields[name]

    def _choices(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def draft(self) -> SiteDraft:
        """Return what was written, as services take it."""
        facts = dict(self.cleaned_data)
        for name in ("latitude", "longitude"):
            if facts.get(name) is not None:
                facts[name] = float(facts[name])
        return SiteDraft(**facts)


@access(*READERS)
@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """List sites by name."""
    found = machines.sites().annotate(machine_count=Count("machines"))
    return render(
        request,
        "portal/sites/list.html",
        {
            "sites": [
                {"site": site, "country": places.country_name(site.country)}
                for site in found
            ]
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def site_add(request: HttpRequest) -> HttpResponse:
    """Let a planner write down a site."""
    form = SiteForm(
        request.POST if request.method == "POST" else None,
        enterprise=request.enterprise,  # type: ignore[attr-defined]
    )
    if request.method == "POST" and form.is_valid():
        try:
            site = services.add_site(
                draft=form.draft(), by=actor_of(request), at=timezone.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _t("%(site)s is added.") % {"site": site.name})
            return redirect("portal:sites")
    return render(
        request,
        "portal/sites/add.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
