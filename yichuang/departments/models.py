"""What was sent to departments' own systems, what came back, and how the line to each stands."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from yichuang.base.circuit import CircuitRow


class PartnerLine(CircuitRow):
    """The line to a partner: its circuit breaker."""

    class Meta:
        db_table = "departments_line"

    def __str__(self) -> str:
        return self.key


class Dispatch(models.Model):
    """One case handed to one partner, under one transaction id for all its attempts."""

    id = models.BigAutoField(primary_key=True)
    transaction_id = models.UUIDField(unique=True)
    partner_key = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    case_id = models.BigIntegerField()
    case_number = models.CharField(max_length=15)
    state = models.CharField(max_length=10)
    code = models.CharField(
        max_length=40, blank=True, help_text="why it is refused, unknown or still waiting"
    )
    payload = models.BinaryField(help_text="encrypted JSON")
    answer = models.BinaryField(null=True, help_text="encrypted JSON of the final answer")
    answer_digest = models.BinaryField(max_length=32, null=True, help_text="SHA-256 of the final answer")
    attempts = models.PositiveIntegerField(default=0, help_text="how often it was sent")
    questions = models.PositiveIntegerField(
        default=0, help_text="how often it was asked after since it was sent"
    )
    next_attempt_at = models.DateTimeField(null=True, help_text="when to send or ask next; null: final")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, help_text="the last attempt")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "departments_dispatch"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case_number", "partner_key", "kind"], name="dispatch_once"),
        ]
        indexes: ClassVar = [
            # What is to be chased: only what is open, by when it is due.
            models.Index(
                fields=["partner_key", "next_attempt_at"],
                name="dispatch_due",
                condition=Q(state__in=["waiting", "unknown", "later"]),
            ),
            models.Index(fields=["partner_key", "sent_at"], name="dispatch_of_day"),
            models.Index(fields=["partner_key", "answered_at"], name="dispatch_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.case_number} → {self.partner_key}"


class InboundEvent(models.Model):
    """A call-back that was taken in; the same event delivered again finds its row."""

    id = models.BigAutoField(primary_key=True)
    partner_key = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="events")
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of the answer that it carried")
    outcome = models.CharField(max_length=20, help_text="taken, duplicate or contradictory")
    received_at = models.DateTimeField()

    class Meta:
        db_table = "departments_inbound_event"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner_key", "event_id"], name="inbound_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_key} {self.event_id}"


class Reconciliation(models.Model):
    """The comparison of both sides' books for one day (对账); holds transaction ids and codes only."""

    id = models.BigAutoField(primary_key=True)
    partner_key = models.CharField(max_length=40)
    day = models.DateField()
    ours = models.PositiveIntegerField()
    theirs = models.PositiveIntegerField()
    differences = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "departments_reconciliation"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner_key", "day"], name="reconciliation_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_key} {self.day}"
