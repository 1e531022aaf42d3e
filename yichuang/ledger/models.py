"""The append-only record (台账) and its seals.

`Entry` is partitioned by month, so Django only reads it; rows are written by `ledger.actions.record`.
It holds numbers and codes, no personal data: what must be known of a person stays in encrypted rows that
can be erased by law without breaking the chain.
"""

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One thing that was done: who did what to which subject, when, with which facts."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    verb = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.BigIntegerField()
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    facts = models.JSONField()
    xid = models.BigIntegerField(help_text="the writing transaction: what a seal covers is a range of these")

    class Meta:
        managed = False
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return f"{self.id} {self.verb} {self.subject_kind}:{self.subject_id}"


class Seal(models.Model):
    """A signed link of the chain over all entries of the finished transactions in [from_xid, to_xid)."""

    id = models.BigAutoField(primary_key=True)
    from_xid = models.BigIntegerField(unique=True)
    to_xid = models.BigIntegerField()
    entry_count = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    digest = models.BinaryField(max_length=32, help_text="SHA-256 over the entries, in order of id")
    chain = models.BinaryField(
        max_length=32, help_text="SHA-256 over the previous chain value, range, count, digest"
    )
    signature = models.BinaryField(max_length=64, help_text="Ed25519 over the chain value")
    key_id = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_seal"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(to_xid__gt=models.F("from_xid")), name="seal_range"),
        ]

    def __str__(self) -> str:
        return f"seal {self.id} [{self.from_xid}, {self.to_xid})"
