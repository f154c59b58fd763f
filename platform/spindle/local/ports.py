"""Ports: free ones for the services, and who holds the one that is wanted."""

import json
import os
import socket
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Tell whether something accepts connections on `port`."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True


class PortBook:
    """Remembers which service had which port, so that URLs outlive a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def claim(self, name: str) -> int:
        """Return the port `name` had before, or another if that one is taken."""
        book = self._read()
        port = book.get(name)
        if port is None or not is_free(port):
            port = free_port()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps({**book, name: port}) + "\n")
        return port

    def _read(self) -> dict[str, int]:
        with suppress(OSError, ValueError):
            book = json.loads(self._path.read_text())
            if isinstance(book, dict):
                return {name: int(port) for name, port in book.items()}
        return {}


def holder_of(port: int) -> str:
    """Name the program that listens on `port`, as far as this account may know."""
    inodes = _listening_inodes(port)
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for handle in (entry / "fd").iterdir():
                if os.readlink(handle) in inodes:
                    name = (entry / "comm").read_text().strip()
                    return f"{name}, process {entry.name}"
    return ""


def _listening_inodes(port: int) -> set[str]:
    listening = "0A"
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                local_port = int(fields[1].rpartition(":")[2], base=16)
                if local_port == port and fields[3] == listening:
                    found.add(f"socket:[{fields[9]}]")
    return found
