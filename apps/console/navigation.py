"""The console's frame: its side bar, by what is looked after, and its style."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.verification import selectors as verification
from tenants import context


def style(request: HttpRequest) -> str:
    """Return the address of our own style, for every page of the console."""
    return static("console/console.css")


def mark(request: HttpRequest) -> str:
    """Return the address of the sign that tabs show, the same on all our hosts."""
    return static("portal/mark.svg")


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of links, as the admin's theme takes them."""
    return [
        {
            "items": [
                {
                    "title": _("Overview"),
                    "icon": "dashboard",
                    "link": reverse("admin:index"),
                }
            ]
        },
        {
            "title": _("Enterprises"),
            "separator": True,
            "items": [
                _link(_("Enterprises"), "factory", "tenants_enterprise"),
                _link(
                    _("Certificates to check"),
                    "verified_user",
                    "verification_certificatereview",
                )
                | {"badge": _waiting(), "badge_variant": "warning"},
                _link(_("Registers"), "list_alt_add", "tenants_registerimport"),
                _link(_("Closures"), "delete_forever", "tenants_closure"),
                _link(_("People"), "group", "tenants_user"),
                _link(_("API clients"), "key", "tenants_apiclient"),
            ],
        },
        {
            "title": _("Exchange"),
            "separator": True,
            "items": [
                _link(_("Demands"), "request_quote", "exchange_demand"),
                _link(_("Listings"), "precision_manufacturing", "exchange_listing"),
                _link(_("Match runs"), "play_circle", "exchange_matchrun"),
                _link(_("Matches"), "join_inner", "exchange_match"),
            ],
        },
        {
            "title": _("Operation"),
            "separator": True,
            "items": [
                _link(_("Jobs"), "work_history", "tenants_job"),
                _link(_("Slots"), "database", "tenants_slot"),
                _link(_("Fleet"), "layers", "tenants_fleetplan"),
                _link(_("Cells"), "hub", "tenants_cell"),
                _link(_("Databases"), "storage", "tenants_database"),
                _link(_("Moves"), "move_down", "tenants_move"),
                _link(_("Archives"), "archive", "tenants_archive"),
            ],
        },
        {
            "title": _("Catalog"),
            "separator": True,
            "items": [
                _link(_("Processes"), "account_tree", "catalog_process"),
                _link(_("Materials"), "category", "catalog_material"),
                _link(
                    _("Equivalent materials"),
                    "compare_arrows",
                    "catalog_materialequivalence",
                ),
                _link(_("Certificates"), "verified", "catalog_certificatekind"),
                _link(_("Machine models"), "menu_book", "library_machinemodel"),
                _link(_("Exchange rates"), "currency_exchange", "catalog_exchangerate"),
                _link(_("Catalog versions"), "history", "catalog_catalogversion"),
                _link(_("Operator's facts"), "edit_note", "catalog_operatorfact"),
            ],
        },
    ]


def _waiting() -> int:
    # Signing in and out is the directory's, and builds this bar too.
    found = context.active()
    if found is None or found.role != context.OPERATOR_ROLE:
        return 0
    return verification.waiting_count()


def _link(title: "str | Promise", icon: str, model: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{model}_changelist"),
    }
