"""Work in a process of its own, which may be killed."""

import os
import signal
from collections.abc import Callable

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


def die() -> None:
    """End as a process that the kernel kills."""
    os.kill(os.getpid(), signal.SIGKILL)
