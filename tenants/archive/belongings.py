"""What an enterprise owns outside its own schema: rows of shared tables, and people.

Shared tables are found from the models: whatever has a foreign key to the enterprise
that row security goes by, or the only one. What stays behind is named here with the
reason, by the app that knows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db import models

from tenants.database.names import quoted
from tenants.isolation.finders import protected_tables
from tenants.isolation.models import TenantModel
from tenants.models import Enterprise

# These have entries of their own: their people must be found first.
IN_DIRECTORY = ("tenants_domain", "tenants_membership")

_left_out: dict[str, str] = {
    "tenants.Archive": "it is about the platform's storage",
    "tenants.Move": "it is about the platform's databases",
    "tenants.Slot": "a restored enterprise gets a schema of its own",
    "tenants.JobProgress": "it says how far a job is that runs now",
}
# Only what is still to be done: a job that ran, or runs, would be done twice.
_conditions: dict[str, str] = {"tenants_job": "t.state = 'queued'"}


class Unowned(RuntimeError):
    """Raised for a shared table of which it is not plain whose its rows are."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared table with rows that an enterprise owns."""

    table: str
    owner_column: str
    condition: str = ""

    def where(self, enterprise_id: UUID) -> str:
        """Return the condition for an enterprise's rows."""
        owned = f"t.{quoted(self.owner_column)} = '{enterprise_id}'"
        return f"{owned} AND {self.condition}" if self.condition else owned


@dataclass(frozen=True, slots=True)
class Credential:
    """A table with what people and partner systems prove themselves by.

    It goes along with a move only: nobody may carry it off in an export.
    """

    table: str
    condition: str
    # Drawn anew where it arrives.
    without: tuple[str, ...] = ()


CREDENTIALS = (
    Credential("account_emailaddress", "t.user_id IN ({people})", ("id",)),
    Credential("mfa_authenticator", "t.user_id IN ({people})", ("id",)),
    Credential(
        "allauth_idp_oidc_client",
        "t.id IN (SELECT client_id FROM public.tenants_apiclient"
        " WHERE enterprise_id = '{enterprise}')",
    ),
)


def leave_out(label: str, reason: str) -> None:
    """Keep a shared model's rows out of archives; called while apps get ready."""
    _left_out[label] = reason


def left_out() -> Mapping[str, str]:
    """Return the reasons by table."""
    return {
        apps.get_model(label)._meta.db_table: reason
        for label, reason in sorted(_left_out.items())
    }


def shared_tables() -> list[Shared]:
    """Return the shared tables whose owned rows an archive holds, by name.

    :raises Unowned: if a model refers to several enterprises and none owns its rows.
    """
    found = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.label in _left_out or table in IN_DIRECTORY:
            continue
        if issubclass(model, TenantModel) or not model._meta.managed:
            continue
        column = _owner_column(model)
        if column is not None:
            found.append(Shared(table, column, _conditions.get(table, "")))
    return sorted(found, key=lambda one: one.table)


def _owner_column(model: type[models.Model]) -> str | None:
    columns = [
        field.column
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Enterprise
    ]
    protected = protected_tables().get(model._meta.db_table)
    if protected in columns:
        return protected
    if len(columns) > 1:
        msg = (
            f"{model._meta.label} refers to several enterprises: protect its rows"
            " (ProtectRows), or leave it out of archives (belongings.leave_out)."
        )
        raise Unowned(msg)
    return columns[0] if columns else None


def people_of(enterprise_id: UUID) -> str:
    """Return the query for the ids of all people that the rows refer to."""
    return (
        "SELECT user_id FROM public.tenants_membership"  # noqa: S608  (a UUID)
        f" WHERE enterprise_id = '{enterprise_id}'"
        " UNION SELECT created_by_id FROM public.tenants_apiclient"
        f" WHERE enterprise_id = '{enterprise_id}' AND created_by_id IS NOT NULL"
        " UNION SELECT revoked_by_id FROM public.tenants_apiclient"
        f" WHERE enterprise_id = '{enterprise_id}' AND revoked_by_id IS NOT NULL"
        " UNION SELECT suspended_by_id FROM public.tenants_enterprise"
        f" WHERE id = '{enterprise_id}' AND suspended_by_id IS NOT NULL"
    )
