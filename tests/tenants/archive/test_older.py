"""An archive of an older version becomes an enterprise of today's."""

from pathlib import Path
from typing import Any

import pytest

from apps.notify.models import Notice
from tenants import context
from tenants.archive import reading, restoring, storing
from tenants.archive.rules import BadArchive
from tenants.fleet import planning, verifying
from tenants.models import Enterprise, Slot, Template
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import archives as make
from tests.factories import notify
from tests.support.world import NOON
from tests.tenants.fleet.conftest import (  # noqa: F401  (the fleet's fixtures)
    amber,
    base,
    first_release,
    fleet,
)


@pytest.fixture
def old(amber: EnterpriseRef, first_release: None) -> Path:  # noqa: F811  (fixtures)
    """An archive of the version before the one that is rendered now."""
    with context.enterprise(amber):
        notify.notice(title="Written before the release")
    with context.directory():
        row = Enterprise.objects.get(pk=amber.id)
    path = storing.path_of(make.archive(row).path)
    assert planning.plan_release() is not None
    return path


def import_it(path: Path) -> restoring.Restored:
    return restoring.import_as_new(path=path, slug="copy", by=SYSTEM, at=NOON)


def assert_is_of_today(made: restoring.Restored) -> None:
    with context.owner():
        today = Template.objects.get(is_current=True)
        slot = Slot.objects.get(pk=made.schema)
        assert slot.template_digest == today.digest
        assert not verifying.differences(made.schema)
    with context.enterprise(made.enterprise):
        assert Notice.objects.values_list("title", flat=True).get() == (
            "Written before the release"
        )


def test_is_brought_up_to_date(old: Path) -> None:
    made = import_it(old)

    assert_is_of_today(made)


def test_needs_nothing_but_the_archive(old: Path) -> None:
    """Whatever became of the template's row: the archive has the text of its own."""
    digest = reading.read_manifest(old).template_digest
    with context.owner():
        Template.objects.filter(digest=digest).delete()

    made = import_it(old)

    assert_is_of_today(made)


def test_runs_its_text_only_if_it_was_sealed_here(old: Path, settings: Any) -> None:
    digest = reading.read_manifest(old).template_digest
    with context.owner():
        Template.objects.filter(digest=digest).delete()
    settings.SECRET_KEY = "another-installation-has-another-key-of-its-own"

    with pytest.raises(BadArchive, match="was not sealed here"):
        import_it(old)
