"""Makes a model that only tests have in their library."""

from typing import Any

from apps.library.models import MachineModel
from apps.library.types import MachineKind
from tenants import context


def machine_model(**facts: Any) -> MachineModel:
    """Publish a five-axis machine of a maker that there is not."""
    with context.owner():
        return MachineModel.objects.create(
            **{
                "code": "acme-five",
                "maker": "Acme",
                "model": "Five",
                "names": ["acmefive", "five"],
                "search_text": "acmefive five",
                "kind": MachineKind.MACHINE_TOOL,
                "process_codes": ["milling-5-axis"],
                "axes": 5,
                "source": "Acme, Five brochure",
                "source_url": "https://acme.example",
                "order": 9000,
                **facts,
            }
        )
