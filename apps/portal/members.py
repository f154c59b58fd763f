"""Who may act for the enterprise, and in which role."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.kernel.errors import DomainError, InvalidInput, NotFound
from apps.portal.access import access, member_id
from apps.portal.forms import PortalForm
from tenants.middleware import actor_of, enterprise_of
from tenants.registry import selectors as enterprises
from tenants.registry import services
from tenants.types import Role

LENGTH = 16
# Without those that are taken for one another when read from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
DUTIES = {
    Role.OWNER: _("everything, members and API clients too"),
    Role.BUYER: _("parts, RFQs and awards"),
    Role.SELLER: _("the inbox and quotes"),
    Role.PLANNER: _("machines, calendars and production"),
    Role.OPERATOR: _("the shop floor"),
    Role.VIEWER: _("reads all, changes nothing"),
}


def role_choices() -> list[tuple[str, str]]:
    """Return the roles, each with what it may do."""
    return [(role.value, f"{role.label}: {DUTIES[role]}") for role in Role]


class MemberForm(PortalForm):
    """A person and what they do here."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=role_choices, widget=forms.RadioSelect
    )


class RoleForm(PortalForm):
    """What a member does here."""

    role = forms.ChoiceField(
        label=_("Role"), choices=role_choices, widget=forms.RadioSelect
    )


@access(Role.OWNER)
@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """List the members, with a form for another."""
    return _page(request, MemberForm(initial={"role": Role.VIEWER}))


@access(Role.OWNER)
@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Let a person in; a new one's password is shown this once."""
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        added = _add(request, **form.cleaned_data)
    except DomainError as error:
        form.refuse(error)
        return _page(request, form)
    return _page(request, MemberForm(initial={"role": Role.VIEWER}), added=added)


@access(Role.OWNER)
@require_POST
def remove(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """End a person's place, from their next request on."""
    if user_id == member_id(request):
        messages.error(
            request,
            _t(
                "You cannot end your own membership. Another owner of the enterprise "
                "can."
            ),
        )
        return redirect("portal:members")
    try:
        services.remove_member(
            enterprise=enterprise_of(request),
            user_id=user_id,
            by=actor_of(request),
            at=timezone.now(),
        )
    except NotFound as error:
        raise Http404 from error
    except services.LastOwner as error:
        messages.error(request, str(error))
        return redirect("portal:members")
    messages.success(request, _t("The membership has ended."))
    return redirect("portal:members")


@access(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_role(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Give a member another role, from their next request on."""
    membership = next(
        (
            one
            for one in enterprises.members_of(enterprise_of(request).id)
            if one.user_id == user_id
        ),
        None,
    )
    if membership is None:
        raise Http404
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            services.change_role(
                enterprise=enterprise_of(request),
                user_id=user_id,
                role=role,
                by=actor_of(request),
                at=timezone.now(),
            )
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                _t("%(name)s is %(role)s from the next request on.")
                % {"name": membership.user.name, "role": role.label},
            )
            # Who gives up being an owner may not look at this list any more.
            is_still_owner = user_id != member_id(request) or role is Role.OWNER
            return redirect("portal:members" if is_still_owner else "portal:home")
    return render(
        request,
        "portal/settings/member_role.html",
        {"person": membership.user, "form": form},
        status=422 if form.errors else 200,
    )


def _add(request: HttpRequest, *, name: str, email: str, role: str) -> dict[str, Any]:
    ref = enterprise_of(request)
    known = enterprises.user_by_email(email)
    if known is not None and enterprises.role_of(known.pk, ref.id) is not None:
        # To add somebody again would quietly change their role, an owner's too.
        raise InvalidInput(
            _("%(email)s is a member already.") % {"email": email},
            field="email",
            value=email,
            remedy=_("Change the role in the list of members."),
        )
    password = get_random_string(LENGTH, LETTERS)
    person = services.add_member(
        enterprise=ref,
        email=email,
        name=name,
        role=Role(role),
        password=password,
        language=ref.language,
        time_zone=ref.time_zone,
        by=actor_of(request),
        at=timezone.now(),
    )
    return {
        "name": person.name,
        "email": person.email,
        "role": Role(role).label,
        # Who has an account elsewhere on Spindle keeps its password.
        "password": password if known is None else "",
    }


def _page(
    request: HttpRequest, form: MemberForm, *, added: dict[str, Any] | None = None
) -> HttpResponse:
    return render(
        request,
        "portal/settings/members.html",
        {
            "members": [
                {
                    "user": membership.user,
                    "role": Role(membership.role).label,
                    "since": membership.created_at,
                    "is_self": membership.user_id == member_id(request),
                }
                for membership in enterprises.members_of(enterprise_of(request).id)
            ],
            "form": form,
            "added": added,
            "host": request.get_host(),
        },
    )
