"""Refuse to commit a quote whose lines do not sum to its total."""

from django.db import migrations

# Deferred to the commit, when quote and lines are all written. By then the session
# may act for another enterprise, so the function runs as its owner and takes the
# schema from the trigger, as the audit's seal does.
FUNCTION = """
CREATE FUNCTION orders_quote_sum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    quote uuid;
    total numeric;
    lines numeric;
BEGIN
    IF TG_TABLE_NAME = 'orders_quote' THEN
        quote := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        quote := OLD.quote_id;
    ELSE
        quote := NEW.quote_id;
    END IF;
    EXECUTE format(
        'SELECT q.total, (SELECT coalesce(sum(l.amount), 0) FROM %1$I.orders_quoteline l'
        ' WHERE l.quote_id = q.id) FROM %1$I.orders_quote q WHERE q.id = $1',
        TG_TABLE_SCHEMA
    ) INTO total, lines USING quote;
    IF total IS DISTINCT FROM lines AND total IS NOT NULL THEN
        RAISE EXCEPTION 'the lines of quote % sum to %, not to its total of %',
            quote, lines, total
            USING ERRCODE = 'check_violation',
                CONSTRAINT = 'orders_quote_lines_sum_to_total';
    END IF;
    RETURN NULL;
END
$body$
"""
QUOTE_TRIGGER = """
CREATE CONSTRAINT TRIGGER orders_quote_lines_sum_to_total
AFTER INSERT OR UPDATE OF total ON orders_quote
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION orders_quote_sum()
"""
LINE_TRIGGER = """
CREATE CONSTRAINT TRIGGER orders_quoteline_sum_to_total
AFTER INSERT OR UPDATE OR DELETE ON orders_quoteline
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION orders_quote_sum()
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[FUNCTION, QUOTE_TRIGGER, LINE_TRIGGER],
            reverse_sql=[
                "DROP TRIGGER orders_quoteline_sum_to_total ON orders_quoteline",
                "DROP TRIGGER orders_quote_lines_sum_to_total ON orders_quote",
                "DROP FUNCTION orders_quote_sum()",
            ],
        ),
    ]
