"""What the person asked for by environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from spindle.local.errors import LocalError

ROOT = Path(__file__).resolve().parents[3]
# As spindle.settings reads it: tests keep their data elsewhere.
VAR = Path(os.environ.get("SPINDLE_VAR", ROOT / "var")).resolve()
DEFAULT_PORT = 8000
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Wishes:
    """How this machine's cloud shall differ from the usual one."""

    port: int
    database_url: str
    redis_url: str
    postgres_binaries: Path | None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read PORT, DATABASE_URL, REDIS_URL and PG_BIN."""
        return cls(
            port=_port(environ.get("PORT") or str(DEFAULT_PORT)),
            database_url=_url(environ, "DATABASE_URL", {"postgres", "postgresql"}),
            redis_url=_url(environ, "REDIS_URL", {"redis", "rediss", "unix"}),
            postgres_binaries=_folder_of_programs(environ.get("PG_BIN", "")),
        )


def inherited() -> dict[str, str]:
    """Return the environment this process was given."""
    return dict(os.environ)


def for_children(environ: Mapping[str, str], **ours: str) -> dict[str, str]:
    """Return the environment of a child that runs our code."""
    return {
        **environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        "PYTHONUNBUFFERED": "1",
        **ours,
    }


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise LocalError(
            f"PORT={text} is not a port.",
            mend=f"Give a number from 1 to {HIGHEST_PORT}, as in `make up PORT=8001`.",
        )
    return int(text)


def _url(environ: Mapping[str, str], name: str, schemes: set[str]) -> str:
    value = environ.get(name, "")
    if value and value.partition("://")[0] not in schemes:
        raise LocalError(
            f"{name} does not start with {' or '.join(sorted(schemes))}://.",
            mend=f"Correct it, or unset {name} to use the embedded service.",
        )
    return value


def _folder_of_programs(text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text).expanduser().resolve()
    missing = [name for name in ("initdb", "postgres") if not (folder / name).exists()]
    if missing:
        raise LocalError(
            f"PG_BIN={text} holds no {' and no '.join(missing)}.",
            mend="Name the folder with PostgreSQL's server programs, such as "
            "/usr/lib/postgresql/17/bin, or unset PG_BIN to use those of the wheel.",
        )
    return folder
