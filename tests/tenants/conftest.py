"""A schema that Django's migrations made, to compare with."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tenants import context
from tenants.provisioning import migrating, services
from tests.support.catalogues import drop

MIGRATED = "t_migrated"


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A schema that Django's migrations made, granted as an enterprise's is."""
    with django_db_blocker.unblock():
        drop(MIGRATED)
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f'CREATE ROLE "{MIGRATED}" NOLOGIN')
            cursor.execute(f'CREATE SCHEMA "{MIGRATED}"')
            cursor.execute(f'GRANT USAGE ON SCHEMA "{MIGRATED}" TO "{MIGRATED}"')
        migrating.migrate_schema(MIGRATED)
        with context.owner():
            services.grant_schema(MIGRATED)
        yield MIGRATED
        drop(MIGRATED)
