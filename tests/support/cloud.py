"""Web server, worker and clock as `make up` runs them, on the database of the suite."""

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from spindle.local import faces
from spindle.local.ports import LOOPBACK, free_port
from spindle.local.processes import Process, Supervisor, wait_until

ROOT = Path(__file__).resolve().parents[2]
# Each starts Django; the machine may be busy with other things.
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What came back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Cloud:
    """Real processes under the real supervisor, which starts again what dies."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.port = free_port()
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
            "DJANGO_SETTINGS_MODULE": "spindle.settings.test",
        }
        self.processes = {
            program.name: Process(
                replace(
                    program,
                    argv=[
                        f"--schedule={folder / 'schedule'}"
                        if str(word).startswith("--schedule=")
                        else word
                        for word in program.argv
                    ],
                    log=folder / f"{program.name}.log",
                    record=None,
                    grace=3.0,
                )
            )
            for program in faces.programs(self.port, environment)
            if program.name in names
        }
        self.said: list[str] = []
        self._supervisor = Supervisor(self.said.append)
        self._is_over = threading.Event()
        self._watch = threading.Thread(target=self._look_after, daemon=True)

    def __enter__(self) -> Self:
        for process in self.processes.values():
            process.start()
            self._supervisor.add(process)
        self._watch.start()
        if not self.is_ready_in_time():
            self.__exit__()
            raise AssertionError("\n".join(self.last_words()))
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watch.join()
        for process in self.processes.values():
            process.stop()

    def _look_after(self) -> None:
        while not self._is_over.wait(0.05):
            self._supervisor.tick()

    def is_ready_in_time(self) -> bool:
        return wait_until(
            lambda: faces.is_ready(self.port), seconds=PATIENCE_SECONDS, every=0.1
        )

    def kill(self, name: str) -> None:
        """End the main process alone, as the kernel does when memory runs out."""
        process = self.processes[name]
        assert wait_until(lambda: process.is_running, seconds=PATIENCE_SECONDS)
        pid = process.pid
        assert pid
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def last_words(self) -> list[str]:
        return [process.last_words() for process in self.processes.values()]

    def ask(
        self,
        method: str,
        host: str,
        path: str,
        body: Any = None,
        **headers: str,
    ) -> Answer:
        """Send one request over a connection of its own.

        :raises OSError, http.client.HTTPException: if the server dies meanwhile.
        """
        sent = {"Host": host, **headers}
        if body is not None:
            sent["Content-Type"] = "application/json"
        wire = http.client.HTTPConnection(LOOPBACK, self.port, timeout=20)
        try:
            wire.request(method, path, None if body is None else json.dumps(body), sent)
            answer = wire.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            wire.close()

    def ask_until(self, status: int, *request: Any, **headers: str) -> Answer:
        """Repeat a request until it is answered so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.ask(*request, **headers)
            if answer.status == status or time.monotonic() > deadline:
                return answer
            time.sleep(0.1)
