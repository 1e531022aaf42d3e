"""The city's own days and hours, the ladders of lights, and every running clock."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class CalendarDay(models.Model):
    """One day that the city, or one region of it, declares itself; it wins over the national calendar."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=12, blank=True, help_text="empty: the whole city")
    day = models.DateField()
    worked = models.CharField(max_length=9)
    name = models.CharField(max_length=60)
    provisional = models.BooleanField(
        default=False, help_text="put in before the State Council's yearly notice"
    )

    class Meta:
        db_table = "deadlines_calendar_day"
        constraints: ClassVar = [models.UniqueConstraint(fields=["region", "day"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.region} {self.day} {self.name}".strip()


class Hours(models.Model):
    """办公时间 of a region from a day on."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=12, blank=True, help_text="empty: the whole city")
    valid_from = models.DateField()
    morning_start = models.TimeField()
    morning_end = models.TimeField()
    afternoon_start = models.TimeField()
    afternoon_end = models.TimeField()

    class Meta:
        db_table = "deadlines_hours"
        constraints: ClassVar = [models.UniqueConstraint(fields=["region", "valid_from"], name="hours_once")]

    def __str__(self) -> str:
        return f"{self.region} {self.valid_from}".strip()


class LadderRung(models.Model):
    """A rung as the release in force declares it."""

    id = models.BigAutoField(primary_key=True)
    clock = models.CharField(max_length=12)
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    light = models.CharField(max_length=6)
    left = models.PositiveSmallIntegerField(help_text="per cent of the limit")
    least_value = models.PositiveIntegerField(null=True)
    least_unit = models.CharField(max_length=14, blank=True)
    over_value = models.PositiveIntegerField(null=True)
    over_unit = models.CharField(max_length=14, blank=True)
    acts = ArrayField(models.CharField(max_length=20))

    class Meta:
        db_table = "deadlines_rung"
        constraints: ClassVar = [models.UniqueConstraint(fields=["clock", "key"], name="rung_once")]

    def __str__(self) -> str:
        return f"{self.clock} {self.key}"


class Clock(models.Model):
    """One limit that runs, or ran, for one subject. Its pauses are those of the subject."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    region = models.CharField(max_length=12, blank=True)
    limit_value = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=14)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="null while it stands still")
    stopped_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(
        null=True, help_text="when the next rung is reached; null: none is to come"
    )

    class Meta:
        db_table = "deadlines_clock"
        constraints: ClassVar = [
            # Starting a clock twice is starting it once.
            models.UniqueConstraint(
                fields=["subject_id", "subject_kind", "kind"],
                name="clock_runs_once",
                condition=Q(stopped_at__isnull=True),
            )
        ]
        indexes: ClassVar = [
            # Watching costs what is due, not what is open.
            models.Index(fields=["next_at"], name="clock_next", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_kind} {self.subject_id}"


class ClockPause(models.Model):
    """中止: the clocks of a subject stood still. `document` is the notice that told so (行政许可法 art. 45)."""

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    reason = models.CharField(max_length=20, help_text="a code")
    document = models.BigIntegerField(null=True, help_text="notice id")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    struck_at = models.DateTimeField(
        null=True, help_text="found unlawful: from then on its time counts as if it had not been"
    )

    class Meta:
        db_table = "deadlines_pause"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_id", "subject_kind"],
                name="one_pause_at_a_time",
                condition=Q(ended_at__isnull=True),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["subject_id", "subject_kind"], name="pause_of_subject")]

    def __str__(self) -> str:
        return f"{self.reason} of {self.subject_kind} {self.subject_id}"


class FiredRung(models.Model):
    """A rung that was reached: the row is the claim, so that it fires once and only once."""

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="fired")
    rung = models.CharField(max_length=40)
    reached_at = models.DateTimeField()
    fired_at = models.DateTimeField()

    class Meta:
        db_table = "deadlines_fired"
        constraints: ClassVar = [models.UniqueConstraint(fields=["clock", "rung"], name="rung_fires_once")]

    def __str__(self) -> str:
        return f"{self.rung} of {self.clock_id}"
