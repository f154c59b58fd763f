"""The library's models as JSON, each with the publication that states its figures."""

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any


def read() -> Iterator[dict[str, Any]]:
    """Yield the models of all files, file by file in the order of their names."""
    files = resources.files(__name__).iterdir()
    for path in sorted(files, key=lambda path: path.name):
        if path.name.endswith(".json"):
            yield from json.loads(path.read_text("utf-8"))
