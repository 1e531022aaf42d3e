"""What was asked of registers, for which case and purpose, and what they answered."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yichuang.base.circuit import CircuitRow


class ProviderLine(CircuitRow):
    """The line to a register's provider: its circuit breaker."""

    class Meta:
        db_table = "sharing_line"

    def __str__(self) -> str:
        return self.key


class Evidence(models.Model):
    """One query and its answer, sealed: kept in place of the paper that it stands for. Never changed."""

    id = models.BigAutoField(primary_key=True)
    application_number = models.CharField(max_length=12)
    item_key = models.CharField(max_length=80)
    resource = models.CharField(max_length=80)
    provider = models.CharField(max_length=40, help_text="department key")
    purpose = models.CharField(max_length=200)
    subject_index = models.BinaryField(max_length=32, help_text="blind index of the subject's number")
    fields = ArrayField(
        models.CharField(max_length=60), help_text="the register's fields that were asked for"
    )
    outcome = models.CharField(max_length=10)
    code = models.CharField(max_length=40, blank=True, help_text="why the source counts as down")
    answer = models.BinaryField(help_text="encrypted JSON: subject, and values by element")
    digest = models.BinaryField(max_length=32, help_text="SHA-256 over the question and the answer")
    signature = models.BinaryField(max_length=64, help_text="Ed25519 over the digest")
    asked_at = models.DateTimeField()
    asked_by_kind = models.CharField(max_length=10)
    asked_by_id = models.BigIntegerField()

    class Meta:
        db_table = "sharing_evidence"
        indexes: ClassVar = [
            models.Index(fields=["application_number", "resource"], name="evidence_of_application"),
        ]

    def __str__(self) -> str:
        return f"{self.application_number} {self.resource} {self.outcome}"
