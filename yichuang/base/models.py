"""Stored files: the bytes of what people hand in and of what the city issues; running numbers."""

from typing import ClassVar

from django.db import models


class StoredFile(models.Model):
    """One file, encrypted at rest; the same bytes are stored once per purpose (`sha256` is of the plain bytes)."""

    id = models.BigAutoField(primary_key=True)
    sha256 = models.BinaryField(max_length=32)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(help_text="bytes of the plain content")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "base_file"
        indexes: ClassVar = [models.Index(fields=["sha256"], name="base_file_sha256")]

    def __str__(self) -> str:
        return f"{self.id} {self.media_type}"


class Serial(models.Model):
    """How far a series of running numbers has come (`serials.py`)."""

    id = models.BigAutoField(primary_key=True)
    series = models.CharField(max_length=160, unique=True)
    last = models.BigIntegerField(help_text="the last number given without gaps")
    base = models.BigIntegerField(
        null=True, help_text="where the sequence stood when a series with gaps began; null: without gaps"
    )

    class Meta:
        db_table = "base_serial"

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"
