from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from apps.notify import selectors, services
from apps.notify.models import Notice
from apps.notify.services import NoticeNotFound
from tenants import context
from tenants.types import EnterpriseRef, Role
from tests.support.world import NOON

PAULA = UUID("0190a000-0000-7000-8000-000000000001")
PETER = UUID("0190a000-0000-7000-8000-000000000009")
LATER = NOON + timedelta(hours=1)


def quote_came(**facts: object) -> Notice:
    return services.notify(
        **{
            "kind": "quote.received",
            "title": "A quote came in",
            "roles": (Role.PLANNER,),
            "at": NOON,
            **facts,
        }
    )


def titles(user_id: UUID, role: Role) -> list[str]:
    return [each.title for each in selectors.unread(user_id=user_id, role=role)]


class TestNotify:
    def test_reaches_the_roles_and_the_person_it_is_for(
        self, in_north: EnterpriseRef
    ) -> None:
        quote_came(title="planners")
        quote_came(title="Peter", roles=(), user_id=PETER)
        assert titles(PAULA, Role.PLANNER) == ["planners"]
        assert titles(PETER, Role.SELLER) == ["Peter"]
        assert titles(PAULA, Role.VIEWER) == []
        # The owner answers for every role, but does not read others' own notices.
        assert titles(PAULA, Role.OWNER) == ["planners"]

    def test_tells_one_fact_once(self, in_north: EnterpriseRef) -> None:
        first = quote_came(dedup_key="quote:7")
        again = quote_came(dedup_key="quote:7", title="Once more")
        assert again.id == first.id
        assert Notice.objects.get().title == "A quote came in"

    def test_refuses_a_notice_for_nobody(self, in_north: EnterpriseRef) -> None:
        with pytest.raises(ValueError, match="nobody"):
            quote_came(roles=())
        with pytest.raises(IntegrityError, match="notify_notice_has_addressee"):
            Notice.objects.create(kind="a.b", title="t", created_at=NOON)

    def test_is_invisible_to_another_tenant(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            quote_came()
        with context.enterprise(south):
            assert titles(PAULA, Role.PLANNER) == []

    def test_is_not_told_when_the_fact_is_undone(self, in_north: EnterpriseRef) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            quote_came()
            raise RuntimeError
        assert not Notice.objects.exists()


class TestMarkRead:
    def test_hides_it_from_this_reader_only(self, in_north: EnterpriseRef) -> None:
        notice = quote_came()
        for at in (LATER, LATER + timedelta(days=1)):
            services.mark_read(
                notice_id=notice.id, user_id=PAULA, role=Role.PLANNER, at=at
            )
        assert selectors.unread_count(user_id=PAULA, role=Role.PLANNER) == 0
        assert selectors.unread_count(user_id=PETER, role=Role.PLANNER) == 1
        seen = selectors.notices_of(user_id=PAULA, role=Role.PLANNER)
        assert [each.read_at for each in seen] == [LATER]

    def test_refuses_a_notice_that_is_for_others(self, in_north: EnterpriseRef) -> None:
        notice = quote_came()
        with pytest.raises(NoticeNotFound):
            services.mark_read(
                notice_id=notice.id, user_id=PAULA, role=Role.SELLER, at=LATER
            )
        assert selectors.unread_count(user_id=PAULA, role=Role.PLANNER) == 1

    def test_marks_all_up_to_a_moment(self, in_north: EnterpriseRef) -> None:
        quote_came(title="old")
        quote_came(title="new", at=LATER)
        read = services.mark_all_read(user_id=PAULA, role=Role.PLANNER, at=NOON)
        assert read == 1
        assert titles(PAULA, Role.PLANNER) == ["new"]
