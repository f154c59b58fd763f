"""What a statement costs, where it may run, and what an error means. Pure."""

import re
from collections.abc import Collection, Iterable

from apps.kernel.errors import DomainError
from tenants.fleet.types import SqlClass

# What reads or writes no row, however large its table.
_CATALOGUE = re.compile(
    r"""
    \s*(?:
        CREATE\s+(?:UNLOGGED\s+)?TABLE\b(?!.*\bAS\s+SELECT\b)
      | DROP\s | COMMENT\s | GRANT\s | REVOKE\s | SET\s+CONSTRAINTS\s
      | CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|TRIGGER|VIEW)\b
      | CREATE\s+CONSTRAINT\s+TRIGGER\b
      | CREATE\s+(?:SEQUENCE|TYPE|DOMAIN|COLLATION|POLICY|STATISTICS)\b
      | ALTER\s+(?:INDEX|SEQUENCE|FUNCTION|VIEW|TYPE|POLICY|TRIGGER)\b
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ALTER_TABLE = re.compile(
    r"\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?\"?(?P<table>\w+)\"?\s+"
    r"(?P<action>.*)",
    re.IGNORECASE | re.DOTALL,
)
_CATALOGUE_ACTION = re.compile(
    r"""(?:
        DROP\s | RENAME\s | OWNER\s | SET\s+\( | RESET\s+\(
      | (?:ENABLE|DISABLE|FORCE|NO\s+FORCE|REPLICA)\s
      | ALTER\s+(?:COLUMN\s+)?"?\w+"?\s+(?:DROP\s|SET\s+(?:DEFAULT|STATISTICS|STORAGE)\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ADD_COLUMN = re.compile(r"ADD\s+COLUMN\s", re.IGNORECASE)
_NOT_VALID = re.compile(
    r"ADD\s+CONSTRAINT\s.*\bNOT\s+VALID\s*;?\s*$", re.IGNORECASE | re.DOTALL
)
_DEFAULT = re.compile(r"\bDEFAULT\b", re.IGNORECASE)
# Each of these in a new column's definition makes PostgreSQL read or write each row.
_COSTLY_COLUMN = re.compile(
    r"\b(?:UNIQUE|PRIMARY\s+KEY|CHECK|GENERATED|SERIAL|BIGSERIAL)\b"
    r"|\b(?:gen_random_uuid|uuidv4|uuidv7|random|nextval|clock_timestamp|timeofday)\s*\(",
    re.IGNORECASE,
)
_REFERENCES = re.compile(r"\bREFERENCES\b", re.IGNORECASE)
_STRING = re.compile(r"'(?:[^']|'')*'")
_TABLE_OF = re.compile(
    r"\s*(?:CREATE\s+(?:UNIQUE\s+)?INDEX\s+.*?\sON|ALTER\s+TABLE|UPDATE|INSERT\s+INTO"
    r"|DELETE\s+FROM)\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?\"?(?P<table>\w+)\"?",
    re.IGNORECASE | re.DOTALL,
)
_MADE_TABLE = re.compile(
    r"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(?P<table>\w+)\"?",
    re.IGNORECASE,
)
_ENDS_TRANSACTION = re.compile(
    r"\s*(?:BEGIN|COMMIT|ROLLBACK|END|START\s+TRANSACTION|SAVEPOINT|ABORT|VACUUM"
    r"|SET\s+(?!CONSTRAINTS|LOCAL)|RESET|DISCARD)\b",
    re.IGNORECASE,
)
_CONCURRENTLY = re.compile(
    r"\s*(?P<verb>CREATE\s+(?:UNIQUE\s+)?INDEX|DROP\s+INDEX)\s+CONCURRENTLY\s+"
    r"(?P<guard>IF\s+(?:NOT\s+)?EXISTS\s+)?\"?(?P<index>\w+)\"?",
    re.IGNORECASE,
)

LOCK_NOT_HAD = frozenset({"55P03", "40P01", "40001"})
# Insufficient resources, system errors, and a server that is going or gone.
HALTING_CLASSES = ("53", "58", "57P", "08", "F0")


class StatementNotPortable(DomainError):
    """Raised for SQL that would do something else in another schema."""

    code = "statement_not_portable"


def class_of(sql: str, *, new_tables: Collection[str] = ()) -> SqlClass:
    """Class a statement by whether its cost grows with the rows of its table.

    A table made by the same stage is empty. What is not known is taken for a scan.
    """
    text = sql.strip()
    on = _TABLE_OF.match(text)
    if on is not None and on["table"] in new_tables:
        return SqlClass.CATALOGUE
    if _CATALOGUE.match(text):
        return SqlClass.CATALOGUE
    altered = _ALTER_TABLE.match(text)
    if altered is not None and _is_cheap_action(altered["action"]):
        return SqlClass.CATALOGUE
    return SqlClass.SCAN


def _is_cheap_action(action: str) -> bool:
    actions = split_actions(action.split("; SET CONSTRAINTS", maxsplit=1)[0])
    return all(
        _CATALOGUE_ACTION.match(each)
        or _NOT_VALID.match(each)
        or (_ADD_COLUMN.match(each) and _is_cheap_column(each))
        for each in actions
    )


def _is_cheap_column(definition: str) -> bool:
    bare = _STRING.sub("''", definition)
    if _COSTLY_COLUMN.search(bare):
        return False
    # A key without a default is null everywhere, and PostgreSQL checks nothing.
    return not (_REFERENCES.search(bare) and _DEFAULT.search(bare))


def split_actions(actions: str) -> list[str]:
    """Split the actions of an ALTER TABLE at the commas between them."""
    found, depth, quote, begun = [], 0, "", 0
    for at, letter in enumerate(actions):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and depth == 0:
            found.append(actions[begun:at].strip())
            begun = at + 1
    return [*found, actions[begun:].strip()]


def classed(statements: Iterable[str]) -> tuple[tuple[str, SqlClass], ...]:
    """Class the statements of one stage in their order."""
    made: set[str] = set()
    found = []
    for sql in statements:
        found.append((sql, class_of(sql, new_tables=made)))
        table = _MADE_TABLE.match(sql)
        if table is not None:
            made.add(table["table"])
    return tuple(found)


def portable(sql: str, *, schema: str) -> str:
    """Return the statement without the name of the schema that it was made in.

    :raises StatementNotPortable: if the name stays, or the statement would end the
        transaction that many schemas share.
    """
    name = re.escape(schema)
    text = re.sub(rf'"{name}"\.|(?<![\w"]){name}\.', "", sql).strip().rstrip(";")
    if re.search(rf"(?<!\w){name}(?!\w)", text):
        raise StatementNotPortable(
            f"A statement names the schema {schema}, so it cannot be replayed in another.",
            field="statement",
            value=text[:300],
            remedy="Write the migration without schema names.",
        )
    if _ENDS_TRANSACTION.match(text):
        raise StatementNotPortable(
            "A statement would end or change the transaction that many schemas share.",
            field="statement",
            value=text[:300],
            remedy="Leave transactions and session settings to the fleet's runner.",
        )
    return text


def concurrent_index(sql: str) -> tuple[str, bool] | None:
    """Return the index that is made (True) or dropped (False) concurrently, or None."""
    found = _CONCURRENTLY.match(sql)
    if found is None:
        return None
    return found["index"], found["verb"].upper().startswith("CREATE")


def within_transaction(sql: str) -> str:
    """Return a concurrent statement as one that a transaction may hold."""
    return re.sub(
        r"\bINDEX\s+CONCURRENTLY\b", "INDEX", sql, count=1, flags=re.IGNORECASE
    )


def may_be_tried_again(code: str) -> bool:
    """Say whether an error passes when whoever held the lock has gone."""
    return code in LOCK_NOT_HAD


def halts_the_fleet(code: str, message: str) -> bool:
    """Say whether an error would meet every further schema too."""
    if code.startswith(HALTING_CLASSES):
        return True
    # A file-size limit reaches PostgreSQL as an error that it has no code for.
    return code == "XX000" and (
        "could not extend file" in message or "could not write" in message
    )


def seconds_left(*, done: int, total: int, per_second: float) -> float | None:
    """Return how long the rest takes at this rate; None where there is no rate."""
    if done >= total:
        return 0.0
    return (total - done) / per_second if per_second > 0 else None
