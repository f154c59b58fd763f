"""Each model has a factory, so that no test makes rows that no service would."""

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pytest
from django.apps import apps
from django.db import models

from tenants.types import EnterpriseRef
from tests.factories import tenants as of_tenants

FACTORIES = Path(__file__).resolve().parents[1] / "factories"

# Rows that are only ever written along with another, by its factory or service.
WITHOUT = {
    "scheduling.JobOption": "written by add_work_request, with its step",
    "tenants.Domain": "written by sign_up, with the enterprise",
    "tenants.JobProgress": "written by jobs.report_progress, while a job runs",
    "tenants.IdempotencyRecord": "written by the API, with its first answer",
    "tenants.HandoverToken": "written by a sign-in that goes from host to host",
    "tenants.Throttle": "written by Django's cache, at a sign-in that fails",
    "tenants.DirectoryVersion": "one row, written by the migration that made the table",
    "exchange.Match": "written by match_demand, with its run",
    "capacity.Shift": "written by set_shifts, with the calendar",
    "capacity.CalendarRevision": "written with each change of a calendar",
    "capacity.CalendarException": "written by add_exception, to a calendar",
    "orders.QuoteLine": "written with its quote, to whose total it must sum up",
}

OURS = {
    model._meta.label: model
    for model in apps.get_models()
    if model.__module__.startswith(("apps.", "tenants.")) and model._meta.managed
}


def made_by_factories() -> dict[type, list[str]]:
    made: dict[type, list[str]] = {}
    for path in sorted(FACTORIES.glob("*.py")):
        module = importlib.import_module(f"tests.factories.{path.stem}")
        for name, factory in inspect.getmembers(module, inspect.isfunction):
            if factory.__module__ == module.__name__ and not name.startswith("_"):
                returned = get_type_hints(factory).get("return")
                if inspect.isclass(returned):
                    made.setdefault(returned, []).append(f"{path.stem}.{name}")
    return made


@pytest.mark.parametrize("label", sorted(OURS))
def test_makes_each_model_or_says_why_not(label: str) -> None:
    has_factory = OURS[label] in made_by_factories()

    assert has_factory != (label in WITHOUT), label


def test_exceptions_are_of_models_that_there_are() -> None:
    assert set(WITHOUT) <= set(OURS)


@pytest.mark.parametrize(
    "make",
    [
        lambda ref: of_tenants.enterprise(),
        lambda ref: of_tenants.operator(),
        lambda ref: of_tenants.membership(ref),
        lambda ref: of_tenants.api_client(ref),
        lambda ref: of_tenants.template(),
        lambda ref: of_tenants.free_slot(),
        lambda ref: of_tenants.job(ref),
    ],
)
def test_of_tenants_write_a_row(
    north: EnterpriseRef, make: Callable[[EnterpriseRef], models.Model]
) -> None:
    row = make(north)

    assert row.pk
    assert str(row)
