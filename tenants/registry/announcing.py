"""Makes a change of the directory known to every process."""

from django.db import transaction
from django.db.models import F

from tenants import context
from tenants.database.session import session
from tenants.models import DirectoryVersion


def announce_change() -> None:
    """Make a change of enterprises or domains act on the next request everywhere.

    Called last in the transaction of the change: whoever commits next waits for it,
    and what it announces is seen exactly when the change is.

    :raises TransactionManagementError: outside a transaction.
    """
    if not session().in_atomic_block:
        msg = "A change is announced in the transaction that makes it."
        raise transaction.TransactionManagementError(msg)
    with context.directory():
        DirectoryVersion.objects.filter(pk=1).update(version=F("version") + 1)
    session().note_directory_change()
