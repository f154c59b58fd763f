"""Makes cells and databases as an operator adds them."""

from typing import Any

from tenants.cells import services
from tenants.models import Cell, Database


def database(**facts: Any) -> Database:
    """Add database `b` in a cell of its own."""
    return services.add_database(
        **{
            "code": "b",
            "cell": "east",
            "cell_name": "East",
            "address": "10.0.0.2:8000",
            "slot_limit": 100,
            **facts,
        }
    )


def cell(**facts: Any) -> Cell:
    """Add a cell, along with a database."""
    return database(**facts).cell
