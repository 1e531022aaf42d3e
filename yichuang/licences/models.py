"""Electronic licences (电子证照): certificates, registrations, approvals and proofs that stand in for paper."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    """Whether a licence holds. Stored: a value may be added, never changed."""

    VALID = "valid", "有效"
    REVOKED = "revoked", "已撤销"  # by the organ: it should not have been issued, or a duty was broken
    CANCELLED = "cancelled", "已注销"  # at the holder's wish, or because its ground is gone


class Licence(models.Model):
    """One licence. Its identifier is taken first; the file follows as soon as it is rendered and sealed.

    It knows the *number* of the case that gave it, and nothing else of cases. `facts` is what stands on it.
    """

    id = models.BigAutoField(primary_key=True)
    identifier = models.CharField(max_length=120, unique=True, help_text="证照标识")
    type_key = models.CharField(max_length=60, help_text="the catalogue's licence type")
    type_name = models.CharField(max_length=80)
    number = models.CharField(max_length=60, help_text="证照编号, as printed")
    holder_kind = models.CharField(max_length=12)
    holder_index = models.BinaryField(max_length=32, help_text="blind index of the holder's number")
    holder_number = models.BinaryField(help_text="encrypted")
    holder_name = models.BinaryField(help_text="encrypted")
    department = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    case_number = models.CharField(max_length=15)
    edition = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="the how-manieth of its case: a decision made anew gives another"
    )
    facts = models.BinaryField(help_text="encrypted JSON: what stands on it")
    verify_code = models.CharField(max_length=16, unique=True, help_text="验真码: random, printed on it")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, help_text="the last day on which it holds; empty: long-term")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.VALID)
    status_reason = models.BinaryField(null=True, help_text="encrypted: why it no longer holds")
    file = models.OneToOneField("base.StoredFile", models.PROTECT, related_name="+", null=True)
    sha256 = models.BinaryField(max_length=32, null=True, help_text="of the sealed file")
    issued_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "licences_licence"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sha256"], name="licence_digest"),
            models.UniqueConstraint(fields=["case_number", "edition"], name="licence_of_case_once"),
            models.CheckConstraint(
                condition=Q(file__isnull=True, sha256__isnull=True, issued_at__isnull=True)
                | Q(file__isnull=False, sha256__isnull=False, issued_at__isnull=False),
                name="licence_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["holder_index", "type_key"], name="licence_of_holder"),
        ]

    def __str__(self) -> str:
        return self.identifier


class LicenceCopy(models.Model):
    """加注件: a watermarked copy for one purpose and one requester until a day. The file itself is not kept."""

    id = models.BigAutoField(primary_key=True)
    licence = models.ForeignKey(Licence, models.PROTECT, related_name="copies")
    purpose = models.BinaryField(help_text="encrypted: what it may be used for, as printed on it")
    requester = models.BinaryField(help_text="encrypted: who it is for, as printed on it")
    expires_on = models.DateField(help_text="the last day on which it may be used")
    verify_code = models.CharField(max_length=16, unique=True, help_text="验真码: its own, printed on it")
    sha256 = models.BinaryField(max_length=32, unique=True, help_text="of the sealed file")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "licences_copy"

    def __str__(self) -> str:
        return f"copy {self.id} of {self.licence_id}"
