"""What the operator may do about one enterprise's tier, each asked once more."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.kernel.admin import console
from apps.kernel.errors import DomainError
from tenants.lifecycle import services
from tenants.middleware import actor_of
from tenants.models import Enterprise
from tenants.types import Tier

LIVING = (Tier.REGISTERED, Tier.ACTIVATED, Tier.DORMANT, Tier.ARCHIVED)


class TierActions:
    """Actions on the page of one enterprise, offered where its tier allows them."""

    actions_detail = ("let_rest", "archive", "revive", "claim_link", "close", "keep")
    message_user: Any

    @action(description=_("Let rest"), url_path="rest", permissions=["let_rest"])
    def let_rest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let an activated enterprise rest."""
        return self._ask(
            request,
            object_id,
            title=_("Let this enterprise rest?"),
            label=_("Let it rest"),
            text=_(
                "What it shows on the market is withdrawn. The first member who comes"
                " wakes it, and everything is as it was."
            ),
            change=lambda row: services.let_rest(
                enterprise_id=row.pk, by=actor_of(request), at=timezone.now()
            ),
            done=_("%(name)s rests."),
        )

    @action(description=_("Archive"), url_path="archive", permissions=["archive"])
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put a dormant enterprise into an archive."""
        return self._ask(
            request,
            object_id,
            title=_("Archive this enterprise?"),
            label=_("Archive it"),
            text=_(
                "All that it owns is written to a file and compared with the database;"
                " then its schema is dropped. A member can have it brought back."
            ),
            change=lambda row: services.request_archiving(
                enterprise_id=row.pk, by=actor_of(request)
            ),
            done=_("%(name)s is being archived; the jobs say when."),
        )

    @action(description=_("Bring back"), url_path="revive", permissions=["revive"])
    def revive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Bring an archived enterprise back."""
        return self._ask(
            request,
            object_id,
            title=_("Bring this enterprise back?"),
            label=_("Bring it back"),
            text=_("Its archive is read into a fresh schema."),
            change=lambda row: services.request_revival(
                enterprise_id=row.pk, by=actor_of(request)
            ),
            done=_("%(name)s is being brought back; the jobs say when."),
        )

    @action(description=_("Claim link"), url_path="claim", permissions=["claim_link"])
    def claim_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a link by which one person becomes a registered enterprise's owner."""
        row = get_object_or_404(Enterprise, pk=object_id)
        link = ""
        if request.method == "POST":
            try:
                token = services.issue_claim(
                    enterprise_id=row.pk, by=actor_of(request), at=timezone.now()
                )
            except DomainError as error:
                self.message_user(request, str(error), messages.WARNING)
                return _back(object_id)
            link = f"{request.scheme}://{settings.DOMAIN}/claim/{token}/"
        return _page(
            request,
            row,
            title=_("A link to claim this enterprise?"),
            label=_("Make a link"),
            text=_(
                "Whoever has the link becomes the owner. Give it only to somebody of"
                " whom you know that they speak for the enterprise. It is shown once,"
                " works once, for 14 days, and makes earlier ones worthless."
            ),
            link=link,
        )

    @action(description=_("Close for good"), url_path="close", permissions=["close"])
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have an enterprise erased, after the time in which it can be taken back."""
        return self._ask(
            request,
            object_id,
            title=_("Erase this enterprise?"),
            label=_("Erase it then"),
            text=_(
                "After %(days)d days, in which it can be taken back, all that it owns"
                " is erased everywhere. Type its name to show that it is meant."
            )
            % {"days": settings.CLOSING_GRACE_DAYS},
            change=lambda row: services.ask_to_close(
                enterprise_id=row.pk,
                typed_name=request.POST.get("typed_name", ""),
                by=actor_of(request),
                at=timezone.now(),
            ),
            done=_("%(name)s will be erased when its time is over."),
            is_named=True,
        )

    @action(description=_("Do not close"), url_path="keep", permissions=["keep"])
    def keep(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the wish to close back."""
        return self._ask(
            request,
            object_id,
            title=_("Keep this enterprise?"),
            label=_("Keep it"),
            text=_("It is to be erased. This takes it back."),
            change=lambda row: services.cancel_closing(
                enterprise_id=row.pk, by=actor_of(request), at=timezone.now()
            ),
            done=_("%(name)s stays."),
        )

    def has_let_rest_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it for who is activated."""
        return _is(request, object_id, Tier.ACTIVATED)

    def has_archive_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it for who rests."""
        return _is(request, object_id, Tier.DORMANT)

    def has_revive_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it for who is in an archive."""
        return _is(request, object_id, Tier.ARCHIVED)

    def has_claim_link_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it for who is in a register alone."""
        return _is(request, object_id, Tier.REGISTERED)

    def has_close_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it for all whose erasure is not planned."""
        return _is(request, object_id, *LIVING) and not _is_closing(object_id)

    def has_keep_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Offer it for those whose erasure is planned."""
        return _is(request, object_id, *LIVING) and _is_closing(object_id)

    def _ask(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: Any,
        label: Any,
        text: Any,
        change: Callable[[Enterprise], object],
        done: Any,
        is_named: bool = False,
    ) -> HttpResponse:
        row = get_object_or_404(Enterprise, pk=object_id)
        if request.method != "POST":
            facts = {"name_box": _name_box()} if is_named else {}
            return _page(request, row, title=title, label=label, text=text, **facts)
        try:
            change(row)
        except DomainError as error:
            self.message_user(request, f"{row.name}: {error}", messages.WARNING)
        else:
            self.message_user(request, done % {"name": row.name}, messages.SUCCESS)
        return _back(object_id)


def _is(request: HttpRequest, object_id: str | None, *tiers: Tier) -> bool:
    return (
        console.has_permission(request)
        and object_id is not None
        and Enterprise.objects.filter(pk=object_id, tier__in=tiers).exists()
    )


def _is_closing(object_id: str | None) -> bool:
    return object_id is not None and services.closing_of(UUID(object_id)) is not None


def _name_box() -> str:
    attributes = {"id": "typed_name", "autocomplete": "off"}
    return str(UnfoldAdminTextInputWidget().render("typed_name", "", attributes))


def _back(object_id: str) -> HttpResponse:
    return HttpResponseRedirect(
        reverse("admin:tenants_enterprise_change", args=[object_id])
    )


@never_cache
def _page(request: HttpRequest, row: Enterprise, **facts: Any) -> HttpResponse:
    return render(
        request,
        "console/tier.html",
        {
            **console.each_context(request),
            "opts": Enterprise._meta,
            "enterprise": row,
            **facts,
        },
    )
