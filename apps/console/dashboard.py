"""The first page of the console."""

from typing import Any

from django.http import HttpRequest


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return what the first page shows."""
    return context
