"""`python -m spindle.local COMMAND`: what the Makefile calls."""

import argparse
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from spindle.local import assets, control, environment, services, smoke, state, up
from spindle.local.console import Console
from spindle.local.environment import ROOT, VAR, Wishes
from spindle.local.errors import LocalError


def main() -> int:
    """Run one command; show a person's problem without a traceback."""
    arguments = _arguments()
    environ = environment.inherited()
    console = Console(environ=environ)
    try:
        match arguments.command:
            case "up":
                up.up(environ, console)
            case "stop":
                control.stop(console)
            case "reset":
                control.reset(console)
            case "assets":
                _fetch_assets(console)
            case "smoke":
                return smoke.smoke(console)
            case "leftovers":
                return control.leftovers(console)
            case "within":
                return state.within(environ, arguments.words)
            case _:
                return _with_services(environ, arguments)
    except LocalError as error:
        console.problem(error.what, error.mend)
        return 1
    except PermissionError as error:
        console.problem(
            f"This account may not use {error.filename}.",
            "Was it made by another account, root perhaps? Run the command as that "
            "one, or give the checkout to this one: chown -R $(id -u) .",
        )
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="spindle.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything and show the logs")
    commands.add_parser("assets", help="fetch what our pages serve of others")
    commands.add_parser("stop", help="stop what `up` started")
    commands.add_parser("reset", help="throw all data away")
    commands.add_parser("smoke", help="ask a running cloud whether it works")
    commands.add_parser("leftovers", help="fail if a process of this checkout runs")
    within = commands.add_parser("within", help="run a command in a running cloud")
    within.add_argument("words", nargs="+", metavar="CMD")
    alone = commands.add_parser(
        "with-services", help="run a command with services of its own"
    )
    alone.add_argument(
        "--durable", action="store_true", help="with fsync, as in production"
    )
    alone.add_argument("words", nargs="+", metavar="CMD")
    return parser.parse_args()


def _fetch_assets(console: Console) -> None:
    with console.step("Assets") as step:
        step.note(assets.prepare(VAR))


def _with_services(environ: dict[str, str], arguments: argparse.Namespace) -> int:
    wishes = Wishes.from_environment(environ)
    with (
        tempfile.TemporaryDirectory(prefix="spindle-") as folder,
        services.running(
            Path(folder),
            durable=arguments.durable,
            postgres_binaries=wishes.postgres_binaries,
        ) as urls,
    ):
        variables = environment.for_children(
            environ, DATABASE_URL=urls.database_admin_url, REDIS_URL=urls.redis_url
        )
        with subprocess.Popen(arguments.words, env=variables, cwd=ROOT) as child:
            # Ctrl-C reaches the command too: it ends, then so do we. What asks only
            # us to end is passed on.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, lambda *_: child.terminate())
            return child.wait()


if __name__ == "__main__":
    sys.exit(main())
