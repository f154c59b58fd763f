"""Everyone searches; the operator edits what may be edited, and leaves a trace."""

from django.db import migrations

from tenants import context
from tenants.isolation.migrations import READ, OpenTable

EDITABLE_OF_PROCESS = (
    "name_en, name_zh, name_ru, name_de, aliases, definition, standard, it_grade_min,"
    " it_grade_max, roughness_min_um, roughness_max_um, source"
)
EDITABLE_OF_MATERIAL = (
    "standard, number, aliases, density_kg_m3, removal_factor, price_eur_kg, source"
)
OPERATOR = context.OPERATOR_ROLE
READERS = (
    context.DIRECTORY_ROLE,
    context.EXCHANGE_ROLE,
    context.TENANT_GROUP_ROLE,
)
GRANTS = {
    "catalog_process": {OPERATOR: f"UPDATE ({EDITABLE_OF_PROCESS})"},
    "catalog_material": {OPERATOR: f"UPDATE ({EDITABLE_OF_MATERIAL})"},
    "catalog_materialequivalence": {OPERATOR: "INSERT, DELETE, UPDATE (kind, source)"},
    "catalog_searchname": {
        OPERATOR: "SELECT, INSERT, DELETE",
        **dict.fromkeys(READERS, READ),
    },
    # Who changed what is the operator's business; the number is everyone's.
    "catalog_catalogversion": {
        OPERATOR: "SELECT, INSERT",
        **dict.fromkeys(READERS, "SELECT (number)"),
    },
    "catalog_catalogchange": {OPERATOR: "SELECT, INSERT"},
    "catalog_operatorfact": {OPERATOR: "SELECT, INSERT, UPDATE, DELETE"},
}

# A function, for only it can carry the threshold with it: at PostgreSQL's own of 0.6
# a word with two letters swapped is not found. It has a search path of its own, so
# that no operator of the caller's schema stands in for `<%`. Errors are looked for
# only where nothing is called what was typed, which is four times as quick.
NAMES_LIKE = """
CREATE FUNCTION catalog_names_like(
    of_kind text, asked text, asked_tight text, most integer
) RETURNS TABLE (code text, language text, words text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = public, ext
SET pg_trgm.word_similarity_threshold = 0.3
AS $$
#variable_conflict use_column
DECLARE
    starts text[] := ARRAY(
        SELECT '% ' || token || '%' FROM unnest(string_to_array(asked, ' ')) AS token
    );
    longest text := (
        SELECT token FROM unnest(string_to_array(asked, ' ')) AS token
         ORDER BY length(token) DESC LIMIT 1
    );
BEGIN
    RETURN QUERY
    SELECT n.code::text, n.language::text, n.words::text
      FROM catalog_searchname n
     WHERE n.kind = of_kind
       AND (
           n.tight LIKE asked_tight || '%'
           OR n.words LIKE '%' || longest || '%' AND (' ' || n.words) LIKE ALL (starts)
       )
     ORDER BY n.tight = asked_tight DESC, n.tight LIKE asked_tight || '%' DESC,
              length(n.tight), n.code
     LIMIT most;
    IF FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT n.code::text, n.language::text, n.words::text
      FROM catalog_searchname n
     -- Not the bare column: its index finds half of the table.
     WHERE n.kind || '' = of_kind AND asked <% n.words
     ORDER BY word_similarity(asked, n.words) DESC, length(n.tight), n.code
     LIMIT most;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_versions_and_search")]

    operations = [
        *(OpenTable(table, grants) for table, grants in GRANTS.items()),
        migrations.RunSQL(
            NAMES_LIKE,
            "DROP FUNCTION catalog_names_like(text, text, text, integer)",
        ),
    ]
