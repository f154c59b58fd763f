"""Westwind Forge with rows in every table, and storage that goes with the test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tenants import context
from tenants.models import Enterprise, Slot
from tenants.types import EnterpriseRef
from tests.factories import archives as make
from tests.support.world import CAST, empty_shared


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path) -> None:
    settings.ARCHIVE_ROOT = tmp_path / "archives"
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def alone(committed: None) -> Iterator[None]:
    """Real commits; the schemas of strangers go with the test."""
    yield
    with context.owner():
        schemas = list(
            Slot.objects.filter(enterprise__isnull=False)
            .exclude(enterprise__slug__in=CAST)
            .values_list("schema_name", flat=True)
        )
    empty_shared()
    with context.owner(), connection.cursor() as cursor:
        for schema in schemas:
            cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
            cursor.execute(f'DROP ROLE IF EXISTS "{schema}"')


@pytest.fixture
def west(alone: None) -> EnterpriseRef:
    """A Polish shop with a row in each of its tables."""
    return make.full_enterprise()


@pytest.fixture
def west_row(west: EnterpriseRef) -> Enterprise:
    """Its row in the directory."""
    with context.directory():
        return Enterprise.objects.get(pk=west.id)
