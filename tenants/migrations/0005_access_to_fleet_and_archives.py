"""Who may touch cells, fleet plans, archives and certificates, and which enterprise."""

from django.db import migrations

from tenants import context
from tenants.isolation.migrations import ALL, READ, OpenTable, ProtectRows

DIRECTORY = context.DIRECTORY_ROLE
EXCHANGE = context.EXCHANGE_ROLE
JOBS = context.JOBS_ROLE
OPERATOR = context.OPERATOR_ROLE
TENANT = context.TENANT_GROUP_ROLE


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_cells_fleet_and_archives")]

    operations = [
        # An enterprise reads its own row: of others it learns what the market's views
        # say, which read as their owner. Policies ask this table who is asking.
        ProtectRows(
            "tenants_enterprise",
            {
                DIRECTORY: ALL,
                OPERATOR: "SELECT, UPDATE",
                EXCHANGE: READ,
                JOBS: READ,
                TENANT: READ,
            },
            owner_column="schema_name",
            rule="schema_name = current_user::text",
        ),
        ProtectRows(
            "tenants_domain",
            {DIRECTORY: ALL, OPERATOR: READ, TENANT: READ},
            owner_column="tenant_id",
        ),
        OpenTable("tenants_cell", {DIRECTORY: READ, OPERATOR: ALL}),
        OpenTable("tenants_database", {DIRECTORY: READ, OPERATOR: ALL}),
        # Read in the message that sets role and path, whosever role it is.
        OpenTable(
            "tenants_directoryversion",
            {
                DIRECTORY: "SELECT, UPDATE",
                OPERATOR: "SELECT, UPDATE",
                EXCHANGE: READ,
                JOBS: READ,
                TENANT: READ,
            },
        ),
        OpenTable("tenants_fleetplan", {DIRECTORY: READ, OPERATOR: READ}),
        OpenTable("tenants_fleetentry", {DIRECTORY: READ, OPERATOR: READ}),
        OpenTable("tenants_throttle", {DIRECTORY: ALL}),
        OpenTable("tenants_closure", {DIRECTORY: ALL, OPERATOR: READ}),
        OpenTable("tenants_registerimport", {DIRECTORY: ALL, OPERATOR: ALL}),
        ProtectRows(
            "tenants_archive",
            {DIRECTORY: ALL, OPERATOR: READ, TENANT: "SELECT, INSERT"},
            owner_column="enterprise_id",
        ),
        ProtectRows(
            "tenants_move",
            {DIRECTORY: ALL, OPERATOR: READ, TENANT: READ},
            owner_column="enterprise_id",
        ),
    ]
