"""In whose name the database is asked: the only door to it.

A context names a database role and a search path. The database wrapper applies
both in one message before the first statement, and raises when there is none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from tenants.types import EnterpriseRef

SHARED_SCHEMA = "public"
EXTENSIONS_SCHEMA = "ext"

OWNER_ROLE = "spindle_owner"
DIRECTORY_ROLE = "spindle_directory"
EXCHANGE_ROLE = "spindle_exchange"
OPERATOR_ROLE = "spindle_operator"
JOBS_ROLE = "spindle_jobs"
TENANT_GROUP_ROLE = "spindle_tenant"
LOGIN_ROLE = "spindle_app"


class NoContext(RuntimeError):
    """Raised when the database is asked in nobody's name."""


class NoEnterprise(RuntimeError):
    """Raised when an enterprise is needed and none is set."""


@dataclass(frozen=True, slots=True)
class Context:
    """A database role with the schemas that it looks into."""

    role: str
    schema: str
    enterprise: EnterpriseRef | None = None

    @property
    def search_path(self) -> tuple[str, ...]:
        """Schemas in the order in which a bare table name is looked up."""
        if self.schema == SHARED_SCHEMA:
            return (SHARED_SCHEMA, EXTENSIONS_SCHEMA)
        return (self.schema, SHARED_SCHEMA, EXTENSIONS_SCHEMA)


# A ContextVar and not a thread local or a class attribute: a new thread starts
# with none and is refused, where django-tenants would start it in `public`.
_active: ContextVar[Context | None] = ContextVar("spindle_context", default=None)


def active() -> Context | None:
    """Return the context in force, or None."""
    return _active.get()


def required() -> Context:
    """Return the context in force.

    :raises NoContext: if the caller acts in nobody's name.
    """
    found = _active.get()
    if found is None:
        msg = (
            "The database was asked in nobody's name. Enter tenants.context.enterprise"
            "(…), .directory(), .exchange(), .operator() or .owner() first."
        )
        raise NoContext(msg)
    return found


def current() -> EnterpriseRef:
    """Return the enterprise in whose name the caller acts.

    :raises NoEnterprise: outside `enterprise(…)`.
    """
    found = _active.get()
    if found is None or found.enterprise is None:
        msg = "This must run in an enterprise's name: use context.enterprise(ref)."
        raise NoEnterprise(msg)
    return found.enterprise


@contextmanager
def _enter(context: Context) -> Iterator[Context]:
    token = _active.set(context)
    try:
        yield context
    finally:
        _active.reset(token)


@contextmanager
def enterprise(ref: EnterpriseRef) -> Iterator[EnterpriseRef]:
    """Act in one enterprise's name: its role, its schema.

    :raises NoEnterprise: if it has no schema, such as one that is archived.
    """
    if not ref.schema:
        msg = f"{ref.slug} is {ref.tier}: it has no schema to act in."
        raise NoEnterprise(msg)
    with _enter(Context(role=ref.schema, schema=ref.schema, enterprise=ref)):
        yield ref


@contextmanager
def directory() -> Iterator[None]:
    """Act for the public site, sign-up, host look-up and sign-in."""
    with _enter(Context(role=DIRECTORY_ROLE, schema=SHARED_SCHEMA)):
        yield


@contextmanager
def exchange() -> Iterator[None]:
    """Act for the market: listings and demands of all, no tenant's schema."""
    with _enter(Context(role=EXCHANGE_ROLE, schema=SHARED_SCHEMA)):
        yield


@contextmanager
def operator() -> Iterator[None]:
    """Act for the platform operator's console."""
    with _enter(Context(role=OPERATOR_ROLE, schema=SHARED_SCHEMA)):
        yield


@contextmanager
def jobs() -> Iterator[None]:
    """Act for the job runner: job rows of all, nothing else."""
    with _enter(Context(role=JOBS_ROLE, schema=SHARED_SCHEMA)):
        yield


@contextmanager
def owner(schema: str = SHARED_SCHEMA) -> Iterator[None]:
    """Act for migrations and provisioning: the owner of tables and schemas."""
    with _enter(Context(role=OWNER_ROLE, schema=schema)):
        yield
