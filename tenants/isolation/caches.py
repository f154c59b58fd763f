"""Cached values: each key belongs to a key space, and a private one to its enterprise.

Django's cache gets `make_key` as KEY_FUNCTION. A key is `<space>:<rest>`; of a private
space it is written with the schema of the enterprise in force, and refused without.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from django.apps import apps
from django.conf import settings

from tenants import context
from tenants.isolation.registry import Classes, Found, Kind
from tenants.types import Tenancy

KEY_FUNCTION = "tenants.isolation.caches.make_key"
CONTAINERS = frozenset(
    [
        "dict",
        "list",
        "set",
        "deque",
        "OrderedDict",
        "defaultdict",
        "WeakKeyDictionary",
        "WeakValueDictionary",
        "local",
    ]
)

_spaces: dict[str, Classes] = {}


class UnknownKeySpace(RuntimeError):
    """Raised for a cache key that belongs to no registered key space."""


def register_key_space(space: str, tenancy: Tenancy, *, reason: str = "") -> str:
    """Let keys begin with `<space>:`; return the space, for whoever writes keys.

    A private space is kept apart by enterprise; a shared one is the same for all.
    """
    if tenancy not in (Tenancy.PRIVATE, Tenancy.SHARED):
        msg = f"The key space {space} must be private or shared, not {tenancy}."
        raise ValueError(msg)
    _spaces[f"{space}:"] = Classes(tenancy, reason=reason)
    return space


def key_spaces() -> dict[str, Classes]:
    """Return all key spaces by their keys' beginning, those of libraries included."""
    from tenants.isolation.finders import table

    return {**table().KEY_SPACES, **_spaces}


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key as it is stored, with the enterprise where it is private.

    :raises UnknownKeySpace: if the key belongs to no key space.
    :raises NoEnterprise: if it is a private one and no enterprise is in force.
    """
    for space, classes in key_spaces().items():
        if key.startswith(space):
            owner = "shared"
            if classes.tenancy is Tenancy.PRIVATE:
                owner = context.current().schema
            return f"{key_prefix}:{version}:{owner}:{key}"
    msg = (
        f"The cache key {key[:60]!r} belongs to no key space. Register one with"
        " tenants.isolation.caches.register_key_space(space, Tenancy.PRIVATE) where"
        " the key is made, and let keys begin with `<space>:`."
    )
    raise UnknownKeySpace(msg)


def find() -> Iterator[Found]:
    """Find caches, key spaces, and what a process keeps in mind by itself."""
    for alias, facts in settings.CACHES.items():
        is_guarded = facts.get("KEY_FUNCTION") == KEY_FUNCTION
        yield Found(
            Kind.CACHE,
            f"CACHES[{alias}]",
            Classes(Tenancy.SHARED, reason="its keys are guarded")
            if is_guarded
            else None,
            f'Set "KEY_FUNCTION": "{KEY_FUNCTION}".',
        )
    for space, classes in key_spaces().items():
        yield Found(Kind.CACHE, space, classes)
    from tenants.isolation.finders import table

    remembered: Mapping[str, Classes] = table().PROCESS_CACHES
    for name in sorted(set(_remembered())):
        yield Found(
            Kind.CACHE,
            name,
            remembered.get(name),
            "A process serves all enterprises: what it remembers must be the same for"
            f" all, or have the enterprise in its key. Add it to PROCESS_CACHES in"
            f" {settings.TENANCY_TABLE} with the reason.",
        )


def _remembered() -> Iterator[str]:
    for path, module in _own_modules():
        yield from remembered_in(path, module)


def remembered_in(path: Path, module: str) -> Iterator[str]:
    """Find what one module's functions and names keep between requests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(
            _last_name(decorator) in {"cache", "lru_cache"}
            for decorator in node.decorator_list
        ):
            yield f"{module}.{node.name}"
        elif isinstance(node, ast.Global):
            yield from (f"{module}.{name}" for name in node.names)
    for statement in tree.body:
        yield from (f"{module}.{name}" for name in _kept_by(statement))


def _last_name(node: ast.expr) -> str:
    """Name what a decorator is, called or not, with its module or without."""
    if isinstance(node, ast.Call):
        node = node.func
    return ast.unparse(node).rpartition(".")[2]


def _kept_by(node: ast.stmt) -> list[str]:
    """Name what a statement at a module's top fills later: empty containers."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    value = getattr(node, "value", None)
    is_empty = (
        isinstance(value, ast.Dict | ast.List | ast.Set)
        and not list(ast.iter_child_nodes(value))[1:]
    )
    is_made = isinstance(value, ast.Call) and _last_name(value) in CONTAINERS
    names = [one.id for one in targets if isinstance(one, ast.Name)]
    # What is written in capitals is a constant.
    return [name for name in names if (is_empty or is_made) and name != name.upper()]


def _own_modules() -> Iterator[tuple[Path, str]]:
    for config in apps.get_app_configs():
        module: ModuleType | None = config.module
        if module is None or not config.name.startswith(settings.TENANCY_OWN):
            continue
        root = Path(config.path)
        for path in sorted(root.rglob("*.py")):
            inside = path.relative_to(root).with_suffix("")
            if "migrations" in inside.parts:
                continue
            parts = [part for part in inside.parts if part != "__init__"]
            yield path, ".".join([config.name, *parts])
