"""Servers that the person runs, instead of the embedded ones."""

import psycopg2

from spindle.local.errors import LocalError


def check_database(url: str) -> None:
    """Refuse a DATABASE_URL that lets nobody in.

    :raises LocalError: if it does not.
    """
    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.OperationalError as error:
        raise LocalError(
            f"The server of DATABASE_URL does not let us in: {str(error).strip()}",
            mend="Start it or correct DATABASE_URL (an administrative login and an "
            "existing database), or unset it to use the embedded PostgreSQL.",
        ) from None


def check_redis(url: str) -> None:
    """Refuse a REDIS_URL that nothing answers.

    :raises LocalError: if nothing does.
    """
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise LocalError(
            f"The server of REDIS_URL does not answer: {error}",
            mend="Start it or correct REDIS_URL, or unset it to use the embedded "
            "Valkey.",
        ) from None
