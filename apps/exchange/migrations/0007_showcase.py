"""Photos for everyone, and which certificates of a listing were verified."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import apps.kernel.identifiers
from tenants import context
from tenants.isolation.migrations import ALL, READ, OpenTable, ProtectRows

before = import_module("apps.exchange.migrations.0006_disclosure")

DIRECTORY = context.DIRECTORY_ROLE
OPERATOR = context.OPERATOR_ROLE
TENANT = context.TENANT_GROUP_ROLE
PHOTOS = ["image/jpeg", "image/png", "image/webp"]

TABLES = "\n  FROM exchange_listing l\n"


def with_verified(view: str, hidden: str) -> str:
    """Let a view end with which of the certificates that it shows were verified."""
    column = before.unless(hidden, "verified_certificates", "'{}'")
    head, tables, rest = view.partition(TABLES)
    changed = head.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)
    return f"{changed},\n       {column}{tables}{rest}"


MARKET_LISTING = with_verified(before.MARKET_LISTING, before.masked("certificates"))
PUBLIC_LISTING = with_verified(before.PUBLIC_LISTING, before.not_public("certificates"))


class Migration(migrations.Migration):
    dependencies = [("exchange", "0006_disclosure")]

    operations = [
        migrations.CreateModel(
            name="ShowcaseItem",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=models.functions.Now()
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True, db_default=models.functions.Now()
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("document_id", models.UUIDField(verbose_name="document")),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("stored_path", models.CharField(max_length=200, verbose_name="file")),
                (
                    "thumbnail_path",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="thumbnail"
                    ),
                ),
                (
                    "media_type",
                    models.CharField(
                        choices=[
                            ("image/jpeg", "JPEG"),
                            ("image/png", "PNG"),
                            ("image/webp", "WebP"),
                            ("application/pdf", "PDF"),
                            ("application/qif+xml", "QIF"),
                            ("text/csv", "CSV"),
                        ], max_length=32, verbose_name="format"
                    ),
                ),
                (
                    "width_px",
                    models.PositiveIntegerField(verbose_name="width in pixels"),
                ),
                (
                    "height_px",
                    models.PositiveIntegerField(verbose_name="height in pixels"),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.enterprise",
                    ),
                ),
            ],
            options={
                "verbose_name": "public photo",
                "verbose_name_plural": "public photos",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "document_id"),
                        name="exchange_showcaseitem_document_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(media_type__in=PHOTOS),
                        name="exchange_showcaseitem_is_picture",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(width_px__gt=0, height_px__gt=0),
                        name="exchange_showcaseitem_has_size",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(stored_path=""),
                        name="exchange_showcaseitem_file_named",
                    ),
                ],
            },
        ),
        ProtectRows(
            "exchange_showcaseitem", {TENANT: ALL, DIRECTORY: READ, OPERATOR: READ}
        ),
        migrations.AddField(
            model_name="listing",
            name="verified_certificates",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                blank=True,
                default=list,
                size=None,
                verbose_name="certificates that were verified",
            ),
        ),
        migrations.RunSQL(
            # Replaced, and not made anew: who may read them stays.
            sql=[MARKET_LISTING, PUBLIC_LISTING],
            reverse_sql=[
                "DROP VIEW exchange_public_listing",
                "DROP VIEW exchange_market_listing",
                before.MARKET_LISTING,
                before.PUBLIC_LISTING,
                *OpenTable(
                    "exchange_market_listing", before.MARKET_READERS
                ).statements(),
                *OpenTable(
                    "exchange_public_listing", before.PUBLIC_READERS
                ).statements(),
            ],
        ),
    ]
