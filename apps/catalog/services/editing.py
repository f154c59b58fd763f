"""What the operator changes in the catalog, one entry at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog import rules, selectors
from apps.catalog.models import (
    CatalogChange,
    CatalogVersion,
    Material,
    OperatorFact,
    Process,
)
from apps.catalog.services import indexing
from apps.catalog.services.versions import lock_catalog, record_version
from apps.catalog.types import EntryKind, VersionOrigin
from apps.kernel.errors import Conflict, InvalidInput
from tenants.types import Actor

FACTS_OF_PROCESS = (
    "name_en",
    "name_zh",
    "name_ru",
    "name_de",
    "aliases",
    "definition",
    "standard",
    "it_grade_min",
    "it_grade_max",
    "roughness_min_um",
    "roughness_max_um",
    "source",
)
FACTS_OF_MATERIAL = (
    "standard",
    "number",
    "aliases",
    "density_kg_m3",
    "removal_factor",
    "price_eur_kg",
    "source",
)


class CatalogMovedOn(Conflict):
    """Raised when somebody changed the entry after the editor opened it."""

    code = "catalog_moved_on"


class NothingChanged(InvalidInput):
    """Raised when an edit leaves everything as it is."""

    code = "nothing_changed"


class InvalidFact(InvalidInput):
    """Raised when a fact cannot be what the editor wants."""

    code = "invalid_fact"


class AmbiguousName(InvalidInput):
    """Raised when a name means something else already."""

    code = "ambiguous_name"


@transaction.atomic
def edit_process(
    *,
    code: str,
    facts: Mapping[str, Any],
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> CatalogVersion:
    """Change facts of a process as the operator, and keep what they were.

    `seen` is the catalog's version that the editor looked at.

    :raises UnknownProcess: if the catalog has none of this code.
    :raises CatalogMovedOn: if somebody changed the process since.
    :raises NothingChanged: if all facts are as they were.
    :raises InvalidFact: if a fact is not editable, or cannot have such a value.
    :raises AmbiguousName: if a name means another process already.
    """
    lock_catalog()
    row = Process.objects.select_for_update().filter(pk=code).first()
    if row is None:
        raise selectors.unknown_process(code)
    changes = _apply(row, EntryKind.PROCESS, facts, FACTS_OF_PROCESS, seen)
    _check_names_of_process(row)
    row.save(update_fields=[change.field for change in changes])
    indexing.index_process(row)
    return keep_edit(EntryKind.PROCESS, code, changes, reason=reason, by=by, at=at)


@transaction.atomic
def edit_material(
    *,
    code: str,
    facts: Mapping[str, Any],
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> CatalogVersion:
    """Change facts of a material as the operator, and keep what they were.

    :raises UnknownMaterial: if the catalog has none of this code.
    :raises CatalogMovedOn: if somebody changed the material since.
    :raises NothingChanged: if all facts are as they were.
    :raises InvalidFact: if a fact is not editable, or cannot have such a value.
    :raises AmbiguousName: if an alias means another material already.
    """
    lock_catalog()
    row = Material.objects.select_for_update().filter(pk=code).first()
    if row is None:
        raise selectors.unknown_material(code)
    changes = _apply(row, EntryKind.MATERIAL, facts, FACTS_OF_MATERIAL, seen)
    others = Material.objects.exclude(pk=code).values_list("code", "aliases")
    taken = {_tight(name): other for other, names in others for name in names}
    _refuse_taken(row.aliases, taken)
    row.save(update_fields=[change.field for change in changes])
    indexing.index_material(row)
    return keep_edit(EntryKind.MATERIAL, code, changes, reason=reason, by=by, at=at)


def check_unmoved(kind: EntryKind, key: str, seen: int) -> None:
    """Make sure that nobody changed an entry after a version.

    :raises CatalogMovedOn: if somebody did.
    """
    later = (
        CatalogChange.objects.filter(kind=kind, key=key, version__number__gt=seen)
        .select_related("version")
        .order_by("-version__number")
        .first()
    )
    if later is not None:
        raise CatalogMovedOn(
            _("%(who)s changed it meanwhile, in version %(number)d.")
            % {"who": later.version.by_label, "number": later.version.number},
            field="seen",
            value=seen,
            remedy=_("Open it again and make the change once more."),
        )


def keep_edit(
    kind: EntryKind,
    key: str,
    changes: Iterable[rules.Change],
    *,
    reason: str,
    by: Actor,
    at: datetime,
) -> CatalogVersion:
    """Write an edit down as a version, and hold it against later releases.

    :raises InvalidFact: if no reason is given.
    """
    if not reason.strip():
        raise InvalidFact(
            _("An edit needs a reason."),
            field="reason",
            value=reason,
            remedy=_("Say in a sentence why the catalog changes."),
        )
    changes = list(changes)
    version = record_version(
        origin=VersionOrigin.OPERATOR,
        reason=reason.strip(),
        changes=[(kind, key, change) for change in changes],
        added={},
        by=by,
        at=at,
    )
    for change in changes:
        _hold(kind, key, change, version)
    return version


def _hold(
    kind: EntryKind, key: str, change: rules.Change, version: CatalogVersion
) -> None:
    fact = OperatorFact.objects.filter(kind=kind, key=key, field=change.field).first()
    if fact is None:
        fact = OperatorFact(kind=kind, key=key, field=change.field, base=change.old)
    elif fact.is_in_conflict:
        # Whoever edits it now has seen what the release says.
        fact.base = fact.released
    if fact.base == change.new:
        if not fact._state.adding:
            fact.delete()
        return
    fact.value, fact.version = change.new, version
    fact.released, fact.is_in_conflict = None, False
    fact.save()


def _apply(
    row: Process | Material,
    kind: EntryKind,
    facts: Mapping[str, Any],
    editable: tuple[str, ...],
    seen: int,
) -> list[rules.Change]:
    for name in sorted(facts.keys() - set(editable)):
        raise InvalidFact(
            _("%(field)s is not changed here.") % {"field": name},
            field=name,
            value=facts[name],
            remedy=_("Change it in a release."),
        )
    check_unmoved(kind, row.code, seen)
    old = {name: getattr(row, name) for name in facts}
    for name, value in facts.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    try:
        # Django takes "not known" for "left blank"; constraints judge those.
        judged = {n for n, value in facts.items() if value is not None}
        fields = {field.name for field in row._meta.concrete_fields}
        row.clean_fields(exclude=fields - judged | {"aliases"})
        row.validate_constraints()
    except ValidationError as error:
        raise _invalid(error, facts) from error
    if "aliases" in facts:
        row.aliases = list(dict.fromkeys(n.strip() for n in row.aliases if n.strip()))
    changes = rules.changes_between(old, {name: getattr(row, name) for name in facts})
    if not changes:
        raise NothingChanged(
            _("Everything is as it was."),
            field="facts",
            value=sorted(facts),
            remedy=_("Change something, or leave."),
        )
    return changes


def _invalid(error: ValidationError, facts: Mapping[str, Any]) -> InvalidFact:
    by_field = error.message_dict if hasattr(error, "error_dict") else {}
    name = next((name for name in by_field if name in facts), "facts")
    said = by_field.get(name) or error.messages
    return InvalidFact(
        " ".join(said),
        field=name,
        value=facts.get(name, sorted(facts)),
        remedy=_("Both ends of a range are given, in order, or neither."),
    )


def _check_names_of_process(row: Process) -> None:
    parents = dict(Process.objects.values_list("code", "parent_id"))
    columns = [f"name_{language}" for language in rules.LANGUAGES]
    taken = {
        _tight(name): other["code"]
        for other in Process.objects.exclude(pk=row.pk).values(
            "code", "aliases", *columns
        )
        if not rules.is_kin(row.code, other["code"], parents)
        for name in [*other["aliases"], *(other[column] for column in columns)]
    }
    _refuse_taken([*(getattr(row, column) for column in columns), *row.aliases], taken)


def _refuse_taken(names: Iterable[str], taken: Mapping[str, str]) -> None:
    for name in names:
        other = taken.get(_tight(name))
        if other is not None:
            raise AmbiguousName(
                _("%(name)s means %(other)s already.") % {"name": name, "other": other},
                field="aliases",
                value=name,
                remedy=_("Use a name that means one thing only."),
            )


def _tight(name: str) -> str:
    return rules.tight(rules.words_of(name))
