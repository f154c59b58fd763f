"""The photos for everyone follow the documents, by jobs alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction

from apps.documents import services as documents
from apps.exchange import selectors, services
from apps.exchange.models import ShowcaseItem
from tenants import context, jobs
from tenants.lifecycle import services as lifecycle
from tenants.types import SYSTEM, Actor, Circle, EnterpriseRef
from tests.apps.documents import hostile_files as files
from tests.factories import documents as make_documents
from tests.factories import exchange as make
from tests.support.world import NOON

Queued = Callable[[str], list[dict[str, object]]]


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def shown(ref: EnterpriseRef) -> list[str]:
    with context.directory():
        return [item.title for item in selectors.photos_of(ref.id)]


class TestShowDocuments:
    def test_takes_the_newest_twelve_photos_for_everyone(
        self, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            for number in range(14):
                make.photo(title=f"Hall {number}")
            make.photo(title="For buyers", circle=Circle.MARKET)
            make_documents.document(circle=Circle.PUBLIC)

            assert services.show_documents() == 12
            assert services.show_documents() == 12

        assert shown(north) == [f"Hall {number}" for number in range(13, 1, -1)]

    def test_says_where_the_files_are_inside_of_the_enterprise(
        self, north: EnterpriseRef
    ) -> None:
        item = make.showcase_item(north)

        assert item.stored_path.startswith("documents/")
        assert item.thumbnail_path.startswith("thumbnails/")
        assert (item.width_px, item.height_px, item.position) == (1600, 1200, 1)

    def test_keeps_the_address_of_a_photo_that_stays(
        self, north: EnterpriseRef
    ) -> None:
        before = make.showcase_item(north, title="Old")
        after = make.showcase_item(north, title="New")

        with context.enterprise(north):
            rows = list(ShowcaseItem.objects.order_by("position"))
        assert [(row.pk, row.position) for row in rows] == [
            (after.pk, 1),
            (before.pk, 2),
        ]


class TestRows:
    def test_are_written_by_their_owner_alone(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        item = make.showcase_item(north)

        with context.enterprise(south):
            assert not ShowcaseItem.objects.exists()
            assert ShowcaseItem.objects.filter(pk=item.pk).update(title="Mine") == 0
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            context.directory(),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM exchange_showcaseitem")


@pytest.mark.usefixtures("committed")
class TestJobs:
    def test_follow_what_becomes_of_a_document(
        self, north: EnterpriseRef, planner: Actor
    ) -> None:
        told = {"by": planner, "at": NOON}
        with context.enterprise(north):
            made = documents.upload_document(
                file=ContentFile(files.photo("JPEG", (64, 48)), "hall.jpg"),
                kind="photo",
                circle=Circle.PUBLIC,
                **told,
            )
        jobs.run_due()
        assert shown(north) == ["hall"]

        with context.enterprise(north):
            documents.retitle_document(document_id=made.pk, title="Hall 1", **told)
        jobs.run_due()
        assert shown(north) == ["Hall 1"]

        with context.enterprise(north):
            documents.change_circle(document_id=made.pk, circle=Circle.MARKET, **told)
        jobs.run_due()
        assert shown(north) == []

        with context.enterprise(north):
            documents.change_circle(document_id=made.pk, circle=Circle.PUBLIC, **told)
        jobs.run_due()
        assert shown(north) == ["Hall 1"]

        with context.enterprise(north):
            documents.drop_document(document_id=made.pk, **told)
        jobs.run_due()
        assert shown(north) == []

    def test_are_put_down_once_and_only_for_photos_for_everyone(
        self, north: EnterpriseRef, planner: Actor, queued: Queued
    ) -> None:
        with context.enterprise(north):
            for circle in (Circle.PRIVATE, Circle.PUBLIC, Circle.PUBLIC):
                documents.upload_document(
                    file=ContentFile(files.photo("PNG", (64, 48)), "hall.png"),
                    kind="photo",
                    circle=circle,
                    by=planner,
                    at=NOON,
                )
                assert len(queued("exchange.show_documents")) == (
                    circle == Circle.PUBLIC
                )

    def test_go_with_a_rolled_back_cause(
        self, north: EnterpriseRef, planner: Actor, queued: Queued
    ) -> None:
        item = make.showcase_item(north)

        with context.enterprise(north), pytest.raises(ZeroDivisionError):
            with transaction.atomic():
                documents.change_circle(
                    document_id=item.document_id,
                    circle=Circle.PRIVATE,
                    by=planner,
                    at=NOON,
                )
                raise ZeroDivisionError

        assert queued("exchange.show_documents") == []
        assert shown(north) == ["Machining hall"]

    def test_a_resting_enterprise_shows_nothing_until_it_wakes(
        self, north: EnterpriseRef
    ) -> None:
        make.showcase_item(north)

        lifecycle.let_rest(enterprise_id=north.id, by=SYSTEM, at=NOON)
        with context.operator():
            assert not ShowcaseItem.objects.exists()

        lifecycle.wake(enterprise_id=north.id, at=NOON)
        jobs.run_due()
        assert shown(north) == ["Machining hall"]
