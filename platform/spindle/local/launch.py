"""Becomes another program that the kernel ends when our starter dies.

Run as a file, and not as a hook between fork and exec: there a process with
threads may deadlock. Arguments: SIGNAL STARTER UID:GID|- PROGRAM [ARGUMENT …]
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 127


def main(number: str, starter: str, account: str, *argv: str) -> None:
    """Change the account, ask the kernel, become the program."""
    if account != "-":
        uid, gid = map(int, account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of account, which would undo it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != int(starter):  # It died before we could ask.
            sys.exit(1)
    try:
        os.execv(argv[0], argv)  # noqa: S606  (no shell wanted)
    except OSError as error:
        sys.stderr.write(f"{argv[0]} cannot be started: {error}\n")
        sys.exit(CANNOT_RUN)


if __name__ == "__main__":
    main(*sys.argv[1:])
