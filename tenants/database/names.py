"""Names of schemas, tables, columns and roles, as SQL takes them."""


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
