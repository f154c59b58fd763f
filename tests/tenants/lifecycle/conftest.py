"""An enterprise of its own for each test that really commits, and no trace after it."""

import os
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection, connections
from django.test import override_settings

from tenants import context
from tenants.lifecycle import resting
from tenants.models import Archive, Closure, Enterprise, Slot, User
from tenants.provisioning import services as provisioning
from tenants.registry.selectors import as_ref
from tenants.types import EnterpriseRef
from tests.factories import tenants as make


@pytest.fixture(autouse=True)
def nobody_noted() -> Iterator[None]:
    resting.forget_activity()
    yield
    resting.forget_activity()


@pytest.fixture
def room(committed: None, tmp_path) -> Iterator[None]:
    """Real commits, with archives and files of this test alone, all gone after it."""
    with context.directory():
        before = set(
            Slot.objects.filter(enterprise__isnull=False).values_list("pk", flat=True)
        )
    with override_settings(
        ARCHIVE_ROOT=tmp_path / "archives", MEDIA_ROOT=tmp_path / "files"
    ):
        yield
    connections.close_all()
    with context.owner():
        made = list(
            Slot.objects.filter(enterprise__isnull=False)
            .exclude(pk__in=before)
            .values_list("pk", flat=True)
        )
        Archive.objects.all().delete()
        Closure.objects.all().delete()
        Slot.objects.filter(pk__in=made).delete()
        Enterprise.objects.exclude(slug__in=("north", "south")).delete()
        User.objects.exclude(email__startswith="owner@").delete()
        User.objects.filter(email__contains="westwind").delete()
    for schema in made:
        provisioning.drop_schema(schema)


@pytest.fixture
def west(room: None) -> EnterpriseRef:
    """Westwind Forge, activated."""
    return as_ref(make.enterprise())


def forked(work: Callable[[], object]) -> int:
    """Do the work in a child that never comes back to the test; return how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def dying_at(number: int, work: Callable[[], object]) -> Callable[[], object]:
    """Return the work as it goes in a process killed before its n-th statement."""

    def run() -> None:
        left = number

        def count(execute, *statement):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), 9)
            return execute(*statement)

        with connection.execute_wrapper(count):
            work()

    return partial(run)
