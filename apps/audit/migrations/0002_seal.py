"""Seal each event on commit, and refuse to change or remove one."""

from django.db import migrations

# The seal is deferred so that the head of the chain is locked last and for the
# length of a commit only. Locked when the event is written, it would be held
# while the caller goes on to lock machines and other enterprises' rows, and two
# awards in opposite directions would deadlock.
#
# It runs as its owner: at commit the session's role and search path may already
# be another enterprise's. The table's schema comes from the trigger, not from a
# path, and the body names no schema, so that provisioning can replay it anywhere.
SEAL_FUNCTION = """
CREATE FUNCTION audit_event_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    head_sequence bigint;
    head_hash text;
BEGIN
    IF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'audit event % comes with a sequence of its own', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext(TG_TABLE_SCHEMA));
    EXECUTE format(
        'SELECT sequence, hash FROM %I.%I WHERE sequence IS NOT NULL'
        ' ORDER BY sequence DESC LIMIT 1',
        TG_TABLE_SCHEMA, TG_TABLE_NAME
    ) INTO head_sequence, head_hash;
    head_sequence := coalesce(head_sequence, 0) + 1;
    head_hash := coalesce(head_hash, repeat('0', 64));
    EXECUTE format(
        'UPDATE %I.%I SET sequence = $1, previous_hash = $2, hash = $3 WHERE id = $4',
        TG_TABLE_SCHEMA, TG_TABLE_NAME
    ) USING
        head_sequence,
        head_hash,
        encode(
            sha256(
                convert_to(head_hash || ':' || head_sequence || ':' || NEW.digest, 'UTF8')
            ),
            'hex'
        ),
        NEW.id;
    RETURN NULL;
END
$body$
"""
SEAL_TRIGGER = """
CREATE CONSTRAINT TRIGGER audit_event_seal
AFTER INSERT ON audit_auditevent
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION audit_event_seal()
"""
# The seal itself is the one change let through: it is made from inside a
# trigger, to a row without a sequence, and touches the seal's columns only.
REFUSE_FUNCTION = """
CREATE FUNCTION audit_event_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $body$
DECLARE
    seal constant text[] := ARRAY['sequence', 'previous_hash', 'hash'];
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
        IF OLD.sequence IS NULL AND to_jsonb(NEW) - seal = to_jsonb(OLD) - seal THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit events are never changed or removed (% refused)', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END
$body$
"""
REFUSE_ROW_TRIGGER = """
CREATE TRIGGER audit_event_refuse_change
BEFORE UPDATE OR DELETE ON audit_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_event_refuse_change()
"""
REFUSE_TRUNCATE_TRIGGER = """
CREATE TRIGGER audit_event_refuse_truncate
BEFORE TRUNCATE ON audit_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                SEAL_FUNCTION,
                SEAL_TRIGGER,
                REFUSE_FUNCTION,
                REFUSE_ROW_TRIGGER,
                REFUSE_TRUNCATE_TRIGGER,
            ],
            reverse_sql=[
                "DROP TRIGGER audit_event_refuse_truncate ON audit_auditevent",
                "DROP TRIGGER audit_event_refuse_change ON audit_auditevent",
                "DROP FUNCTION audit_event_refuse_change()",
                "DROP TRIGGER audit_event_seal ON audit_auditevent",
                "DROP FUNCTION audit_event_seal()",
            ],
        ),
    ]
