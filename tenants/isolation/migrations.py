"""Operations for migrations of the shared schema: who may touch which rows."""

from collections.abc import Mapping
from typing import Any

from django.db import router
from django.db.migrations.operations.base import Operation

from tenants import context

ALL = "SELECT, INSERT, UPDATE, DELETE"
READ = "SELECT"

# The enterprise whose schema's role is asking. A sub-select without reference to
# the row, so PostgreSQL computes it once a statement and not once a row.
CURRENT_ENTERPRISE = (
    "(SELECT id FROM public.tenants_enterprise WHERE schema_name = current_user::text)"
)


class OpenTable(Operation):
    """Grant privileges on a shared table that has no owner enterprise.

    `grants` maps a role to the privileges it gets, for example
    `{"spindle_tenant": READ, "spindle_operator": ALL}`.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, grants: Mapping[str, str]) -> None:
        self.table = table
        self.grants = dict(grants)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models' state as it is."""

    def statements(self) -> list[str]:
        """Give the SQL, one statement each."""
        return [
            f'GRANT {privileges} ON TABLE "{self.table}" TO "{role}"'
            for role, privileges in sorted(self.grants.items())
        ]

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Grant, where the app's tables are."""
        # Like RunSQL: a tenant's schema replays shared migrations on paper only.
        if not router.allow_migrate(schema_editor.connection.alias, app_label):
            return
        for statement in self.statements():
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Revoke."""
        for role in self.grants:
            schema_editor.execute(f'REVOKE ALL ON TABLE "{self.table}" FROM "{role}"')

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Grant privileges on {self.table}"


class ProtectRows(OpenTable):
    """Force row-level security on a shared table whose rows have an owner.

    A tenant's role sees and writes the rows of its own enterprise, within the
    privileges of `grants["spindle_tenant"]`; every other role in `grants` sees all
    rows, within its privileges; any role that is not named sees none. `rule` stands
    for the comparison of the owner column with the enterprise that asks, where that
    would ask the table itself.
    """

    def __init__(
        self,
        table: str,
        grants: Mapping[str, str],
        owner_column: str = "owner_id",
        rule: str = "",
    ) -> None:
        super().__init__(table, grants)
        self.owner_column = owner_column
        self.rule = rule or f'"{owner_column}" = {CURRENT_ENTERPRISE}'

    def statements(self) -> list[str]:
        """Give the SQL, one statement each."""
        made = [
            f'ALTER TABLE "{self.table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{self.table}" FORCE ROW LEVEL SECURITY',
        ]
        for role in sorted({*self.grants, context.OWNER_ROLE}):
            rule = "true"
            if role == context.TENANT_GROUP_ROLE:
                rule = self.rule
            made.append(
                f'CREATE POLICY "{role}" ON "{self.table}" TO "{role}"'
                f" USING ({rule}) WITH CHECK ({rule})"
            )
        return made + super().statements()

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Revoke, drop the policies, switch row security off."""
        for role in sorted({*self.grants, context.OWNER_ROLE}):
            schema_editor.execute(f'DROP POLICY IF EXISTS "{role}" ON "{self.table}"')
        schema_editor.execute(f'ALTER TABLE "{self.table}" NO FORCE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{self.table}" DISABLE ROW LEVEL SECURITY')
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Force row-level security on {self.table}"
