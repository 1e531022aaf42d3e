"""Days on which the city departs from the national calendar."""

from django.db import models


class CalendarDay(models.Model):
    """One day that the city declares itself; it wins over the national calendar."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    name = models.CharField(max_length=60)
    provisional = models.BooleanField(
        default=False, help_text="put in before the State Council's yearly notice"
    )

    class Meta:
        db_table = "deadlines_day"

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
