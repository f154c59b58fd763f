"""How a row is locked, checked and written, the same for every service here."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from apps.kernel.errors import DomainError
from apps.machines import selectors
from apps.machines.models import Machine
from apps.machines.rules.figures import ImpossibleFigure


def locked_machine(machine_id: UUID) -> Machine:
    """Return a machine whose row no one else can change until the commit.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    machine: Machine | None = (
        Machine.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=machine_id)
        .first()
    )
    if machine is None:
        raise selectors.machine_not_found(machine_id)
    return machine


def write(
    row: models.Model,
    *,
    taken: tuple[str, Callable[[], DomainError]] | None = None,
) -> None:
    """Insert or update a row whose columns were checked one by one.

    `taken` names the unique constraint that two writers at once may meet, and the
    refusal that the second of them gets.

    :raises ImpossibleFigure: if a column does not hold the value.
    """
    _check_columns(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        met = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if taken is None or not met.startswith(taken[0]):
            raise
        raise taken[1]() from error


def _check_columns(row: models.Model) -> None:
    keys = [field.name for field in row._meta.concrete_fields if field.is_relation]
    try:
        row.clean_fields(exclude=keys)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        value = getattr(row, field)
        raise ImpossibleFigure(
            _("%(field)s cannot be %(value)s: %(why)s")
            % {"field": field, "value": value, "why": messages[0]},
            field=field,
            value=value,
            remedy=_("Correct it and try again."),
        ) from error
