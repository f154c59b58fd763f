"""Walks over what every Django project has: models, URL maps, jobs, files."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import models as django_models
from django.db.migrations.loader import MigrationLoader
from django.urls import URLPattern, URLResolver, get_resolver

from tenants.isolation.migrations import ProtectRows
from tenants.isolation.models import TenantModel
from tenants.isolation.registry import Classes, Found, Kind, classes_of_view
from tenants.jobs import registry as job_kinds
from tenants.jobs.registry import Scope
from tenants.types import Disclosure, Tenancy

# What a job may reach follows from the name it runs in.
REACH = {
    Scope.ENTERPRISE: Classes(Tenancy.PRIVATE),
    Scope.EXCHANGE: Classes(Tenancy.OWNED),
    Scope.DIRECTORY: Classes(Tenancy.DIRECTORY),
    Scope.OWNER: Classes(Tenancy.OPERATOR),
}


def table() -> ModuleType:
    """Return the project's table of what libraries bring: `TENANCY_TABLE`."""
    return import_module(settings.TENANCY_TABLE)


def models() -> Iterator[Found]:
    """Find all models, those of many-to-many fields included."""
    others: Mapping[str, Classes] = table().MODELS
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        yield Found(
            Kind.MODEL,
            label,
            _classes_of_model(model, others),
            f"Make it a TenantModel, protect its rows in a migration (ProtectRows), or"
            f" write `tenancy = Tenancy.…` in {model.__module__}.{model.__name__}; for"
            f" a library's, add it to MODELS in {settings.TENANCY_TABLE}.",
        )


def _classes_of_model(
    model: type[django_models.Model], others: Mapping[str, Classes]
) -> Classes | None:
    disclosure = vars(model).get("disclosure")
    if issubclass(model, TenantModel):
        return Classes(Tenancy.PRIVATE, disclosure)
    column = protected_tables().get(model._meta.db_table)
    if column is not None:
        return Classes(Tenancy.OWNED, disclosure, column)
    # Not an inherited one: it would be somebody else's.
    declared = vars(model).get("tenancy")
    if isinstance(declared, Tenancy):
        return Classes(declared, disclosure)
    return others.get(model._meta.label)


@cache
def protected_tables() -> dict[str, str]:
    """Return the tables whose rows migrations protect, each with its owner column."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {
        operation.table: operation.owner_column
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, ProtectRows)
    }


def urls() -> Iterator[Found]:
    """Find all URL patterns of all maps."""
    others: Mapping[str, Classes] = table().URLS
    for face, urlconf in sorted(settings.URLCONFS.items()):
        for route, view in views_below(get_resolver(urlconf)):
            name = name_of_view(view)
            yield Found(
                Kind.URL,
                f"{face}: {route}",
                classes_of_view(view) or others.get(name),
                f"{name} declares nobody: decorate it with @access(…) or @public, give"
                f" an endpoint its `scopes`; for a library's, add {name!r} to URLS in"
                f" {settings.TENANCY_TABLE}.",
            )


def views_below(
    resolver: URLResolver, prefix: str = ""
) -> Iterator[tuple[str, object]]:
    """Walk over the patterns of a map, each with its whole route."""
    for entry in resolver.url_patterns:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from views_below(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def name_of_view(view: Any) -> str:
    """Return where a view's code is found."""
    view = getattr(view, "view_class", view)
    return f"{view.__module__}.{getattr(view, '__qualname__', type(view).__name__)}"


def jobs() -> Iterator[Found]:
    """Find all kinds of jobs, and all Celery tasks."""
    for kind, registered in job_kinds.kinds().items():
        yield Found(
            Kind.JOB,
            kind,
            REACH.get(registered.scope),
            f"Its scope {registered.scope} is not in tenants.isolation.finders.REACH.",
        )
    others: Mapping[str, Classes] = table().TASKS
    for name, task in current_app.tasks.items():
        module = import_module(task.__module__)
        declared = getattr(module, "REACH", {}).get(name)
        known = Classes(declared) if isinstance(declared, Tenancy) else None
        yield Found(
            Kind.JOB,
            f"celery: {name}",
            known or others.get(name),
            "Celery carries ids only: register a jobs.handler instead. A task that"
            f" must be one is named in REACH in {task.__module__}.",
        )


def files() -> Iterator[Found]:
    """Find all file fields of models."""
    for model in apps.get_models():
        declared = vars(model).get("disclosed_files", {})
        for field in model._meta.local_fields:
            if not isinstance(field, django_models.FileField):
                continue
            disclosure = declared.get(field.name)
            is_known = issubclass(model, TenantModel) and isinstance(
                disclosure, Disclosure
            )
            yield Found(
                Kind.FILE,
                f"{model._meta.label}.{field.name}",
                Classes(Tenancy.PRIVATE, disclosure) if is_known else None,
                f"Files belong to a TenantModel. Write `disclosed_files ="
                f' {{"{field.name}": Disclosure.…}}` in {model.__module__}.'
                f"{model.__name__}.",
            )
