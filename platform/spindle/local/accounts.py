"""PostgreSQL refuses to run as root: which account it runs under instead."""

import hashlib
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from spindle.local.errors import LocalError

# Where the service account can always go, when the checkout is somewhere it cannot.
OUTSIDE = Path("/var/lib/spindle")


@dataclass(frozen=True)
class Account:
    """A system account that a child process runs under."""

    name: str
    uid: int
    gid: int

    @classmethod
    def from_entry(cls, entry: pwd.struct_passwd) -> Self:
        """Take what matters of an entry of the system's list."""
        return cls(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def service_account(data: Path) -> Account | None:
    """Return the account for the database, or None for the one running now."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        # The data was made by this person before root took over.
        try:
            return Account.from_entry(pwd.getpwuid(data.stat().st_uid))
        except KeyError:
            raise LocalError(
                f"{data} belongs to user id {data.stat().st_uid}, "
                "which this machine does not know.",
                mend="Give it to an account that exists (chown), or run `make reset`.",
            ) from None
    for name in ("postgres", "nobody"):
        try:
            return Account.from_entry(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LocalError(
        "PostgreSQL does not run as root, and there is neither a `postgres` "
        "nor a `nobody` account.",
        mend="Run the same command as a normal user, or set DATABASE_URL.",
    )


def may_reach(path: Path) -> bool:
    """Tell whether any account may pass through the folders above `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def may_run(program: Path) -> bool:
    """Tell whether any account may run `program`."""
    return may_reach(program) and program.stat().st_mode & 0o005 == 0o005


def outside_folder_of(directory: Path) -> Path:
    """Return the folder that stands in for `directory` outside the checkout."""
    digest = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()
    return OUTSIDE / digest[:16]
