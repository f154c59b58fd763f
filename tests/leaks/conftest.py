"""A world that the groups of one module share."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[object]:
    """Everything there is, of north and among strangers, until the module ends."""
    from django.db import transaction

    from tenants import context
    from tenants.registry.selectors import forget_enterprises
    from tests.leaks.world import World
    from tests.support.world import member_of_cast

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        forget_enterprises()
        with context.directory():
            atomic = transaction.atomic()
            atomic._from_testcase = True  # type: ignore[attr-defined]
            atomic.__enter__()
        try:
            yield World(member_of_cast("north"), member_of_cast("south"))
        finally:
            with context.directory():
                transaction.set_rollback(True)
                atomic.__exit__(None, None, None)
            forget_enterprises()
