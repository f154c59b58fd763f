import os
import subprocess
import sys
import textwrap
from contextlib import closing

import psycopg2
import pytest
import redis

from spindle.local import services
from spindle.local.accounts import outside_folder_of
from spindle.local.lock import DirectoryInUse
from spindle.local.processes import processes_in, wait_until

RUN = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from spindle.local import services
    with services.running(Path(sys.argv[1])) as urls:
        print(urls.postgres.data, flush=True)
        print(urls.database_admin_url, flush=True)
        time.sleep(300)
    """
)


@pytest.fixture(scope="module")
def urls(tmp_path_factory):
    with services.running(tmp_path_factory.mktemp("services"), durable=False) as urls:
        yield urls


def ask(url, statement, *values):
    with (
        closing(psycopg2.connect(url, connect_timeout=5)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


class TestPostgres:
    def test_keeps_what_was_committed_when_it_is_killed(self, urls):
        ask(urls.database_admin_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        before = urls.database_admin_url

        urls.postgres.kill()
        with pytest.raises(psycopg2.OperationalError, match="refused"):
            ask(before, "SELECT 1")
        urls.postgres.restart()

        assert urls.postgres.admin_url == before
        assert ask(before, "SELECT answer FROM kept") == (42,)

    def test_starts_although_a_dead_one_left_its_lock(self, urls):
        urls.postgres.kill()
        # A process of that number lives, but it is not PostgreSQL: it is this one.
        lock = urls.postgres.data / "postmaster.pid"
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")

        urls.postgres.restart()

        assert ask(urls.database_admin_url, "SELECT 1") == (1,)

    def test_knows_letters_beyond_latin(self, urls):
        ask(urls.database_admin_url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

        assert ask(
            urls.database_admin_url,
            "SELECT 'ЖУРНАЛ' ILIKE 'журнал', similarity('журнал', 'журналы') > 0.5,"
            " cardinality(show_trgm('铣削')) > 0, getdatabaseencoding()",
        ) == (True, True, True, "UTF8")

    def test_lets_nobody_in_without_the_password(self, urls):
        without = urls.database_admin_url.partition("@")[2]

        with pytest.raises(psycopg2.OperationalError, match="password"):
            ask(f"postgres://spindle_admin:guess@{without}", "SELECT 1")


class TestValkey:
    def test_keeps_what_was_written_when_it_is_killed(self, urls):
        with redis.Redis.from_url(urls.redis_url) as client:
            client.set("job", "1")
            urls.valkey.kill()
            urls.valkey.restart()

            assert client.get("job") == b"1"

    def test_forgets_all_when_it_is_flushed(self, urls):
        with redis.Redis.from_url(urls.redis_url) as client:
            client.set("job", "1")
            urls.valkey.flush()

            assert client.get("job") is None

    def test_refuses_rather_than_evicts(self, urls):
        with redis.Redis.from_url(urls.redis_url) as client:
            answer = client.config_get("maxmemory-policy")

        assert answer == {"maxmemory-policy": "noeviction"}

    def test_lets_nobody_in_without_the_password(self, urls):
        address = urls.redis_url.partition("@")[2]
        with redis.Redis.from_url(f"redis://{address}") as client:
            with pytest.raises(redis.AuthenticationError):
                client.ping()


class TestRunning:
    def test_refuses_a_directory_in_use(self, urls):
        directory = urls.valkey.process.program.log.parents[1]

        with pytest.raises(DirectoryInUse), services.running(directory):
            pass

    def test_a_killed_owner_leaves_no_process_and_all_data(
        self, tmp_path, python_environment
    ):
        command = [sys.executable, "-c", RUN, str(tmp_path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, env=python_environment, text=True
        ) as owner:
            data = owner.stdout.readline().strip()
            url = owner.stdout.readline().strip()
            ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
            owner.kill()
        folders = [tmp_path, outside_folder_of(tmp_path)]
        assert wait_until(
            lambda: not any(pid for place in folders for pid in processes_in(place)),
            seconds=10,
        )

        with services.running(tmp_path) as urls:
            assert str(urls.postgres.data) == data
            assert urls.database_admin_url == url
            assert ask(url, "SELECT answer FROM kept") == (42,)
            urls.postgres.remove()
