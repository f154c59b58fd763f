"""Asks a running cloud whether it answers on all hosts and does its main job."""

import http.client
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial

from spindle.local import environment, ports, state
from spindle.local.console import Console
from spindle.local.environment import ROOT
from spindle.local.errors import LocalError

JOURNEY = ROOT / "tests" / "journey" / "smoke.py"
ANSWERS = {200, 302}


def smoke(console: Console) -> int:
    """Do every check, and say for each whether it passed; 0 if all did."""
    known = state.read_state()
    if not known:
        raise LocalError(
            "Spindle is not up in this checkout.", mend="Run `make up` first."
        )
    domain, port = str(known["domain"]), int(known["port"])
    hosts = [domain, f"api.{domain}", f"console.{domain}"]
    hosts.extend(sorted({login["host"] for login in known["logins"]} - set(hosts))[:1])
    checks: dict[str, Callable[[], str]] = {}
    for host in hosts:
        path = "/openapi.json" if host.startswith("api.") else "/"
        checks[f"http://{host}{path}"] = partial(_get, host, port, path)
    if JOURNEY.exists():
        checks[f"{JOURNEY.relative_to(ROOT)}"] = partial(_travel, port)
    passed = failed = 0
    for name, check in checks.items():
        problem = check()
        console.line(f"{'FAILED' if problem else 'passed'}  {name}  {problem}".rstrip())
        passed, failed = passed + (not problem), failed + bool(problem)
    console.line(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _get(host: str, port: int, path: str) -> str:
    """Ask one host for one page; return what is wrong, or nothing."""
    # By address, with the host named: not every resolver knows *.localhost.
    with closing(http.client.HTTPConnection(ports.LOOPBACK, port, timeout=30)) as wire:
        try:
            wire.request("GET", path, headers={"Host": host})
            answer = wire.getresponse()
        except (OSError, http.client.HTTPException) as error:
            return str(error)
        body = answer.read()
    if answer.status not in ANSWERS:
        return f"answered {answer.status}: {body[:200]!r}"
    return ""


def _travel(port: int) -> str:
    """Do the main job once, as a partner's program would."""
    variables = environment.for_children(
        environment.inherited(),
        **state.read_state()["environment"],
        SPINDLE_URL=f"http://{ports.LOOPBACK}:{port}",
        SPINDLE_LOGINS=json.dumps(state.read_state()["logins"]),
    )
    code = subprocess.run(
        [sys.executable, str(JOURNEY)], cwd=ROOT, env=variables, check=False
    ).returncode
    return f"exit code {code}" if code else ""
