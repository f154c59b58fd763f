"""Pages on which the operator changes an entry, and sees what was changed."""

from collections.abc import Callable
from typing import Any, cast

from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from apps.catalog import selectors, services
from apps.catalog.admin.forms import ReasonForm, form_for
from apps.catalog.models import CatalogVersion, Material, Process
from apps.catalog.types import EntryKind
from apps.kernel.admin import ReadOnlyAdmin, console
from apps.kernel.errors import DomainError
from tenants.models import User
from tenants.types import Actor


def operator_of(request: HttpRequest) -> Actor:
    """Return who is signed in at the console."""
    person = cast("User", request.user)
    return Actor(user_id=person.pk, label=person.name or person.email)


def edit_page(
    admin: ReadOnlyAdmin,
    request: HttpRequest,
    form_class: type[ReasonForm],
    *,
    title: str,
    initial: dict[str, Any],
    submit: Callable[[ReasonForm], CatalogVersion],
    back: str,
) -> HttpResponse:
    """Show a form; once it is filled in, have it done and go back."""
    form = form_class(
        request.POST or None, initial={**initial, "seen": selectors.refresh()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            version = submit(form)
        except DomainError as error:
            named = error.field if error.field in form.fields else None
            form.add_error(named, str(error))
        else:
            admin.message_user(
                request,
                _("Saved as version %(number)d of the catalog.")
                % {"number": version.number},
            )
            return HttpResponseRedirect(back)
    return render(
        request,
        "console/catalog_edit.html",
        {
            **console.each_context(request),
            "title": title,
            "opts": admin.model._meta,
            "form": form,
            "back": back,
        },
    )


class EntryAdmin(ReadOnlyAdmin):
    """An entry that is looked at here, and changed on a page of its own."""

    kind: EntryKind
    actions_detail: tuple[str, ...] = ("edit_entry", "show_history")

    @action(description=_("Edit"), url_path="edit", permissions=["edit_entry"])
    def edit_entry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the operator change facts of an entry, with a reason."""
        row = get_object_or_404(self.model, pk=object_id)
        assert isinstance(row, Process | Material)
        form_class = form_for(row)
        edit = (
            services.edit_process
            if isinstance(row, Process)
            else services.edit_material
        )
        return edit_page(
            self,
            request,
            form_class,
            title=str(row),
            initial={name: getattr(row, name, None) for name in form_class.base_fields},
            submit=lambda form: edit(
                code=row.code,
                facts=form.facts,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                by=operator_of(request),
                at=timezone.now(),
            ),
            back=page_of(row),
        )

    @action(description=_("History"), url_path="changes", permissions=["show_history"])
    def show_history(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what was changed of an entry, by whom and why."""
        row = get_object_or_404(self.model, pk=object_id)
        return render(
            request,
            "console/catalog_history.html",
            {
                **console.each_context(request),
                "title": str(row),
                "opts": self.model._meta,
                "changes": selectors.history(self.kind, self.key_of(row)),
                "back": page_of(row),
            },
        )

    def key_of(self, row: models.Model) -> str:
        """Return the name under which the history knows a row."""
        return str(row.pk)

    def has_edit_entry_permission(
        self,
        request: HttpRequest,
        object_id: str | None = None,  # noqa: ARG002  (the theme's signature)
    ) -> bool:
        """Let every platform operator edit."""
        return console.has_permission(request)

    def has_show_history_permission(
        self,
        request: HttpRequest,
        object_id: str | None = None,  # noqa: ARG002  (the theme's signature)
    ) -> bool:
        """Let every platform operator look."""
        return console.has_permission(request)


def page_of(row: models.Model) -> str:
    """Return the address of the page that shows a row."""
    meta = row._meta
    return reverse(
        f"admin:{meta.app_label}_{meta.model_name}_change", args=[str(row.pk)]
    )
