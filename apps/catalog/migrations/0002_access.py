"""Everyone reads the catalog; only a release writes it."""

from django.db import migrations

from tenants import context
from tenants.isolation.migrations import READ, OpenTable

READERS = {
    context.DIRECTORY_ROLE: READ,
    context.EXCHANGE_ROLE: READ,
    context.OPERATOR_ROLE: READ,
    context.TENANT_GROUP_ROLE: READ,
}
TABLES = [
    "catalog_process",
    "catalog_material",
    "catalog_materialequivalence",
    "catalog_certificatekind",
    "catalog_exchangerate",
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [OpenTable(table, READERS) for table in TABLES]
