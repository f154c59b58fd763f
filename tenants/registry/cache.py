"""A bounded cache of enterprises in this process, never behind the directory.

Each entry bears the version of the directory that it was read at. A unit of work
reads the version in the message that first sets its role, so that an entry older
than a change is read again, whichever process made the change.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from django.db import transaction

from tenants import context
from tenants.database.session import session
from tenants.types import EnterpriseRef

CACHE_ENTRIES = 4096

Key = tuple[str, str]
Load = Callable[[], EnterpriseRef | None]


class Entry(NamedTuple):
    """An enterprise as it was at a version of the directory."""

    ref: EnterpriseRef
    version: int


_lock = threading.Lock()
_entries: OrderedDict[Key, Entry] = OrderedDict()


def find(kind: str, key: str, load: Load) -> EnterpriseRef | None:
    """Return an enterprise as it is now, from the cache where nothing has changed.

    Absence is never kept: who signs up is there on the next look.
    """
    version = session().directory_version()
    entry = _entry_of((kind, key))
    if entry is not None and entry.version >= version:
        return entry.ref
    with context.directory():
        ref = load()
    if ref is None:
        _drop((kind, key))
    else:
        _keep((kind, key), Entry(ref, version))
    return ref


def glance(kind: str, key: str, load: Load) -> EnterpriseRef | None:
    """Return an enterprise as it was of late, without a word to the database.

    Good for what is confirmed by `find` before anything is done in its name.
    """
    entry = _entry_of((kind, key))
    return find(kind, key, load) if entry is None else entry.ref


def forget() -> None:
    """Empty the cache of this process, as tests do whose changes are undone."""
    with _lock:
        _entries.clear()
    session().transaction_entries.clear()


def _entry_of(key: Key) -> Entry | None:
    own: Entry | None = session().transaction_entries.get(key)
    if own is not None:
        return own
    with _lock:
        entry = _entries.get(key)
        if entry is not None:
            _entries.move_to_end(key)
        return entry


def _keep(key: Key, entry: Entry) -> None:
    if not session().in_atomic_block:
        _publish({key: entry})
        return
    # A transaction may have read what it wrote itself: nobody else may see that
    # before it is committed, and nobody at all once it is undone.
    own = session().transaction_entries
    if not own:
        transaction.on_commit(lambda: _publish(own), robust=True)
    own[key] = entry


def _publish(entries: dict[Key, Entry]) -> None:
    with _lock:
        for key, entry in entries.items():
            known = _entries.get(key)
            # Another thread may have read a later state meanwhile.
            if known is None or known.version <= entry.version:
                _entries[key] = entry
                _entries.move_to_end(key)
        while len(_entries) > CACHE_ENTRIES:
            _entries.popitem(last=False)


def _drop(key: Key) -> None:
    session().transaction_entries.pop(key, None)
    with _lock:
        _entries.pop(key, None)
