"""Loading what makers publish into the database."""

from typing import Any

from django.db import transaction

from apps.library import data, rules
from apps.library.models import MachineModel
from apps.library.types import FIGURES


@transaction.atomic
def load_library() -> int:
    """Write the library's models, changing rows that are there already.

    Models that the files no longer name stay: machines may hold their codes. Returns
    how many the files name.
    """
    rows = [_model(facts, order) for order, facts in enumerate(data.read())]
    changed = [
        field.name
        for field in MachineModel._meta.concrete_fields
        if not field.primary_key and field.name != "code"
    ]
    MachineModel.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=changed
    )
    return len(rows)


def _model(facts: dict[str, Any], order: int) -> MachineModel:
    others = facts.get("other_names", [])
    names = rules.known_names(facts["maker"], facts["model"], others)
    source, second = facts["source"], facts.get("confirmed", {})
    return MachineModel(
        code=facts["code"],
        maker=facts["maker"],
        model=facts["model"],
        other_names=others,
        names=names,
        search_text=" ".join(names),
        kind=facts["kind"],
        process_codes=facts["process_codes"],
        basis=facts.get("basis", ""),
        source=source["title"],
        source_on=source.get("on", ""),
        source_url=source["url"],
        confirmed_figures=second.get("figures", []),
        second_source=second.get("title", ""),
        second_source_url=second.get("url", ""),
        order=order,
        **{name: facts[name] for name in FIGURES if name in facts},
    )
