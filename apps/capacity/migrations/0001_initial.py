import apps.kernel.identifiers
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("machines", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "time_zone",
                    models.CharField(
                        help_text="IANA name, such as Europe/Berlin.",
                        max_length=50,
                        verbose_name="time zone",
                    ),
                ),
                (
                    "holiday_country",
                    models.CharField(
                        blank=True,
                        help_text="ISO 3166 code; empty to work through holidays.",
                        max_length=2,
                        verbose_name="public holidays",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, verbose_name="version"),
                ),
                (
                    "machine",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty for the calendar of the whole enterprise.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="machines.machine",
                        verbose_name="machine",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar",
                "verbose_name_plural": "calendars",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("machine",),
                        name="capacity_calendar_one_per_machine",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("time_zone", ""), _negated=True),
                        name="capacity_calendar_time_zone_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holiday_country__regex", "^([A-Z]{2})?$")),
                        name="capacity_calendar_holiday_country_coded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarException",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
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
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="period"
                    ),
                ),
                ("working", models.BooleanField(default=False, verbose_name="working")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="capacity.calendar",
                        verbose_name="calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar exception",
                "verbose_name_plural": "calendar exceptions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("period__isempty", False),
                            ("period__lower_inc", True),
                            ("period__lower_inf", False),
                            ("period__upper_inc", False),
                            ("period__upper_inf", False),
                        ),
                        name="capacity_calendarexception_period_bounded",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
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
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="during"
                    ),
                ),
                (
                    "minutes",
                    models.PositiveIntegerField(verbose_name="working minutes"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "Held"),
                            ("booked", "Booked"),
                            ("released", "Released"),
                            ("expired", "Expired"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("quote", "Quote"),
                            ("order", "Order"),
                            ("maintenance", "Maintenance"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="expires at"
                    ),
                ),
                (
                    "quote_id",
                    models.UUIDField(blank=True, null=True, verbose_name="quote"),
                ),
                (
                    "order_id",
                    models.UUIDField(blank=True, null=True, verbose_name="order"),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, verbose_name="version"),
                ),
                (
                    "machine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="machines.machine",
                        verbose_name="machine",
                    ),
                ),
            ],
            options={
                "verbose_name": "reservation",
                "verbose_name_plural": "reservations",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "held")),
                        fields=["expires_at"],
                        name="capacity_reservation_lapsing",
                    )
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state__in", ("held", "booked"))),
                        expressions=[("machine", "="), ("during", "&&")],
                        name="capacity_reservation_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["held", "booked", "released", "expired"])
                        ),
                        name="capacity_reservation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["quote", "order", "maintenance"])
                        ),
                        name="capacity_reservation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "held"), _negated=True),
                            ("expires_at__isnull", False),
                            _connector="OR",
                        ),
                        name="capacity_reservation_held_expires",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "booked"), _negated=True),
                            ("order_id__isnull", False),
                            ("kind", "maintenance"),
                            _connector="OR",
                        ),
                        name="capacity_reservation_booked_for_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("during__isempty", False),
                            ("during__lower_inc", True),
                            ("during__lower_inf", False),
                            ("during__upper_inc", False),
                            ("during__upper_inf", False),
                        ),
                        name="capacity_reservation_during_bounded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        help_text="0 is Monday, 6 is Sunday.", verbose_name="weekday"
                    ),
                ),
                ("starts", models.TimeField(verbose_name="starts")),
                (
                    "ends",
                    models.TimeField(
                        help_text="The next day if not later.", verbose_name="ends"
                    ),
                ),
                (
                    "break_minutes",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="break in minutes"
                    ),
                ),
                (
                    "break_starts",
                    models.TimeField(
                        blank=True,
                        help_text="Empty for the middle of the shift.",
                        null=True,
                        verbose_name="break starts",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shifts",
                        to="capacity.calendar",
                        verbose_name="calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "shift",
                "verbose_name_plural": "shifts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("calendar", "weekday", "starts"),
                        name="capacity_shift_starts_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__lte", 6)),
                        name="capacity_shift_weekday_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends__second", 0), ("starts__second", 0)),
                        name="capacity_shift_whole_minutes",
                    ),
                ],
            },
        ),
    ]
