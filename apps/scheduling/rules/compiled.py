"""Compiling of kernels, remembered between processes where that can be written.

Kernels make no arrays and keep none, so they are compiled without Numba's counting of
references: with it, each call counted every column of the shop up and down, and the
search took an eighth of the steps. The interpreter is free while a kernel runs.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# Numba's own types do not know `_nrt`, which it reads all the same.
njit: Final[Any] = numba.njit
OPTIONS: Final = {"nogil": True, "_nrt": False}
WRITTEN_IN: Final = (
    "chance",
    "compiled",
    "dispatch",
    "insertion",
    "search",
    "tables",
    "tabu",
    "timing",
)
"""Modules whose text what is compiled depends on."""


def digest() -> str:
    """Return what the text of all kernels comes to."""
    known = sha256()
    for name in WRITTEN_IN:
        known.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return known.hexdigest()


DIGEST: Final = digest()


def kernel(function: Kernel) -> Kernel:
    """Compile a function at its first call, once for all processes if possible.

    Numba would go on using what it compiled until the kernel's own file is written
    anew, though a part of it in another file had changed: so the stamp of what is cached
    is the text of all of them.

    Where neither the folder of the source nor the account's own cache can be written,
    Numba refuses to cache when the function is defined; then each process compiles.
    """
    try:
        compiled = njit(cache=True, **OPTIONS)(function)
    except RuntimeError:
        return cast("Kernel", njit(**OPTIONS)(function))
    compiled._cache._cache_file._source_stamp = DIGEST
    return cast("Kernel", compiled)


def part(function: Kernel) -> Kernel:
    """Compile a function into each kernel that calls it."""
    return cast("Kernel", njit(**OPTIONS)(function))


@part
def write(source: Any, target: Any) -> None:
    """Write one column over another; a slice would make room for a copy first."""
    for place in range(source.size):
        target[place] = source[place]


@part
def write_rows(source: Any, target: Any) -> None:
    """Write one table over another."""
    for row in range(source.shape[0]):
        for place in range(source.shape[1]):
            target[row, place] = source[row, place]
