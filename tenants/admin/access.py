"""People, and partner systems."""

from django.contrib import admin

from apps.kernel.admin import ReadOnlyAdmin, console
from tenants.models import ApiClient, User


@admin.register(User, site=console)
class UserAdmin(ReadOnlyAdmin):
    """People, without what they know."""

    list_display = (
        "email",
        "name",
        "language",
        "is_active",
        "is_operator",
        "last_login",
    )
    search_fields = ("email", "name")
    exclude = ("password", "groups", "user_permissions")
    ordering = ("email",)


@admin.register(ApiClient, site=console)
class ApiClientAdmin(ReadOnlyAdmin):
    """Partner systems; their secrets are hashed and not shown."""

    list_display = ("name", "enterprise", "client_id", "created_at", "revoked_at")
    list_select_related = ("enterprise",)
    exclude = ("client",)
    ordering = ("-id",)
