"""Shapes that several endpoints share: money, times, and what is read from rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from apps.api.endpoints import StrictSerializer


class MoneyShape(serializers.Serializer[Any]):
    """An exact amount as text, with its ISO 4217 currency."""

    amount = serializers.CharField()
    currency = serializers.CharField()


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """Return an amount as the API writes it."""
    return {"amount": f"{amount:.2f}", "currency": currency}


class JobShape(serializers.Serializer[Any]):
    """Work in the background, by its id."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.CharField()
    percent = serializers.IntegerField()
    note = serializers.CharField()
    error_code = serializers.CharField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class PageShape(serializers.Serializer[Any]):
    """A page of a list: follow `next` until it is null."""

    next = serializers.URLField(allow_null=True)
    prev = serializers.URLField(allow_null=True)
    count = serializers.IntegerField(required=False)


def page_of(
    shape: type[serializers.Serializer[Any]],
) -> type[serializers.Serializer[Any]]:
    """Return the shape of a page of such items."""
    name = shape.__name__.removesuffix("Shape")
    return type(f"{name}PageShape", (PageShape,), {"items": shape(many=True)})


class ReasonInput(StrictSerializer):
    """Why it is done, for the other side and the audit."""

    reason = serializers.CharField(max_length=300, required=False, default="")


def read(shape: type[serializers.Serializer[Any]], row: Any) -> Mapping[str, Any]:
    """Return a row as the shape writes it."""
    return shape(row).data
