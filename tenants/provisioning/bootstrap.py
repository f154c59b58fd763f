"""Roles and schemas that must stand before the first migration.

Run once with an administrative login; every statement can be repeated.
"""

import hashlib
import hmac
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from tenants import context

# Extensions live in a schema of their own: made in a tenant's schema they would
# go when it goes, and take every other tenant's constraints along.
EXTENSIONS = ("btree_gist", "pg_trgm")
SHARED_ROLES = (
    context.DIRECTORY_ROLE,
    context.EXCHANGE_ROLE,
    context.OPERATOR_ROLE,
    context.JOBS_ROLE,
    context.TENANT_GROUP_ROLE,
)
RUNTIME_ROLES = (
    context.OWNER_ROLE,
    context.DIRECTORY_ROLE,
    context.EXCHANGE_ROLE,
    context.OPERATOR_ROLE,
    context.JOBS_ROLE,
)


def runtime_password(secret_key: str) -> str:
    """Derive the runtime login's password, the same at every start."""
    key = secret_key.encode()
    return hmac.new(key, b"spindle runtime login", hashlib.sha256).hexdigest()


def bootstrap(admin_url: str, secret_key: str) -> str:
    """Make roles, schemas and extensions; return the runtime login's URL.

    The runtime login inherits nothing: without a role set it reads no row.
    """
    password = runtime_password(secret_key)
    admin = psycopg2.connect(admin_url)
    try:
        with admin, admin.cursor() as cursor:
            # Two starts at once would otherwise both find the roles missing.
            cursor.execute("SELECT pg_advisory_xact_lock(727274)")
            _make_roles(cursor, password)
            _make_schemas(cursor)
    finally:
        admin.close()
    parts = urlsplit(admin_url)
    host = parts.hostname or "127.0.0.1"
    netloc = f"{context.LOGIN_ROLE}:{quote(password)}@{host}:{parts.port or 5432}"
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def _make_roles(cursor: "psycopg2.extensions.cursor", password: str) -> None:
    wanted = [
        (context.OWNER_ROLE, "NOLOGIN CREATEROLE"),
        *[(role, "NOLOGIN") for role in SHARED_ROLES],
        (context.LOGIN_ROLE, "LOGIN NOINHERIT"),
    ]
    for role, attributes in wanted:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(f'{verb} ROLE "{role}" {attributes}')
    cursor.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(context.LOGIN_ROLE), sql.Literal(password)
        )
    )
    for role in RUNTIME_ROLES:
        cursor.execute(f'GRANT "{role}" TO "{context.LOGIN_ROLE}"')
    cursor.execute(
        f'GRANT "{context.TENANT_GROUP_ROLE}" TO "{context.OWNER_ROLE}"'
        " WITH ADMIN OPTION"
    )
    # The owner reads nothing of the tenants' rows by this: group roles carry
    # privileges on shared tables only.
    cursor.execute(f'GRANT "{context.OWNER_ROLE}" TO CURRENT_USER')


def _make_schemas(cursor: "psycopg2.extensions.cursor") -> None:
    cursor.execute("SELECT current_database()")
    row = cursor.fetchone()
    database = row[0] if row else ""
    cursor.execute(
        sql.SQL("GRANT CREATE, CONNECT ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(context.OWNER_ROLE)
        )
    )
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {context.EXTENSIONS_SCHEMA}")
    cursor.execute(f"GRANT USAGE ON SCHEMA {context.EXTENSIONS_SCHEMA} TO PUBLIC")
    for extension in EXTENSIONS:
        cursor.execute(
            f"CREATE EXTENSION IF NOT EXISTS {extension}"
            f" SCHEMA {context.EXTENSIONS_SCHEMA}"
        )
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
    cursor.execute(f'GRANT ALL ON SCHEMA public TO "{context.OWNER_ROLE}"')
