"""The OpenAPI document as text, in one order of keys."""

import json
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator


def document() -> str:
    """Return the document that `/openapi.json` serves."""
    with translation.override("en"):
        generator: Any = SchemaGenerator
        found = generator(urlconf="spindle.urls_api").get_schema(
            request=None, public=True
        )
    return json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
