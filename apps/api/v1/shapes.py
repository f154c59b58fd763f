"""Shapes that several endpoints share: money, jobs and pages."""

from decimal import Decimal
from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.api.reading import StrictSerializer
from tenants.types import Disclosure

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag that you saw; `*` for whatever is there.",
)


class MoneyShape(serializers.Serializer[Any]):
    """An exact amount as text, with its ISO 4217 currency."""

    disclosure = {
        Disclosure.COUNTERPARTY: ("amount", "currency"),
    }

    amount = serializers.RegexField(r"^-?[0-9]+\.[0-9]{2}$")
    currency = serializers.RegexField(r"^[A-Z]{3}$")


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """Return an amount as the API writes it."""
    return {"amount": f"{amount:.2f}", "currency": currency}


class JobShape(serializers.Serializer[Any]):
    """Work in the background, by its id."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(
        ["queued", "running", "succeeded", "failed", "quarantined", "cancelled"]
    )
    percent = serializers.IntegerField(min_value=0, max_value=100)
    note = serializers.CharField(allow_blank=True)
    error_code = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class PageShape(serializers.Serializer[Any]):
    """A page of a list: follow `next` until it is null."""

    disclosure = Disclosure.PRIVATE

    next = serializers.URLField(allow_null=True)
    prev = serializers.URLField(allow_null=True)
    count = serializers.IntegerField(required=False)


@cache
def page_of(
    shape: type[serializers.Serializer[Any]],
) -> type[serializers.Serializer[Any]]:
    """Return the shape of a page of such items."""
    name = shape.__name__.removesuffix("Shape")
    return type(f"{name}PageShape", (PageShape,), {"items": shape(many=True)})


class ReasonInput(StrictSerializer):
    """Why it is done, for the other side and the audit."""

    reason = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True
    )
