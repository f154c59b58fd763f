"""Shares the work of a seeding out to several processes.

Threads would take turns: most of the work is Python's own.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

from django.db import connections

Item = TypeVar("Item")


class Hands:
    """So many processes; a single hand is this very process."""

    def __init__(self, pool: ProcessPoolExecutor | None) -> None:
        self._pool = pool

    def share_out(
        self, work: Callable[[Item], object], items: Sequence[Item]
    ) -> Iterator[Item]:
        """Do the work for each item, and yield the item when it is done."""
        if self._pool is None:
            for item in items:
                work(item)
                yield item
            return
        # The first call forks: a connection used by two processes mixes answers up,
        # and text that waits to be written would be written by each.
        connections.close_all()
        sys.stdout.flush()
        asked = {self._pool.submit(work, item): item for item in items}
        for done in as_completed(asked):
            done.result()
            yield asked[done]


@contextmanager
def hands(count: int) -> Iterator[Hands]:
    """Have so many hands, which end when this block or this process does."""
    if count == 1:
        yield Hands(None)
        return
    pool = ProcessPoolExecutor(
        count,
        # Forked, they have Django loaded, and act in the same context.
        mp_context=multiprocessing.get_context("fork"),
        initializer=_begin,
        initargs=(os.getpid(),),
    )
    try:
        yield Hands(pool)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(parent: int) -> None:
    # Ctrl-C reaches every process of a terminal; the parent alone acts upon it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End with a parent that was killed, and could not say so."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
