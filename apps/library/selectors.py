"""Finding a machine model by what somebody types of its name."""

from collections.abc import Iterable

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.kernel.errors import InvalidInput
from apps.library import rules
from apps.library.models import MachineModel
from apps.library.types import (
    FIGURES,
    MachineKind,
    ModelEntry,
    Publication,
    SizeBasis,
)

# Below it, two names share no more than names do by chance.
LEAST_LIKENESS = 0.34
EXACT, STARTS, CONTAINS, ALL_WORDS, ALIKE = range(5)


class UnknownMachineModel(InvalidInput):
    """The library has no model of this code."""

    code = "unknown_machine_model"


def machine_models() -> list[ModelEntry]:
    """Return all models in the library's order."""
    return [_entry(row) for row in MachineModel.objects.order_by("order")]


def machine_model(code: str) -> ModelEntry:
    """Return one model.

    :raises UnknownMachineModel: if the library has none of this code.
    """
    row = MachineModel.objects.filter(code=code).first()
    if row is None:
        raise UnknownMachineModel(
            _("There is no machine model %(code)s.") % {"code": code},
            field="model_code",
            value=code,
            remedy=_("Choose a model from the library."),
        )
    return _entry(row)


def search_machine_models(
    q: str = "", *, process: str = "", limit: int | None = None
) -> list[ModelEntry]:
    """Return the models that answer to some words, the nearest first.

    Spaces, hyphens and capital letters do not matter, and a typing error is forgiven.
    Without words all models are meant; a process means those below it as well.
    """
    rows = MachineModel.objects.order_by("order")
    if process:
        rows = rows.filter(process_codes__overlap=_with_all_below([process]))
    asked = rules.words(q)
    if asked:
        whole = "".join(asked)
        in_all = Q()
        for word in asked:
            in_all &= Q(search_text__contains=word)
        rows = (
            rows.annotate(
                likeness=TrigramStrictWordSimilarity(whole, "search_text"),
                place=Case(
                    When(names__contains=[whole], then=Value(EXACT)),
                    When(search_text__regex=rf"(^| ){whole}", then=Value(STARTS)),
                    When(search_text__contains=whole, then=Value(CONTAINS)),
                    When(in_all, then=Value(ALL_WORDS)),
                    default=Value(ALIKE),
                    output_field=IntegerField(),
                ),
            )
            .filter(Q(place__lt=ALIKE) | Q(likeness__gte=LEAST_LIKENESS))
            .order_by("place", "-likeness", "order")
        )
    elif q.strip():
        # Signs alone name nothing.
        rows = rows.none()
    return [_entry(row) for row in rows[:limit]]


def recognized_model(maker: str, model: str) -> ModelEntry | None:
    """Return the one model that a machine's own words name for certain, or None.

    Only a whole name counts: a figure of the wrong model is worse than none.
    """
    name = rules.compact(f"{maker} {model}")
    if not rules.compact(maker) or not rules.compact(model):
        return None
    rows = list(MachineModel.objects.filter(names__contains=[name])[:2])
    return _entry(rows[0]) if len(rows) == 1 else None


def _with_all_below(codes: Iterable[str]) -> list[str]:
    return sorted(catalog.leaf_codes_below(codes))


def _entry(row: MachineModel) -> ModelEntry:
    figures = {name: getattr(row, name) for name in FIGURES}
    return ModelEntry(
        id=row.pk,
        code=row.code,
        maker=row.maker,
        model=row.model,
        other_names=tuple(row.other_names),
        kind=MachineKind(row.kind),
        process_codes=tuple(row.process_codes),
        basis=SizeBasis(row.basis) if row.basis else None,
        figures={name: value for name, value in figures.items() if value is not None},
        source=Publication(row.source, row.source_on, row.source_url),
        confirmed=frozenset(row.confirmed_figures),
        second_source=Publication(row.second_source, "", row.second_source_url)
        if row.second_source
        else None,
    )
