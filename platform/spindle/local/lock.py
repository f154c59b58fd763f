"""One command at a time in one directory."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from spindle.local.errors import LocalError
from spindle.local.processes import wait_until


class DirectoryInUse(LocalError):
    """Raised when another process holds the lock."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(
            f"{path.parent} is in use by process {holder or 'unknown'}.",
            mend="Wait for it or stop it, then run the command again.",
        )
        self.holder = holder


class DirectoryLock:
    """A lock that the kernel gives back when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, mode=0o644)
        # Those who only ask who holds it hold it themselves for a moment.
        if not wait_until(self._take, seconds=0.2):
            os.close(self._descriptor)
            raise DirectoryInUse(self._path, self._path.read_text().strip())
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())
        return self

    def _take(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # The file stays: removing it would let two holders lock two files.
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def holder_of(path: Path) -> int | None:
    """Return the process that holds the lock, or None if none does."""
    if not path.exists():
        return None
    try:
        with DirectoryLock(path):
            return None
    except DirectoryInUse as error:
        return int(error.holder or 0)
