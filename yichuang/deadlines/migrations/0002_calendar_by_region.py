from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

_COPY = """
INSERT INTO deadlines_calendar_day (region, day, worked, name, provisional)
SELECT '', day, CASE WHEN is_working THEN 'full' ELSE 'none' END, name, provisional FROM deadlines_day
"""


class Migration(migrations.Migration):
    """A day may be declared for one region only, and be worked by half."""

    dependencies = [("deadlines", "0001_initial")]

    operations = [
        migrations.RenameModel("CalendarDay", "OldCalendarDay"),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("region", models.CharField(blank=True, help_text="empty: the whole city", max_length=12)),
                ("day", models.DateField()),
                ("worked", models.CharField(max_length=9)),
                ("name", models.CharField(max_length=60)),
                (
                    "provisional",
                    models.BooleanField(default=False, help_text="put in before the State Council's yearly notice"),
                ),
            ],
            options={
                "db_table": "deadlines_calendar_day",
                "constraints": [
                    models.UniqueConstraint(fields=("region", "day"), name="calendar_day_once")
                ],
            },
        ),
        migrations.RunSQL(_COPY, migrations.RunSQL.noop),
        migrations.DeleteModel("OldCalendarDay"),
    ]
