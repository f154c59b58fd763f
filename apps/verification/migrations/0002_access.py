"""Who may see reviews, who submits them, and who alone decides."""

from django.db import migrations

from tenants import context
from tenants.isolation.migrations import CURRENT_ENTERPRISE, ProtectRows

TABLE = "verification_certificatereview"
OPERATOR = context.OPERATOR_ROLE
TENANT = context.TENANT_GROUP_ROLE


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial"), ("tenants", "0003_access")]

    operations = [
        ProtectRows(TABLE, {TENANT: "SELECT", OPERATOR: "SELECT, UPDATE"}),
        migrations.RunSQL(
            sql=[
                # An enterprise writes rows that wait, and takes them back; a decision is
                # not its to write, whatever its own code should try.
                f'ALTER POLICY "{TENANT}" ON {TABLE} WITH CHECK ('
                f"owner_id = {CURRENT_ENTERPRISE}"
                " AND state IN ('submitted', 'withdrawn')"
                " AND decided_at IS NULL AND decided_by = '' AND reason = '')",
                f'GRANT INSERT, UPDATE (state, updated_at) ON {TABLE} TO "{TENANT}"',
            ],
            reverse_sql=[f'REVOKE INSERT, UPDATE ON {TABLE} FROM "{TENANT}"'],
        ),
    ]
