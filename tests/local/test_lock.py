import os
import signal
import subprocess
import sys
import textwrap

import pytest

from spindle.local.lock import DirectoryInUse, DirectoryLock, holder_of

HOLD = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from spindle.local.lock import DirectoryLock
    with DirectoryLock(Path(sys.argv[1])):
        print("held", flush=True)
        time.sleep(60)
    """
)


@pytest.fixture
def holder(tmp_path, python_environment):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        stdout=subprocess.PIPE,
        env=python_environment,
    ) as child:
        assert child.stdout.readline() == b"held\n"
        yield child
        child.kill()


class TestDirectoryLock:
    def test_refuses_a_second_holder_and_names_the_first(self, tmp_path, holder):
        with pytest.raises(DirectoryInUse) as refusal, DirectoryLock(tmp_path / "lock"):
            pass

        assert refusal.value.what == f"{tmp_path} is in use by process {holder.pid}."

    def test_is_free_once_its_holder_was_killed(self, tmp_path, holder):
        assert holder_of(tmp_path / "lock") == holder.pid

        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()

        assert holder_of(tmp_path / "lock") is None
        with DirectoryLock(tmp_path / "lock"):
            assert holder_of(tmp_path / "lock") == os.getpid()

    def test_nobody_holds_a_lock_that_was_never_taken(self, tmp_path):
        assert holder_of(tmp_path / "lock") is None
        assert not (tmp_path / "lock").exists()
