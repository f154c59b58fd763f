"""Times how long plain django-tenants takes to make a tenant; prints JSON."""

import json
import sys
import time

import django


def main(count: int) -> None:
    """Make tenants one after another."""
    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from benchmarks.stock.models import Shop, ShopDomain

    executor = MigrationExecutor(connection)
    executor.migrate([("contenttypes", "0002_remove_content_type_name")])
    with connection.schema_editor() as editor:
        editor.create_model(Shop)
        editor.create_model(ShopDomain)
    found = []
    for number in range(count):
        begun = time.perf_counter()
        Shop(schema_name=f"shop_{number}", name=f"Shop {number}").save(verbosity=0)
        found.append(1000 * (time.perf_counter() - begun))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'shop_0'")
        tables = cursor.fetchone()[0]
    print(json.dumps({"milliseconds": found, "tables": tables}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
