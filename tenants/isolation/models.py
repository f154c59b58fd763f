"""Rows and querysets that remember whose they are."""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.database.layers import Layer, is_off

Row = TypeVar("Row", bound=models.Model)


class ForeignInstance(RuntimeError):
    """Raised when a row or queryset of one enterprise is used in another's name."""


def _schema() -> str | None:
    found = context.active()
    return None if found is None else found.schema


def _check(stamp: str | None, what: str) -> None:
    now = _schema()
    if stamp is not None and stamp != now and not is_off(Layer.CONTEXT):
        msg = f"{what} belongs to schema {stamp} and was used in {now or 'no context'}."
        raise ForeignInstance(msg)


class TenantQuerySet(models.QuerySet[Row]):
    """A queryset that refuses to run in another enterprise than it was built in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tenant = _schema()

    def _check_tenant(self) -> None:
        _check(self._tenant, f"A queryset of {self.model.__name__}")
        # Whose row's relation this is: Django says so where it follows one.
        related = self._hints.get("instance")  # type: ignore[attr-defined]  # Django's
        if related is not None:
            stamp = getattr(related._state, "tenant", None)
            _check(stamp, f"This {type(related).__name__}")

    def _clone(self) -> Self:
        clone: Self = super()._clone()
        clone._tenant = self._tenant
        return clone

    def _fetch_all(self) -> None:
        self._check_tenant()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Row]:
        """Stream rows, checking at each that the enterprise is still the same."""
        self._check_tenant()
        for row in super().iterator(chunk_size=chunk_size or 2000):
            self._check_tenant()
            yield row

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Aggregate in the enterprise the queryset was built in."""
        self._check_tenant()
        return super().aggregate(*args, **kwargs)

    def count(self) -> int:
        """Count in the enterprise the queryset was built in."""
        self._check_tenant()
        return super().count()

    def exists(self) -> bool:
        """Look for a row in the enterprise the queryset was built in."""
        self._check_tenant()
        return super().exists()

    def update(self, **kwargs: Any) -> int:
        """Update in the enterprise the queryset was built in."""
        self._check_tenant()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete in the enterprise the queryset was built in."""
        self._check_tenant()
        return super().delete()

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """Insert rows that belong to nobody yet, or to this enterprise."""
        self._check_tenant()
        rows = list(objs)
        for row in rows:
            _check(getattr(row._state, "tenant", None), repr(row))
        made = super().bulk_create(rows, *args, **kwargs)
        for row in made:
            row._state.tenant = _schema()  # type: ignore[attr-defined]  # our stamp
        return made

    def bulk_update(
        self, objs: Iterable[Row], fields: Iterable[str], *args: Any, **kwargs: Any
    ) -> int:
        """Update rows of this enterprise only."""
        self._check_tenant()
        rows = list(objs)
        for row in rows:
            _check(getattr(row._state, "tenant", None), repr(row))
        return super().bulk_update(rows, fields, *args, **kwargs)


class TenantModel(models.Model):
    """A row of an enterprise's own schema, keyed by a UUIDv7.

    An instance remembers the schema it was read from or written to, and refuses
    to be saved, refreshed or deleted in the name of another.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    # Subclasses declare managers of their own types, which stubs would call a clash.
    if not TYPE_CHECKING:
        objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
        # Relations are followed by the same querysets, and so checked.
        base_manager_name = "objects"

    @classmethod
    def from_db(
        cls,
        db: str | None,
        field_names: Collection[str],
        values: Collection[Any],
        **kwargs: Any,
    ) -> Self:
        """Stamp what is read with the schema it came from."""
        row = super().from_db(db, field_names, values, **kwargs)
        row._state.tenant = _schema()  # type: ignore[attr-defined]  # our stamp
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row to the enterprise that it belongs to.

        :raises ForeignInstance: if it was read in another enterprise's name.
        """
        self._check_tenant()
        super().save(*args, **kwargs)
        self._state.tenant = _schema()  # type: ignore[attr-defined]  # our stamp

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row from the enterprise that it belongs to.

        :raises ForeignInstance: if it was read in another enterprise's name.
        """
        self._check_tenant()
        return super().delete(*args, **kwargs)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again in the enterprise that it belongs to.

        :raises ForeignInstance: if it was read in another enterprise's name.
        """
        self._check_tenant()
        super().refresh_from_db(*args, **kwargs)

    def _check_tenant(self) -> None:
        _check(getattr(self._state, "tenant", None), f"This {type(self).__name__}")
