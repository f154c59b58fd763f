"""Migrations say what models say, cheaply, and reach enterprises that are behind."""

from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader

from tenants import context
from tenants.provisioning import migrating
from tenants.types import EnterpriseRef

OURS = [
    config.label
    for config in apps.get_app_configs()
    if config.name.startswith(("apps.", "tenants"))
]
SHARED = [name.rpartition(".")[2] for name in settings.SHARED_APPS]


def initial_migrations() -> list[Migration]:
    on_disk = MigrationLoader(None).disk_migrations
    return [found for key, found in sorted(on_disk.items()) if is_first(key)]


def is_first(key: tuple[str, str]) -> bool:
    return key[0] in OURS and key[1].startswith("0001")


@pytest.mark.usefixtures("db")
class TestMigrations:
    def test_say_all_that_models_say(self) -> None:
        said = StringIO()
        with context.owner():
            call_command("makemigrations", "--check", "--dry-run", stdout=said)

        assert said.getvalue() == "No changes detected\n"

    @pytest.mark.parametrize(
        "first", initial_migrations(), ids=lambda first: first.app_label
    )
    def test_make_each_table_with_its_constraints_at_once(
        self, first: Migration
    ) -> None:
        # As operations of their own, each reloads the state of all models: seconds.
        apart = [
            operation
            for operation in first.operations
            if isinstance(operation, operations.AddConstraint | operations.AddIndex)
        ]
        assert apart == []

    def test_are_recorded_where_their_tables_are(self, north: EnterpriseRef) -> None:
        with context.owner(north.schema), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT app FROM django_migrations")
            own = {row[0] for row in cursor.fetchall()}
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT app FROM django_migrations")
            shared = {row[0] for row in cursor.fetchall()}

        assert own == {name.rpartition(".")[2] for name in settings.TENANT_APPS}
        assert not own & shared

    def test_find_nothing_to_do_the_second_time(self, north: EnterpriseRef) -> None:
        assert migrating.migrate_shared() == 0
        assert migrating.migrate_schema(north.schema) == 0

    @pytest.mark.parametrize("command", ["migrate", "migrate_schemas"])
    def test_are_not_run_past_the_enterprises(self, command: str) -> None:
        with pytest.raises(CommandError, match="manage.py prepare"):
            call_command(command, "--noinput")

    def test_leave_djangos_own_checks_working(self) -> None:
        call_command("check")
