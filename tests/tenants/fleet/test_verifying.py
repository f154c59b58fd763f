"""Drift is found by digest, and named thing by thing."""

import time

from tenants import context
from tenants.fleet import selectors, verifying
from tenants.models import Slot
from tenants.provisioning.services import TEMPLATE_SCHEMA
from tenants.types import EnterpriseRef
from tests.support.world import NOON
from tests.tenants.fleet.conftest import MANY
from tests.tenants.fleet.test_replaying import done_by_hand


class TestCatalogueDigests:
    def test_are_equal_for_equal_schemas_whatever_their_names(
        self, fleet: None
    ) -> None:
        with context.owner():
            names = list(Slot.objects.values_list("schema_name", flat=True))

        found = verifying.catalogue_digests([*names, TEMPLATE_SCHEMA, "t_absent"])

        assert set(found) == {*names, TEMPLATE_SCHEMA}
        assert len(set(found.values())) == 1

    def test_cost_milliseconds_a_schema(self, large_fleet: None) -> None:
        with context.owner():
            names = list(Slot.objects.values_list("schema_name", flat=True))
        verifying.catalogue_digests(names)

        begun = time.perf_counter()
        found = verifying.catalogue_digests(names)

        assert len(found) == MANY
        # Some 6 ms each alone on two shared cores.
        assert (time.perf_counter() - begun) / MANY < 0.05


DRIFTS = [
    ("CREATE TABLE {0}.by_hand (id integer)", "table by_hand is not in the template"),
    ("DROP TABLE {0}.reports_reportfile", "table reports_reportfile is missing"),
    (
        "ALTER TABLE {0}.notify_notice ADD COLUMN by_hand integer",
        "column notify_notice.by_hand is not in the template: integer null",
    ),
    (
        "ALTER TABLE {0}.notify_notice ALTER COLUMN title TYPE varchar(20)",
        "column notify_notice.title is character varying(20) not null",
    ),
    (
        "ALTER TABLE {0}.notify_notice ALTER COLUMN title DROP NOT NULL",
        "column notify_notice.title is character varying(20) null",
    ),
    (
        "ALTER TABLE {0}.notify_notice ALTER COLUMN title SET DEFAULT 'x'",
        (
            "column notify_notice.title is character varying(20) null collate"
            " \"default\" default 'x'::character varying"
        ),
    ),
    (
        (
            "ALTER TABLE {0}.notify_notice RENAME CONSTRAINT notify_notice_kind_shaped"
            " TO by_hand"
        ),
        "constraint notify_notice.by_hand is not in the template",
    ),
    (
        "ALTER INDEX {0}.notify_notice_told_once RENAME TO by_hand_once",
        "index notify_notice_told_once is missing",
    ),
    (
        (
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = '{0}.notify_notice_newest'::regclass"
        ),
        (
            "index notify_notice_newest is CREATE INDEX notify_notice_newest ON"
            " notify_notice USING btree (created_at DESC, id DESC) INVALID"
        ),
    ),
    (
        "ALTER TABLE {0}.audit_auditevent DISABLE TRIGGER audit_event_refuse_change",
        "trigger audit_auditevent.audit_event_refuse_change is",
    ),
    (
        "ALTER FUNCTION {0}.audit_event_seal() SECURITY INVOKER",
        "function audit_event_seal() is",
    ),
    ("CREATE SEQUENCE {0}.by_hand_seq", "sequence by_hand_seq is not in the template"),
    (
        'REVOKE UPDATE ON {0}.notify_notice FROM "{0}"',
        (
            "grant notify_notice is DELETE, INSERT, SELECT to @; the template has"
            " DELETE, INSERT, SELECT, UPDATE to @"
        ),
    ),
    (
        "GRANT SELECT ON {0}.notify_notice TO PUBLIC",
        "grant notify_notice is",
    ),
]


class TestVerifyFleet:
    def test_finds_none_where_there_is_none(self, fleet: None) -> None:
        found = verifying.verify_fleet(at=NOON)

        with context.owner():
            slots = Slot.objects.all()
            assert found.checked == slots.count()
            assert set(slots.values_list("verified_at", flat=True)) == {NOON}
        assert (found.behind, found.drifted) == (0, ())
        assert selectors.fleet_status().drifted == ()

    def test_names_whatever_is_otherwise(self, amber: EnterpriseRef) -> None:
        # One thing after another on one schema: what was found before stays found.
        missed = []
        for statement, said in DRIFTS:
            done_by_hand(statement.format(amber.schema))
            told = [str(each) for each in verifying.differences(amber.schema)]
            if not any(line.startswith(said) for line in told):
                missed.append((said, told))

        found = verifying.verify_fleet(at=NOON)

        assert missed == []
        assert [drift.schema for drift in found.drifted] == [amber.schema]
        assert selectors.fleet_status().drifted == (amber.schema,)

    def test_does_not_compare_who_is_behind(
        self, planned, amber: EnterpriseRef
    ) -> None:
        with context.owner():
            total = Slot.objects.count()

        found = verifying.verify_fleet(at=NOON)

        assert (found.checked, found.behind, found.drifted) == (0, total, ())
