"""Who may learn each field that the API writes, and the table of them all.

A serializer says `disclosure = Disclosure.PRIVATE` if nobody but the token's own
enterprise ever reads it. Wider circles are named field by field, so that a field which
is added later belongs to none until somebody has thought about it:
`disclosure = {Disclosure.MARKET: ("id", "title"), Disclosure.PRIVATE: ("quote_id",)}`.
"""

from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from rest_framework import serializers

from tenants.isolation.registry import Classes, Found, Kind
from tenants.types import Disclosure, Tenancy

Shape = type[serializers.BaseSerializer[Any]]
PACKAGE = "apps.api"


def find() -> Iterator[Found]:
    """Find every field of every serializer of the API."""
    for shape in shapes():
        for name in fields_of(shape):
            disclosure = disclosure_of(shape, name)
            yield Found(
                Kind.FIELD,
                f"{shape.__name__}.{name}",
                Classes(Tenancy.PRIVATE, disclosure) if disclosure else None,
                f"Write in {shape.__module__}.{shape.__name__} who may learn it:"
                f' `disclosure = {{Disclosure.…: ("{name}", …)}}`, or'
                " `disclosure = Disclosure.PRIVATE` if nobody else ever does.",
            )


def shapes() -> list[Shape]:
    """Return all serializers that the API declares, by name."""
    package = import_module(PACKAGE)
    for module in walk_packages(package.__path__, f"{PACKAGE}."):
        if ".management" not in module.name:
            import_module(module.name)
    found = [
        shape
        for shape in _below(serializers.BaseSerializer)
        if shape.__module__.startswith(PACKAGE)
    ]
    return sorted(found, key=lambda shape: shape.__name__)


def _below(base: Shape) -> set[Shape]:
    return reduce(
        set.union, (_below(shape) for shape in base.__subclasses__()), {base}
    ) - {serializers.BaseSerializer}


def fields_of(shape: Shape) -> list[str]:
    """Return the names of a serializer's fields."""
    return list(getattr(shape, "_declared_fields", {}))


def disclosure_of(shape: Shape, name: str) -> Disclosure | None:
    """Return who may learn a field, or None where nobody has said so."""
    for base in shape.__mro__:
        declared = vars(base).get("disclosure")
        if isinstance(declared, dict):
            # What a base names holds for the fields it names, and no others.
            for disclosure, names in declared.items():
                if name in names:
                    return Disclosure(disclosure)
        elif declared is Disclosure.PRIVATE:
            return Disclosure.PRIVATE
    return None


def unknown_names() -> list[str]:
    """Return names that a `disclosure` lists and no field has."""
    return [
        f"{shape.__name__}.{name}"
        for shape in shapes()
        for names in _declared(shape).values()
        for name in names
        if name not in fields_of(shape)
    ]


def _declared(shape: Shape) -> dict[Disclosure, tuple[str, ...]]:
    declared = vars(shape).get("disclosure")
    return declared if isinstance(declared, dict) else {}
