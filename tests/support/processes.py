"""Work in a process of its own, which may be killed."""

import os
import signal
import time
from collections.abc import Callable, Sequence

from django.db import connections


def forked(work: Callable[[], object]) -> int:
    """Do the work in a child that never comes back to the test; return how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def forked_many(
    works: Sequence[Callable[[], object]], *, lives: Callable[[], float]
) -> None:
    """Do works side by side, each in a child that is killed after so many seconds."""
    connections.close_all()
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            try:
                work()
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        time.sleep(lives())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def die() -> None:
    """End as a process that the kernel kills."""
    os.kill(os.getpid(), signal.SIGKILL)
