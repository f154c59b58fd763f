"""What `python -m spindle.local` says to the person who typed it."""

import os
import socket
import subprocess
import sys

import pytest

from spindle.local import ports
from spindle.local.lock import DirectoryLock


@pytest.fixture
def spindle(python_environment):
    def run(*words, **variables):
        return subprocess.run(
            [sys.executable, "-m", "spindle.local", *words],
            env={**python_environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


class TestUp:
    def test_names_who_has_the_port_and_offers_another(self, spindle):
        with socket.socket() as server:
            server.bind((ports.LOOPBACK, 0))
            server.listen()
            port = server.getsockname()[1]

            done = spindle("up", PORT=str(port))

        assert done.returncode == 1
        assert f"Port {port} is taken by " in done.stdout
        assert f", process {os.getpid()}." in done.stdout
        assert "make up PORT=" in done.stdout

    def test_is_refused_while_another_runs(self, spindle, tmp_path):
        with DirectoryLock(tmp_path / "var" / "up.lock"):
            done = spindle("up")

        assert done.returncode == 1
        assert f"Spindle is already up: process {os.getpid()} runs it." in done.stdout
        assert "make stop" in done.stdout

    @pytest.mark.parametrize(
        ("variables", "said"),
        [
            ({"PORT": "eighty"}, "PORT=eighty is not a port."),
            ({"PORT": "70000"}, "PORT=70000 is not a port."),
            (
                {"DATABASE_URL": "mysql://x"},
                "DATABASE_URL does not start with postgres",
            ),
            ({"REDIS_URL": "localhost"}, "REDIS_URL does not start with redis"),
            ({"PG_BIN": "/etc"}, "PG_BIN=/etc holds no initdb and no postgres."),
        ],
    )
    def test_says_which_variable_is_wrong(self, spindle, variables, said):
        done = spindle("up", **variables)

        assert done.returncode == 1
        assert said in done.stdout
        assert "Traceback" not in done.stdout + done.stderr


class TestStop:
    def test_says_that_nothing_runs(self, spindle):
        done = spindle("stop")

        assert (done.returncode, done.stdout) == (0, "Spindle is not running here.\n")


class TestReset:
    def test_removes_data_and_keeps_what_was_fetched(self, spindle, tmp_path):
        kept = tmp_path / "var" / "npm" / "package.json"
        data = tmp_path / "var" / "files" / "part.step"
        for path in (kept, data):
            path.parent.mkdir(parents=True)
            path.touch()

        done = spindle("reset")

        assert done.returncode == 0
        assert kept.exists()
        assert not data.exists()


class TestSmoke:
    def test_needs_a_running_cloud(self, spindle):
        done = spindle("smoke")

        assert done.returncode == 1
        assert "Spindle is not up in this checkout." in done.stdout


class TestWithServices:
    def test_gives_the_command_both_urls_and_passes_its_exit_code_on(self, spindle):
        script = (
            "import os, psycopg2, redis, sys;"
            "psycopg2.connect(os.environ['DATABASE_URL']).close();"
            "redis.Redis.from_url(os.environ['REDIS_URL']).ping();"
            "sys.exit(7)"
        )

        done = spindle("with-services", "--", sys.executable, "-c", script)

        assert done.returncode == 7, done.stdout + done.stderr
