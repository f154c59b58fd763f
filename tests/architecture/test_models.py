"""What every model must say of itself, and what the database must keep of it."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from tenants import context
from tenants.isolation import TenantModel
from tenants.types import EnterpriseRef

OURS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith(("apps.", "tenants."))
]
OWNED = [model for model in OURS if model._meta.managed]
TENANT_LABELS = {
    config.label
    for config in apps.get_app_configs()
    if config.name in settings.TENANT_APPS
}
CONSTRAINT_NAME = re.compile(r"^[a-z]+_[a-z]+_[a-z0-9_]+$")

# `_at` columns whose actor is always Spindle itself, or the row's author.
AT_WITHOUT_BY = {
    "activated_at",
    "at",
    "claimed_at",
    "created_at",
    "deadline_at",
    "due_at",
    "ended_at",
    "ends_at",
    "expires_at",
    "last_active_at",
    "finish_at",
    "finished_at",
    "finishes_at",
    "frozen_until_at",
    "lease_until",
    "pinned_start_at",
    "poked_at",
    "promised_at",
    "published_at",
    "read_at",
    "release_at",
    "response_deadline_at",
    "started_at",
    "starts_at",
    "updated_at",
    "used_at",
    "valid_until_at",
    "verified_at",
    "was_finishes_at",
    "was_starts_at",
    "write_stopped_at",
}


def name_of(model: type[models.Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", OURS, ids=name_of)
class TestModel:
    def test_has_a_docstring_in_domain_terms(self, model: type[models.Model]) -> None:
        assert model.__doc__
        assert not model.__doc__.startswith(f"{model.__name__}(")

    def test_identifies_its_rows(self, model: type[models.Model]) -> None:
        assert "__str__" in {name for base in model.__mro__ for name in vars(base)}


@pytest.mark.parametrize("model", OWNED, ids=name_of)
class TestConstraints:
    def test_keep_the_known_values_of_every_choices_field(
        self, model: type[models.Model]
    ) -> None:
        checks = " ".join(
            str(constraint.condition)
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
        )
        for field in model._meta.local_fields:
            if field.choices:
                assert f"'{field.name}__in'" in checks or f"'{field.name}'" in checks, (
                    f"{model.__name__}.{field.name} has choices and no CHECK"
                )

    def test_are_named_by_app_model_and_fact(self, model: type[models.Model]) -> None:
        prefix = f"{model._meta.app_label}_"
        for constraint in model._meta.constraints:
            assert constraint.name.startswith(prefix), constraint.name
            assert CONSTRAINT_NAME.match(constraint.name), constraint.name
            assert len(constraint.name) <= 63

    def test_pair_every_moment_with_its_actor(self, model: type[models.Model]) -> None:
        columns = {field.name for field in model._meta.local_fields}
        for column in columns:
            if column.endswith("_at") and column not in AT_WITHOUT_BY:
                stem = column.removesuffix("_at")
                assert {f"{stem}_by", f"{stem}_by_label"} & columns, column


class TestSchemas:
    def test_share_no_table_name(self) -> None:
        tenant = {
            m._meta.db_table
            for m in apps.get_models()
            if m._meta.app_label in TENANT_LABELS
        }
        shared = {
            m._meta.db_table
            for m in apps.get_models()
            if m._meta.app_label not in TENANT_LABELS
        }

        assert tenant & shared == set()

    def test_of_enterprises_hold_only_tenant_models(self) -> None:
        for model in OWNED:
            if model._meta.app_label in TENANT_LABELS:
                assert issubclass(model, TenantModel), model

    def test_have_no_foreign_key_between_them(self) -> None:
        for model in OWNED:
            is_tenant = model._meta.app_label in TENANT_LABELS
            for field in model._meta.local_fields:
                if field.is_relation:
                    other = field.related_model._meta.app_label in TENANT_LABELS
                    assert other == is_tenant, field

    def test_protect_every_shared_row_that_has_an_owner(self, db: None) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity"
                " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
                " AND c.relkind = 'r'"
            )
            secured = {name: (on, forced) for name, on, forced in cursor.fetchall()}
        for model in OWNED:
            if model._meta.app_label in TENANT_LABELS:
                continue
            owners = {f.name for f in model._meta.local_fields} & {
                "owner",
                "enterprise",
            }
            # A slot belongs to nobody until it is claimed, and only the directory
            # and the operator may read the table.
            if owners and model.__name__ != "Slot":
                assert secured[model._meta.db_table] == (True, True), model

    def test_leave_no_tenant_table_in_the_shared_schema(
        self, north: EnterpriseRef
    ) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
            public = {row[0] for row in cursor.fetchall()}
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s", [north.schema]
            )
            own = {row[0] for row in cursor.fetchall()}

        assert public & own <= {"django_migrations"}
