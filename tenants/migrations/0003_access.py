"""Who may touch which shared table, and which rows of it."""

from django.db import migrations

from tenants import context
from tenants.isolation.migrations import ALL, READ, OpenTable, ProtectRows

DIRECTORY = context.DIRECTORY_ROLE
EXCHANGE = context.EXCHANGE_ROLE
JOBS = context.JOBS_ROLE
OPERATOR = context.OPERATOR_ROLE
TENANT = context.TENANT_GROUP_ROLE

# Tables of Django and allauth that sign-in, tokens and the console use.
SIGN_IN_TABLES = [
    "django_session",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "allauth_idp_oidc_client",
    "allauth_idp_oidc_token",
    "tenants_handovertoken",
]
CONSOLE_TABLES = [
    "django_admin_log",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "tenants_user_groups",
    "tenants_user_user_permissions",
]

OWN_MEMBERS = (
    "EXISTS (SELECT 1 FROM public.tenants_membership m"
    " WHERE m.user_id = tenants_user.id)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_apiclient"),
        ("sessions", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("allauth_idp_oidc", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        # The directory itself: names and addresses, which every face may look up.
        OpenTable(
            "tenants_enterprise",
            {
                DIRECTORY: ALL,
                OPERATOR: "SELECT, UPDATE",
                EXCHANGE: READ,
                JOBS: READ,
                TENANT: READ,
            },
        ),
        OpenTable("tenants_domain", {DIRECTORY: ALL, OPERATOR: READ, TENANT: READ}),
        OpenTable("tenants_slot", {DIRECTORY: ALL, OPERATOR: READ}),
        OpenTable("tenants_template", {DIRECTORY: ALL, OPERATOR: READ}),
        *[OpenTable(table, {DIRECTORY: ALL, OPERATOR: READ}) for table in SIGN_IN_TABLES],
        *[OpenTable(table, {DIRECTORY: READ, OPERATOR: ALL}) for table in CONSOLE_TABLES],
        ProtectRows(
            "tenants_membership",
            {DIRECTORY: ALL, OPERATOR: READ, TENANT: READ},
            owner_column="enterprise_id",
        ),
        # People are of no single enterprise: each sees its own members.
        OpenTable("tenants_user", {DIRECTORY: ALL, OPERATOR: "SELECT, UPDATE", TENANT: READ}),
        migrations.RunSQL(
            sql=[
                "ALTER TABLE tenants_user ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE tenants_user FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY members ON tenants_user TO {TENANT} USING ({OWN_MEMBERS})",
                *[
                    f"CREATE POLICY {role} ON tenants_user TO {role}"
                    " USING (true) WITH CHECK (true)"
                    for role in (DIRECTORY, OPERATOR, context.OWNER_ROLE)
                ],
            ],
            reverse_sql=[
                "ALTER TABLE tenants_user NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE tenants_user DISABLE ROW LEVEL SECURITY",
            ],
        ),
        ProtectRows(
            "tenants_job",
            {JOBS: ALL, OPERATOR: "SELECT, UPDATE", TENANT: "SELECT, INSERT, UPDATE"},
            owner_column="enterprise_id",
        ),
        ProtectRows(
            "tenants_jobprogress",
            {JOBS: ALL, OPERATOR: READ, TENANT: READ},
            owner_column="enterprise_id",
        ),
        ProtectRows(
            "tenants_apiclient",
            {DIRECTORY: ALL, OPERATOR: READ, TENANT: READ},
            owner_column="enterprise_id",
        ),
        ProtectRows(
            "tenants_idempotencyrecord",
            {TENANT: "SELECT, INSERT, DELETE", OPERATOR: READ},
            owner_column="enterprise_id",
        ),
    ]
