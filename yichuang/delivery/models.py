"""Hand-overs: all results of an application given out in one act (统一窗口出件)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class HandOver(models.Model):
    """One hand-over: through which channel, by whom, to whom."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey("cases.Application", models.PROTECT, related_name="hand_overs")
    channel = models.CharField(max_length=10, help_text="counter or download")
    receiver = models.ForeignKey("identity.Party", models.PROTECT, related_name="+", db_index=False)
    counter = models.ForeignKey(
        "identity.Counter", models.PROTECT, null=True, related_name="+", db_index=False
    )
    case_ids = ArrayField(models.BigIntegerField(), help_text="the cases whose results went out")
    handed_over_at = models.DateTimeField()

    class Meta:
        db_table = "delivery_hand_over"

    def __str__(self) -> str:
        return f"hand-over {self.id}"
