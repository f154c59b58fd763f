"""Adds databases, and opens and closes them to newcomers."""

import re

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, InvalidInput
from tenants import context
from tenants.cells.moving import abandon_move, move_enterprise
from tenants.cells.selectors import database_of_code
from tenants.models import Cell, Database
from tenants.registry.rules import check_text
from tenants.types import DatabaseState

CODE = re.compile(r"[a-z][a-z0-9-]{0,19}")
# More than a process's host and port, and nothing that a proxy's map would stumble on.
ADDRESS = re.compile(r"[A-Za-z0-9.:/\[\]_-]{0,200}")
LONGEST_NAME = 80


class CodeTaken(Conflict):
    """Raised when a database of that code is known already."""

    code = "code_taken"


def add_database(
    *,
    code: str,
    cell: str,
    slot_limit: int,
    cell_name: str = "",
    address: str = "",
) -> Database:
    """Let the directory know of a database, and of its cell where that is new.

    :raises InvalidInput: if a code, a limit or an address cannot be used.
    :raises CodeTaken: if there is such a database.
    """
    for field, value in (("code", code), ("cell", cell)):
        if not CODE.fullmatch(value):
            raise InvalidInput(
                _("“%(value)s” cannot be a code.") % {"value": value},
                field=field,
                value=value,
                remedy=_(
                    "Use up to 20 small letters, digits and hyphens, a letter first."
                ),
            )
    if slot_limit < 1:
        raise InvalidInput(
            _("A database holds at least one enterprise."),
            field="slot_limit",
            value=slot_limit,
            remedy=_("Give a number from 1; 2000 is a good one."),
        )
    if not ADDRESS.fullmatch(address):
        raise InvalidInput(
            _("“%(value)s” is not an address.") % {"value": address},
            field="address",
            value=address,
            remedy=_("Give a host and a port, such as 10.0.0.7:8000."),
        )
    name = check_text(cell_name or cell, field="cell_name", longest=LONGEST_NAME)
    with context.owner(), transaction.atomic():
        place, is_new = Cell.objects.get_or_create(
            code=cell, defaults={"name": name, "address": address}
        )
        if not is_new and (address or cell_name):
            place.address = address or place.address
            place.name = cell_name or place.name
            place.save()
        try:
            with transaction.atomic():
                return Database.objects.create(
                    code=code, cell=place, slot_limit=slot_limit
                )
        except IntegrityError as error:
            raise CodeTaken(
                _("There is a database %(code)s already.") % {"code": code},
                field="code",
                value=code,
                remedy=_("Choose another code, or see `manage.py cells list`."),
            ) from error


def set_database_state(*, code: str, state: DatabaseState) -> Database:
    """Open a database to newcomers, or close it."""
    row = database_of_code(code)
    row.state = state
    with context.owner():
        row.save(update_fields=["state", "updated_at"])
    return row


def know_own_database() -> None:
    """Write this process's database into its own directory, as `prepare` does.

    What has been said about it at home is said there; here it only has to be known,
    for enterprises refer to it.
    """
    with context.owner():
        first = Cell.objects.order_by("created_at", "code").first()
        Database.objects.get_or_create(
            code=settings.DATABASE_CODE,
            defaults={"cell": first or Cell.objects.create(code="main", name="Main")},
        )


__all__ = [
    "abandon_move",
    "add_database",
    "know_own_database",
    "move_enterprise",
    "set_database_state",
]
