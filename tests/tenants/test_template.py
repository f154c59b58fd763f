"""What is replayed is what Django's migrations make, byte by byte and row by row."""

import pytest
from django.db import connection

from tenants import context
from tenants.database.names import quoted
from tenants.models import Slot
from tenants.provisioning import rendering, selectors, services
from tenants.types import SlotState
from tests.support.catalogues import catalogue, differences, told, traces


class TestTemplate:
    def test_makes_the_catalogue_that_migrations_make(
        self, migrated: str, db: None
    ) -> None:
        with context.directory():
            template = selectors.current_template()
            assert template is not None
            replayed = catalogue(services.make_slot(template))

        expected = catalogue(migrated)
        found = differences(replayed, expected)
        assert not found, told(found)
        # The comparison has something to bite on.
        empty = {part for part, rows in expected.items() if not rows}
        assert empty <= {"sequences", "types"}
        assert any("EXCLUDE USING gist" in row for row in expected["constraints"])

    def test_is_the_same_bytes_whenever_and_wherever_it_is_rendered(
        self, migrated: str, db: None
    ) -> None:
        first = rendering.render_schema(services.TEMPLATE_SCHEMA)

        assert rendering.render_schema(services.TEMPLATE_SCHEMA) == first
        assert rendering.render_schema(migrated) == first
        with context.directory():
            template = selectors.current_template()
        assert template is not None
        assert template.digest == rendering.digest_of(first)

    def test_names_no_schema_of_its_own(self, db: None) -> None:
        text = rendering.render_schema(services.TEMPLATE_SCHEMA)

        assert services.TEMPLATE_SCHEMA not in text
        assert "public." not in text

    def test_renders_anew_what_a_migration_changed(self, db: None) -> None:
        before = services.render_template()
        with context.owner(services.TEMPLATE_SCHEMA), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE notify_notice ADD COLUMN color text")

        after = services.render_template()

        assert after.digest != before.digest
        assert after.is_current
        with context.directory():
            assert selectors.free_slots(after.digest) == 0

    def test_replaces_the_free_slots_of_the_one_before(self, db: None) -> None:
        with context.directory():
            services.refill_slots()
            free = list(Slot.objects.filter(state=SlotState.FREE))
        with context.owner(services.TEMPLATE_SCHEMA), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE notify_notice ADD COLUMN color text")
        services.render_template()

        with context.directory():
            assert services.drop_free_slots_of_old_templates() == len(free) > 0
            assert services.refill_slots() == 4

        assert not {slot.pk for slot in free} & traces()["schemas"]

    def test_keeps_the_relations_of_an_enterprise_few(self, db: None) -> None:
        with context.directory():
            template = selectors.current_template()
            assert template is not None
            schema = services.make_slot(template)

        with context.owner(), connection.cursor() as cursor:
            cursor.execute(RELATIONS, {"schema": schema})
            relations = dict(cursor.fetchall())
            cursor.execute(REDUNDANT, {"schema": schema})
            redundant = [row[0] for row in cursor.fetchall()]

        # A figure to be raised knowingly: each relation is paid once an enterprise.
        assert relations == {"tables": 35, "indexes": 90, "sequences": 1, "toast": 38}
        assert redundant == []


# Each table for long values comes with an index.
RELATIONS = """
    SELECT CASE relkind WHEN 'r' THEN 'tables' WHEN 'i' THEN 'indexes'
           ELSE 'sequences' END, count(*)::int
    FROM pg_class WHERE relnamespace = %(schema)s::regnamespace GROUP BY 1
    UNION ALL
    SELECT 'toast', 2 * count(*)::int FROM pg_class
    WHERE relnamespace = %(schema)s::regnamespace AND reltoastrelid <> 0
"""
# Whole indexes that another one, of the same table, begins with; and those for LIKE.
REDUNDANT = """
    SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = %(schema)s::regnamespace
    AND (c.relname LIKE '%%\\_like' OR NOT i.indisunique AND i.indpred IS NULL
         AND EXISTS (
            SELECT FROM pg_index o
            WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid
            AND o.indpred IS NULL AND o.indexprs IS NULL AND i.indexprs IS NULL
            AND o.indkey::text || ' ' LIKE i.indkey::text || ' %%'))
"""


class TestComparison:
    @pytest.mark.parametrize(
        ("change", "seen"),
        [
            pytest.param(
                "ALTER TABLE machines_site DROP CONSTRAINT machines_site_name_key",
                {"constraints", "indexes"},
                id="a constraint is gone",
            ),
            pytest.param(
                "ALTER TABLE notify_notice DROP COLUMN body",
                {"columns", "constraints"},
                id="a column is gone",
            ),
            pytest.param(
                "DROP INDEX notify_notice_newest", {"indexes"}, id="an index is gone"
            ),
            pytest.param(
                "REVOKE UPDATE ON machines_site FROM {role}",
                {"grants"},
                id="a right is gone",
            ),
            pytest.param(
                "GRANT TRUNCATE ON machines_site TO {role}",
                {"grants"},
                id="a right too many",
            ),
            pytest.param(
                "ALTER TABLE orders_order ALTER title SET STORAGE EXTENDED",
                {"columns"},
                id="another storage",
            ),
            pytest.param(
                "ALTER TABLE audit_auditevent DISABLE TRIGGER USER",
                {"triggers"},
                id="triggers that sleep",
            ),
            pytest.param(
                "ALTER FUNCTION orders_quote_sum() SECURITY INVOKER",
                {"functions"},
                id="a function with other rights",
            ),
            pytest.param(
                "ALTER SEQUENCE django_migrations_id_seq CYCLE",
                {"sequences"},
                id="another sequence",
            ),
        ],
    )
    def test_sees_what_differs(
        self, migrated: str, db: None, change: str, seen: set[str]
    ) -> None:
        with context.directory():
            template = selectors.current_template()
            assert template is not None
            schema = services.make_slot(template)
        with context.owner(schema), connection.cursor() as cursor:
            cursor.execute(change.format(role=quoted(schema)))

        found = differences(catalogue(schema), catalogue(migrated))

        assert set(found) == seen, told(found)
        assert all(part in told(found) for part in seen)
