"""Times a view of one query through Django's WSGI handler; prints JSON."""

import gc
import io
import json
import sys
import time
from typing import Any

import django

HOSTS = 10
TABLE = (
    "CREATE TABLE IF NOT EXISTS {schema}.bench_thing"
    " (id uuid PRIMARY KEY, name varchar(40) NOT NULL)"
)


def main(kind: str, count: int) -> None:
    """Ask so many times, host after host, so that each request changes tenant."""
    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "allauth" not in m]
    hosts = {"plain": plain, "ours": ours, "stock": stock}[kind]()
    handler = WSGIHandler()
    for number in range(3 * HOSTS):
        ask(handler, hosts[number % HOSTS])
    gc.collect()
    begun = time.process_time()
    for number in range(count):
        ask(handler, hosts[number % HOSTS])
    print(json.dumps({"cpu_ms": 1000 * (time.process_time() - begun) / count}))


def ask(handler: Any, host: str) -> None:
    """Send one request in this process."""
    said: list[str] = []
    answer = handler(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/things/",
            "HTTP_HOST": host,
            "SERVER_NAME": host,
            "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        },
        lambda status, _headers, _error=None: said.append(status),
    )
    body = b"".join(answer)
    answer.close()
    if said != ["200 OK"] or not body.isdigit():
        raise SystemExit(f"{host} answered {said}: {body[:500]!r}")


def plain() -> list[str]:
    """Make the table in the one schema."""
    make_tables([("public", "PUBLIC")])
    return [f"plain-{number}.localhost" for number in range(HOSTS)]


def ours() -> list[str]:
    """Make the table in enterprises that have signed up."""
    from tenants import context
    from tenants.models import Domain

    with context.directory():
        found = list(
            Domain.objects.filter(tenant__schema_name__isnull=False)
            .order_by("domain")
            .values_list("domain", "tenant__schema_name")[:HOSTS]
        )
    make_tables([(schema, f'"{schema}"') for _host, schema in found])
    return [host for host, _schema in found]


def stock() -> list[str]:
    """Make shops with hosts, in schemas of nothing but the table."""
    from benchmarks.stock.models import Shop, ShopDomain

    hosts = [f"shop-{number}.localhost" for number in range(HOSTS)]
    make_tables([(f"stock_{n}", "PUBLIC") for n in range(HOSTS)])
    for number, host in enumerate(hosts):
        shop = Shop(schema_name=f"stock_{number}", name=host)
        shop.auto_create_schema = False
        if not ShopDomain.objects.filter(domain=host).exists():
            shop.save()
            ShopDomain.objects.create(domain=host, tenant=shop, is_primary=True)
    return hosts


def make_tables(schemas: list[tuple[str, str]]) -> None:
    """Make the table where it is missing, and let its reader in."""
    from benchmarks.tenancy.ours import admin

    with admin() as cursor:
        for schema, reader in schemas:
            cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            cursor.execute(TABLE.format(schema=f'"{schema}"'))
            cursor.execute(f'GRANT SELECT ON "{schema}".bench_thing TO {reader}')


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
