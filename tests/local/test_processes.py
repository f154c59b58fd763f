import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from spindle.local.processes import (
    Process,
    Program,
    Supervisor,
    describe_exit,
    processes_in,
    wait_until,
)

# Leaves a grandchild behind unless its whole group is ended.
PARENT_OF_ONE = "sleep 300 & echo started; wait"
STARTER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from spindle.local.processes import Process, Program
    folder = Path(sys.argv[1])
    child = Process(Program("sleeper", ["/bin/sleep", "300"], folder / "log", folder))
    child.start()
    print(child.pid, flush=True)
    time.sleep(300)
    """
)


@pytest.fixture
def sleeper(tmp_path):
    process = Process(_program(tmp_path, "/bin/sleep", "300"))
    yield process
    process.kill()


def _program(folder, *argv, **facts):
    return Program("sleeper", argv, folder / "log" / "sleeper.log", folder, **facts)


class TestProcess:
    def test_stops_by_the_signal_it_was_given(self, sleeper):
        sleeper.start()
        assert sleeper.is_running

        sleeper.stop()

        assert sleeper.exit_code == -signal.SIGTERM

    def test_takes_its_whole_group_along(self, tmp_path):
        shell = Process(_program(tmp_path, "/bin/sh", "-c", PARENT_OF_ONE))
        shell.start()
        assert wait_until(lambda: "started" in shell.last_words(), seconds=5)
        assert len(list(processes_in(tmp_path))) == 2

        shell.stop()

        assert wait_until(lambda: not any(processes_in(tmp_path)), seconds=5)

    def test_outlives_the_thread_that_started_it(self, sleeper):
        thread = threading.Thread(target=sleeper.start)
        thread.start()
        thread.join()

        time.sleep(0.2)

        assert sleeper.is_running

    def test_dies_with_a_starter_that_was_killed(self, tmp_path, python_environment):
        with subprocess.Popen(
            [sys.executable, "-c", STARTER, str(tmp_path)],
            stdout=subprocess.PIPE,
            env=python_environment,
        ) as starter:
            child = int(starter.stdout.readline())
            assert wait_until(lambda: child in processes_in(tmp_path), seconds=5)
            starter.kill()

        assert wait_until(lambda: child not in processes_in(tmp_path), seconds=5)

    def test_ends_what_an_earlier_command_left_behind(self, tmp_path):
        record = tmp_path / "run" / "sleeper.pid"
        earlier = Process(_program(tmp_path, "/bin/sleep", "300", record=record))
        earlier.start()
        later = Process(_program(tmp_path, "/bin/sleep", "300", record=record))

        later.start()

        assert earlier.exit_code == -signal.SIGTERM
        assert later.is_running
        later.stop()
        assert not record.exists()

    def test_leaves_a_process_alone_that_only_has_the_number(self, tmp_path, sleeper):
        sleeper.start()
        record = tmp_path / "sleeper.pid"
        record.write_text(f"{sleeper.pid} 12345\n")
        later = Process(_program(tmp_path, "/bin/true", record=record))

        later.start()

        assert sleeper.is_running
        later.stop()

    def test_says_in_its_log_what_cannot_be_run(self, tmp_path):
        process = Process(_program(tmp_path, tmp_path / "nothing"))
        process.start()

        assert wait_until(lambda: not process.is_running, seconds=5)
        assert process.exit_code == 127
        assert "No such file or directory" in process.last_words()


class TestSupervisor:
    def test_starts_again_what_was_killed(self, sleeper):
        told = []
        supervisor = Supervisor(told.append)
        sleeper.start()
        supervisor.add(sleeper)
        os.kill(sleeper.pid, signal.SIGKILL)

        assert wait_until(lambda: supervisor.tick() or sleeper.runs == 2, seconds=5)

        assert sleeper.is_running
        assert told == [
            "sleeper was ended by SIGKILL after 0 s; starting it again in 0.2 s"
        ]

    def test_waits_longer_each_time_it_dies_young(self, tmp_path):
        told = []
        supervisor = Supervisor(told.append)
        process = Process(_program(tmp_path, "/bin/false"))
        process.start()
        supervisor.add(process)

        assert wait_until(lambda: supervisor.tick() or len(told) == 3, seconds=5)

        assert [line.rpartition(" in ")[2] for line in told] == [
            "0.2 s",
            "0.4 s",
            "0.8 s",
        ]


class TestDescribeExit:
    @pytest.mark.parametrize(
        ("code", "words"),
        [(0, "ended with exit code 0"), (-9, "was ended by SIGKILL")],
    )
    def test_says_it_in_words(self, code, words):
        assert describe_exit(code) == words
