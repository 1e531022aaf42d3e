"""Legal documents (文书) that were issued, with their numbers and sealed files; messages to applicants (短信)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from yichuang.base.circuit import CircuitRow


class Notice(models.Model):
    """One legal document. Its number is taken first; the file follows as soon as it is rendered and sealed.

    `kind` and `key` together name the occasion, so that the same occasion never gives two documents.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=40, help_text="the occasion, for example a case number")
    number = models.CharField(max_length=60, help_text="文号")
    title = models.CharField(max_length=40)
    application_number = models.CharField(max_length=12)
    case_number = models.CharField(max_length=15, blank=True)
    department = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    verify_code = models.CharField(
        max_length=16, unique=True, help_text="验真码: random, printed on the paper"
    )
    file = models.OneToOneField("base.StoredFile", models.PROTECT, related_name="+", null=True)
    sha256 = models.BinaryField(max_length=32, null=True, help_text="of the sealed file")
    issued_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_notice"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="notice_once"),
            models.UniqueConstraint(fields=["department", "number"], name="notice_number_once"),
            models.UniqueConstraint(fields=["sha256"], name="notice_digest"),
            models.CheckConstraint(
                condition=Q(file__isnull=True, sha256__isnull=True, issued_at__isnull=True)
                | Q(file__isnull=False, sha256__isnull=False, issued_at__isnull=False),
                name="notice_whole",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["application_number"], name="notice_of_application")]

    def __str__(self) -> str:
        return self.number


class ChannelLine(CircuitRow):
    """The line to a channel's gateway: its circuit breaker."""

    class Meta:
        db_table = "notices_channel_line"

    def __str__(self) -> str:
        return self.key


class Message(models.Model):
    """One message to an applicant, under one id for all its attempts. `key` names its kind and occasion."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(unique=True, help_text="what the gateway knows it by")
    key = models.CharField(max_length=60, unique=True, help_text="<kind>:<occasion>: each is told once")
    kind = models.CharField(max_length=12)
    application_number = models.CharField(max_length=12)
    case_number = models.CharField(max_length=15, blank=True)
    channel = models.CharField(max_length=20)
    address = models.BinaryField(help_text="encrypted: the phone number")
    text = models.BinaryField(help_text="encrypted")
    state = models.CharField(max_length=10)
    code = models.CharField(max_length=40, blank=True, help_text="why it waits, is unknown or has failed")
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, help_text="when to send it next; null: final")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, help_text="when the gateway took it")

    class Meta:
        db_table = "notices_message"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "unknown"], next_attempt_at__isnull=False)
                | Q(state__in=["sent", "failed"], next_attempt_at__isnull=True),
                name="message_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["application_number"], name="message_of_application"),
            # What is to be sent: only what is open, by when it is due.
            models.Index(
                fields=["next_attempt_at"],
                name="message_due",
                condition=Q(state__in=["waiting", "unknown"]),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Reminder(models.Model):
    """提醒 for everybody of a role in a department: a rung of a clock was reached. No personal data."""

    id = models.BigAutoField(primary_key=True)
    case_number = models.CharField(max_length=15)
    rung = models.CharField(max_length=40)
    occasion = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="which clock, where a case can have several of a kind one after another",
    )
    role = models.CharField(max_length=20)
    department = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_reminder"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case_number", "rung", "occasion", "role", "department"], name="reminded_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["department", "role", "-id"], name="reminder_open", condition=models.Q(done_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.rung} {self.case_number}"
